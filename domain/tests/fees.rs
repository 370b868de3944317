//! F1, F2: the nine worked examples to the fen, and the rules around them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{at, calendar, fees, parts};
use gongdan_domain::catalogue::{CategoryCharging, ServiceKind, Words};
use gongdan_domain::fees::*;
use gongdan_domain::money::{Fen, Qty, capitals, line_amount, round_half_up, split_tax};
use gongdan_domain::reference::{Reference, ReferenceError};
use gongdan_domain::warranty::WarrantyStatus;
use proptest::prelude::*;
use serde_json::Value;

const WORKDAY_10: &str = "2026-11-24T10:00";
const WORKDAY_20: &str = "2026-11-24T20:00";
const SATURDAY_10: &str = "2026-11-28T10:00";

fn q(text: &str) -> Qty {
    text.parse().unwrap()
}

fn travel(km: &str, when: &str) -> Option<TravelInput> {
    Some(TravelInput { km: q(km), at: Some(at(when)), covered: None })
}

fn labour(grade: &str, minutes: u32, when: &str) -> LabourInput {
    LabourInput { grade: grade.into(), people: 1, minutes, start_at: Some(at(when)), additional: false, covered: None }
}

fn part(code: &str) -> PartUse {
    PartUse { code: code.into(), qty: Qty::ONE, own_warranty: false, covered: None }
}

fn other(code: &str, qty: &str) -> OtherUse {
    OtherUse {
        code: code.into(),
        qty: q(qty),
        unit_fen: None,
        grade: None,
        minutes: None,
        repair_hours: None,
        covered: None,
    }
}

fn repair(warranty: WarrantyStatus) -> FeeInput {
    FeeInput::new(warranty, ServiceKind::Repair, WorkScope::OnSiteRepair)
}

fn sheet(input: &FeeInput) -> FeeSheet {
    estimate(&fees(), &parts(), &calendar(), input).unwrap()
}

fn example(id: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("fixtures/worked_examples.json")).unwrap();
    all.as_array().unwrap().iter().find(|e| e["id"] == id).unwrap().clone()
}

/// Every figure of every line, in the order of the example.
fn assert_lines(id: &str, lines: &[FeeLine], expected: &[Value]) {
    assert_eq!(lines.len(), expected.len(), "{id}: {:?}", lines.iter().map(|l| &l.code).collect::<Vec<_>>());
    for (line, e) in lines.iter().zip(expected) {
        let what = format!("{id} {}", e["desc_zh"]);
        assert_eq!(line.code, e["code"].as_str().unwrap(), "{what}");
        assert_eq!(line.tax_code, e["tax"].as_str().unwrap(), "{what}");
        assert_eq!(line.covered_by_warranty, e["covered_by_warranty"].as_bool().unwrap(), "{what}");
        assert_eq!(line.qty, q(e["qty"].as_str().unwrap()), "{what}: quantity");
        assert_eq!(line.factor, q(e["multiplier"].as_str().unwrap()), "{what}: factor");
        let figures = [line.unit_fen, line.gross_fen, line.payable_fen, line.net_fen, line.tax_fen];
        let names = ["unit_fen", "gross_fen", "payable_fen", "net_fen", "tax_fen"];
        for (figure, name) in figures.into_iter().zip(names) {
            assert_eq!(figure.0, e[name].as_i64().unwrap(), "{what}: {name}");
        }
    }
}

fn assert_example(id: &str, input: &FeeInput) {
    let (sheet, e) = (sheet(input), example(id));
    assert_lines(id, &sheet.lines, e["lines"].as_array().unwrap());
    for (figure, name) in [(sheet.total_fen, "total_fen"), (sheet.net_fen, "net_fen"), (sheet.tax_fen, "tax_fen")] {
        assert_eq!(figure.0, e[name].as_i64().unwrap(), "{id}: {name}");
    }
    assert_eq!(sheet.total_fen.yuan(), e["total_yuan"].as_str().unwrap(), "{id}");
}

#[test]
fn ex1_out_of_warranty_thermostat_filter_oil() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.repair_accepted = Some(true);
    input.travel = travel("45", WORKDAY_10);
    input.labour = vec![labour("L-2", 105, WORKDAY_10)];
    input.parts = vec![part("P-014"), part("P-002"), part("P-005")];
    input.others = vec![other("F-01", "1")];
    assert_example("EX1", &input);
    assert_eq!(sheet(&input).total_capitals, "人民币壹仟捌佰叁拾元整");
}

