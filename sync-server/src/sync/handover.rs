//! What follows when a technician agrees to hand a visit over: the decision that the office had asked for, in the name of who asked.
//! Refuses to follow an answer to a request that was settled otherwise meanwhile, or of somebody who does not have the visit.

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{JobId, VisitId};
use gongdan_domain::sync::change::{Change, Op};

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

fn job_of(change: &Change, visit: VisitId) -> Option<JobId> {
    change.ops.iter().find_map(|op| match op {
        Op::Fact(fact) if fact.visit == Some(visit) => fact.job,
        _ => None,
    })
}
