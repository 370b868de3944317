//! What a person must look at: findings, conflicts (I5) and changes that could not be taken. Nothing here is ever deleted.

use gongdan_domain::entity::{Fields, kind};
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{JobId, VisitId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::sync::wire::{Outcome, RecordBody};
use serde_json::Value;

use crate::error::Result;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, said};
use crate::office::load::{self, Names, PAGE};
use crate::office::register;
use crate::office::view as v;
use crate::storage::{Reader, RowQuery, StoredChange};

pub fn list(ctx: &Context, args: a::ListFindings) -> Result<v::FindingList> {
    ctx.read(|r| {
        let states = r.findings(args.open, PAGE, args.page.saturating_mul(PAGE))?;
        let mut rows = load::findings(&mut Names::new(r), states)?;
        if !ctx.sees_money() {
            rows.iter_mut().for_each(|row| load::without_money(&mut row.finding.details));
        }
        Ok(v::FindingList { rows, total: r.count_findings(args.open)? })
    })
}

pub fn answer(ctx: &Context, args: a::AnswerFinding) -> Result<v::OfficeDone> {
    let answer = said(&args.answer, || Code::ReasonMissing.into())?;
    ctx.write(move |ctx, tx| {
        let state = tx.finding(args.finding)?.ok_or(Code::NotFound)?;
        let RecordBody::Finding { finding } = state.body else { return Err(Code::NotFound.into()) };
        let about = finding.job.map(|job| About { job, visit: finding.visit });
        let mut act = Act::new(ctx);
        act.fact(about, &FactBody::FindingAnswered { finding: args.finding, answer });
        ctx.state(tx, act.ops)?;
        let title = finding.job.map(|job| load::title(tx, job)).transpose()?.flatten();
        ctx.note(tx, "answered", title.map(|title| title.customer).unwrap_or_default())?;
        Ok(v::OfficeDone {})
    })
}

pub fn conflicts(ctx: &Context, _: a::OfficeNothing) -> Result<Vec<v::ConflictRow>> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        let mut rows = Vec::new();
        for (entity, field) in r.conflicts()? {
            let fields = r.fields(&entity)?;
            let Some(register) = fields.register(&field).filter(|register| register.in_conflict()) else { continue };
            let mut heads = heads(&mut names, register)?;
            if !ctx.sees_money() {
                heads.iter_mut().for_each(|head| load::without_money(&mut head.value));
            }
            rows.push(v::ConflictRow {
                entity_title: title(r, &entity, &fields)?,
                heads,
                about: about(r, &entity)?,
                entity,
                field,
            });
        }
        Ok(rows)
    })
}

/// Newest first, as they would be shown.
fn heads(names: &mut Names<'_>, register: &Register) -> Result<Vec<v::HeadView>> {
    let shown = register.shown().map(|head| head.write);
    let mut ordered: Vec<&Head> = register.heads.iter().collect();
    ordered.sort_by_key(|head| std::cmp::Reverse((head.at, head.write)));
    let view = |head: &Head| {
        let (write, value, at) = (head.write, head.value.clone(), head.at);
        Ok(v::HeadView { write, value, by: names.of(head.by)?, at, shown: shown == Some(write) })
    };
    ordered.into_iter().map(view).collect()
}

fn title(r: &dyn Reader, entity: &EntityRef, fields: &Fields) -> Result<String> {
    Ok(match entity.kind.as_str() {
        kind::MACHINE => load::machine_title(fields),
        kind::JOB | kind::VISIT => match about(r, entity)? {
            Some(about) => load::title(r, about.job)?.map(|title| title.customer).unwrap_or_default(),
            None => String::new(),
        },
        // Customers, people and teams are called by their name.
        _ => fields.text("name").to_owned(),
    })
}

fn about(r: &dyn Reader, entity: &EntityRef) -> Result<Option<About>> {
    match entity.kind.as_str() {
        kind::JOB => Ok(Some(About { job: JobId(entity.id), visit: None })),
        kind::VISIT => {
            let visit = VisitId(entity.id);
            let query = RowQuery { order: Some(visit.order()), limit: 1, ..RowQuery::default() };
            Ok(r.rows(&query)?.pop().map(|row| About { job: row.job, visit: Some(visit) }))
        }
        _ => Ok(None),
    }
}

/// I5: naming every head that was on the screen. One that nobody saw stays, and the field stays open.
pub fn settle(ctx: &Context, args: a::SettleConflict) -> Result<v::OfficeField> {
    ctx.write(move |ctx, tx| register::write(ctx, tx, &args.entity, &args.field, args.value, args.seen, "settled"))
}

pub fn refused(ctx: &Context, _: a::OfficeNothing) -> Result<Vec<v::RefusedRow>> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        r.refused_changes()?.into_iter().map(|(change, apart)| refused_row(&mut names, change, apart)).collect()
    })
}

fn refused_row(names: &mut Names<'_>, change: StoredChange, apart: bool) -> Result<v::RefusedRow> {
    let device = names.r.device(change.device)?;
    let person = device.as_ref().map_or(uuid::Uuid::nil().into(), |device| device.person);
    let (code, details) = match change.verdict.outcome {
        Outcome::Refused { code, details } => (code, details),
        Outcome::Accepted | Outcome::Quarantined => (Code::Fork, Value::Null),
    };
    Ok(v::RefusedRow {
        device: change.device,
        device_name: device.map(|device| device.name).unwrap_or_default(),
        person: names.of(person)?,
        device_seq: change.device_seq,
        code,
        details,
        received_at: change.received_at,
        outcome: if apart { "quarantined" } else { "refused" }.to_owned(),
        payload: change.payload,
    })
}
