//! What a person must look at: findings (H4) and changes that could not be taken. Nothing here is ever deleted.

pub mod export;
mod opened;

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::finding::{Finding, FindingDecision};
use gongdan_domain::id::FindingId;
use gongdan_domain::obligation::ObligationState;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::wire::{Outcome, RecordBody};
use serde_json::Value;

use crate::error::Result;
use crate::index;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, invalid, said};
use crate::office::load::{self, Names, PAGE};
use crate::office::view as v;
use crate::storage::{FindingQuery, Reader, StoredChange, Tx};

pub use opened::open;

pub fn list(ctx: &Context, args: a::ListFindings) -> Result<v::FindingList> {
    ctx.read(|r| {
        let which = FindingQuery { open_only: args.open, code: args.code };
        let states = r.findings(which, PAGE, args.page.saturating_mul(PAGE))?;
        let mut rows = load::findings(&mut Names::new(r), states)?;
        if !ctx.sees_money() {
            rows.iter_mut().for_each(|row| load::without_money(&mut row.finding.details));
        }
        let kinds = r.finding_kinds(args.open)?;
        let kinds = kinds.into_iter().map(|(code, count)| v::FindingKind { code, count }).collect();
        Ok(v::FindingList { rows, total: r.count_findings(which)?, kinds })
    })
}

/// What the company decided. A finding can be settled again: the last decision shows, the record keeps all of them.
pub fn answer(ctx: &Context, args: a::AnswerFinding) -> Result<v::OfficeDone> {
    let wordless = args.decision == FindingDecision::RemedialCallback;
    let answer =
        if wordless { args.answer.trim().to_owned() } else { said(&args.answer, || Code::ReasonMissing.into())? };
    ctx.write(move |ctx, tx| {
        let finding = known(tx, args.finding)?;
        if wordless && !made_good(ctx, tx, &finding)? {
            // BR-06 is done by reaching the customer, not by saying so.
            return Err(invalid("decision"));
        }
        let body = FactBody::FindingAnswered { finding: args.finding, answer, decision: Some(args.decision) };
        stated(ctx, tx, &finding, &body, "answered")
    })
}

/// BR-06: opens a remedial callback; one that is open is enough.
pub fn ask_remedial(ctx: &Context, args: a::AskRemedialCallback) -> Result<v::OfficeDone> {
    let about = said(&args.about, || Code::ReasonMissing.into())?;
    ctx.write(move |ctx, tx| {
        let finding = known(tx, args.finding)?;
        let job = finding.job.ok_or(Code::NotFound)?;
        if opened::remedial(ctx, tx, job, &finding)?.iter().any(|(_, owed)| index::is_open(owed)) {
            return Err(Code::Conflict.into());
        }
        let body = FactBody::RemedialCallback { finding: args.finding, about };
        stated(ctx, tx, &finding, &body, "remedial_callback")
    })
}

fn known(r: &dyn Reader, id: FindingId) -> Result<Finding> {
    match r.finding(id)?.ok_or(Code::NotFound)?.body {
        RecordBody::Finding { finding } => Ok(finding),
        _ => Err(Code::NotFound.into()),
    }
}

fn made_good(ctx: &Context, r: &dyn Reader, finding: &Finding) -> Result<bool> {
    let Some(job) = finding.job else { return Ok(false) };
    let asked = opened::remedial(ctx, r, job, finding)?;
    Ok(asked.iter().any(|(_, owed)| owed.state == ObligationState::Done))
}

/// A decision about a finding, in the trail. What the technician must not see of other orders is not in it: it stays with the office.
fn stated(ctx: &Context, tx: &mut dyn Tx, finding: &Finding, body: &FactBody, action: &str) -> Result<v::OfficeDone> {
    let about = finding.job.map(|job| About { job, visit: finding.visit });
    let mut act = Act::new(ctx);
    if finding.code.for_the_manager() {
        act.fact_at_desk(about, body)
    } else {
        act.fact(about, body)
    };
    ctx.state(tx, act.ops)?;
    let title = finding.job.map(|job| load::title(tx, job)).transpose()?.flatten();
    ctx.note(tx, action, title.map(|title| title.customer).unwrap_or_default())?;
    Ok(v::OfficeDone {})
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
