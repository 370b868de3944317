//! A2, A3, F1, J5: search from the first character, on the company's starter data, current with every record and every keystroke.

use gongdan_domain::entity::kind;
use serde_json::{Value, json};

use super::fixture::{Office, id};
use crate::view::find::{CustomerView, FeeScheduleView, HitKind, KnowledgeView, SearchView};

fn find(office: &Office, text: &str) -> SearchView {
    office.call("search", json!({ "text": text })).expect("searched")
}

fn titles(view: &SearchView, kind: HitKind) -> Vec<&str> {
    view.hits.iter().filter(|h| h.kind == kind).map(|h| h.title.as_str()).collect()
}

fn count(view: &SearchView, kind: HitKind) -> u32 {
    view.counts.iter().find(|c| c.kind == kind).map_or(0, |c| c.count)
}

#[test]
fn a2_one_character_finds_every_kind_and_counts_them() {
    let office = Office::new();
    let view = find(&office, "油");
    assert!(count(&view, HitKind::Fault) > 5 && count(&view, HitKind::Part) > 5, "{:?}", view.counts);
    for kind in [HitKind::Fault, HitKind::Part] {
        let listed = view.hits.iter().filter(|h| h.kind == kind).count();
        assert_eq!(listed as u32, count(&view, kind).min(40), "{kind:?}");
    }
    assert!(view.hits[0].title.starts_with('油'), "a title that begins with it comes first: {}", view.hits[0].title);
    let fee = find(&office, "上门");
    assert!(fee.hits.iter().any(|h| h.kind == HitKind::Fee && h.price_fen == Some(15_000)), "F1: in two keystrokes");
    assert_eq!(find(&office, "").counts, []);
    assert_eq!(find(&office, "鑫鑫鑫").hits, []);
}

#[test]
fn a2_before_anything_is_typed_customers_and_faults_can_be_leafed_through() {
    let office = Office::new();
    let browse =
        |kind: &str| -> SearchView { office.call("search", json!({ "text": "", "kind": kind })).expect("listed") };
    let faults = browse("fault");
    assert_eq!(faults.hits.first().map(|h| h.id.as_str()), Some("F01"), "by their codes");
    assert!(faults.hits.windows(2).all(|two| two[0].id < two[1].id));
    let customers = browse("customer");
    assert!(!customers.hits.is_empty() && customers.hits.windows(2).all(|two| two[0].title <= two[1].title));
    assert_eq!(browse("order").hits, [], "nobody leafs through all orders");
    assert_eq!(customers.counts, []);
}

#[test]
fn a2_pinyin_initials_phone_and_serial_fragments() {
    let office = Office::new();
    let name = "样例星河纺织有限公司（虚构）";
    for typed in ["星河", "xhfz", "XH", "星河纺织有限", "5550101", "0000-5550101", "ylxh", "虚构路1号", "星河 纺织"]
    {
        assert!(titles(&find(&office, typed), HitKind::Customer).contains(&name), "{typed}");
    }
    for typed in ["SAMPLE-1001", "sample1001", "e-1001", "GA37", "ga3"] {
        let view = find(&office, typed);
        assert!(titles(&view, HitKind::Machine).iter().any(|t| t.ends_with("GA37")), "{typed}: {:?}", view.counts);
    }
    assert!(
        titles(&find(&office, "ylx"), HitKind::Part).iter().any(|t| t.starts_with("油滤芯")),
        "parts by initials too"
    );
}

#[test]
fn a2_the_index_follows_records_keystrokes_and_names() {
    let office = Office::new();
    assert_eq!(titles(&find(&office, "镕喆"), HitKind::Customer), Vec::<&str>::new());
    let customer = id(&json!("C01"));
    office.write(kind::CUSTOMER, customer, "name", json!("镕喆精密"));
    assert_eq!(titles(&find(&office, "镕喆"), HitKind::Customer), ["镕喆精密"]);
    assert_eq!(titles(&find(&office, "rzjm"), HitKind::Customer), ["镕喆精密"]);
    assert_eq!(titles(&find(&office, "星河"), HitKind::Customer), Vec::<&str>::new(), "the old name is gone");
    find(&office, "again");
    assert!(count(&find(&office, "镕喆"), HitKind::Machine) > 0, "the customer's machines carry the new name");
    let job = office.assign("J01", None, json!({ "symptom": "夜班异响" }));
    let view = find(&office, "异响");
    let hit = view.hits.iter().find(|h| h.kind == HitKind::Order).expect("the job");
    assert_eq!(hit.id, job.to_string());
    assert_eq!(hit.title, "镕喆精密");
}

#[test]
fn a2_one_kind_alone_lists_more_of_it_and_still_counts_the_others() {
    let office = Office::new();
    let view: SearchView = office.call("search", json!({ "text": "油", "kind": "part" })).expect("searched");
    assert!(view.hits.iter().all(|h| h.kind == HitKind::Part));
    assert!(count(&view, HitKind::Fault) > 0);
}

#[test]
fn l5_hits_speak_the_language_of_the_app() {
    let office = Office::new();
    let _: Value = office.call("set_preference", json!({ "language": "en" })).expect("set");
    let view = find(&office, "oil filter");
    assert!(titles(&view, HitKind::Part).contains(&"Oil filter, spin-on"), "{:?}", titles(&view, HitKind::Part));
    assert!(
        titles(&find(&office, "油滤芯"), HitKind::Part).contains(&"Oil filter, spin-on"),
        "found by its Chinese name as well"
    );
}

#[test]
fn a2_f1_j5_what_is_found_can_be_opened() {
    let office = Office::new();
    office.assign("J01", None, json!({}));
    let customer: CustomerView =
        office.call("open_customer", json!({ "customer": id(&json!("C01")) })).expect("opened");
    assert!(customer.machines.len() >= 2);
    assert!(customer.machines.iter().all(|m| m.warranty.judgement.until.is_some()));
    let fault: KnowledgeView = office.call("open_fault", json!({ "fault": "F01" })).expect("opened");
    assert!(fault.parts.iter().any(|p| p.code == "P-014") && !fault.notice.zh.is_empty());
    let fees: FeeScheduleView = office.call("fee_schedule", json!({})).expect("opened");
    assert_eq!((fees.schedule.version.as_str(), fees.parts.len()), ("2024-A", 70));
    assert!(office.call::<KnowledgeView>("open_fault", json!({ "fault": "F99" })).is_err());
}
