//! C1–C4: the kit list, the merged list, and that nobody leaves without the rag.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use common::{kit, knowledge, parts};
use gongdan_domain::catalogue::{Drive, MachineType, ServiceKind, Words};
use gongdan_domain::kit::*;
use gongdan_domain::reference::{Reference, ReferenceError};
use proptest::prelude::*;

const RAG: &str = "KIT-K-11";

fn repair(job: &str) -> KitContext {
    KitContext {
        job: job.into(),
        machine_type: Some(MachineType::Screw),
        drive: Some(Drive::Gear),
        service_kind: Some(ServiceKind::Repair),
        month: Some(11),
        ..KitContext::default()
    }
}

fn codes(list: &KitList) -> Vec<&str> {
    list.lines.iter().map(|l| l.code.as_str()).collect()
}

fn has(context: &KitContext, code: &str) -> bool {
    codes(&kit_list(&kit(), context)).contains(&code)
}

fn all_mandatory(list: &KitList) -> BTreeSet<String> {
    list.lines.iter().filter(|l| l.mandatory).map(|l| l.code.clone()).collect()
}

fn release(code: &str, reason: &str) -> KitRelease {
    KitRelease { code: code.into(), by: ReleasedBy::Supervisor, reason: reason.into() }
}

#[test]
fn c2_each_condition_brings_its_item_and_only_then() {
    let with = |change: fn(&mut KitContext)| {
        let mut context = repair("J");
        change(&mut context);
        context
    };
    type Change = fn(&mut KitContext);
    let cases: [(&str, Change); 11] = [
        ("KIT-B-13", |c| c.drive = Some(Drive::Belt)),
        ("KIT-K-03", |c| c.loaner = Some(KitLoaner { code: "LN-01".into(), words: Words::new("备用机", "Loaner") })),
        ("KIT-L-02", |c| c.take_back = true),
        ("KIT-L-03", |c| c.take_back = true),
        ("KIT-J-05", |c| c.chargeable = true),
        ("KIT-C-05", |c| c.service_kind = Some(ServiceKind::Installation)),
        ("KIT-E-04", |c| c.machine_type = Some(MachineType::DryerDesiccant)),
        ("KIT-F-03", |c| c.machine_type = Some(MachineType::DryerRefrigerated)),
        ("KIT-G-15", |c| c.work_tags = vec!["height".into()]),
        ("KIT-F-02", |c| c.work_tags = vec!["refrigerant_circuit".into()]),
        ("KIT-G-09", |c| c.fault_tags = vec!["electrical".into()]),
    ];
    for (code, change) in cases {
        assert!(!has(&repair("J"), code), "{code} without its condition");
        assert!(has(&with(change), code), "{code} with its condition");
    }
    let dryer = with(|c| c.machine_type = Some(MachineType::DryerRefrigerated));
    assert!(!has(&dryer, "KIT-F-01"), "manifold only for the certified");
    assert!(has(&KitContext { certificates: vec!["refrigeration".into()], ..dryer }, "KIT-F-01"));
    let oil = repair("J").with_part(&parts(), "P-005", 1);
    assert!(has(&oil, "KIT-H-06") && has(&oil, "KIT-K-02") && has(&oil, "P-005"));
    assert!(has(&repair("J").with_part(&parts(), "P-046", 1), "KIT-L-01"));
}

#[test]
fn c2_seasons_are_data() {
    let mut template = kit();
    template.items[13].conditions = vec![KitCondition::Season { months: vec![6, 7, 8] }];
    let code = template.items[13].code.clone();
    let listed = |month| {
        let context = KitContext { month, ..repair("J") };
        codes(&kit_list(&template, &context)).contains(&code.as_str())
    };
    assert_eq!([listed(Some(7)), listed(Some(11)), listed(None)], [true, false, false]);
}

#[test]
fn c2_tools_of_the_suspected_fault_become_mandatory() {
    let plain = kit_list(&kit(), &repair("J01"));
    let line = |list: &KitList, code: &str| list.lines.iter().find(|l| l.code == code).cloned();
    assert!(!line(&plain, "KIT-B-07").unwrap().mandatory);
    let list = kit_list(&kit(), &repair("J01").with_fault(&knowledge(), "F01"));
    let wrench = line(&list, "KIT-B-07").unwrap();
    assert!(wrench.mandatory && wrench.origin == KitOrigin::FaultTool);
}

#[test]
fn c3_merged_list_shares_tools_adds_parts_and_names_jobs() {
    let a = kit_list(&kit(), &repair("J01").with_part(&parts(), "P-002", 1));
    let b = kit_list(&kit(), &repair("J02").with_part(&parts(), "P-002", 2).with_part(&parts(), "P-023", 1));
    let merged = merge(&[a.clone(), b]).unwrap();
    let line = |code: &str| merged.lines.iter().find(|l| l.code == code).unwrap();
    assert_eq!((line("P-002").qty, line("P-023").qty), (3, 1));
    assert_eq!(line("P-002").jobs, ["J01", "J02"]);
    assert_eq!(line("P-023").jobs, ["J02"]);
    assert_eq!(line("KIT-K-08").qty, 5, "cards are shared");
    let mut seen = BTreeSet::new();
    assert!(merged.lines.iter().all(|l| seen.insert(&l.code)), "every code once");
    assert_eq!(merge(std::slice::from_ref(&a)).unwrap(), a);
    assert_eq!(merge(&[]), None);
}

