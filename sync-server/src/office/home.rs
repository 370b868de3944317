//! 今天需要人处理的: what waits for somebody in the office. Every number opens its list and is counted as that list counts.

use std::collections::BTreeMap;

use chrono::{Days, TimeDelta};
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::JobId;
use gongdan_domain::obligation::ObligationState;

use crate::error::Result;
use crate::office::args as a;
use crate::office::callback;
use crate::office::context::Context;
use crate::office::load::{self, Names};
use crate::office::order;
use crate::office::view as v;
use crate::reference::ReferenceSet;
use crate::storage::{FindingQuery, Reader, RowQuery, StoredFact};

/// What came in last, as many as fit beside the numbers.
const ARRIVED: u32 = 20;
/// Calls for help are few; older ones than these have long been answered or are in the findings.
const ESCALATIONS: u32 = 100;

pub fn home(ctx: &Context, _: a::OfficeNothing) -> Result<v::OfficeHome> {
    ctx.read(|r| {
        let reference = ctx.reference(r)?;
        let today = reference.start_of(reference.day(ctx.now));
        let orders = |filter| r.count_rows(&order::filtered(filter, today));
        let unassigned = RowQuery { current_only: true, stages: Some(vec!["unassigned"]), ..RowQuery::default() };
        let owed = callback::owed(r, &reference, ctx.now)?;
        let count = |holds: fn(&callback::Owed) -> bool| size(owed.iter().filter(|o| holds(o)).count());
        let devices: Vec<_> = r.devices()?.into_iter().filter(|device| device.state == "active").collect();
        let silent = |seen: Option<_>| seen.is_none_or(|at| at < ctx.now - TimeDelta::days(1));
        let mut names = Names::new(r);
        Ok(v::OfficeHome {
            unassigned_jobs: r.count_rows(&unassigned)?,
            orders_to_review: orders(a::OrderFilter::ToReview)?,
            orders_questioned: orders(a::OrderFilter::Questioned)?,
            orders_not_returned: orders(a::OrderFilter::NotReturned)?,
            open_findings: r.count_findings(FindingQuery::OPEN)?,
            conflicts: size(r.conflicts()?.len()),
            refused_changes: size(r.refused_changes()?.len()),
            callbacks_due: count(|o| o.obligation.owner.is_none() && is_due(o.obligation.state)),
            obligations_overdue: count(|o| o.obligation.state == ObligationState::Overdue),
            escalations: escalations(&mut names)?,
            today: by_stage(ctx, r, &reference)?,
            arrived: arrived(&mut names)?,
            devices: size(devices.len()),
            devices_silent: size(devices.iter().filter(|device| silent(device.last_seen_at)).count()),
        })
    })
}

fn size(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn is_due(state: ObligationState) -> bool {
    matches!(state, ObligationState::Due | ObligationState::Overdue)
}

/// The visits planned for today, by stage.
fn by_stage(ctx: &Context, r: &dyn Reader, reference: &ReferenceSet) -> Result<BTreeMap<String, u32>> {
    let today = reference.day(ctx.now);
    let between = Some((reference.start_of(today), reference.start_of(today + Days::new(1))));
    let mut stages = BTreeMap::new();
    for row in r.rows(&RowQuery { current_only: true, planned_between: between, ..RowQuery::default() })? {
        *stages.entry(row.stage).or_default() += 1;
    }
    Ok(stages)
}

/// E10: open until the office decided something about the job, or the person who called for help has left the site.
fn escalations(names: &mut Names<'_>) -> Result<Vec<v::EscalationRow>> {
    let mut rows = Vec::new();
    for stored in names.r.facts_of_kind("escalated", ESCALATIONS)? {
        let (Some(FactBody::Escalated { what, note }), Some(job)) = (FactBody::of(&stored.fact), stored.fact.job)
        else {
            continue;
        };
        if answered(names.r, job, &stored)? {
            continue;
        }
        let Some(title) = load::title(names.r, job)? else { continue };
        let by = names.of(stored.fact.by)?;
        let at = stored.fact.at.judged_at(stored.received_at);
        rows.push(v::EscalationRow { fact: stored.fact.id, title, by, at, what, note });
    }
    Ok(rows)
}

fn answered(r: &dyn Reader, job: JobId, call: &StoredFact) -> Result<bool> {
    let left = |fact: &StoredFact| {
        let after = fact.fact.at.corrected() > call.fact.at.corrected();
        after
            && fact.fact.visit == call.fact.visit
            && matches!(FactBody::of(&fact.fact), Some(FactBody::CheckedOut { .. }))
    };
    let decided = |fact: &StoredFact| fact.by_office && fact.received_at >= call.received_at;
    Ok(r.facts(job)?.iter().any(|fact| !fact.retracted && (left(fact) || decided(fact))))
}

fn arrived(names: &mut Names<'_>) -> Result<Vec<v::ArrivedRow>> {
    let mut rows = Vec::new();
    for stored in names.r.arrived(ARRIVED)? {
        rows.push(v::ArrivedRow {
            received_at: stored.received_at,
            at: stored.fact.at.judged_at(stored.received_at),
            by: names.of(stored.fact.by)?,
            title: stored.fact.job.map(|job| load::title(names.r, job)).transpose()?.flatten(),
            kind: stored.fact.kind,
        });
    }
    Ok(rows)
}