#[test]
fn ex2_saturday_two_technicians() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.travel = travel("120", SATURDAY_10);
    input.labour = vec![labour("L-3", 195, SATURDAY_10), labour("L-1", 195, SATURDAY_10)];
    input.parts = vec![part("P-012")];
    assert_example("EX2", &input);
}

#[test]
fn ex3_in_warranty_sensor() {
    let mut input = repair(WarrantyStatus::InWarranty);
    input.travel = travel("60", WORKDAY_10);
    input.labour = vec![labour("L-2", 60, WORKDAY_10)];
    input.parts = vec![part("P-023")];
    assert_example("EX3", &input);
}

#[test]
fn ex4_misuse_in_the_evening() {
    let mut input = repair(WarrantyStatus::Misuse);
    input.travel = travel("10", WORKDAY_20);
    input.labour = vec![labour("L-2", 30, WORKDAY_20)];
    assert_example("EX4", &input);
    let sheet = sheet(&input);
    assert!(sheet.deviations.iter().any(|d| d.deviation == DeviationKind::MisuseCharged && d.needs_manager));
}

#[test]
fn ex5_mixed_thermostat_free_consumables_charged() {
    let mut input = repair(WarrantyStatus::InWarranty);
    input.travel = travel("25", WORKDAY_10);
    let extra = LabourInput { additional: true, covered: Some(false), ..labour("L-2", 30, "2026-11-24T11:00") };
    input.labour = vec![labour("L-2", 60, WORKDAY_10), extra];
    input.parts = vec![part("P-014"), part("P-002"), part("P-005")];
    // The example prints its extra labour after the parts; the figures are what counts.
    let (sheet, e) = (sheet(&input), example("EX5"));
    let mut lines = sheet.lines.clone();
    let moved = lines.remove(2);
    lines.insert(5, moved);
    assert_lines("EX5", &lines, e["lines"].as_array().unwrap());
    assert_eq!((sheet.total_fen.0, sheet.net_fen.0, sheet.tax_fen.0), (102_000, 90_266, 11_734));
    assert!(sheet.deviations.is_empty(), "time for chargeable parts needs no explanation");
}

#[test]
fn ex6_phone_advice_is_free() {
    let input = FeeInput::new(WarrantyStatus::OutOfWarranty, ServiceKind::Repair, WorkScope::PhoneAdvice);
    assert_example("EX6", &input);
    assert!(!sheet(&input).needs_consent());
}

#[test]
fn ex7_workshop_overhaul_with_loaner() {
    let mut input = FeeInput::new(WarrantyStatus::OutOfWarranty, ServiceKind::Repair, WorkScope::Workshop);
    input.others =
        vec![other("W-03", "2"), other("W-04", "80"), other("W-01", "1"), other("W-02", "16"), other("R-3", "5")];
    input.parts = vec![part("P-046"), part("P-002"), part("P-003"), part("P-006")];
    let (sheet, e) = (sheet(&input), example("EX7"));
    let mut lines = sheet.lines.clone();
    lines[..8].rotate_left(4); // the example prints the workshop before the parts
    assert_lines("EX7", &lines, e["lines"].as_array().unwrap());
    assert_eq!((sheet.total_fen.0, sheet.net_fen.0, sheet.tax_fen.0), (1_630_000, 1_445_465, 184_535));
}

#[test]
fn ex8_diagnosed_but_declined() {
    let mut input = FeeInput::new(WarrantyStatus::OutOfWarranty, ServiceKind::Repair, WorkScope::InspectionOnly);
    input.repair_accepted = Some(false);
    input.travel = travel("8", WORKDAY_10);
    assert_example("EX8", &input);
}

#[test]
fn ex8_the_price_of_no_is_known_before_it_is_said() {
    let mut repair = repair(WarrantyStatus::OutOfWarranty);
    repair.repair_accepted = Some(true);
    repair.travel = travel("8", WORKDAY_10);
    repair.labour = vec![labour("L-2", 60, WORKDAY_10)];
    repair.parts = vec![part("P-014")];
    let total = |input: &FeeInput| sheet(input).total_fen.0;
    assert_eq!(total(&repair.declined()), 35_000, "the way and the diagnosis, no work, no parts, no small materials");
    repair.warranty = WarrantyStatus::InWarranty;
    assert_eq!(total(&repair.declined()), 0, "within warranty neither is charged");
    repair.warranty = WarrantyStatus::Misuse;
    assert_eq!(total(&repair.declined()), 35_000);
}

