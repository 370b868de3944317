//! The list behind the sentence (L4): what waits, what was refused and why, what two people changed, what the office asks.

use gongdan_domain::entity::kind;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::{Change, EntityRef, Op};

use crate::assemble;
use crate::commands::args;
use crate::device::Device;
use crate::error::Result;
use crate::store::Reader;
use crate::store::entity::Conflict;
use crate::store::outbox::OutboxRow;
use crate::sync::{OpenQuestion, open_questions};
use crate::view::sync::{ConflictChoice, ConflictView, QuestionView, RefusedView, SyncList, SyncSentence, WaitingView};

/// More rows than a person reads.
const LISTED: u32 = 200;

pub fn list(device: &Device, _: args::Nothing) -> Result<SyncList> {
    let sentence = device.sentence()?;
    device.read(|r| {
        Ok(SyncList {
            sentence,
            conflicts: r.conflicts()?.iter().map(|c| conflict(r, c)).collect::<Result<_>>()?,
            refused: r.refused()?.iter().map(|row| refused(r, row)).collect::<Result<_>>()?,
            findings: r.all_findings()?.into_iter().filter(|finding| finding.answer.is_none()).collect(),
            questions: open_questions(r)?.iter().map(|q| question(r, q)).collect::<Result<_>>()?,
            owed: assemble::owed(r)?,
            waiting: r.waiting(LISTED)?.iter().map(|row| waiting(r, row)).collect::<Result<_>>()?,
            files: r.files_view()?,
        })
    })
}

/// Calls the worker; the sentence follows as it goes.
pub fn now(device: &Device, _: args::Nothing) -> Result<SyncSentence> {
    device.call_sync();
    device.sentence()
}

/// Settles a conflict with a write that has seen all its values.
pub fn settle(device: &Device, args: args::Settle) -> Result<SyncList> {
    device.write(|tx| {
        let register = tx.fields(&args.entity)?.0.remove(&args.field).unwrap_or_default();
        let seen_all = register.seen().iter().all(|head| args.seen.contains(head));
        // Another value came while the person was choosing: choose again.
        if !seen_all {
            return Err(Problem::with(Code::Conflict, serde_json::json!({ "field": args.field })).into());
        }
        tx.write_field(&args.entity, &args.field, args.value, args.seen)
    })?;
    list(device, args::Nothing {})
}

fn conflict(r: &Reader, conflict: &Conflict) -> Result<ConflictView> {
    let mut choices = Vec::new();
    for head in &conflict.register.heads {
        choices.push(ConflictChoice {
            write: head.write,
            value: head.value.clone(),
            by_name: r.person_name(head.by)?,
            mine: head.by == r.me(),
            at: head.at.to_rfc3339(),
        });
    }
    let (entity, field, base) = (conflict.entity.clone(), conflict.field.clone(), conflict.base.clone());
    Ok(ConflictView { about: r.title(&entity)?, entity, field, base, choices })
}

fn refused(r: &Reader, row: &OutboxRow) -> Result<RefusedView> {
    let change = row.change();
    Ok(RefusedView {
        device_seq: row.device_seq,
        at: change.made_at.corrected().to_rfc3339(),
        what: what(change),
        about: about(r, change)?,
        problem: row.problem.clone().unwrap_or_else(|| Code::Internal.into()),
    })
}

fn waiting(r: &Reader, row: &OutboxRow) -> Result<WaitingView> {
    let change = row.change();
    Ok(WaitingView {
        device_seq: row.device_seq,
        at: change.made_at.corrected().to_rfc3339(),
        what: what(change),
        about: about(r, change)?,
        sent: row.sent,
    })
}

fn question(r: &Reader, question: &OpenQuestion) -> Result<QuestionView> {
    let job = question.fact.job.ok_or(Code::NotFound)?;
    let order_no = r
        .facts(job)?
        .iter()
        .rev()
        .find(|fact| fact.kind == "order_sealed")
        .map(|fact| fact.body["order_no"].as_str().unwrap_or_default().to_owned());
    Ok(QuestionView {
        job,
        order_no: order_no.unwrap_or_default(),
        customer: r.title(&EntityRef::new(kind::JOB, job.0))?,
        at: question.fact.at.corrected().to_rfc3339(),
        question: question.question.clone(),
    })
}

/// The operations as keys of the catalogue.
fn what(change: &Change) -> Vec<String> {
    let keys = change.ops.iter().map(|op| match op {
        Op::Write(write) => format!("write:{}.{}", write.entity.kind, write.field),
        Op::Fact(fact) => format!("fact:{}", fact.kind),
        Op::Retract(_) => "retract".to_owned(),
        Op::Seal(_) => "seal".to_owned(),
        Op::Unknown(_) => "unknown".to_owned(),
    });
    let mut keys: Vec<String> = keys.collect();
    keys.dedup();
    keys
}

/// Whom it concerns: the first operation's customer, machine or person.
fn about(r: &Reader, change: &Change) -> Result<String> {
    let entity = change.ops.iter().find_map(|op| match op {
        Op::Write(write) => Some(write.entity.clone()),
        Op::Fact(fact) => fact.job.map(|id| EntityRef::new(kind::JOB, id.0)),
        Op::Seal(seal) => Some(EntityRef::new(kind::JOB, seal.job.0)),
        Op::Retract(_) | Op::Unknown(_) => None,
    });
    entity.map_or(Ok(String::new()), |entity| r.title(&entity))
}
