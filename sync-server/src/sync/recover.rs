//! What only other devices hold after a restore (invariant `restore_refills`). A record that a device pulled once carries no signature of
//! its author, so it is kept apart as offered; a person of the office takes it back. Sealed documents bear this server's own receipt.

use std::collections::BTreeSet;

use gongdan_domain::fact::FactBody;
use gongdan_domain::finding::{Finding, FindingCode, FindingDecision};
use gongdan_domain::id::{DeviceId, FindingId, JobId, PersonId, VisitId, derived};
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::seal::SealPayload;
use gongdan_domain::sync::change::{EntityRef, Extra, Op, Retraction, SealOp, Write};
use gongdan_domain::sync::merge::Register;
use gongdan_domain::sync::wire::{Record, RecordBody};
use gongdan_domain::time::Stamp;
use serde_json::json;

use crate::core::Env;
use crate::error::Result;
use crate::office::act;
use crate::reference;
use crate::storage::{DeviceRecord, Offered, Published, Reader, Tx, record_id};
use crate::sync::apply::{self, Author};
use crate::sync::push;

/// Keeps what is lacking here of what a device offers, and says so once in this epoch.
pub fn keep_offered(tx: &mut dyn Tx, env: &Env, device: &DeviceRecord, records: &[Record]) -> Result<()> {
    let mut kept = 0;
    for record in records {
        if let Some(id) = lacking(tx, &record.body)? {
            tx.offer(&Offered { id, device: device.id, record: record.clone(), offered_at: env.now })?;
            kept += 1;
        }
    }
    if kept == 0 {
        return Ok(());
    }
    let (id, open) = offered_by(tx, device.id)?;
    if open.is_some() {
        return Ok(());
    }
    let details = json!({ "device": format!("{} {}", device.number_prefix, device.name) });
    let finding = Finding {
        id,
        code: FindingCode::RecordsOffered,
        job: None,
        visit: None,
        fact: None,
        found_at: env.now,
        details,
        answer: None,
        decision: None,
    };
    apply::keep_finding(tx, &finding, device.person)
}

/// Under which id a record would stand here, if it, or a value of it, is not here.
pub fn lacking(r: &dyn Reader, body: &RecordBody) -> Result<Option<String>> {
    Ok(match body {
        RecordBody::Entity { entity, fields } => {
            let mut lacks = false;
            for head in fields.values().flat_map(|register| &register.heads) {
                lacks |= !r.write_known(head.write)?;
            }
            lacks.then(|| record_id::entity(entity))
        }
        RecordBody::Fact { fact, .. } => r.fact(fact.id)?.is_none().then(|| record_id::fact(fact.id)),
        RecordBody::Sealed { document, .. } => {
            r.sealed(&document.hash)?.is_none().then(|| record_id::sealed(&document.hash))
        }
        RecordBody::Retraction { targets } => {
            let mut open = Vec::new();
            for target in targets {
                if !r.fact(*target)?.is_some_and(|stored| stored.retracted) {
                    open.push(*target);
                }
            }
            open.first().map(|target| format!("retraction:{target}"))
        }
        RecordBody::Reference { kind, version, .. } => match published_kind(kind) {
            Some(known) if !r.published(Some(known))?.iter().any(|p| p.version == *version) => {
                Some(record_id::reference(kind, version))
            }
            _ => None,
        },
        // Findings follow from what is taken back.
        RecordBody::Finding { .. } | RecordBody::Opaque { .. } => None,
    })
}

fn published_kind(kind: &str) -> Option<ReferenceKind> {
    serde_json::from_value(json!(kind)).ok()
}

/// The open finding about what a device offers in this epoch; where all are closed, the name of the next.
fn offered_by(r: &dyn Reader, device: DeviceId) -> Result<(FindingId, Option<Finding>)> {
    let mut name = format!("offered/{}", r.epoch()?);
    loop {
        let id = FindingId(derived(device.0, &name));
        match r.finding(id)?.map(|state| state.body) {
            Some(RecordBody::Finding { finding }) if finding.answer.is_none() => return Ok((id, Some(finding))),
            Some(_) => name.push('+'),
            None => return Ok((id, None)),
        }
    }
}

/// What its author has sent again meanwhile need not be decided; a device of which nothing waits any more is no finding any more.
pub fn settle_what_came(tx: &mut dyn Tx, env: &Env, by: PersonId) -> Result<()> {
    let (mut came, mut waits) = (BTreeSet::new(), BTreeSet::new());
    for offered in tx.offered()? {
        if lacking(tx, &offered.record.body)?.is_some() {
            waits.insert(offered.device);
        } else {
            tx.settle_offer(&offered.id, by, env.now)?;
            came.insert(offered.device);
        }
    }
    came.difference(&waits).try_for_each(|device| close(tx, env, by, *device))
}

/// Everything that a device offered is decided.
pub fn close(tx: &mut dyn Tx, env: &Env, by: PersonId, device: DeviceId) -> Result<()> {
    let (id, Some(mut finding)) = offered_by(tx, device)? else { return Ok(()) };
    (finding.answer, finding.decision) = (Some(String::new()), Some(FindingDecision::Confirmed));
    tx.put(&record_id::finding(id), &RecordBody::Finding { finding }, &BTreeSet::new())?;
    tx.answer_finding(id, by, env.now)
}

