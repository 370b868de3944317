//! I1: BR-01…BR-16 reckoned by the company's clock, across contact window, nights and holidays.
#![allow(clippy::unwrap_used)]

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::{at, calendar, deadlines};
use gongdan_domain::calendar::{Calendar, CalendarError, DayKind};
use gongdan_domain::deadline::*;
use proptest::prelude::*;

fn reckon(id: &str, trigger: &str, always: bool) -> Due {
    let (rules, calendar) = (deadlines(), calendar());
    due(rules.rule(id).unwrap(), at(trigger), &calendar.clock().unwrap(), always)
}

#[test]
fn every_rule_of_the_standard_is_there() {
    let rules = deadlines();
    for n in 1..=16 {
        assert!(rules.rule(&format!("BR-{n:02}")).is_some(), "BR-{n:02}");
    }
}

#[test]
fn each_rule_is_due_when_the_standard_says() {
    for (id, trigger, expected) in [
        ("BR-01", "2026-11-24T10:00", "2026-11-24T12:00"),
        ("BR-02", "2026-11-24T10:00", "2026-11-24T12:00"),
        ("BR-03", "2026-11-24T10:00", "2026-11-24T13:00"),
        ("BR-04", "2026-11-24T23:59", "2026-11-25T00:00"),
        ("BR-04", "2026-11-25T00:00", "2026-11-26T00:00"),
        ("BR-05", "2026-11-24T09:00", "2026-11-25T12:00"),
        ("BR-06", "2026-11-24T16:00", "2026-11-25T10:00"),
        ("BR-06", "2026-11-27T17:00", "2026-11-30T11:00"),
        ("BR-06", "2026-09-30T16:00", "2026-10-08T10:00"),
        ("BR-06", "2026-10-09T17:00", "2026-10-10T11:00"),
        ("BR-07", "2026-11-24T14:00", "2026-11-24T13:00"),
        ("BR-08", "2026-11-24T14:00", "2026-11-24T13:30"),
        ("BR-09", "2026-11-24T14:00", "2026-11-24T15:00"),
        ("BR-10", "2026-11-24T14:00", "2026-11-24T14:00"),
        ("BR-11", "2026-11-24T14:00", "2026-11-25T14:00"),
        ("BR-11-proposal", "2026-11-27T14:00", "2026-12-02T18:00"),
        ("BR-12", "2026-11-30T14:00", "2026-12-06T00:00"),
        ("BR-12", "2026-12-31T14:00", "2027-01-06T00:00"),
        ("BR-13", "2026-11-24T08:00", "2026-11-24T20:00"),
        ("BR-14", "2026-11-24T08:00", "2026-11-27T17:00"),
        ("BR-14", "2026-11-27T17:00", "2026-12-04T17:00"),
        ("BR-15", "2026-11-24T08:00", "2026-11-25T08:00"),
        ("BR-16", "2026-11-24T08:00", "2026-11-24T08:00"),
    ] {
        assert_eq!(reckon(id, trigger, false).adjusted_due, at(expected), "{id} from {trigger}");
    }
    assert_eq!(reckon("BR-05", "2026-11-24T09:00", false).opens_at, Some(at("2026-11-24T18:00")));
    assert_eq!(reckon("BR-16", "2026-11-24T08:00", false).overdue_at, at("2026-11-25T00:00"));
}

#[test]
fn br01_counts_from_1h45_and_is_overdue_after_2h30() {
    let due = reckon("BR-01", "2026-11-24T10:00", false);
    for (moment, state) in [
        ("2026-11-24T11:44", DueState::NotOpen),
        ("2026-11-24T11:45", DueState::Open),
        ("2026-11-24T12:00", DueState::Due),
        ("2026-11-24T12:30", DueState::Due),
        ("2026-11-24T12:31", DueState::Overdue),
    ] {
        assert_eq!(due.state(at(moment)), state, "{moment}");
    }
}

