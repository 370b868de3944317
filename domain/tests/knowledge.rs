//! A3, E2: the analysis before a visit is ranked, explained and the same every time.
#![allow(clippy::unwrap_used)]

mod common;

use common::{demo, knowledge, parts};
use gongdan_domain::catalogue::MachineType;
use gongdan_domain::knowledge::*;
use gongdan_domain::reference::{Reference, ReferenceError, ReferenceKind};
use proptest::prelude::*;

const J01: &str = "下午开到90多度后报“主机温度高”停机,停半小时能再开";

fn screw() -> AnalysisMachine {
    AnalysisMachine {
        machine_type: Some(MachineType::Screw),
        run_hours: Some(31_250),
        changed: vec![
            PartChanged { part: "P-002".into(), at_hours: 29_000 },
            PartChanged { part: "P-014".into(), at_hours: 30_000 },
        ],
        notes: vec!["棉絮多,散热器易堵".into()],
    }
}

fn ranked(symptom: &str, machine: &AnalysisMachine) -> Vec<RankedCause> {
    analyse(&knowledge(), &parts(), symptom, machine)
}

#[test]
fn a3_j01_is_the_hot_machine_and_the_archive_points_at_the_cooler() {
    let causes = ranked(J01, &screw());
    assert_eq!(causes[0].fault, "F01");
    assert_eq!(causes[0].words.zh, "散热器(油冷却器)外部脏堵", "the archive's note lifts the second cause to the top");
    let noted = causes[0].reasons.iter().any(|r| matches!(r, RankReason::NotedInArchive { note: 0, start: 4, end: 7 }));
    assert!(noted, "{:?}", causes[0].reasons);
    assert!(causes[0].parts.iter().any(|p| p.code == "P-009" && p.serves.contains(&"F01.02".to_owned())));
}

#[test]
fn a3_reasons_underline_the_customers_own_words() {
    for cause in ranked(J01, &screw()) {
        for reason in &cause.reasons {
            if let RankReason::SaidByCustomer { phrase, start, end } | RankReason::AlarmShown { phrase, start, end } =
                reason
            {
                let said: String = J01.chars().skip(*start as usize).take((*end - *start) as usize).collect();
                assert_eq!(&said, phrase);
            }
        }
    }
    let first = &ranked(J01, &screw())[0];
    assert!(first.reasons.iter().any(|r| matches!(r, RankReason::AlarmShown { phrase, .. } if phrase == "主机温度高")));
}

#[test]
fn a3_hours_beyond_a_recorded_change_lift_the_cause() {
    let rank = |changed_at| {
        let machine =
            AnalysisMachine { changed: vec![PartChanged { part: "P-002".into(), at_hours: changed_at }], ..screw() };
        ranked(J01, &machine).iter().position(|c| c.cause == "F01.06").unwrap()
    };
    assert!(rank(20_000) < rank(31_000), "an overdue oil filter is likelier than a fresh one");
    let overdue = ranked(J01, &screw()).into_iter().find(|c| c.cause == "F01.06").unwrap();
    let expected =
        RankReason::PartOverdue { part: "P-002".into(), hours: 2250, interval_hours: 2000, change_recorded: true };
    assert!(overdue.reasons.contains(&expected), "{:?}", overdue.reasons);
}

#[test]
fn a3_other_machine_types_do_not_answer() {
    let scroll = AnalysisMachine { machine_type: Some(MachineType::Scroll), ..AnalysisMachine::default() };
    let causes = ranked("温度高", &scroll);
    assert!(!causes.is_empty() && causes.iter().all(|c| c.fault == "F40"));
}

#[test]
fn a3_nothing_recognised_is_no_guess() {
    assert_eq!(ranked("客户想咨询新机价格", &screw()), []);
    assert_eq!(ranked("", &screw()), []);
}