#[test]
fn ex9_boundaries_each_on_its_own() {
    let e = example("EX9");
    let expected = e["lines"].as_array().unwrap();
    let travelled = |km| {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.travel = travel(km, WORKDAY_10);
        sheet(&input)
    };
    let worked = |minutes| {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.labour = vec![labour("L-1", minutes, WORKDAY_10)];
        sheet(&input)
    };
    let sheets = [travelled("80.0"), travelled("80.1"), worked(60), worked(61)];
    let mut totals = [0, 0, 0];
    for (sheet, line) in sheets.iter().zip(expected) {
        assert_lines("EX9", &sheet.lines, std::slice::from_ref(line));
        let figures = [sheet.total_fen.0, sheet.net_fen.0, sheet.tax_fen.0];
        totals.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
    }
    assert_eq!(totals, [110_000, 97_345, 12_655]);
}

#[test]
fn every_worked_example_is_tested() {
    let all: Vec<Value> = serde_json::from_str(include_str!("fixtures/worked_examples.json")).unwrap();
    let ids: Vec<_> = all.iter().map(|e| e["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["EX1", "EX2", "EX3", "EX4", "EX5", "EX6", "EX7", "EX8", "EX9"]);
}

#[test]
fn travel_bands_include_their_upper_bound() {
    let schedule = fees();
    for (km, band) in [
        ("0", "CO-1"),
        ("30", "CO-1"),
        ("30.001", "CO-2"),
        ("80", "CO-2"),
        ("80.001", "CO-3"),
        ("150", "CO-3"),
        ("150.5", "CO-4"),
        ("300", "CO-4"),
        ("300.001", "CO-5"),
        ("4000", "CO-5"),
    ] {
        assert_eq!(schedule.band(q(km)).unwrap().code, band, "{km} km");
    }
}

#[test]
fn beyond_300_km_every_kilometre_counts() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.travel = travel("330", WORKDAY_10);
    let sheet = sheet(&input);
    assert_eq!(sheet.lines.iter().map(|l| l.gross_fen.0).collect::<Vec<_>>(), [80_000, 9_000]);
}

#[test]
fn labour_is_at_least_an_hour_then_half_hours_rounded_up() {
    for (minutes, hours) in [(1, "1"), (60, "1"), (61, "1.5"), (90, "1.5"), (91, "2"), (105, "2"), (195, "3.5")] {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.labour = vec![labour("L-1", minutes, WORKDAY_10)];
        assert_eq!(sheet(&input).lines[0].qty, q(hours), "{minutes} minutes");
    }
}

#[test]
fn labour_over_a_boundary_is_split_in_half_hours() {
    let split = |grade_start: &str, minutes| {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.labour = vec![labour("L-2", minutes, grade_start)];
        let lines = sheet(&input).lines;
        lines.iter().map(|l| format!("{}×{}", l.qty, l.factor)).collect::<Vec<_>>()
    };
    assert_eq!(split("2026-11-24T16:30", 180), ["1.5×1", "1.5×1.5"], "evening of a workday");
    assert_eq!(split("2026-11-24T07:00", 120), ["1×1.5", "1×1"], "early morning");
    assert_eq!(split("2026-11-27T23:00", 180), ["3×1.5"], "Friday night and Saturday have the same factor");
    assert_eq!(split("2026-09-30T23:00", 120), ["1×1.5", "1×2"], "into the National Day holiday: the highest wins");
    assert_eq!(split("2026-10-10T09:00", 60), ["1×1"], "a make-up Saturday is a workday");
    assert_eq!(split("2026-10-03T21:00", 60), ["1×2"], "holiday on a Saturday night: highest alone, never multiplied");
}

#[test]
fn e3_a_factor_says_which_rule_makes_it() {
    let why = |start: &str, minutes| {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.travel = travel("10", start);
        input.labour = vec![labour("L-2", minutes, start)];
        let lines = sheet(&input).lines;
        let said = |l: &FeeLine| l.factor_words.as_ref().map_or("-".to_owned(), |w| w.zh.clone());
        lines.iter().map(|l| format!("{} {}", l.code, said(l))).collect::<Vec<_>>()
    };
    let night = "工作日 18:00–次日08:00";
    let weekend = "周末(调休上班日除外)";
    assert_eq!(why("2026-11-24T10:00", 60)[..2], ["CO-1 -", "L-2 -"], "by day there is nothing to explain");
    assert_eq!(why("2026-11-24T19:00", 60)[..2], [format!("CO-1 {night}"), format!("L-2 {night}")]);
    assert_eq!(why("2026-10-03T21:00", 60)[..2], ["CO-1 法定节假日", "L-2 法定节假日"], "the highest alone is named");
    let both = [format!("CO-1 {night}"), format!("L-2 {night}、{weekend}")];
    assert_eq!(why("2026-11-27T23:00", 180)[..2], both, "one line, two rules");

    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.machine_kw = Some(q("55"));
    input.others = vec![other("M-A", "1")];
    let line = &sheet(&input).lines[0];
    let words = line.factor_words.as_ref().expect("a reason");
    assert_eq!((words.zh.as_str(), words.en.as_str()), ("37 kW 以上", "above 37 kW"));
}

#[test]
fn overtime_never_touches_parts_and_items() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.travel = travel("10", SATURDAY_10);
    input.parts = vec![part("P-023")];
    input.others = vec![other("F-03", "1")];
    let factors: Vec<_> = sheet(&input).lines.iter().map(|l| (l.code.clone(), l.factor.to_string())).collect();
    let expected = [("CO-1", "1.5"), ("P-023", "1"), ("F-03", "1"), ("F-06", "1")];
    assert_eq!(factors, expected.map(|(c, f)| (c.to_owned(), f.to_owned())));
}

