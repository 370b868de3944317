//! A copied device that was enrolled anew: who continues whom, and which of its changes stand for one of the former enrolment. What both
//! copies have in common counts once. Refuses to believe an origin that the enrolment did not prove, and to take a document sealed under
//! the copied key as if one hand alone had held it: a person of the office looks at it first.

use gongdan_domain::id::{DeviceId, PersonId, WriteId};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::again::{Former, Origin, first_name};
use gongdan_domain::sync::change::{Change, Op, SealOp, Write};
use gongdan_domain::sync::wire::{Record, RecordBody};
use serde_json::json;

use crate::core::{Core, Env};
use crate::error::Result;
use crate::storage::{DeviceRecord, Reader, Tx};
use crate::sync::push::QUARANTINED;
use crate::sync::recover;

/// The enrolment that a new one continues: this server's, the same person's, found to be copied, and not revoked.
pub fn continued(core: &Core, r: &dyn Reader, former: &Former, key: &str, who: PersonId) -> Result<DeviceRecord> {
    let certificate = former.open(key, &core.keys.signing.verifying_key()).map_err(|_| Code::SignatureInvalid)?;
    let device = r.device(certificate.device_id)?.ok_or(Code::SignatureInvalid)?;
    if device.person != who {
        return Err(Problem::with(Code::EnrolmentForAnother, json!({ "person": who })).into());
    }
    if core.keys.revoked()?.contains_key(&device.id) {
        return Err(Code::DeviceRevoked.into());
    }
    if device.state != QUARANTINED {
        return Err(Code::NotCopied.into());
    }
    Ok(device)
}

/// The former enrolment's change that this one stands for.
pub fn origin(r: &dyn Reader, change: &Change) -> Result<Option<Origin>> {
    let Some(origin) = Origin::of(change) else { return Ok(None) };
    let proven = r.former(change.device_id)? == Some(origin.device_id);
    Ok(proven.then_some(origin))
}

/// Without what is here already, by the former enrolment or by the other copy.
pub fn without_known(tx: &mut dyn Tx, mut change: Change) -> Result<Change> {
    let mut kept = Vec::new();
    for op in std::mem::take(&mut change.ops) {
        let known = match &op {
            Op::Fact(fact) => tx.fact(fact.id)?.is_some_and(|stored| stored.fact == *fact),
            Op::Write(write) => write_known(tx, write)?,
            _ => false,
        };
        if !known {
            kept.push(op);
        }
    }
    Ok(Change { ops: kept, ..change })
}

/// Whether the same value came under the write's first name. Whichever name later writes have seen, they have seen both.
fn write_known(tx: &mut dyn Tx, write: &Write) -> Result<bool> {
    let Some(first) = first_name(write) else { return Ok(false) };
    let mut names: Vec<WriteId> = vec![first];
    names.extend(tx.refused_write(first)?.unwrap_or_default());
    for name in names {
        if tx.written(name)?.is_some_and(|known| known.value == write.value) {
            let seen: Vec<WriteId> = std::iter::once(name).chain(write.seen.iter().copied()).collect();
            tx.refuse_write(write.id, &seen)?;
            return Ok(true);
        }
    }
    if !tx.write_known(first)? {
        tx.refuse_write(first, &[write.id])?;
    }
    Ok(false)
}

/// Keeps a document that was sealed under the former key, which two hands held, for the office to look at. `false`: it is none.
pub fn keep_apart(tx: &mut dyn Tx, env: &Env, device: DeviceId, seal: &SealOp) -> Result<bool> {
    let document = &seal.document;
    if document.device_id == device || tx.former(device)? != Some(document.device_id) {
        return Ok(false);
    }
    let Some(holder) = tx.device(device)? else { return Ok(false) };
    let receipt = gongdan_domain::seal::Receipt::sign(document, env.now, &env.keys.signing)?;
    let body = RecordBody::Sealed {
        document: document.clone(),
        files: seal.files.clone(),
        job: seal.job.0,
        visit: seal.visit.0,
        receipt,
    };
    let record = Record { position: 0, scopes: seal.scopes.clone(), body };
    recover::keep_offered(tx, env, &holder, &[record])?;
    Ok(true)
}
