//! G1, E2: readings are asked by machine, judged by range, kept as typed. E1: the safety checklist.
#![allow(clippy::unwrap_used)]

mod common;

use std::cmp::Ordering;

use common::{form, safety};
use gongdan_domain::catalogue::{Cooling, MachineType};
use gongdan_domain::reading::*;
use gongdan_domain::safety::*;
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn plate(machine: MachineType) -> Nameplate {
    Nameplate {
        machine_type: Some(machine),
        cooling: Some(Cooling::Air),
        voltage: Some(d("380")),
        rated_pressure_mpa: Some(d("0.75")),
        rated_current: Some(d("71.5")),
    }
}

fn spec(key: &str, nameplate: &Nameplate) -> ReadingSpec {
    form().readings_for(nameplate, false).into_iter().find(|s| s.key == key).unwrap()
}

fn verdict(key: &str, value: &str, nameplate: &Nameplate) -> &'static str {
    match spec(key, nameplate).judge(&d(value)) {
        Judgement::Quiet => "quiet",
        Judgement::Ask { why: AskWhy::OutsideUsual, .. } => "ask",
        Judgement::Ask { why: AskWhy::AboveRatedPressure, .. } => "above rated pressure",
        Judgement::Ask { why: AskWhy::AboveRatedCurrent, .. } => "above rated current",
        Judgement::Ask { .. } => "other",
        Judgement::Refuse { .. } => "refuse",
    }
}

#[test]
fn e2_typical_is_quiet_warn_asks_hard_refuses() {
    let screw = plate(MachineType::Screw);
    for (key, value, expected) in [
        ("discharge_temp_c", "85", "quiet"),
        ("discharge_temp_c", "100", "quiet"),
        ("discharge_temp_c", "100.1", "ask"),
        ("discharge_temp_c", "64", "ask"),
        ("discharge_temp_c", "260", "ask"),
        ("discharge_temp_c", "261", "refuse"),
        ("discharge_temp_c", "-20.5", "refuse"),
        ("sep_dp_mpa", "0.032", "quiet"),
        ("sep_dp_mpa", "0.09", "ask"),
        ("sep_dp_mpa", "1.001", "refuse"),
        ("sump_mpa", "0.5", "ask"),
        ("sump_mpa", "0.60", "quiet"),
        ("discharge_mpa", "0.75", "quiet"),
        ("discharge_mpa", "0.76", "above rated pressure"),
        ("discharge_mpa", "46", "refuse"),
        ("ia", "71.5", "quiet"),
        ("ia", "71.6", "above rated current"),
        ("load_ratio", "20", "ask"),
    ] {
        assert_eq!(verdict(key, value, &screw), expected, "{key} = {value}");
    }
}

#[test]
fn e2_the_refused_range_is_named() {
    let refused = spec("discharge_temp_c", &plate(MachineType::Screw)).judge(&d("300"));
    assert_eq!(refused, Judgement::Refuse { range: ValueRange { min: Some(d("-20")), max: Some(d("260")) } });
}

#[test]
fn e2_voltage_ranges_follow_the_nameplate() {
    let at = |volts| Nameplate { voltage: Some(d(volts)), ..plate(MachineType::Screw) };
    assert_eq!(verdict("uab", "410", &at("380")), "ask");
    assert_eq!(verdict("uab", "410", &at("400")), "quiet");
    assert_eq!(verdict("uab", "10000", &at("10000")), "quiet");
    assert_eq!(verdict("uab", "9000", &at("10000")), "ask");
    let unknown = Nameplate { voltage: None, ..plate(MachineType::Screw) };
    assert_eq!(verdict("uab", "380", &unknown), "quiet");
}

#[test]
fn e2_readings_are_asked_by_machine_type_and_cooling() {
    let required = |nameplate: &Nameplate, electrical| -> Vec<String> {
        let specs = form().readings_for(nameplate, electrical);
        specs.into_iter().filter(|s| s.required).map(|s| s.key).collect()
    };
    let has = |keys: &[String], key: &str| keys.iter().any(|k| k == key);
    let screw = required(&plate(MachineType::Screw), false);
    assert!(
        has(&screw, "discharge_temp_c")
            && has(&screw, "oil_level")
            && !has(&screw, "water_in_c")
            && !has(&screw, "dew_point_c")
    );
    assert!(!has(&screw, "insulation_mohm"));
    assert!(has(&required(&plate(MachineType::Screw), true), "insulation_mohm"));
    let water = required(&Nameplate { cooling: Some(Cooling::Water), ..plate(MachineType::Centrifugal) }, false);
    assert!(has(&water, "water_in_c") && !has(&water, "sep_dp_mpa"));
    let dryer = required(&plate(MachineType::DryerRefrigerated), false);
    assert!(has(&dryer, "dew_point_c") && has(&dryer, "evap_mpa") && !has(&dryer, "load_set_mpa"));
    assert!(!has(&required(&plate(MachineType::DryerDesiccant), false), "evap_mpa"));
    let tank = form().readings_for(&plate(MachineType::Tank), false);
    assert!(!tank.iter().any(|s| s.key == "ia"), "a receiver has no current");
    assert_eq!(form().fields.len(), 103);
}