#[test]
fn pending_warranty_is_quoted_as_out() {
    let mut input = repair(WarrantyStatus::Pending);
    input.travel = travel("10", WORKDAY_10);
    input.labour = vec![labour("L-2", 60, WORKDAY_10)];
    let sheet = sheet(&input);
    assert!(sheet.warranty_pending && sheet.needs_consent());
    assert_eq!(sheet.total_fen, Fen(33_000));
}

#[test]
fn a_charged_visit_with_work_costs_at_least_the_minimum() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.travel = travel("5", WORKDAY_10);
    input.labour = vec![labour("L-1", 60, WORKDAY_10)];
    let sheet = sheet(&input);
    assert_eq!(sheet.lines.last().unwrap().kind, FeeLineKind::MinimumTopUp);
    assert_eq!(sheet.total_fen, Fen(30_000));
}

#[test]
fn abortive_visit_replaces_the_call_out() {
    let mut input = FeeInput::new(WarrantyStatus::OutOfWarranty, ServiceKind::Repair, WorkScope::OnSiteService);
    input.travel = travel("45", WORKDAY_10);
    input.others = vec![other("F-04", "1")];
    let sheet = sheet(&input);
    assert_eq!(sheet.lines.iter().map(|l| l.code.as_str()).collect::<Vec<_>>(), ["F-04"]);
    assert_eq!(sheet.total_fen, Fen(30_000));
}

#[test]
fn waiting_is_charged_after_thirty_minutes() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    let waiting = |minutes| OtherUse { grade: Some("L-2".into()), minutes: Some(minutes), ..other("F-05", "1") };
    input.others = vec![waiting(30)];
    assert_eq!(sheet(&input).total_fen, Fen::ZERO);
    input.others = vec![waiting(61)];
    assert_eq!(sheet(&input).total_fen, Fen(18_000), "31 minutes are two half hours");
}

#[test]
fn maintenance_within_warranty_is_paid_by_the_customer() {
    let mut input = FeeInput::new(WarrantyStatus::InWarranty, ServiceKind::Maintenance, WorkScope::OnSiteService);
    input.machine_kw = Some(q("75"));
    input.others = vec![other("M-C", "1")];
    input.parts = vec![part("P-006")];
    let sheet = sheet(&input);
    assert_eq!(sheet.total_fen, Fen(188_000 + 225_000), "above 37 kW the C service costs half as much again");
}

#[test]
fn third_party_support_tracks_the_cost_and_charges_nothing() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.charging = CategoryCharging::FreeCostTracked;
    input.travel = travel("330", WORKDAY_10);
    input.parts = vec![part("P-005")];
    let sheet = sheet(&input);
    assert_eq!(sheet.total_fen, Fen::ZERO);
    assert!(sheet.lines.iter().all(|l| l.cover == Some(Cover::MarketSupport) && l.gross_fen > Fen::ZERO));
}

