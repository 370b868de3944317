//! The push half: every change gets one verdict, once. A refused one delays no other (`poison_passes`); a repeat gets its first
//! verdict (`exactly_once`); the same number with other content is a copied device.

use std::collections::BTreeSet;

use gongdan_domain::finding::{Finding, FindingCode};
use gongdan_domain::id::{DeviceId, FindingId, derived};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::{ChainHead, public_key};
use gongdan_domain::sync::change::{Change, Op, SignedChange};
use gongdan_domain::sync::gone::{Gone, Impossible};
use gongdan_domain::sync::wire::{ExchangeRequest, Outcome, SignedCertificate, Verdict};
use serde_json::{Value, json};

use crate::core::Env;
use crate::error::Result;
use crate::storage::{DeviceRecord, StoredChange, Tx, record_id};
use crate::sync::apply::{self, Author};
use crate::sync::reach::Reach;
use crate::sync::{again, recover, rejudge};

/// A change larger than this is refused; photos travel apart.
const MAX_CHANGE: usize = 2 * 1024 * 1024;
/// The state of a device whose data was copied. Nothing of it is counted any more: what comes is kept apart, and no gap is asked for.
pub const QUARANTINED: &str = "quarantined";

#[derive(Debug, Default)]
pub struct Pushed {
    pub acked_through: u64,
    pub verdicts: Vec<Verdict>,
    pub gap_from: Option<u64>,
}

/// Takes a request's changes in. The device record is updated; the caller stores nothing else.
pub fn push(tx: &mut dyn Tx, env: &Env, device: &mut DeviceRecord, request: &ExchangeRequest) -> Result<Pushed> {
    let mut pushed = Pushed::default();
    let gone =
        Gone::of(request).map_err(|Impossible(field)| Problem::with(Code::FieldInvalid, json!({ "field": field })))?;
    let counted = !device.apart();
    if counted && (!request.changes.is_empty() || request.first_seq > device.acked_through + 1) {
        pass_holes(tx, env, device, &gone)?;
    }
    if counted && request.first_seq > device.acked_through + 1 {
        pushed.gap_from = Some(device.acked_through + 1);
    } else {
        for signed in &request.changes {
            if !device.apart() && signed.device_seq > device.acked_through + 1 {
                pass_holes(tx, env, device, &gone)?;
            }
            if !device.apart() && signed.device_seq > device.acked_through + 1 {
                pushed.gap_from = Some(device.acked_through + 1);
                break;
            }
            pushed.verdicts.push(judge(tx, env, device, signed)?);
        }
    }
    if !device.apart() {
        recover::keep_offered(tx, env, device, &request.offered)?;
        if pushed.verdicts.iter().any(|verdict| verdict.outcome == Outcome::Accepted) {
            recover::settle_what_came(tx, env, device.person)?;
        }
    }
    if !device.apart() {
        pushed.verdicts.extend(rejudge::accepted_since(tx, device, &request.refused)?);
    }
    pushed.acked_through = device.acked_through;
    device.last_seen_at = Some(env.now);
    device.app = request.app.chars().take(80).collect();
    tx.put_device(device)?;
    Ok(pushed)
}

/// Numbers that the device no longer holds and that never came: recorded, said, and gone past.
fn pass_holes(tx: &mut dyn Tx, env: &Env, device: &mut DeviceRecord, gone: &Gone) -> Result<()> {
    let from = device.acked_through + 1;
    if let Some(to) = gone.through(from) {
        record_hole(tx, env, device, from, to)?;
        device.acked_through = to;
    }
    Ok(())
}

fn record_hole(tx: &mut dyn Tx, env: &Env, device: &DeviceRecord, from: u64, to: u64) -> Result<()> {
    tx.put_hole(device.id, from, to, env.now)?;
    let device_name = format!("{} {}", device.number_prefix, device.name);
    let finding = Finding {
        id: FindingId(derived(device.id.0, &format!("hole/{from}"))),
        code: FindingCode::Hole,
        job: None,
        visit: None,
        fact: None,
        found_at: env.now,
        details: json!({ "device": device_name, "from": from, "to": to }),
        answer: None,
        decision: None,
    };
    apply::keep_finding(tx, &finding, device.person)
}

