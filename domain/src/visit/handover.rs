//! Re-assigning a visit that is under way: from departure until the order is sealed the office asks, and whoever is there answers. The job
//! does not vanish under his hands. Refuses to decide by itself: a decision of the office settles every request.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::fact::FactBody;
use crate::id::{FactId, PersonId, VisitId};
use crate::sync::change::Fact;
use crate::time::Instant;
use crate::visit::VisitState;

/// A request that no decision has settled yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Handover {
    pub request: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    /// Who of the office asks.
    pub by: PersonId,
    pub technicians: Vec<PersonId>,
    pub leader: PersonId,
    #[ts(type = "string | null")]
    pub planned_at: Option<Instant>,
    pub answer: Option<HandoverAnswer>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HandoverAnswer {
    pub accepted: bool,
    /// Why he goes on himself.
    pub reason: String,
    #[ts(type = "string")]
    pub at: Instant,
    pub by: PersonId,
}

/// Whether a decision would take a visit out of somebody's hands: he is on his way or there, and not among those who would go.
pub fn must_ask(state: &VisitState, technicians: &[PersonId]) -> bool {
    let under_way = state.departed_at.is_some() && state.seals.is_empty() && state.cancelled.is_none();
    under_way && state.technicians.iter().any(|person| !technicians.contains(person))
}

/// Decisions that gave a visit to others before the office could know that somebody of it had set out, oldest first: the last is what
/// the office wants. None where he has the visit still or never had it, and where somebody set out to it before: then it was known.
/// `facts` are those of the job, also retracted ones, or a departure could be repeated until it counts; `standing` leaves those out.
pub fn over_his_head<'a>(visit: VisitId, departed: &Fact, facts: &[&Fact], standing: &[&'a Fact]) -> Vec<&'a Fact> {
    let set_out = |fact: &&&Fact| fact.kind == departed.kind && fact.visit == Some(visit);
    if facts.iter().filter(set_out).any(|fact| fact.id != departed.id) {
        return Vec::new();
    }
    let mut decided: Vec<(&Fact, Vec<PersonId>)> = standing
        .iter()
        .filter_map(|fact| match FactBody::of(fact) {
            Some(FactBody::JobAssigned { visit: of, technicians, .. }) if of == visit => Some((*fact, technicians)),
            _ => None,
        })
        .collect();
    decided.sort_by_key(|(fact, _)| (fact.at.corrected(), fact.id));
    let his = decided.iter().rposition(|(_, technicians)| technicians.contains(&departed.by));
    his.map(|last| decided.split_off(last + 1).into_iter().map(|(fact, _)| fact).collect()).unwrap_or_default()
}

/// The open request of a visit, from its facts by time. Only who has the visit can answer; his first answer counts.
pub(super) fn of(visit: VisitId, ordered: &[&Fact]) -> Option<Handover> {
    let (mut open, mut crew): (Option<Handover>, Vec<PersonId>) = (None, Vec::new());
    for fact in ordered {
        match FactBody::of(fact) {
            Some(FactBody::JobAssigned { visit: of, technicians, .. }) if of == visit => {
                (open, crew) = (None, technicians);
            }
            Some(FactBody::ReassignRequested { visit: of, technicians, leader, planned_at }) if of == visit => {
                let (request, at, by) = (fact.id, fact.at.corrected(), fact.by);
                open = Some(Handover { request, at, by, technicians, leader, planned_at, answer: None });
            }
            _ => {}
        }
    }
    let mut open = open?;
    // A clock that was not measured yet may have put the answer before its question.
    open.answer = ordered.iter().filter(|fact| crew.contains(&fact.by)).find_map(|fact| match FactBody::of(fact) {
        Some(FactBody::ReassignAnswered { request, accepted, reason }) if request == open.request => {
            Some(HandoverAnswer { accepted, reason, at: fact.at.corrected(), by: fact.by })
        }
        _ => None,
    });
    Some(open)
}