#[test]
fn a_paid_category_within_warranty_is_never_silent() {
    let mut input = repair(WarrantyStatus::InWarranty);
    input.charging = CategoryCharging::Chargeable;
    input.parts = vec![part("P-023")];
    let sheet = sheet(&input);
    assert_eq!(sheet.total_fen, Fen(35_000));
    assert_eq!(sheet.deviations[0].deviation, DeviationKind::ChargedWithinWarranty);
    assert!(sheet.deviations[0].needs_manager);
}

#[test]
fn loaner_is_free_within_warranty_only_for_long_repairs() {
    let mut input = FeeInput::new(WarrantyStatus::InWarranty, ServiceKind::Repair, WorkScope::Workshop);
    input.others = vec![OtherUse { repair_hours: Some(72), ..other("R-2", "5") }];
    assert_eq!(sheet(&input).total_fen, Fen::ZERO);
    input.others = vec![OtherUse { repair_hours: Some(48), ..other("R-2", "5") }];
    assert_eq!(sheet(&input).total_fen, Fen(140_000));
}

#[test]
fn contract_may_bill_overtime_within_warranty() {
    let mut input = repair(WarrantyStatus::InWarranty);
    input.bill_after_hours = true;
    input.labour = vec![labour("L-2", 60, WORKDAY_20)];
    assert_eq!(sheet(&input).total_fen, Fen(9_000), "only the overtime half is charged");
}

fn discount(code: Option<&str>, bp: u32, reason: &str) -> ManualDiscount {
    ManualDiscount { code: code.map(Into::into), bp, reason: reason.into(), manager_approved: false }
}

#[test]
fn discounts_go_contract_first_then_manual_then_tax() {
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.parts = vec![part("P-023")];
    input.contract_discount_bp = 500;
    input.discounts = vec![discount(Some("P-023"), 1000, "老客户")];
    let line = &sheet(&input).lines[0];
    assert_eq!((line.discount_fen, line.payable_fen), (Fen(1_600 + 3_040), Fen(27_360)));
    assert_eq!(line.net_fen, Fen(24_212), "tax is taken from what is paid");
}

#[test]
fn f2_technician_gives_ten_per_cent_more_is_a_deviation_for_the_manager() {
    for (bp, needs_manager) in [(1, false), (1000, false), (1001, true)] {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.parts = vec![part("P-023")];
        input.discounts = vec![discount(None, bp, "老客户")];
        let found = sheet(&input).deviations;
        assert_eq!(found.len(), 1, "every discount shows on reconciliation");
        assert_eq!(found[0].needs_manager, needs_manager, "{bp} basis points");
    }
    let mut input = repair(WarrantyStatus::OutOfWarranty);
    input.parts = vec![part("P-023")];
    input.discounts = vec![discount(Some("P-023"), 600, "甲"), discount(None, 600, "乙")];
    assert!(sheet(&input).deviations.iter().any(|d| d.needs_manager), "two small discounts are one big one");
}

#[test]
fn rounding_off_is_a_negative_line_with_a_limit() {
    for (fen, needs_manager) in [(999, false), (1000, true)] {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.parts = vec![part("P-023")];
        input.round_off = Some(RoundOff { fen: Fen(fen), reason: "凑整".into(), manager_approved: false });
        let sheet = sheet(&input);
        assert_eq!(sheet.lines.last().unwrap().payable_fen, Fen(-fen));
        assert_eq!(sheet.total_fen, Fen(35_000 - fen));
        assert_eq!(sheet.deviations[0].needs_manager, needs_manager);
    }
}

#[test]
fn giving_away_and_charging_against_the_rule_are_deviations() {
    let mut input = repair(WarrantyStatus::InWarranty);
    input.parts =
        vec![PartUse { covered: Some(true), ..part("P-005") }, PartUse { covered: Some(false), ..part("P-023") }];
    let sheet = sheet(&input);
    let kinds: Vec<_> = sheet.deviations.iter().map(|d| (d.code.clone().unwrap(), d.deviation.clone())).collect();
    assert_eq!(
        kinds,
        [("P-005".to_owned(), DeviationKind::Waived), ("P-023".to_owned(), DeviationKind::ChargedWithinWarranty),]
    );
    assert!(sheet.deviations.iter().all(|d| d.needs_manager));
}

