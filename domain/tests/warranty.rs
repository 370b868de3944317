//! B4, F2: warranty from dates and plan: precedence, double limit, last day, unknown dates, misuse.
#![allow(clippy::unwrap_used)]

mod common;

use chrono::{Days, NaiveDate};
use common::{demo, warranty};
use gongdan_domain::warranty::WarrantyStatus::*;
use gongdan_domain::warranty::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dates(plan: &str, made: Option<&str>, bought: Option<&str>, started: Option<&str>) -> WarrantyDates {
    WarrantyDates {
        plan: Some(plan.into()),
        manufactured_on: made.map(day),
        purchased_on: bought.map(day),
        commissioned_on: started.map(day),
    }
}

#[test]
fn b4_start_precedence_is_commissioning_purchase_manufacture_plus_three_months() {
    let plans = warranty();
    for (machine, start, from) in [
        (
            dates("WP-12", Some("2025-01-10"), Some("2025-02-01"), Some("2025-03-05")),
            "2025-03-05",
            WarrantyStart::Commissioning,
        ),
        (dates("WP-12", Some("2025-01-10"), Some("2025-02-01"), None), "2025-02-01", WarrantyStart::Purchase),
        (dates("WP-12", Some("2025-01-10"), None, None), "2025-04-10", WarrantyStart::ManufacturePlusMonths),
    ] {
        assert_eq!(plans.start(&machine), Some((day(start), from)));
    }
}

#[test]
fn b4_the_last_day_counts_and_the_day_after_does_not() {
    let plans = warranty();
    let machine = dates("WP-12", Some("2025-01-01"), None, Some("2025-03-05"));
    let on = |text| plans.judge(&machine, day(text), false);
    assert_eq!(on("2026-03-05").status, InWarranty);
    assert_eq!(on("2026-03-05").why, WarrantyReason::WithinTerm { days_left: 0 });
    assert_eq!(on("2026-03-06").status, OutOfWarranty);
    assert_eq!(on("2026-03-06").why, WarrantyReason::TermOver { days_over: 1 });
    assert_eq!(on("2026-03-05").until, Some(day("2026-03-05")));
}

#[test]
fn b4_long_storage_ends_by_the_cap_from_manufacture() {
    let plans = warranty();
    let machine = dates("WP-12", Some("2024-01-10"), None, Some("2025-03-05"));
    let judged = plans.judge(&machine, day("2025-07-11"), false);
    assert_eq!(judged.cap_until, Some(day("2025-07-10")));
    assert_eq!(judged.why, WarrantyReason::CapOver { days_over: 1 });
    assert_eq!(plans.judge(&machine, day("2025-07-10"), false).status, InWarranty);
}

#[test]
fn b4_unknown_dates_stay_pending_and_never_become_a_guess() {
    let plans = warranty();
    let on = day("2026-01-01");
    let unknown = dates("WP-12", None, None, None);
    assert_eq!((plans.judge(&unknown, on, false).status, plans.judge(&unknown, on, false).until), (Pending, None));
    let no_manufacture = dates("WP-12", None, None, Some("2025-06-01"));
    assert_eq!(plans.judge(&no_manufacture, on, false).why, WarrantyReason::ManufactureDateUnknown);
    assert_eq!(plans.judge(&no_manufacture, day("2027-01-01"), false).status, OutOfWarranty, "over by any limit");
    assert_eq!(plans.judge(&dates("WP-99", None, None, Some("2025-06-01")), on, false).status, Pending);
    let no_plan = WarrantyDates { plan: None, ..dates("", Some("2025-05-01"), None, Some("2025-06-01")) };
    assert_eq!(plans.judge(&no_plan, on, false).plan.as_deref(), Some("WP-12"));
}

#[test]
fn misuse_is_charged_within_the_term_only() {
    let plans = warranty();
    let machine = dates("WP-12", Some("2025-01-01"), None, Some("2025-03-05"));
    assert_eq!(plans.judge(&machine, day("2025-06-01"), true).status, Misuse);
    assert_eq!(plans.judge(&machine, day("2026-06-01"), true).status, OutOfWarranty);
}

#[test]
fn airend_has_a_term_of_its_own_and_replaced_parts_three_months_at_least() {
    let plans = warranty();
    let airend = plans.component_of(&["airend".to_owned()]).unwrap();
    let machine = dates("WP-12", Some("2024-01-10"), None, Some("2024-03-01"));
    assert_eq!(plans.judge(&machine, day("2025-12-01"), false).status, OutOfWarranty);
    assert_eq!(plans.judge_component(airend, &machine, day("2025-12-01"), false).status, InWarranty);
    assert_eq!(plans.replaced_part_until(day("2026-01-31"), day("2026-01-15")), day("2026-04-15"));
    assert_eq!(plans.replaced_part_until(day("2026-12-31"), day("2026-01-15")), day("2026-12-31"));
    assert!(plans.is_rework(day("2026-01-01"), day("2026-01-31")));
    assert!(!plans.is_rework(day("2026-01-01"), day("2026-02-01")));
}

#[test]
fn demo_jobs_have_the_warranty_they_were_chosen_for() {
    let (plans, demo) = (warranty(), demo());
    let today = day("2026-11-24");
    let ago = |m: &serde_json::Value, key: &str| m[key].as_u64().map(|n| today - Days::new(n));
    for job in demo["jobs"].as_array().unwrap() {
        let machines = demo["machines"].as_array().unwrap();
        let m = machines.iter().find(|m| m["key"] == job["machine"]).unwrap();
        let dates = WarrantyDates {
            plan: m["fields"]["warranty_plan"].as_str().map(Into::into),
            manufactured_on: ago(m, "manufactured_days_ago"),
            purchased_on: ago(m, "purchased_days_ago"),
            commissioned_on: ago(m, "commissioned_days_ago"),
        };
        let status = serde_json::to_value(plans.judge(&dates, today, false).status).unwrap();
        assert_eq!(status, job["warranty_expected"], "{}", job["key"]);
    }
}

proptest! {
    #[test]
    fn status_is_told_by_the_last_day(start in 0u64..3000, storage in 0u64..900, on in 0u64..5000) {
        let plans = warranty();
        let made = day("2018-01-01") + Days::new(start);
        let begun = made + Days::new(storage);
        let machine = WarrantyDates { plan: Some("WP-18".into()), manufactured_on: Some(made), purchased_on: None, commissioned_on: Some(begun) };
        let today = day("2018-01-01") + Days::new(on);
        let judged = plans.judge(&machine, today, false);
        let until = judged.until.unwrap();
        prop_assert_eq!(judged.status == InWarranty, today <= until);
        prop_assert_eq!(until, judged.term_until.unwrap().min(judged.cap_until.unwrap()));
        prop_assert_eq!(plans.judge(&machine, until, false).status, InWarranty);
        prop_assert_eq!(plans.judge(&machine, until + Days::new(1), false).status, OutOfWarranty);
    }
}
