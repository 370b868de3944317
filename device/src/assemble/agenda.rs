//! The day of a technician (A4, H1, I1): visits in their order with the way between them, what is late, what is owed, the one next thing.

use chrono::{NaiveDate, TimeDelta};
use gongdan_domain::entity::{Fields, customer, job, machine};
use gongdan_domain::fact::FactBody;
use gongdan_domain::obligation::{Obligation, ObligationState};
use gongdan_domain::time::Instant;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::step::{Step, StepMark, VisitStage};

use super::{Case, is_open, order, travel};
use crate::error::Result;
use crate::store::Reader;
use crate::view::agenda::{AgendaNext, NextDay, NotReceived, OwedCall, Stop};

/// How long a visit is reckoned where nothing says it, to see whether the next one can be reached.
const VISIT_MINUTES: i64 = 90;

/// What the agenda needs of one job, besides its screen row.
pub struct Planned {
    pub stop: Stop,
    pub state: VisitState,
    pub at: Option<Instant>,
    pub day: Option<NaiveDate>,
    pub contact_due: Option<Instant>,
    pub visit_minutes: i64,
}

/// The text on the job, else in the archive.
fn known<'a>(own: &'a Fields, field: &str, archive: &'a Fields, archive_field: &str) -> &'a str {
    let text = own.text(field);
    if text.is_empty() { archive.text(archive_field) } else { text }
}

pub fn planned(case: &Case) -> Planned {
    let kit = case.kit();
    let steps = case.steps(&kit);
    let (state, at) = (&case.state, case.expected_at());
    let brand = known(&case.fields, job::BRAND, &case.machine, machine::BRAND);
    let model = known(&case.fields, job::MODEL, &case.machine, machine::MODEL);
    let contact_due = travel::contact_due(state, at, case.references.deadlines.as_deref());
    let text = |at: Option<Instant>| at.map(|at| at.to_rfc3339());
    let stop = Stop {
        job: case.job,
        visit: case.visit,
        at: text(at),
        agreed: case.agreed_at().is_some(),
        customer: known(&case.fields, job::CUSTOMER_NAME, &case.customer, customer::NAME).to_owned(),
        machine: format!("{brand} {model}").trim().to_owned(),
        symptom: case.fields.text(job::SYMPTOM).to_owned(),
        wishes: case.fields.text(job::WISHES).to_owned(),
        urgency: case.fields.text(job::URGENCY).to_owned(),
        stage: state.stage(),
        step: steps.iter().find(|s| s.mark == StepMark::Current).map_or(Step::FollowUp, |s| s.step),
        arrived_at: text(state.arrived_at.or(state.checked_in_at)),
        left_at: text(state.checked_out_at),
        kit_ready_at: text(kit.ready_at),
        signing: state.sealed().map(|s| s.choice),
        distance_km: case.customer.text(customer::DISTANCE_KM).to_owned(),
        travel_minutes: travel::minutes(case.customer.text(customer::DISTANCE_KM)),
        leave_by: None,
        late_at: None,
        contact_due: text(contact_due),
        received: case.sealed.as_ref().is_some_and(|s| s.receipt.is_some()),
    };
    // What began or ended on a day belongs to that day, whatever had been planned.
    let happened = state.arrived_at.or(state.checked_in_at);
    Planned {
        stop,
        state: state.clone(),
        day: happened.or(at).map(|at| case.date(at)),
        at: happened.filter(|_| at.is_none()).or(at),
        contact_due,
        visit_minutes: case.typical_minutes().map_or(VISIT_MINUTES, i64::from),
    }
}

/// Sorts the day's stops by time and walks through them: when to leave for each, and where the one before makes it late.
pub fn reckon(stops: &mut [Planned], now: Instant) {
    stops.sort_by_key(|p| (p.at, p.stop.job));
    let mut free_at = now;
    for planned in stops {
        let state = &planned.state;
        let work = TimeDelta::minutes(planned.visit_minutes);
        if let Some(arrived) = state.arrived_at.or(state.checked_in_at) {
            if state.checked_out_at.is_none() {
                free_at = free_at.max(arrived + work);
            }
            continue;
        }
        if is_over(planned.stop.stage) {
            continue;
        }
        let minutes = planned.stop.travel_minutes.unwrap_or(0);
        let arrival = travel::arrival(state, minutes, free_at, now);
        if let Some(at) = planned.at {
            if planned.stop.travel_minutes.is_some() && state.departed_at.is_none() {
                planned.stop.leave_by = Some(travel::leave_by(at, minutes).to_rfc3339());
            }
            let late =
                travel::late_at(state, at, minutes, free_at, now).filter(|_| planned.stop.travel_minutes.is_some());
            planned.stop.late_at = late.map(|at| at.to_rfc3339());
        }
        free_at = planned.at.map_or(arrival, |at| arrival.max(at)) + work;
    }
}

/// Nobody goes there any more.
fn is_over(stage: VisitStage) -> bool {
    use VisitStage as S;
    matches!(stage, S::Sealed | S::Left | S::Questioned | S::Archived | S::Cancelled | S::Advised | S::Refused)
}