fn judge(tx: &mut dyn Tx, env: &Env, device: &mut DeviceRecord, signed: &SignedChange) -> Result<Verdict> {
    let seq = signed.device_seq;
    if let Some(first) = tx.change(device.id, seq)? {
        if first.payload == signed.payload {
            return Ok(first.verdict);
        }
        device.set_apart();
    }
    if device.apart() {
        tx.quarantine(device.id, seq, &signed.payload, &signed.signature, env.now)?;
        if let Some(change) = author(device).and_then(|author| signed.open(&author.key).ok()) {
            keep_files_apart(tx, device.id, &change)?;
        }
        return Ok(verdict(seq, None, Outcome::Quarantined, tx.head()?));
    }
    // A number of a hole that was found after all is taken late; the count goes on only at its end.
    device.acked_through = device.acked_through.max(seq);
    let verdict = first_verdict(tx, env, device, signed)?;
    let known = match verdict.change_id {
        Some(id) => tx.change_by_id(id)?.is_some(),
        None => false,
    };
    tx.put_change(&StoredChange {
        device: device.id,
        device_seq: seq,
        change_id: verdict.change_id.filter(|_| !known),
        payload: signed.payload.clone(),
        signature: signed.signature.clone(),
        verdict: verdict.clone(),
        received_at: env.now,
    })?;
    Ok(verdict)
}

fn verdict(device_seq: u64, change: Option<&Change>, outcome: Outcome, position: u64) -> Verdict {
    let change_id = change.map(|c| c.change_id);
    Verdict { device_seq, change_id, outcome, position, findings: Vec::new(), receipts: Vec::new() }
}

fn first_verdict(tx: &mut dyn Tx, env: &Env, device: &DeviceRecord, signed: &SignedChange) -> Result<Verdict> {
    let seq = signed.device_seq;
    // Where the first record of this change will stand: whoever holds a later state of it holds this change.
    let position = tx.head()? + 1;
    let refused = |change: Option<&Change>, code: Code, details: Value| {
        verdict(seq, change, Outcome::Refused { code, details }, position - 1)
    };
    if signed.payload.len() > MAX_CHANGE {
        return Ok(refused(None, Code::TooLarge, json!({ "limit": MAX_CHANGE })));
    }
    let Some(author) = author(device) else { return Ok(refused(None, Code::SignatureInvalid, Value::Null)) };
    let change = match signed.open(&author.key) {
        Ok(change) => change,
        Err(why) => return Ok(refused(None, why.into(), json!({ "why": why.to_string() }))),
    };
    if let Some(first) = tx.change_by_id(change.change_id)? {
        return Ok(Verdict { device_seq: seq, ..first.verdict });
    }
    let origin = again::origin(tx, &change)?;
    let change = if origin.is_some() { again::without_known(tx, change)? } else { change };
    if let Some((code, details)) = Reach::of(tx, device.person)?.refusal(tx, &change)? {
        remember_refused(tx, &change)?;
        keep_files_apart(tx, device.id, &change)?;
        if let Some(origin) = origin {
            tx.put_moved(origin.device_id, &origin.signature, change.change_id)?;
        }
        return Ok(refused(Some(&change), code, details));
    }
    if change.ops.is_empty() && change.extra.get("lost").is_some_and(|lost| lost == true) {
        record_hole(tx, env, device, seq, seq)?;
    }
    let applied = apply::apply(tx, env, &change, &author)?;
    if let Some(origin) = origin {
        tx.put_moved(origin.device_id, &origin.signature, change.change_id)?;
    }
    let accepted = verdict(seq, Some(&change), Outcome::Accepted, position);
    Ok(Verdict { findings: applied.findings, receipts: applied.receipts, ..accepted })
}

/// The files of a change that was not taken: its device hands them over all the same, and nobody reads them on its word.
fn keep_files_apart(tx: &mut dyn Tx, device: DeviceId, change: &Change) -> Result<()> {
    let apart = record_id::apart(device);
    change.ops.iter().flat_map(Op::files).try_for_each(|file| tx.name_file(file, &apart, &BTreeSet::new()))
}

/// The same for what was kept apart before files were.
pub fn keep_all_files_apart(tx: &mut dyn Tx, device: DeviceId) -> Result<()> {
    let kept = tx.refused_changes()?.into_iter().filter(|(stored, _)| stored.device == device);
    for change in kept.filter_map(|(stored, _)| serde_json::from_str(&stored.payload).ok()) {
        keep_files_apart(tx, device, &change)?;
    }
    Ok(())
}

/// Its writes pass what they had seen on to their successors.
fn remember_refused(tx: &mut dyn Tx, change: &Change) -> Result<()> {
    for op in &change.ops {
        if let Op::Write(write) = op {
            tx.refuse_write(write.id, &write.seen)?;
        }
    }
    Ok(())
}

/// The device as an author.
pub fn author(device: &DeviceRecord) -> Option<Author> {
    let certificate: Option<SignedCertificate> = serde_json::from_str(&device.certificate).ok();
    Some(Author {
        person: device.person,
        device: device.id,
        office: false,
        key: public_key(&device.public_key)?,
        genesis: certificate.as_ref().map(ChainHead::genesis),
    })
}
