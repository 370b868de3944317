//! Who goes and when, and what is not done at all (A4, A6, J9).

use gongdan_domain::entity::kind;
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{JobId, VisitId};
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::handover::must_ask;
use gongdan_domain::visit::step::VisitStage;
use serde_json::json;

use crate::error::Result;
use crate::index;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, invalid, said};
use crate::office::device::role;
use crate::office::load::{self, Listed, Names};
use crate::office::view as v;
use crate::storage::Reader;

/// Whether these people can be sent: each one can carry a device, and one of them leads.
pub fn sendable(r: &dyn Reader, assign: &a::Assignment) -> Result<()> {
    let users = r.users()?;
    for person in &assign.technicians {
        let fields = r.fields(&EntityRef::new(kind::PERSON, person.0))?;
        if !role(&users, *person, &fields).is_some_and(|role| may(role, Permission::SyncDevice)) {
            return Err(Problem::with(Code::FieldInvalid, json!({ "field": "technicians", "person": person })).into());
        }
    }
    if assign.technicians.is_empty() {
        return Err(invalid("technicians"));
    }
    if assign.technicians.contains(&assign.leader) { Ok(()) } else { Err(invalid("leader")) }
}

pub fn decision(act: &mut Act, job: JobId, visit: VisitId, assign: a::Assignment) {
    let a::Assignment { technicians, leader, planned_at } = once_each(assign);
    let decided = FactBody::JobAssigned { visit, technicians, leader, planned_at };
    act.fact(Some(About { job, visit: Some(visit) }), &decided);
}

/// Asks whoever is there, instead of deciding over his head.
fn request(act: &mut Act, job: JobId, visit: VisitId, assign: a::Assignment) {
    let a::Assignment { technicians, leader, planned_at } = once_each(assign);
    let asked = FactBody::ReassignRequested { visit, technicians, leader, planned_at };
    act.fact(Some(About { job, visit: Some(visit) }), &asked);
}

fn once_each(mut assign: a::Assignment) -> a::Assignment {
    let mut seen = std::collections::BTreeSet::new();
    assign.technicians.retain(|person| seen.insert(*person));
    assign
}

/// To whom an open request would give the visit, and of whom it was asked or who answered.
pub fn handover_names(names: &mut Names<'_>, visit: &VisitState) -> Result<(Vec<String>, Vec<String>)> {
    let Some(asked) = &visit.handover else { return Ok(Default::default()) };
    let others = asked.technicians.iter().filter(|person| **person != asked.leader);
    let to = std::iter::once(&asked.leader).chain(others);
    let of: Vec<_> = match &asked.answer {
        Some(answer) => vec![answer.by],
        None => visit.technicians.iter().copied().filter(|person| !asked.technicians.contains(person)).collect(),
    };
    let mut named = |person| Ok(names.of(person)?.name);
    let to = to.map(|person| named(*person)).collect::<Result<_>>()?;
    Ok((to, of.into_iter().map(named).collect::<Result<_>>()?))
}

/// The visit that a decision made now is about: the current one, or the next where the current one is over.
fn visit_to_assign(r: &dyn Reader, listed: &Listed) -> Result<VisitId> {
    let over = matches!(
        listed.row.stage,
        VisitStage::Sealed | VisitStage::Left | VisitStage::Questioned | VisitStage::Archived | VisitStage::Advised
    );
    if !over {
        return Ok(listed.at.visit);
    }
    let (known, _) = index::visits(listed.at.job, &index::facts(r, listed.at.job)?);
    let next = (1..).map(|n| listed.at.job.visit(n)).find(|visit| !known.contains(visit));
    Ok(next.unwrap_or(listed.at.visit))
}

pub fn assign(ctx: &Context, args: a::AssignJob) -> Result<v::JobRow> {
    ctx.write(move |ctx, tx| {
        sendable(tx, &args.assign)?;
        let listed = load::current(tx, args.job)?;
        if listed.row.stage == VisitStage::Cancelled {
            return Err(Code::JobCancelled.into());
        }
        let visit = visit_to_assign(tx, &listed)?;
        let state = index::visit_state(tx, visit, &index::facts(tx, args.job)?)?;
        let asks = must_ask(&state, &args.assign.technicians) && args.at_once != Some(true);
        let mut act = Act::new(ctx);
        if asks {
            request(&mut act, args.job, visit, args.assign);
        } else {
            decision(&mut act, args.job, visit, args.assign);
        }
        ctx.state(tx, act.ops)?;
        ctx.note(tx, if asks { "asked_to_hand_over" } else { "assigned" }, listed.line())?;
        load::current(tx, args.job)?.job_row(&mut Names::new(tx))
    })
}

/// What is sealed happened and cannot be called off.
pub fn cancel(ctx: &Context, args: a::CancelJob) -> Result<v::JobRow> {
    let reason = said(&args.reason, || Code::ReasonMissing.into())?;
    ctx.write(move |ctx, tx| {
        let listed = load::current(tx, args.job)?;
        if listed.row.seal.is_some() {
            return Err(Code::AlreadySealed.into());
        }
        if listed.row.stage != VisitStage::Cancelled {
            let mut act = Act::new(ctx);
            act.fact(Some(About { job: args.job, visit: None }), &FactBody::JobCancelled { reason });
            ctx.state(tx, act.ops)?;
            ctx.note(tx, "cancelled", listed.line())?;
        }
        load::current(tx, args.job)?.job_row(&mut Names::new(tx))
    })
}
