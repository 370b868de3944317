//! What a technician records: fields, facts, readings, leaving. The rules say what an action would break; here it is refused where the
//! person on the spot can still do it right, and saved otherwise.

use gongdan_domain::entity::{kind, visit as visit_field};
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::VisitId;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reading::{Decimal, Judgement, ReadingSpec};
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::visit::breach::breaches;
use gongdan_domain::visit::{TakenReading, VisitState};
use serde_json::json;

use crate::assemble;
use crate::commands::{args, job};
use crate::device::Device;
use crate::error::Result;
use crate::store::{Reader, Tx};
use crate::view::FieldView;
use crate::view::job::JobView;

/// Autosave. An edit that began before a conflict came is kept beside it; one that saw the conflict opens the chooser instead.
pub fn write_field(device: &Device, args: args::WriteField) -> Result<args::Written> {
    device.write(|tx| {
        not_sealed(tx, &args.entity, &args.field)?;
        let before = tx.fields(&args.entity)?.0.remove(&args.field).unwrap_or_default();
        if before.in_conflict() && before.seen().iter().all(|head| args.seen.contains(head)) {
            return Err(Problem::with(Code::Conflict, json!({ "field": args.field })).into());
        }
        let write = match before.heads.as_slice() {
            // Nothing was changed: no write, so that nobody else's edit finds a rival.
            [only] if only.value == args.value => only.write,
            _ => tx.autosave(&args.entity, &args.field, args.value, args.seen)?,
        };
        written(tx, &args.entity, &args.field, write)
    })
}

fn written(r: &Reader, entity: &EntityRef, field: &str, write: gongdan_domain::id::WriteId) -> Result<args::Written> {
    let register = r.fields(entity)?.0.remove(field).unwrap_or_default();
    let FieldView { heads, conflict, .. } = FieldView::of(&register);
    Ok(args::Written { write, heads, conflict })
}

/// G5: what a sealed order says does not change any more. The drafts on the pad are not part of it, until the customer confirms his (G2).
fn not_sealed(r: &Reader, entity: &EntityRef, field: &str) -> Result<()> {
    if entity.kind != kind::VISIT || field == visit_field::SIGNING_DRAFT {
        return Ok(());
    }
    let visit = VisitId(entity.id);
    let Some(job) = r.job_of(visit)? else { return Err(Code::NotFound.into()) };
    if field == visit_field::RATING_DRAFT {
        let (state, _) = assemble::circumstances(r, About { job, visit: Some(visit) })?;
        let open = state.sealed().is_none() || state.revising.is_some();
        return if open && state.rated(state.writing()).is_some() { Err(Code::RatingConfirmed.into()) } else { Ok(()) };
    }
    let sealed = r.sealed(job)?.iter().any(|s| s.visit == visit && s.document.kind == "work_order");
    if !sealed {
        return Ok(());
    }
    // Open for its next revision, the visit's own words may be corrected.
    let (state, _) = assemble::circumstances(r, About { job, visit: Some(visit) })?;
    if state.revising.is_some() { Ok(()) } else { Err(Code::AlreadySealed.into()) }
}

pub fn record(device: &Device, args: args::Record) -> Result<JobView> {
    record_all(device, args::RecordAll { about: args.about, facts: vec![args.fact] })
}

pub fn record_all(device: &Device, args: args::RecordAll) -> Result<JobView> {
    device.write(|tx| {
        let about = placed(tx, args.about)?;
        args.facts.into_iter().try_for_each(|fact| {
            // A seal without its document, a number that nobody drew, a photo without a file would be claims.
            if fact.by_its_own_command() {
                return Err(Problem::with(Code::NotAllowed, json!({ "kind": fact.parts().0 })).into());
            }
            take(tx, about, fact)
        })
    })?;
    job::view(device, args.about.job)
}

pub fn retract(device: &Device, args: args::Retract) -> Result<JobView> {
    device.write(|tx| {
        let about = placed(tx, args.about)?;
        let (state, _) = assemble::circumstances(tx, about)?;
        for id in &args.facts {
            let fact = tx.fact_by_id(*id)?.filter(|fact| fact.job == Some(about.job)).ok_or(Code::NotFound)?;
            if FactBody::of(&fact).is_some_and(|body| !body.may_be_taken_back()) {
                return Err(Problem::with(Code::NotAllowed, json!({ "kind": fact.kind })).into());
            }
            // G5: a revision adds photos; those that were sealed stay evidence.
            if fact.kind == "photo_taken" && state.sealed().is_some_and(|s| fact.at.corrected() <= s.at) {
                return Err(Code::AlreadySealed.into());
            }
        }
        tx.retract(about, args.facts, &args.reason)
    })?;
    job::view(device, args.about.job)
}