#[test]
fn a3_full_width_and_capital_letters_are_the_same_words() {
    let vsd = AnalysisMachine { machine_type: Some(MachineType::ScrewVsd), ..AnalysisMachine::default() };
    assert_eq!(ranked("变频器 过热ＯＨ", &vsd)[0].fault, "F31");
    assert_eq!(ranked("HIGH ELEMENT TEMP", &screw())[0].fault, "F01");
}

#[test]
fn a3_every_demo_symptom_leads_to_a_suspected_fault() {
    let demo = demo();
    for job in demo["jobs"].as_array().unwrap() {
        let machines = demo["machines"].as_array().unwrap();
        let m = machines.iter().find(|m| m["key"] == job["machine"]).unwrap();
        let machine = AnalysisMachine {
            machine_type: m["fields"]["machine_type"].as_str().and_then(MachineType::named),
            ..AnalysisMachine::default()
        };
        let symptom = job["fields"]["symptom"].as_str().unwrap();
        let suspected: Vec<_> =
            job["suspected_faults"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        let first = ranked(symptom, &machine)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{}: nothing for {symptom}", job["key"]));
        assert!(
            suspected.contains(&first.fault.as_str()),
            "{} {symptom}: {} {:?}",
            job["key"],
            first.fault,
            first.reasons
        );
    }
}

#[test]
fn starter_knowledge_says_that_it_is_sample_data_and_hangs_together() {
    let knowledge = knowledge();
    assert_eq!(knowledge.notice.zh, "示例数据，以厂家手册为准");
    assert_eq!(knowledge.faults.len(), 48);
    assert_eq!(knowledge.faults.iter().map(|f| f.causes.len()).sum::<usize>(), 252);
    let (parts, kit) = (parts(), common::kit());
    for fault in &knowledge.faults {
        assert!(fault.parts.iter().all(|p| parts.part(p).is_some()), "{}: parts", fault.code);
        assert!(fault.tools.iter().all(|t| kit.items.iter().any(|i| &i.code == t)), "{}: tools", fault.code);
        assert!(
            fault.parts.iter().all(|p| fault.causes.iter().any(|c| c.parts.contains(p))),
            "{}: a part without cause",
            fault.code
        );
    }
    let mut silent = knowledge;
    silent.notice.zh.clear();
    let refused = Reference::FaultKnowledge(silent).validate().unwrap_err();
    assert_eq!(refused, [ReferenceError::Empty { item: "notice".into() }]);
}

#[test]
fn every_starter_reference_is_fit_to_be_published() {
    for (kind, _) in common::STARTER {
        let reference = common::reference(kind);
        assert_eq!(serde_json::to_value(reference.kind()).unwrap(), *kind);
        assert_eq!(reference.validate(), Ok(()), "{kind}");
    }
    // Every kind but the templates: without any the built-in ones print.
    let templates = serde_json::to_value(ReferenceKind::DocumentTemplates).unwrap();
    let without =
        ReferenceKind::ALL.iter().map(|kind| serde_json::to_value(kind).unwrap()).filter(|kind| *kind != templates);
    assert!(without.clone().all(|kind| common::STARTER.iter().any(|(name, _)| kind == *name)));
    assert_eq!(common::STARTER.len(), without.count());
}

proptest! {
    #[test]
    fn any_words_are_ranked_without_panic_and_the_same_every_time(words in "[停机温度高压力油漏气主风扇a-z0-9 ,。“”]{0,40}", hours in 0u32..200_000) {
        let machine = AnalysisMachine { run_hours: Some(hours), ..screw() };
        let (knowledge, parts) = (knowledge(), parts());
        let first = analyse(&knowledge, &parts, &words, &machine);
        prop_assert_eq!(&analyse(&knowledge, &parts, &words, &machine), &first);
        prop_assert!(first.windows(2).all(|w| w[0].score >= w[1].score));
        let length = words.chars().count() as u32;
        for reason in first.iter().flat_map(|c| &c.reasons) {
            if let RankReason::SaidByCustomer { start, end, .. } | RankReason::AlarmShown { start, end, .. } = reason {
                prop_assert!(start < end && *end <= length);
            }
        }
    }
}
