//! What the current step still needs, as keys of the interface's catalogue. What a rule demands is asked of the rule.

use gongdan_domain::fact::TickList;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::step::Step;

/// What is not in the visit itself.
pub struct Lacking {
    /// Kit codes neither ticked nor released.
    pub kit: Vec<String>,
    pub unsafe_to_work: bool,
    pub unsafe_to_power_on: bool,
    pub total_fen: i64,
}

pub fn missing(step: Step, state: &VisitState, lacking: &Lacking) -> Vec<String> {
    match step {
        Step::Accept | Step::Depart => Vec::new(),
        Step::Contact => [unticked(state, TickList::Contact, "contact"), vec!["contact.outcome".to_owned()]].concat(),
        Step::Prepare => lacking.kit.iter().map(|code| format!("kit.{code}")).collect(),
        Step::Arrive => at_the_door(state, lacking),
        Step::Diagnose => {
            let shown = state.fees_shown_at.is_some();
            named(state.diagnosis_missing().into_iter().chain((!shown).then_some("fees_shown")))
        }
        Step::Charge => {
            let answered = state.consent.is_some() || state.consent_refused.is_some();
            named((lacking.total_fen > 0 && !answered).then_some("consent"))
        }
        Step::Repair => {
            let picked = state.analysis.as_ref().is_some_and(|a| !a.parts.is_empty());
            let parts = (picked && state.parts_used.is_none()).then_some("parts_used");
            let power = lacking.unsafe_to_power_on.then_some("safety_power_on");
            named(state.repair_missing().into_iter().chain(parts).chain(power))
        }
        Step::Order => {
            let mut keys = before_seal(state);
            keys.extend(named(["rating", "signature"]));
            keys
        }
        Step::FollowUp => {
            let question = state.questions.iter().any(|q| q.answer.is_none()).then_some("question");
            named(question.into_iter().chain(state.checked_out_at.is_none().then_some("check_out")))
        }
    }
}

/// What keeps the order from being sealed, besides rating and signature: the repair and the hand-over, unless the repair was declined.
pub fn before_seal(state: &VisitState) -> Vec<String> {
    if state.consent_refused.is_some() {
        return Vec::new();
    }
    let repair = if state.work_finished_at.is_none() {
        named(state.repair_missing().into_iter().chain(["work_finished"]))
    } else {
        Vec::new()
    };
    [repair, unticked(state, TickList::Handover, "handover")].concat()
}

fn at_the_door(state: &VisitState, lacking: &Lacking) -> Vec<String> {
    let mut keys = named(state.arrived_at.is_none().then_some("arrived"));
    keys.extend(unticked(state, TickList::Door, "door"));
    keys.extend(named(state.checked_in_at.is_none().then_some("check_in")));
    keys.extend(named(lacking.unsafe_to_work.then_some("safety")));
    keys.extend(named(state.safety_signed_at.is_none().then_some("safety_signed")));
    keys
}

fn unticked(state: &VisitState, list: TickList, prefix: &str) -> Vec<String> {
    state.unticked(list).into_iter().map(|item| format!("{prefix}.{item}")).collect()
}

fn named<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    keys.into_iter().map(str::to_owned).collect()
}