#[test]
fn what_cannot_be_calculated_is_refused_by_name() {
    let refused = |change: fn(&mut FeeInput)| {
        let mut input = repair(WarrantyStatus::OutOfWarranty);
        input.parts = vec![part("P-023")];
        change(&mut input);
        estimate(&fees(), &parts(), &calendar(), &input).unwrap_err()
    };
    assert_eq!(refused(|i| i.parts = vec![part("P-999")]), FeeError::UnknownItem { item: "P-999".into() });
    assert_eq!(refused(|i| i.others = vec![other("U-03", "1")]), FeeError::PriceMissing { item: "U-03".into() });
    assert_eq!(refused(|i| i.parts[0].qty = Qty(0)), FeeError::QuantityNotPositive { item: "P-023".into() });
    assert_eq!(refused(|i| i.discounts = vec![discount(None, 500, " ")]), FeeError::ReasonMissing);
    assert_eq!(refused(|i| i.discounts = vec![discount(None, 10_001, "x")]), FeeError::DiscountOutOfRange);
    assert_eq!(refused(|i| i.parts[0].qty = Qty(i64::MAX)), FeeError::TooLarge);
    let too_much = |i: &mut FeeInput| {
        i.round_off = Some(RoundOff { fen: Fen(40_000), reason: "x".into(), manager_approved: true });
    };
    assert_eq!(refused(too_much), FeeError::RoundOffTooLarge { fen: Fen(40_000), payable: Fen(35_000) });
}

#[test]
fn f1_a_negative_price_or_overlapping_dates_cannot_be_published() {
    let publish =
        |schedule: FeeSchedule, before: &[Reference]| Reference::FeeSchedule(Box::new(schedule)).validate_among(before);
    assert_eq!(publish(fees(), &[]), Ok(()));
    let mut negative = fees();
    negative.labour[0].fen_per_hour = Fen(-1);
    assert_eq!(publish(negative, &[]), Err(vec![ReferenceError::NegativePrice { item: "L-1".into() }]));

    let day = |text: &str| text.parse().unwrap();
    let before = [Reference::FeeSchedule(Box::new(FeeSchedule { valid_until: Some(day("2026-12-31")), ..fees() }))];
    let next = |from: &str| FeeSchedule { version: "2027-A".into(), valid_from: day(from), ..fees() };
    let overlapping = Err(vec![ReferenceError::OverlappingDates { version: "2024-A".into() }]);
    assert_eq!(publish(next("2026-12-31"), &before), overlapping);
    assert_eq!(publish(next("2027-01-01"), &before), Ok(()));
    assert_eq!(publish(next("2024-01-01"), &[Reference::FeeSchedule(Box::new(fees()))]), overlapping, "same first day");

    let mut broken = fees();
    broken.items[0].tax_code = "T99".into();
    let unknown = ReferenceError::UnknownCode { item: "F-01".into(), missing: "T99".into() };
    assert_eq!(publish(broken, &[]), Err(vec![unknown]));
    let mut gap = fees();
    gap.travel.remove(1);
    assert_eq!(publish(gap, &[]), Err(vec![ReferenceError::BandsBroken { band: "CO-3".into() }]));
    let mut twice = fees();
    twice.items.push(twice.items[0].clone());
    assert_eq!(publish(twice, &[]), Err(vec![ReferenceError::DuplicateCode { item: "F-01".into() }]));
}