#[test]
fn c1_unticked_mandatory_items_are_named() {
    let list = kit_list(&kit(), &repair("J"));
    let mut ticks = all_mandatory(&list);
    let ready = list.ready(&ticks, &[]).unwrap();
    assert_eq!(ready.template_version(), "2024-A");
    ticks.remove("KIT-K-06");
    let refused = list.ready(&ticks, &[]).unwrap_err();
    assert_eq!(refused.missing.iter().map(|l| l.code.as_str()).collect::<Vec<_>>(), ["KIT-K-06"], "receipts always");
    let released = list.ready(&ticks, &[release("KIT-K-06", "新收据本下午到")]).unwrap();
    assert_eq!(released.released().len(), 1);
    let silent = list.ready(&ticks, &[release("KIT-K-06", "  ")]).unwrap_err();
    assert_eq!(silent.release_refused, ["KIT-K-06"], "a release needs a reason");
}

#[test]
fn c1_the_rag_is_never_released() {
    let list = kit_list(&kit(), &repair("J"));
    let mut ticks = all_mandatory(&list);
    ticks.remove(RAG);
    let refused =
        list.ready(&ticks, &[release(RAG, "忘了"), KitRelease { by: ReleasedBy::Technician, ..release(RAG, "x") }]);
    assert_eq!(refused.unwrap_err().release_refused, [RAG]);
}

#[test]
fn c1_no_template_can_weaken_the_rag() {
    let rag = |change: fn(&mut KitItem)| {
        let mut template = kit();
        template.items.iter_mut().filter(|i| i.code == RAG).for_each(change);
        template
    };
    let weakened = [
        rag(|i| i.releasable = true),
        rag(|i| i.level = KitLevel::Recommended),
        rag(|i| i.conditions = vec![KitCondition::Loaner]),
        rag(|i| i.role = None),
        KitTemplate { items: kit().items.into_iter().filter(|i| i.code != RAG).collect(), ..kit() },
    ];
    for template in weakened {
        let refused = Reference::KitTemplate(template.clone()).validate().unwrap_err();
        assert_eq!(refused, [ReferenceError::RagReleasable]);
        let list = kit_list(&template, &repair("J"));
        let mut ticks = all_mandatory(&list);
        ticks.remove(RAG);
        assert!(list.ready(&ticks, &[release(RAG, "忘了")]).is_err(), "even a bad template demands the rag");
    }
}

#[test]
fn a_list_without_the_rag_is_no_list() {
    let empty = KitList { template_version: "x".into(), lines: Vec::new() };
    assert!(empty.ready(&BTreeSet::new(), &[]).is_err());
}

#[test]
fn starter_template_has_all_eighty_items_in_a_namespace_of_its_own() {
    let template = kit();
    assert_eq!(template.items.len(), 80);
    assert!(template.items.iter().all(|i| i.code.starts_with("KIT-")));
    assert!(template.items.iter().all(|i| i.level != KitLevel::ConditionalMandatory || !i.conditions.is_empty()));
}

proptest! {
    #[test]
    fn no_release_ever_lets_the_rag_pass(
        ticked in prop::collection::vec(any::<bool>(), 120),
        released in prop::collection::vec(any::<bool>(), 120),
        loaner in any::<bool>(), take_back in any::<bool>(), chargeable in any::<bool>(), rag_ticked in any::<bool>(),
    ) {
        let mut context = repair("J").with_part(&parts(), "P-005", 1).with_fault(&knowledge(), "F31");
        (context.take_back, context.chargeable) = (take_back, chargeable);
        context.loaner = loaner.then(|| KitLoaner { code: "LN-01".into(), words: Words::new("备用机", "Loaner") });
        let list = kit_list(&kit(), &context);
        let pick = |flags: &[bool]| -> Vec<String> {
            list.lines.iter().zip(flags).filter(|(_, f)| **f).map(|(l, _)| l.code.clone()).collect()
        };
        let mut ticks: BTreeSet<String> = pick(&ticked).into_iter().collect();
        if rag_ticked { ticks.insert(RAG.into()); } else { ticks.remove(RAG); }
        let mut releases: Vec<_> = pick(&released).iter().map(|c| release(c, "理由")).collect();
        releases.push(release(RAG, "理由"));
        match list.ready(&ticks, &releases) {
            Ok(ready) => {
                prop_assert!(rag_ticked && ready.ticked().contains(&RAG.to_owned()));
                for line in list.lines.iter().filter(|l| l.mandatory) {
                    prop_assert!(ticks.contains(&line.code) || ready.released().iter().any(|r| r.code == line.code));
                }
            }
            Err(refused) => prop_assert!(!refused.missing.is_empty()),
        }
        // Everything else released: the rag alone decides.
        let everything: Vec<_> = list.lines.iter().map(|l| release(&l.code, "理由")).collect();
        prop_assert_eq!(list.ready(&ticks, &everything).is_ok(), rag_ticked);
    }
}
