//! Handing a visit over that is under way. A technician agrees: what the office had asked for becomes its decision, in the name of who
//! asked. He had set out before he could know that others were to go: the decision becomes the request that it would have been.
//! Refuses to follow an answer to a request that was settled otherwise meanwhile, or of somebody who does not have the visit.

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{FactId, JobId, VisitId, derived};
use gongdan_domain::sync::change::{Change, Fact, Op, Scope};
use gongdan_domain::visit::handover::over_his_head;

use crate::core::Env;
use crate::error::Result;
use crate::index;
use crate::office::act::{self, Act};
use crate::storage::Tx;

pub fn carry_out(tx: &mut dyn Tx, env: &Env, change: &Change, visit: VisitId) -> Result<()> {
    let Some(job) = job_of(change, visit) else { return Ok(()) };
    let state = index::visit_state(tx, visit, &index::facts(tx, job)?)?;
    let Some(handover) = state.handover.filter(|open| open.answer.as_ref().is_some_and(|answer| answer.accepted))
    else {
        return Ok(());
    };
    let mut act = Act::by(handover.by, env.now);
    let (technicians, leader, planned_at) = (handover.technicians, handover.leader, handover.planned_at);
    let decided = FactBody::JobAssigned { visit, technicians, leader, planned_at };
    act.fact(Some(About { job, visit: Some(visit) }), &decided);
    act::state(tx, env, handover.by, act.ops)
}

/// Somebody set out whom the office had replaced meanwhile: he keeps the visit and is asked.
pub fn ask_after_all(tx: &mut dyn Tx, env: &Env, departed: &Fact) -> Result<()> {
    let (Some(job), Some(visit)) = (departed.job, departed.visit) else { return Ok(()) };
    let kept = tx.facts(job)?;
    let all: Vec<&Fact> = kept.iter().map(|stored| &stored.fact).collect();
    let standing: Vec<&Fact> = kept.iter().filter(|stored| !stored.retracted).map(|stored| &stored.fact).collect();
    let decisions = over_his_head(visit, departed, &all, &standing);
    let Some(last) = decisions.last() else { return Ok(()) };
    let Some(FactBody::JobAssigned { technicians, leader, planned_at, .. }) = FactBody::of(last) else { return Ok(()) };
    let state = index::visit_state(tx, visit, &index::facts(tx, job)?)?;
    if !state.seals.is_empty() || state.cancelled.is_some() {
        return Ok(());
    }
    let mut act = Act::by(last.by, env.now);
    act.retract(decisions.iter().map(|fact| fact.id).collect(), Scope::Job(job));
    let asked = FactBody::ReassignRequested { visit, technicians, leader, planned_at };
    let request = FactId(derived(last.id.0, &format!("asked/{}", departed.id)));
    act.fact_as(request, Some(About { job, visit: Some(visit) }), &asked, Scope::Job(job));
    act::state(tx, env, last.by, act.ops)
}

fn job_of(change: &Change, visit: VisitId) -> Option<JobId> {
    change.ops.iter().find_map(|op| match op {
        Op::Fact(fact) if fact.visit == Some(visit) => fact.job,
        _ => None,
    })
}
