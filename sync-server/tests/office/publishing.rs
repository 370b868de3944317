//! F1, C4: published data is checked before anyone sees it.

use gongdan_domain::problem::Code;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::wire::RecordBody;
use serde_json::{Value, json};

use crate::bench::{Bench, Field};

/// The fee schedule in force, as the next version from a day on.
async fn next_schedule(bench: &Bench, from: &str) -> Value {
    let list = bench.call("jiang", "reference_list", json!({ "kind": "fee_schedule" })).await;
    let mut body = list[0]["body"].clone();
    body["version"] = json!("2027-A");
    body["valid_from"] = json!(from);
    body["valid_until"] = Value::Null;
    body
}

fn publish(body: &Value) -> Value {
    json!({ "kind": "fee_schedule", "body": body })
}

#[tokio::test]
async fn f1_a_new_fee_schedule_reaches_every_device_and_is_noted() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let body = next_schedule(&bench, "2027-01-01").await;
    let row = bench.call("jiang", "publish_reference", publish(&body)).await;
    assert_eq!((&row["version"], &row["in_force"]), (&json!("2027-A"), &json!(false)), "from January on");
    let held = zhang.holds().await;
    let reached = held.iter().any(
        |r| matches!(r, RecordBody::Reference { kind, version, .. } if kind == "fee_schedule" && version == "2027-A"),
    );
    assert!(reached);
    let newest = bench.call("sales", "reference_list", json!({})).await;
    let of =
        |kind: &str| newest.as_array().and_then(|l| l.iter().find(|r| r["kind"] == kind).cloned()).expect("a kind");
    assert_eq!((&of("fee_schedule")["version"], &of("fee_schedule")["body"]), (&json!("2027-A"), &Value::Null));
    assert_eq!(newest.as_array().map(Vec::len), Some(12), "one row for each kind");
    let audit = bench.call("admin", "list_audit", json!({})).await;
    assert!(audit["rows"].as_array().is_some_and(|a| a.iter().any(|e| e["action"] == "published")), "{audit}");
}

#[tokio::test]
async fn f1_a_schedule_that_is_wrong_is_refused_and_leaves_nothing() {
    let bench = Bench::new();
    let good = next_schedule(&bench, "2027-01-01").await;
    let mut negative = good.clone();
    negative["items"][0]["price"] = json!({ "kind": "fixed", "fen": -1 });
    for place in ["labour", "travel"] {
        negative[place][0]["fen_per_hour"] = json!(-5);
        negative[place][0]["fee_fen"] = json!(-5);
    }
    let mut same_day = good.clone();
    same_day["valid_from"] =
        bench.call("jiang", "reference_list", json!({ "kind": "fee_schedule" })).await[0]["valid_from"].clone();
    let mut again = good.clone();
    again["version"] =
        bench.call("jiang", "reference_list", json!({ "kind": "fee_schedule" })).await[0]["version"].clone();
    again["valid_from"] = json!("2027-02-01");
    let mut unnamed = good.clone();
    unnamed["version"] = json!(" ");
    let mut torn = good.clone();
    torn["items"] = json!("all");
    let bad = [
        (negative, Code::NegativePrice),
        (same_day, Code::DatesOverlap),
        (again, Code::ReferenceInvalid),
        (unnamed, Code::ReferenceInvalid),
        (torn, Code::WrongType),
        (json!({}), Code::WrongType),
        (Value::Null, Code::WrongType),
    ];
    for (body, code) in bad {
        let problem = bench.refused("jiang", "publish_reference", publish(&body)).await;
        assert_eq!(problem.code, code, "{}", problem.details);
        assert!(!problem.details.is_null(), "what is wrong is named");
    }
    let rag = bench.call("jiang", "reference_list", json!({ "kind": "kit_template" })).await[0]["body"].clone();
    let mut releasable = rag.clone();
    releasable["version"] = json!("next");
    releasable["valid_from"] = json!("2027-01-01");
    for item in releasable["items"].as_array_mut().expect("items") {
        item["releasable"] = json!(true);
    }
    let kit = json!({ "kind": "kit_template", "body": releasable });
    assert_eq!(
        bench.refused("jiang", "publish_reference", kit).await.code,
        Code::ReferenceInvalid,
        "C1: never the rag"
    );
    let list = bench.call("jiang", "reference_list", json!({ "kind": "fee_schedule" })).await;
    assert_eq!(list.as_array().map(Vec::len), Some(1), "nothing invalid became a version");
    assert_eq!(bench.refused("lu", "publish_reference", publish(&good)).await.code, Code::NotAllowed);
}

#[tokio::test]
async fn f1_c4_a_company_that_begins_takes_what_it_lacks_and_keeps_its_own() {
    let bench = Bench::with(&[ReferenceKind::FeeSchedule]);
    let mut field = Field::enrol(&bench, "zhang").await;
    let lacking = bench.call("jiang", "starter", json!({})).await["lacking"].clone();
    let lacks = |kind: &str| lacking.as_array().expect("a list").iter().any(|one| one == kind);
    assert!(lacks("kit_template") && lacks("deadline_rules") && lacks("calendar"));
    assert!(!lacks("fee_schedule") && !lacks("company_profile"), "its own prices, and who it is");
    assert_eq!(bench.call("jiang", "publish_starter", json!({})).await["lacking"], json!([]));
    let all = bench.call("jiang", "reference_list", json!({})).await;
    let of = |kind: &str| all.as_array().expect("a list").iter().filter(|row| row["kind"] == kind).count();
    assert_eq!((of("kit_template"), of("fee_schedule"), of("company_profile")), (1, 1, 0));
    let told = field.holds().await;
    let kit = |body: &&RecordBody| matches!(body, RecordBody::Reference { kind, .. } if kind == "kit_template");
    assert_eq!(told.iter().filter(kit).count(), 1, "and devices have it");
    bench.call("jiang", "publish_starter", json!({})).await;
    let fees = bench.call("jiang", "reference_list", json!({ "kind": "fee_schedule" })).await;
    assert_eq!(fees.as_array().map(Vec::len), Some(1), "a second press publishes nothing");
}
