//! Labour time: minimum, half hours, and the split at an overtime boundary.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::draft::Factor;
use super::schedule::{FeeSchedule, OvertimeFactor, OvertimeWhen};
use super::sheet::FeeError;
use crate::calendar::{Clock, DayKind};
use crate::catalogue::Words;
use crate::money::Qty;

/// Hours charged at one factor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChargedTime {
    pub factor: Factor,
    pub hours: Qty,
}

/// At least the minimum, then whole steps, rounded up. Additional time has no minimum of its own.
pub(super) fn charged_hours(schedule: &FeeSchedule, minutes: u32, additional: bool) -> Option<Qty> {
    let step = i64::from(schedule.rules.labour_step_hours.0 > 0) * schedule.rules.labour_step_hours.0;
    if step == 0 {
        return None;
    }
    let floor = if additional { 0 } else { schedule.rules.labour_minimum_hours.0 };
    // minutes × 1000 / 60 thousandths of an hour; compared in sixtieths so that nothing is rounded before the step.
    let beyond = i64::from(minutes) * 1000 - floor * 60;
    if beyond <= 0 {
        return Some(Qty(floor));
    }
    Some(Qty(floor + (beyond + step * 60 - 1) / (step * 60) * step))
}

/// Splits charged hours into steps from the start; each step has the factor in force when it begins.
pub(super) fn split(
    schedule: &FeeSchedule,
    clock: &Clock<'_>,
    start_at: Option<DateTime<Utc>>,
    hours: Qty,
) -> Result<Vec<ChargedTime>, FeeError> {
    let Some(start_at) = start_at else {
        return Ok(vec![ChargedTime { factor: Factor::ONE, hours }]);
    };
    let step = schedule.rules.labour_step_hours.0.max(1);
    let mut times: Vec<ChargedTime> = Vec::new();
    let mut done = 0;
    while done < hours.0 {
        let slot = step.min(hours.0 - done);
        let offset = done.checked_mul(3600).and_then(TimeDelta::try_milliseconds).ok_or(FeeError::TooLarge)?;
        let at = start_at.checked_add_signed(offset).ok_or(FeeError::TooLarge)?;
        let factor = factor_at(schedule, clock, at);
        match times.iter_mut().find(|t| t.factor.by == factor.by) {
            Some(time) => {
                time.hours.0 += slot;
                time.factor.why = joined(time.factor.why.take(), factor.why);
            }
            None => times.push(ChargedTime { factor, hours: Qty(slot) }),
        }
        done += slot;
    }
    Ok(times)
}

/// One line may be made by two rules of the same factor: Friday's night and the Saturday after it.
fn joined(one: Option<Words>, other: Option<Words>) -> Option<Words> {
    match (one, other) {
        (Some(one), Some(other)) if !one.zh.contains(&other.zh) => {
            let en = format!("{}, {}", one.en_or_zh(), other.en_or_zh());
            Some(Words::new(format!("{}、{}", one.zh, other.zh), en))
        }
        (one, other) => one.or(other),
    }
}

/// The highest factor that applies at an instant; factors are never multiplied with each other.
pub(super) fn factor_at(schedule: &FeeSchedule, clock: &Clock<'_>, at: DateTime<Utc>) -> Factor {
    let applies = |f: &&OvertimeFactor| when(schedule, clock, at).contains(&f.when);
    let highest = schedule.overtime.iter().filter(applies).max_by_key(|f| f.factor);
    highest.map_or(Factor::ONE, |f| Factor::of(f.factor, f.words.clone()))
}

fn when(schedule: &FeeSchedule, clock: &Clock<'_>, at: DateTime<Utc>) -> Vec<OvertimeWhen> {
    let local = clock.local(at);
    let (date, time) = (local.date_naive(), local.time());
    let early = time < schedule.rules.day_from;
    let late = time >= schedule.rules.day_until;
    let mut found = match clock.calendar().day_kind(date) {
        DayKind::Holiday => vec![OvertimeWhen::Holiday],
        DayKind::Weekend => vec![OvertimeWhen::Weekend],
        DayKind::Workday if early || late => vec![OvertimeWhen::WorkdayNight],
        DayKind::Workday => vec![OvertimeWhen::WorkdayDay],
    };
    let evening_before = date.checked_sub_days(Days::new(1)).map(|d| clock.calendar().day_kind(d));
    if early && evening_before == Some(DayKind::Workday) {
        found.push(OvertimeWhen::WorkdayNight);
    }
    found
}