/// What still waits for the office: what its author has sent again meanwhile does not.
pub fn waiting(r: &dyn Reader) -> Result<Vec<Offered>> {
    let mut waiting = Vec::new();
    for offered in r.offered()? {
        if lacking(r, &offered.record.body)?.is_some() {
            waiting.push(offered);
        }
    }
    Ok(waiting)
}

/// Takes offered records back in the name of a person of the office. What came here meanwhile is left as it is, and what does not fit
/// beside it stays offered. Answers how many.
pub fn take_back(tx: &mut dyn Tx, env: &Env, by: PersonId, ids: &BTreeSet<String>) -> Result<u32> {
    let mut offered: Vec<Offered> = tx.offered()?.into_iter().filter(|o| ids.contains(&o.id)).collect();
    // Things before what happened to them, decisions before work, and taking back last.
    offered.sort_by_key(|o| rank(&o.record.body));
    let mut taken = 0;
    for one in &offered {
        if lacking(tx, &one.record.body)?.is_some() {
            if !take(tx, env, by, one)? {
                continue;
            }
            taken += 1;
        }
        tx.settle_offer(&one.id, by, env.now)?;
    }
    Ok(taken)
}

fn rank(body: &RecordBody) -> u8 {
    match body {
        RecordBody::Reference { .. } | RecordBody::Entity { .. } => 0,
        RecordBody::Fact { fact, .. } if of_office(fact) => 1,
        RecordBody::Fact { .. } => 2,
        RecordBody::Sealed { .. } => 3,
        _ => 4,
    }
}

fn of_office(fact: &gongdan_domain::sync::change::Fact) -> bool {
    FactBody::of(fact).is_some_and(|body| body.by_office_only() || matches!(body, FactBody::JobAssigned { .. }))
}

/// Whether it fits.
fn take(tx: &mut dyn Tx, env: &Env, by: PersonId, offered: &Offered) -> Result<bool> {
    let Record { scopes, body, .. } = &offered.record;
    match body {
        RecordBody::Entity { entity, fields } => {
            let mut ops = Vec::new();
            for (field, register) in fields {
                ops.extend(writes(tx, entity, field, register, offered)?);
            }
            act::state(tx, env, by, ops)?;
        }
        RecordBody::Fact { fact, .. } if of_office(fact) => {
            act::state(tx, env, by, vec![Op::Fact(fact.clone())])?;
        }
        RecordBody::Fact { fact, .. } => {
            let Some(holder) = tx.device(offered.device)?.and_then(|device| push::author(&device)) else {
                return Ok(true);
            };
            let author = Author { person: fact.by, ..holder };
            act::state_for(tx, env, by, vec![Op::Fact(fact.clone())], &author)?;
        }
        RecordBody::Sealed { document, files, job, visit, .. } => {
            let author = tx.device(document.device_id)?.and_then(|device| push::author(&device));
            let Some(author) = author.map(|author| Author { office: true, ..author }) else { return Ok(true) };
            let payload: SealPayload = serde_json::from_str(&document.payload)?;
            let seal = SealOp {
                document: document.clone(),
                scopes: scopes.clone(),
                job: JobId(*job),
                visit: VisitId(*visit),
                at: Stamp::trusted(payload.sealed_at),
                by: author.person,
                files: files.clone(),
                extra: Extra::new(),
            };
            act::state_for(tx, env, by, vec![Op::Seal(seal)], &author)?;
        }
        RecordBody::Retraction { targets } => {
            let retraction = Retraction {
                targets: targets.clone(),
                scopes: scopes.clone(),
                at: Stamp::trusted(env.now),
                by,
                reason: String::new(),
                extra: Extra::new(),
            };
            act::state(tx, env, by, vec![Op::Retract(retraction)])?;
        }
        RecordBody::Reference { kind, version, body, .. } => {
            let Some(kind) = published_kind(kind) else { return Ok(false) };
            let (version, body) = (version.clone(), body.clone());
            let published = Published { kind, version, body, published_at: env.now, published_by: Some(by) };
            // Judged as when it is published: what a version of today rules out is not brought back beside it.
            let fits = reference::typed(&published).filter(|r| r.validate_among(env.reference.all()).is_ok());
            let Some(typed) = fits else { return Ok(false) };
            reference::publish(tx, &published, typed.valid_from())?;
        }
        RecordBody::Finding { .. } | RecordBody::Opaque { .. } => {}
    }
    Ok(true)
}

/// The heads as the writes that they were.
fn writes(tx: &mut dyn Tx, entity: &EntityRef, field: &str, register: &Register, offered: &Offered) -> Result<Vec<Op>> {
    // What these had seen was known once; that it is not any more is no finding. It stays superseded, should it come.
    for seen in &register.superseded {
        if !tx.write_known(*seen)? {
            tx.refuse_write(*seen, &[])?;
        }
    }
    let mut writes = Vec::new();
    for head in &register.heads {
        if tx.write_known(head.write)? {
            continue;
        }
        writes.push(Op::Write(Write {
            id: head.write,
            entity: entity.clone(),
            field: field.to_owned(),
            value: head.value.clone(),
            seen: register.superseded.iter().copied().collect(),
            scopes: offered.record.scopes.clone(),
            at: Stamp::trusted(head.at),
            by: head.by,
            extra: Extra::new(),
        }));
    }
    Ok(writes)
}