/// C1: the kit's readiness is the proof without which nobody departs.
pub fn depart(device: &Device, args: args::OfJob) -> Result<JobView> {
    device.write(|tx| {
        let about = placed(tx, About { job: args.job, visit: None })?;
        let departed = match assemble::kit_ready(tx, about)? {
            Ok(ready) => FactBody::Departed {
                kit_version: ready.template_version().to_owned(),
                released: ready.released().iter().map(|r| r.code.clone()).collect(),
            },
            // Refused below, by the same rule that names every other reason.
            Err(_) => FactBody::Departed { kit_version: String::new(), released: Vec::new() },
        };
        take(tx, about, departed)
    })?;
    job::view(device, args.job)
}

/// E2: quiet, asked back or refused with the range; an empty value takes the reading back.
pub fn take_reading(device: &Device, args: args::TakeReading) -> Result<JobView> {
    let job = args.about.job;
    device.write(|tx| {
        let about = placed(tx, args.about)?;
        let (state, _) = assemble::circumstances(tx, about)?;
        let former = state.reading(&args.key, args.phase).cloned();
        if args.value.trim().is_empty() {
            return take_back(tx, about, former);
        }
        let specs = assemble::readings(tx, about)?;
        let spec = specs.iter().find(|spec| spec.key == args.key).ok_or(Code::NotFound)?;
        let unusual = judged(spec, &args)?;
        take(
            tx,
            about,
            FactBody::ReadingTaken {
                key: args.key,
                phase: args.phase,
                value: args.value.trim().to_owned(),
                unit: spec.unit.clone(),
                confirmed: unusual,
            },
        )
    })?;
    job::view(device, job)
}

fn take_back(tx: &mut Tx, about: About, former: Option<TakenReading>) -> Result<()> {
    former.map_or(Ok(()), |reading| tx.retract(about, vec![reading.fact], ""))
}

/// Whether the value is unusual and was confirmed.
fn judged(spec: &ReadingSpec, args: &args::TakeReading) -> Result<bool> {
    if !spec.options.is_empty() {
        let known = spec.options.iter().any(|option| option.zh == args.value);
        return if known {
            Ok(false)
        } else {
            Err(Problem::with(Code::FieldInvalid, json!({ "field": args.key })).into())
        };
    }
    let invalid = |_| Problem::with(Code::FieldInvalid, json!({ "field": args.key }));
    let value: Decimal = args.value.trim().parse().map_err(invalid)?;
    match spec.judge(&value) {
        Judgement::Quiet => Ok(false),
        Judgement::Ask { .. } if args.confirmed => Ok(true),
        Judgement::Ask { why, range } => {
            Err(Problem::with(Code::ReadingUnusual, json!({ "key": args.key, "why": why, "range": range })).into())
        }
        Judgement::Refuse { range } => {
            Err(Problem::with(Code::ReadingImpossible, json!({ "key": args.key, "range": range })).into())
        }
    }
}

/// One fact under the rules: refused, or saved with what comes of it.
pub(super) fn take(tx: &mut Tx, about: About, body: FactBody) -> Result<()> {
    if body.by_office_only() || body.with_its_seal() {
        return Err(Code::NotAllowed.into());
    }
    let (state, now) = assemble::circumstances(tx, about)?;
    if let Some(refusal) = breaches(&state, &body, &now).into_iter().find_map(|breach| breach.refusal) {
        return Err(refusal.into());
    }
    if already(&state, &body) {
        return Ok(());
    }
    tx.fact(about, body, Vec::new()).map(drop)
}

/// A second tap on the same thing says nothing new.
fn already(state: &VisitState, body: &FactBody) -> bool {
    match body {
        FactBody::Ticked { list, item, .. } => state.ticked(*list, item).is_some(),
        FactBody::SafetyAnswered { item, answer, .. } => {
            state.safety.get(item).is_some_and(|now| now.answer == *answer)
        }
        FactBody::JobAccepted {} => state.accepted_at.is_some(),
        FactBody::WorkStarted {} => state.work_started_at.is_some(),
        _ => false,
    }
}

/// Facts of a job that name no visit belong to the one that is on.
pub(super) fn placed(r: &Reader, about: About) -> Result<About> {
    let known = r.exists(&EntityRef::new(kind::JOB, about.job.0))?;
    if !known {
        return Err(Code::NotFound.into());
    }
    let visit = match about.visit {
        Some(visit) if r.job_of(visit)? == Some(about.job) => visit,
        Some(_) => return Err(Code::NotFound.into()),
        None => r.current_visit(about.job)?.0,
    };
    Ok(About { job: about.job, visit: Some(visit) })
}