#[test]
fn i1_outside_the_contact_window_both_times_are_told() {
    let evening = reckon("BR-01", "2026-11-24T18:30", false);
    assert!(evening.moved());
    assert_eq!((evening.source_due, evening.adjusted_due), (at("2026-11-24T20:30"), at("2026-11-25T08:00")));
    assert_eq!((evening.opens_at, evening.overdue_at), (Some(at("2026-11-25T07:45")), at("2026-11-25T08:30")));
    let night = reckon("BR-01", "2026-11-24T02:00", false);
    assert_eq!(night.adjusted_due, at("2026-11-24T08:00"));
    let at_eight = reckon("BR-01", "2026-11-24T18:00", false);
    assert!(!at_eight.moved(), "20:00 still belongs to the window");
    let plant = reckon("BR-01", "2026-11-24T18:30", true);
    assert!(!plant.moved(), "a plant that never sleeps is called anyway");
    let holiday = reckon("BR-03", "2026-10-01T10:00", false);
    assert_eq!(holiday.adjusted_due, at("2026-10-01T13:00"), "a repair on a holiday is followed up on that holiday");
}

#[test]
fn reminders_go_to_person_dispatcher_and_manager() {
    let told = deadlines().escalation(&reckon("BR-01", "2026-11-24T10:00", false));
    let expected = ["11:45", "12:00", "12:30", "14:00"].map(|t| at(&format!("2026-11-24T{t}")));
    assert_eq!([told.remind_at, told.due_at, told.dispatcher_at, told.manager_at], expected);
}

#[test]
fn calendar_days_are_what_the_office_wrote() {
    let calendar = calendar();
    for (date, kind) in [
        ("2026-10-01", DayKind::Holiday),
        ("2026-10-10", DayKind::Workday),
        ("2026-10-11", DayKind::Weekend),
        ("2026-11-24", DayKind::Workday),
        ("2026-02-14", DayKind::Workday),
        ("2027-01-01", DayKind::Holiday),
    ] {
        assert_eq!(calendar.day_kind(date.parse().unwrap()), kind, "{date}");
    }
    let broken = |change: fn(&mut Calendar)| {
        let mut broken = common::calendar();
        change(&mut broken);
        broken.validate().unwrap_err()
    };
    assert_eq!(broken(|c| c.zone = "Asia/Nowhere".into()), CalendarError::UnknownZone { zone: "Asia/Nowhere".into() });
    assert_eq!(broken(|c| c.contact_until = c.contact_from), CalendarError::WindowReversed);
    assert_eq!(broken(|c| c.weekend = vec![1, 2, 3, 4, 5, 6, 7]), CalendarError::WeekendInvalid);
    let date = calendar.holidays[0].date;
    assert_eq!(broken(|c| c.makeup_workdays.push(c.holidays[0].clone())), CalendarError::DayListedTwice { date });
}

#[test]
fn summer_time_gaps_do_not_break_the_clock() {
    let calendar = Calendar { zone: "Europe/Berlin".into(), ..calendar() };
    let clock = calendar.clock().unwrap();
    let gap = clock.instant("2026-03-29".parse().unwrap(), "02:30:00".parse().unwrap());
    assert_eq!(gap.to_rfc3339(), "2026-03-29T01:00:00+00:00");
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..2 * 366 * 24 * 60).prop_map(|m| at("2026-01-01T00:00") + TimeDelta::minutes(m))
}

proptest! {
    #[test]
    fn moved_deadlines_lie_in_the_window_and_never_earlier(trigger in any_instant(), rule in 0usize..17) {
        let (rules, calendar) = (deadlines(), calendar());
        let clock = calendar.clock().unwrap();
        let rule = &rules.rules[rule];
        let due = due(rule, trigger, &clock, false);
        prop_assert!(due.adjusted_due >= due.source_due);
        prop_assert!(due.overdue_at >= due.adjusted_due);
        prop_assert!(due.opens_at.is_none_or(|opens| opens <= due.adjusted_due));
        if rule.within_contact_window {
            let time = clock.local(due.adjusted_due).time();
            prop_assert!(calendar.contact_from <= time && time <= calendar.contact_until);
            prop_assert!(due.adjusted_due - due.source_due <= TimeDelta::hours(12));
        } else {
            prop_assert!(!due.moved());
        }
    }

    #[test]
    fn working_minutes_end_in_working_hours_and_add_up(trigger in any_instant(), first in 1u32..2000, second in 1u32..2000) {
        let calendar = calendar();
        let clock = calendar.clock().unwrap();
        let end = clock.add_working_minutes(trigger, first + second);
        let local = clock.local(end);
        prop_assert_eq!(calendar.day_kind(local.date_naive()), DayKind::Workday);
        prop_assert!(calendar.work_from <= local.time() && local.time() <= calendar.work_until);
        prop_assert_eq!(clock.add_working_minutes(clock.add_working_minutes(trigger, first), second), end);
    }
}