/// Whether a job without a place in the day still waits for this technician.
pub fn is_waiting(planned: &Planned) -> bool {
    !is_over(planned.stop.stage)
}

/// The one thing to do now: finish where one stands, then the call that is overdue, then the next visit.
pub fn next(stops: &[Planned], others: &[Planned], now: Instant) -> Option<AgendaNext> {
    let of = |planned: &Planned, step: Step, overdue: bool| AgendaNext {
        job: planned.stop.job,
        customer: planned.stop.customer.clone(),
        step,
        overdue,
    };
    let all = || stops.iter().chain(others);
    let here = |p: &&Planned| {
        let arrived = p.state.arrived_at.or(p.state.checked_in_at).is_some();
        arrived
            && p.state.checked_out_at.is_none()
            && p.state.not_admitted.is_none()
            && p.stop.stage != VisitStage::Archived
    };
    if let Some(planned) = all().find(here) {
        return Some(of(planned, planned.stop.step, false));
    }
    let overdue = |p: &&Planned| is_waiting(p) && p.contact_due.is_some_and(|due| due < now);
    if let Some(planned) = all().filter(overdue).min_by_key(|p| p.contact_due) {
        // A job that nobody has read yet is read first.
        let step = if planned.stop.step == Step::Accept { Step::Accept } else { Step::Contact };
        return Some(of(planned, step, true));
    }
    let coming = all().find(|p| is_waiting(p));
    coming.map(|planned| of(planned, planned.stop.step, planned.stop.late_at.is_some()))
}

/// The next day with any visit.
pub fn next_day(others: &[Planned], day: NaiveDate) -> Option<NextDay> {
    let coming = || others.iter().filter(|p| is_waiting(p) && p.day.is_some_and(|d| d > day));
    let next = coming().filter_map(|p| p.day).min()?;
    let of_day: Vec<&Planned> = coming().filter(|p| p.day == Some(next)).collect();
    let first = of_day.iter().min_by_key(|p| p.at)?;
    Some(NextDay {
        day: next.to_string(),
        count: u32::try_from(of_day.len()).unwrap_or(u32::MAX),
        first_at: first.stop.at.clone(),
        first_customer: first.stop.customer.clone(),
        first_km: first.stop.distance_km.clone(),
    })
}

/// I1: the calls that this technician owes now. A clock that starts on leaving is not owed before.
pub fn owed_calls(case: &Case) -> Vec<OwedCall> {
    let owed = case.obligations().into_iter().filter(|o| o.owner == Some(case.me) && o.rule != "question");
    owed.filter(|o| is_open(o.state) && o.state != ObligationState::Waiting)
        .map(|obligation| OwedCall {
            customer: known(&case.fields, job::CUSTOMER_NAME, &case.customer, customer::NAME).to_owned(),
            phone: known(&case.fields, job::PHONE, &case.customer, customer::PHONE).to_owned(),
            about: why(case, &obligation),
            obligation,
        })
        .collect()
}

/// The words of the fact that made the call due.
fn why(case: &Case, obligation: &Obligation) -> String {
    let trigger = case.facts.iter().find(|f| f.id == obligation.trigger).and_then(FactBody::of);
    match trigger {
        Some(FactBody::ContactAttempt { guidance, .. }) => guidance,
        Some(FactBody::TestRunRecorded { reason, .. }) => reason,
        Some(FactBody::CallbackMade { note, .. }) => note,
        Some(FactBody::OrderSealed { .. }) => {
            let opinion = case.order.as_ref().and_then(|o| o.rating.as_ref()).map(|rating| rating.opinion.clone());
            opinion.unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// H1: sealed here, not confirmed by the office.
pub fn not_received(r: &Reader, case: &Case) -> Result<Option<NotReceived>> {
    let Some(delivery) = order::delivery(r, case)?.filter(|d| d.receipt.is_none()) else { return Ok(None) };
    Ok(Some(NotReceived {
        job: case.job,
        order_no: delivery.order_no,
        customer: known(&case.fields, job::CUSTOMER_NAME, &case.customer, customer::NAME).to_owned(),
        sealed_at: delivery.sealed_at,
    }))
}

/// Whether the agenda need not look at the job again until something happens to it: over, delivered, nothing owed here.
pub fn is_settled(case: &Case, today: NaiveDate) -> bool {
    let owes = case.obligations().into_iter().any(|o| o.owner == Some(case.me) && is_open(o.state));
    let delivered = case.sealed.as_ref().is_none_or(|s| s.receipt.is_some());
    let mine = case.state.technicians.contains(&case.me);
    let before_today = |at: Option<Instant>| at.is_some_and(|at| case.date(at) < today);
    let over = match case.state.stage() {
        VisitStage::Archived | VisitStage::Cancelled => true,
        VisitStage::Left => before_today(case.state.checked_out_at),
        VisitStage::Advised | VisitStage::Refused => before_today(case.state.attempts.last().map(|a| a.at)),
        _ => false,
    };
    delivered && !owes && (over || !mine)
}