#[test]
fn amounts_in_capitals() {
    for (fen, text) in [
        (0, "人民币零元整"),
        (5, "人民币伍分"),
        (50, "人民币伍角整"),
        (100, "人民币壹元整"),
        (105, "人民币壹元零伍分"),
        (183_000, "人民币壹仟捌佰叁拾元整"),
        (1_000_000, "人民币壹万元整"),
        (1_000_500, "人民币壹万零伍元整"),
        (10_010_000, "人民币壹拾万零壹佰元整"),
        (123_456_789, "人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        (10_000_000_100, "人民币壹亿零壹元整"),
        (-183_000, "人民币负壹仟捌佰叁拾元整"),
    ] {
        assert_eq!(capitals(Fen(fen)), text, "{fen} fen");
    }
}

#[test]
fn halves_are_rounded_up_and_extremes_do_not_wrap() {
    assert_eq!([round_half_up(5, 2), round_half_up(-5, 2), round_half_up(4, 2)], [Some(3), Some(-2), Some(2)]);
    assert_eq!(line_amount(Fen(1), Qty(500), Qty::ONE), Some(Fen(1)));
    assert_eq!(line_amount(Fen(i64::MAX), Qty(i64::MAX), Qty::ONE), None);
    for text in ["1.5", "0.001", "-2", "12"] {
        assert_eq!(q(text).to_string(), text);
    }
    for text in ["", ".5", "1.", "1e3", "1.2345", "+1", " 1", "１"] {
        assert!(text.parse::<Qty>().is_err(), "{text:?}");
    }
}

fn any_part() -> impl Strategy<Value = PartUse> {
    let codes: Vec<String> = parts().parts.into_iter().map(|p| p.code).collect();
    let covered = prop_oneof![Just(None), Just(Some(true)), Just(Some(false))];
    (prop::sample::select(codes), 1i64..20_000, any::<bool>(), covered)
        .prop_map(|(code, qty, own_warranty, covered)| PartUse { code, qty: Qty(qty), own_warranty, covered })
}

fn any_status() -> impl Strategy<Value = WarrantyStatus> {
    use WarrantyStatus::*;
    prop::sample::select(vec![InWarranty, OutOfWarranty, Pending, Misuse])
}

proptest! {
    #[test]
    fn totals_are_the_sum_of_lines_and_tax_splits_add_up(
        status in any_status(),
        used in prop::collection::vec(any_part(), 0..8),
        km in 0i64..500_000,
        minutes in 1u32..900,
        hour in 0i64..24 * 400,
        bp in 0u32..=10_000,
    ) {
        let start = at("2026-01-01T00:00") + chrono::TimeDelta::hours(hour);
        let mut input = repair(status);
        input.travel = Some(TravelInput { km: Qty(km), at: Some(start), covered: None });
        input.labour = vec![LabourInput { start_at: Some(start), ..labour("L-2", minutes, WORKDAY_10) }];
        input.parts = used;
        input.contract_discount_bp = bp;
        let (schedule, parts, calendar) = (fees(), parts(), calendar());
        let sheet = estimate(&schedule, &parts, &calendar, &input).unwrap();
        let sum = |of: fn(&FeeLine) -> i64| sheet.lines.iter().map(of).sum::<i64>();
        prop_assert_eq!(sheet.total_fen.0, sum(|l| l.payable_fen.0));
        prop_assert_eq!(sheet.net_fen.0 + sheet.tax_fen.0, sheet.total_fen.0);
        for line in &sheet.lines {
            prop_assert_eq!(line.net_fen.0 + line.tax_fen.0, line.payable_fen.0);
            prop_assert!(line.cover.is_none() || line.payable_fen == Fen::ZERO);
            prop_assert!(line.payable_fen >= Fen::ZERO && line.payable_fen <= line.gross_fen);
        }
        let hours: i64 = sheet.lines.iter().filter(|l| l.kind == FeeLineKind::Labour).map(|l| l.qty.0).sum();
        prop_assert!(hours >= 1000 && hours % 500 == 0 && hours * 60 >= i64::from(minutes) * 1000);
        prop_assert_eq!(&estimate(&schedule, &parts, &calendar, &input).unwrap(), &sheet, "reproducible");

        let mut reversed = input.clone();
        reversed.parts.reverse();
        prop_assert_eq!(estimate(&schedule, &parts, &calendar, &reversed).unwrap().total_fen, sheet.total_fen);
    }

    #[test]
    fn tax_split_never_loses_a_fen(gross in -1_000_000_000i64..1_000_000_000_000, rate in 0u32..=100) {
        let split = split_tax(Fen(gross), rate).unwrap();
        prop_assert_eq!(split.net.0 + split.tax.0, gross);
        let exact = gross as i128 * 100;
        prop_assert!(((split.net.0 as i128) * (100 + rate as i128) - exact).abs() * 2 <= 100 + rate as i128);
    }

    #[test]
    fn quantities_print_and_parse(thousandths in -1_000_000_000i64..1_000_000_000) {
        prop_assert_eq!(Qty(thousandths).to_string().parse::<Qty>().unwrap(), Qty(thousandths));
    }
}

#[test]
fn words_of_both_languages_are_on_every_line() {
    let empty = |w: &Words| w.zh.is_empty() || w.en.is_empty();
    let schedule = fees();
    assert!(!schedule.items.iter().any(|i| empty(&i.words) || empty(&i.unit)));
    assert!(!schedule.travel.iter().any(|b| empty(&b.words)));
}