#[test]
fn e2_three_phases_and_setpoints_are_compared() {
    let phases = |a, b, c| [d(a), d(b), d(c)];
    assert_eq!(phase_unbalance_per_mille(&phases("380", "380", "380")), Some(0));
    assert_eq!(judge_voltages(&phases("380", "381", "379")), Judgement::Quiet);
    assert!(matches!(
        judge_voltages(&phases("380", "390", "365")),
        Judgement::Ask { why: AskWhy::VoltageUnbalance, .. }
    ));
    assert!(matches!(judge_currents(&phases("60", "70", "80")), Judgement::Ask { why: AskWhy::CurrentUnbalance, .. }));
    assert_eq!(judge_currents(&phases("0", "0", "0")), Judgement::Quiet, "a stopped machine");
    assert_eq!(judge_setpoints(&d("0.60"), &d("0.75")), Judgement::Quiet);
    assert!(matches!(judge_setpoints(&d("0.75"), &d("0.750")), Judgement::Ask { why: AskWhy::LoadAboveUnload, .. }));
}

#[test]
fn a_reading_prints_as_it_was_typed() {
    for text in ["0.032", "1.50", "-0.1", "0", "-0", "85", "0.000000001", "31250", "-0.00"] {
        assert_eq!(d(text).to_string(), text);
        assert_eq!(serde_json::to_string(&d(text)).unwrap(), format!("\"{text}\""));
    }
    for text in
        ["", "-", ".5", "5.", "1e3", "1,5", " 1", "+1", "００", "007", "0.0000000001", "99999999999999999999", "NaN"]
    {
        assert!(text.parse::<Decimal>().is_err(), "{text:?}");
    }
    assert_eq!(d("1.0").compare(&d("1")), Ordering::Equal);
    assert_eq!(d("-0.5").compare(&d("0.032")), Ordering::Less);
}

proptest! {
    #[test]
    fn decimals_compare_as_numbers_and_keep_their_spelling(a in -9_999_999i64..9_999_999, b in -9_999_999i64..9_999_999, pa in 0usize..5, pb in 0usize..5) {
        let spell = |n: i64, places: usize| {
            let digits = format!("{:0>width$}", n.abs(), width = places + 1);
            let (whole, part) = digits.split_at(digits.len() - places);
            let sign = if n < 0 { "-" } else { "" };
            if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
        };
        let (x, y) = (spell(a, pa), spell(b, pb));
        prop_assert_eq!(d(&x).to_string(), x.clone());
        let numbers = (a as i128 * 10i128.pow(5 - pa as u32)).cmp(&(b as i128 * 10i128.pow(5 - pb as u32)));
        prop_assert_eq!(d(&x).compare(&d(&y)), numbers);
    }

    #[test]
    fn e1_only_a_complete_and_clean_checklist_is_safe(choices in prop::collection::vec(0u8..4, 22)) {
        let template = safety();
        let answers: Vec<SafetyAnswer> = template.items.iter().zip(&choices).filter_map(|(item, choice)| {
            let choice = match choice { 0 => return None, 1 => SafetyChoice::Yes, 2 => SafetyChoice::No, _ => SafetyChoice::NotApplicable };
            Some(SafetyAnswer { code: item.code.clone(), choice })
        }).collect();
        let before = |i: &SafetyItem| i.moment == SafetyMoment::BeforeWork;
        let bad = template.items.iter().zip(&choices).filter(|(i, _)| before(i))
            .any(|(i, c)| *c == 0 || (*c == 2 && i.stop_work_if_no));
        prop_assert_eq!(template.safe(&answers).is_ok(), !bad);
    }
}

#[test]
fn e1_no_answer_is_prefilled_and_a_no_stops_the_work() {
    let template = safety();
    let nothing = template.safe(&[]).unwrap_err();
    assert_eq!(nothing.unanswered.len(), 21);
    let yes = |code: &str| SafetyAnswer { code: code.into(), choice: SafetyChoice::Yes };
    let mut answers: Vec<_> = template.items.iter().map(|i| yes(&i.code)).collect();
    assert_eq!(template.safe(&answers).unwrap().template_version(), "2024-A");
    answers.push(SafetyAnswer { code: "SR-06".into(), choice: SafetyChoice::No });
    assert_eq!(template.safe(&answers).unwrap_err().stopped_by, ["SR-06"], "the later answer counts");
    answers.push(yes("SR-06"));
    answers.push(SafetyAnswer { code: "SR-18".into(), choice: SafetyChoice::No });
    assert_eq!(template.safe(&answers).unwrap().warnings(), ["SR-18"]);
    assert_eq!(template.safe_to_power_on(&[]).unwrap_err().unanswered, ["SR-22"]);
    assert!(template.safe_to_power_on(&[yes("SR-22")]).is_ok());
}
