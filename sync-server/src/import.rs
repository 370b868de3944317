//! Exported work comes in: the same push path with the same verdicts as if the device had sent it itself, so that nothing comes twice.
//! All of a file is checked before any of it is taken. Refuses to know who carried it; what counts are the signatures inside.

use gongdan_domain::finding::{Finding, FindingCode};
use gongdan_domain::id::{FindingId, PersonId, derived};
use gongdan_domain::parcel::{self, opener_of};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::public_key;
use gongdan_domain::sync::change::{Extra, NotAuthentic};
use gongdan_domain::sync::wire::{Certificate, ExchangeRequest, Outcome};
use gongdan_domain::sync::work::{Packed, Work};
use serde_json::json;

use crate::auth;
use crate::core::{Core, Shared};
use crate::error::Result;
use crate::office::view::ImportedWork;
use crate::storage::Tx;
use crate::sync::{apply, attachment, push, readmit};

/// A file of exported work.
pub fn work(core: &Shared, file: &[u8], by: Option<PersonId>) -> Result<ImportedWork> {
    let plain = parcel::open(file, &opener_of(&core.keys.signing)).map_err(Code::from)?;
    take(core, Packed::read(&plain).map_err(Code::from)?, by)
}

/// What was packed by a device, or read out of its database.
pub fn take(core: &Shared, packed: Packed, by: Option<PersonId>) -> Result<ImportedWork> {
    let Packed { work, contents } = packed;
    let certificate = authentic(core, &work)?;
    let (files, person) = (work.files.clone(), certificate.person);
    let mut imported = core.write_now(move |core, tx| changes(core, tx, &work, &certificate, by))?;
    for (file, content) in files.iter().zip(contents) {
        // Only what an accepted record names is a file here.
        match core.store.read(|r| r.file(&file.hash))? {
            Some(known) if known.file.size == file.size && !core.store.read(|r| r.has_sent(&file.hash, person))? => {
                attachment::put_whole(core, &known, person, &content)?;
                imported.files += u32::from(known.complete_at.is_none());
            }
            Some(_) => {}
            None => imported.files_unknown += 1,
        }
    }
    Ok(imported)
}

/// One change that its device did not sign makes the whole file a forgery.
fn authentic(core: &Core, work: &Work) -> Result<Certificate> {
    let forged = || Problem::with(Code::SignatureInvalid, json!({ "what": "exported_work" }));
    let certificate = work.certificate.open(&core.keys.signing.verifying_key()).map_err(|_| forged())?;
    let key = public_key(&certificate.device_key).ok_or_else(forged)?;
    let genuine = work.changes.iter().all(|signed| {
        signed.device_id == certificate.device_id && signed.open(&key).err() != Some(NotAuthentic::Signature)
    });
    if genuine { Ok(certificate) } else { Err(forged().into()) }
}

fn changes(
    core: &Core,
    tx: &mut dyn Tx,
    work: &Work,
    certificate: &Certificate,
    by: Option<PersonId>,
) -> Result<ImportedWork> {
    let mut device = readmit::known_or_admitted(core, tx, &work.certificate, certificate)?;
    let mut repeated = 0;
    for signed in &work.changes {
        repeated += u32::from(tx.change(device.id, signed.device_seq)?.is_some_and(|c| c.payload == signed.payload));
    }
    let request = ExchangeRequest {
        epoch: None,
        cursors: Default::default(),
        covered: None,
        first_seq: work.changes.first().map_or(device.acked_through + 1, |first| first.device_seq),
        oldest_held: 1,
        changes: work.changes.clone(),
        app: work.app.clone(),
        schema: work.schema,
        max_bytes: 0,
        last_file: None,
        missing: work.missing.clone(),
        refused: Vec::new(),
        offered: Vec::new(),
        extra: Extra::new(),
    };
    // The device itself was not here.
    let seen = device.last_seen_at;
    let env = core.env(tx)?;
    let pushed = push::push(tx, &env, &mut device, &request)?;
    device.last_seen_at = seen;
    tx.put_device(&device)?;
    if let Some(from) = pushed.gap_from {
        return Err(Problem::with(Code::Gap, json!({ "from": from })).into());
    }
    let refused = pushed.verdicts.iter().filter(|v| !matches!(v.outcome, Outcome::Accepted)).count();
    auth::note(tx, core.now(), by, "imported", &format!("{} {}", device.number_prefix, certificate.person_name))?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(ImportedWork {
        device: device.id,
        number_prefix: device.number_prefix,
        person: certificate.person_name.clone(),
        changes: count(work.changes.len()),
        repeated,
        refused: count(refused),
        files: 0,
        files_unknown: 0,
        unconfirmed: device.state == readmit::UNCONFIRMED,
    })
}

/// A colleague's device has brought a file. That it cannot be taken in concerns the office, not the carrier.
pub fn carried(core: &Shared, hash: &str, file: &[u8]) -> Result<()> {
    let Err(error) = work(core, file, None) else { return Ok(()) };
    let problem = error.problem();
    tracing::warn!(code = ?problem.code, "carried work could not be taken in");
    let hash = hash.to_owned();
    core.write_now(move |core, tx| {
        let finding = Finding {
            id: FindingId(derived(uuid::Uuid::nil(), &format!("carried/{hash}"))),
            code: FindingCode::CarriedRefused,
            job: None,
            visit: None,
            fact: None,
            found_at: core.now(),
            details: json!({ "hash": hash, "why": problem.code }),
            answer: None,
            decision: None,
        };
        if tx.finding(finding.id)?.is_some() {
            return Ok(());
        }
        apply::keep_finding(tx, &finding, PersonId(uuid::Uuid::nil()))
    })
}
