//! The way to the customer (A4, D2): how long it takes, when to leave, and whether the agreed time can still be kept.

use chrono::TimeDelta;
use gongdan_domain::deadline::{DeadlineClock, DeadlineRules};
use gongdan_domain::money::Qty;
use gongdan_domain::time::Instant;
use gongdan_domain::visit::VisitState;

/// Average speed on the road from the branch.
const KM_PER_HOUR: i64 = 50;
/// Loading, parking, finding the door.
const AROUND_THE_DRIVE_MINUTES: i64 = 5;
/// BR-07 where the company has published no rule: the customer hears of it at least so long before.
const NOTICE_MINUTES: u32 = 60;

/// Minutes on the way; unknown where the distance is.
pub fn minutes(distance_km: &str) -> Option<u32> {
    let km = distance_km.trim().parse::<Qty>().ok().filter(|km| *km >= Qty::ZERO)?;
    let driving = (i128::from(km.0) * 60 + i128::from(KM_PER_HOUR * 1000) - 1) / i128::from(KM_PER_HOUR * 1000);
    u32::try_from(driving + i128::from(AROUND_THE_DRIVE_MINUTES)).ok()
}

fn span(minutes: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
}

/// When to leave to be there in time.
pub fn leave_by(at: Instant, minutes: u32) -> Instant {
    at - span(minutes)
}

/// The earliest arrival: on the way already, or after whatever keeps the technician until `free_at`.
pub fn arrival(state: &VisitState, minutes: u32, free_at: Instant, now: Instant) -> Instant {
    match state.departed_at {
        Some(departed) => (departed + span(minutes)).max(now),
        None => free_at.max(now) + span(minutes),
    }
}

/// A4: the expected arrival where it lies after the time that was promised or wished.
pub fn late_at(state: &VisitState, at: Instant, minutes: u32, free_at: Instant, now: Instant) -> Option<Instant> {
    let over = state.arrived_at.is_some() || state.checked_in_at.is_some() || state.sealed().is_some();
    let arrival = arrival(state, minutes, free_at, now);
    (!over && arrival > at).then_some(arrival)
}

/// B, BR-07: until when the customer should have been called; nothing once the call was made or the visit is under way.
pub fn contact_due(state: &VisitState, at: Option<Instant>, rules: Option<&DeadlineRules>) -> Option<Instant> {
    if state.contacted_at().is_some() || state.departed_at.is_some() || state.sealed().is_some() {
        return None;
    }
    let published = rules.and_then(|r| r.rule("BR-07")).map(|rule| &rule.due);
    let before = match published {
        Some(DeadlineClock::BeforeMinutes { minutes }) => *minutes,
        _ => NOTICE_MINUTES,
    };
    at.map(|at| at - span(before))
}
