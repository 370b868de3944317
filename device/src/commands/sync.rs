//! The list behind the sentence (L4): what waits, what was refused and why, what two people changed, what the office asks.

use std::sync::Arc;

use gongdan_domain::entity::kind;
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::finding::{Finding, FindingCode};
use gongdan_domain::id::JobId;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reading::FormFields;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::{Change, EntityRef, Op};
use gongdan_domain::visit::handover::Handover;

use crate::assemble;
use crate::commands::args;
use crate::device::Device;
use crate::error::Result;
use crate::export;
use crate::store::Reader;
use crate::store::entity::Conflict;
use crate::store::outbox::OutboxRow;
use crate::sync::{OpenQuestion, open_handovers, open_questions};
use crate::vault::write_durably;
use crate::view::sync::{
    ConflictChoice, ConflictView, EnteredView, FindingView, HandoverView, LostPhotoView, QuestionView, ReadingName,
    RefusedView, SyncList, SyncSentence, WaitingView,
};

/// More rows than a person reads.
const LISTED: u32 = 200;

pub fn list(device: &Device, _: args::Nothing) -> Result<SyncList> {
    let sentence = device.sentence()?;
    device.read(|r| {
        let read = r.refusals_read()?;
        let form: Option<Arc<FormFields>> =
            assemble::references::readable(r.reference(ReferenceKind::FormFields, r.today()))?;
        let open = r.all_findings()?.into_iter().filter(|finding| finding.answer.is_none());
        Ok(SyncList {
            sentence,
            conflicts: r.conflicts()?.iter().map(|c| conflict(r, c)).collect::<Result<_>>()?,
            refused: r
                .refused()?
                .iter()
                .map(|row| refused(r, row, read.contains(&row.device_seq)))
                .collect::<Result<_>>()?,
            findings: open.map(|finding| found(r, finding, form.as_deref())).collect::<Result<_>>()?,
            questions: open_questions(r)?.iter().map(|q| question(r, q)).collect::<Result<_>>()?,
            handovers: open_handovers(r)?.iter().map(|(job, asked)| handover(r, *job, asked)).collect::<Result<_>>()?,
            owed: assemble::owed(r)?,
            waiting: r.waiting(LISTED)?.iter().map(|row| waiting(r, row)).collect::<Result<_>>()?,
            files: r.files_view()?,
            lost: r.lost_files()?.iter().map(|(file, job)| lost(r, &file.hash, *job)).collect::<Result<_>>()?,
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

/// Marks a refused change as read. Nothing is sent and nothing is dropped.
pub fn read_refused(device: &Device, args: args::OfRefused) -> Result<SyncList> {
    device.mark_refusal_read(args.device_seq)?;
    list(device, args::Nothing {})
}

/// A finding with the names that its evidence only holds as keys.
fn found(r: &Reader, finding: Finding, form: Option<&FormFields>) -> Result<FindingView> {
    let about = match finding.job {
        Some(job) => r.title(&EntityRef::new(kind::JOB, job.0))?,
        None => String::new(),
    };
    let key = finding.details["key"].as_str().filter(|_| finding.code == FindingCode::UnusualReading);
    let field = key.and_then(|key| form?.field(key));
    let reading = field.map(|field| ReadingName { words: field.words.clone(), unit: field.unit.clone() });
    Ok(FindingView { finding, about, reading })
}

/// The person says why; the order can then be complete without it.
pub fn declare_lost(device: &Device, args: args::DeclareLost) -> Result<SyncList> {
    let reason = args.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Code::ReasonMissing.into());
    }
    device.write(|tx| {
        let lost = tx.lost_files()?;
        let (_, job) = lost.iter().find(|(file, _)| file.hash == args.hash).ok_or(Code::NotFound)?;
        tx.give_up_file(&args.hash)?;
        let about = About { job: *job, visit: None };
        tx.fact(about, FactBody::DeclaredLost { hash: args.hash.clone(), reason }, Vec::new()).map(drop)
    })?;
    list(device, args::Nothing {})
}

/// Into the folder where a person finds it.
pub fn export(device: &Device, _: args::Nothing) -> Result<args::SavedFile> {
    let (bytes, name) = export::pack(device)?;
    let folder = device.shared_dir();
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(&name);
    write_durably(&path, &bytes)?;
    Ok(args::SavedFile { path: path.to_string_lossy().into_owned(), name })
}

pub fn carry(device: &Device, bytes: &[u8]) -> Result<SyncList> {
    export::carry(device, bytes)?;
    list(device, args::Nothing {})
}

fn lost(r: &Reader, hash: &str, job: JobId) -> Result<LostPhotoView> {
    let photo = r.facts(job)?.into_iter().rev().find(|fact| fact.files.iter().any(|file| file.hash == hash));
    let text = |key: &str| photo.as_ref().and_then(|fact| fact.body[key].as_str()).unwrap_or_default().to_owned();
    Ok(LostPhotoView {
        hash: hash.to_owned(),
        job,
        about: r.title(&EntityRef::new(kind::JOB, job.0))?,
        photo: text("photo"),
        caption: text("caption"),
        at: photo.as_ref().map(|fact| fact.at.corrected().to_rfc3339()),
    })
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

fn refused(r: &Reader, row: &OutboxRow, read: bool) -> Result<RefusedView> {
    let change = row.change();
    Ok(RefusedView {
        device_seq: row.device_seq,
        at: change.made_at.corrected().to_rfc3339(),
        what: what(change),
        about: about(r, change)?,
        problem: row.problem.clone().unwrap_or_else(|| Code::Internal.into()),
        entered: entered(change),
        read,
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

fn handover(r: &Reader, job: JobId, asked: &Handover) -> Result<HandoverView> {
    Ok(HandoverView {
        job,
        customer: r.title(&EntityRef::new(kind::JOB, job.0))?,
        to: r.person_name(asked.leader)?,
        at: asked.at.to_rfc3339(),
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

/// Texts that a person has written into a record.
const WORDS_OF_A_RECORD: [&str; 8] =
    ["reason", "note", "guidance", "answer", "words", "value", "conditions", "opinion"];

/// What a person has typed in a change: the values of its fields and the texts of its records.
fn entered(change: &Change) -> Vec<EnteredView> {
    let mut found = Vec::new();
    for op in &change.ops {
        match op {
            Op::Write(write) => found.push(EnteredView { field: write.field.clone(), value: write.value.clone() }),
            Op::Fact(fact) => found.extend(WORDS_OF_A_RECORD.iter().filter_map(|&name| {
                let value = fact.body.get(name)?;
                let said = value.as_str().is_some_and(|text| !text.trim().is_empty());
                said.then(|| EnteredView { field: name.to_owned(), value: value.clone() })
            })),
            Op::Retract(_) | Op::Seal(_) | Op::Unknown(_) => {}
        }
    }
    found
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
