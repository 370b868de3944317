//! I5: corrections of the archive; concurrent ones are shown to a person and never dropped.

use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::sync::change::Scope;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bench::{Bench, Field};

/// The customer of a fresh job, and its phone as a form shows it.
async fn customer(bench: &Bench) -> (Value, Value) {
    bench.job("样例一号").await;
    let hits = bench.call("lu", "search_customers", json!({ "text": "样例一号" })).await;
    let id = hits[0]["customer"].clone();
    let opened = bench.call("lu", "open_customer", json!({ "customer": id })).await;
    (json!({ "kind": "customer", "id": id }), opened["fields"]["phone"].clone())
}

fn write(entity: &Value, field: &str, value: Value, seen: &Value) -> Value {
    json!({ "entity": entity, "field": field, "value": value, "seen": seen })
}

#[tokio::test]
async fn i5_a_correction_is_effective_at_once_and_found_by_its_new_value() {
    let bench = Bench::new();
    let (entity, phone) = customer(&bench).await;
    let field = bench.call("lu", "correct_archive", write(&entity, "phone", json!("000-7777"), &phone["heads"])).await;
    assert_eq!((&field["value"], &field["conflict"]), (&json!("000-7777"), &json!(false)));
    let hits = bench.call("lu", "search_customers", json!({ "text": "000-7777" })).await;
    assert_eq!(hits[0]["customer"], entity["id"]);
}

#[tokio::test]
async fn i5_two_who_edit_at_once_make_a_conflict_that_a_person_settles() {
    let bench = Bench::new();
    let (entity, phone) = customer(&bench).await;
    bench.call("lu", "correct_archive", write(&entity, "phone", json!("000-1"), &phone["heads"])).await;
    bench.call("jiang", "correct_archive", write(&entity, "phone", json!("000-2"), &phone["heads"])).await;
    let conflicts = bench.call("lu", "list_conflicts", json!({})).await;
    let row = &conflicts[0];
    assert_eq!((&row["field"], &row["entity_title"]), (&json!("phone"), &json!("样例一号")));
    let values: Vec<_> = row["heads"].as_array().into_iter().flatten().map(|h| h["value"].clone()).collect();
    assert!(values.contains(&json!("000-1")) && values.contains(&json!("000-2")), "no_silent_loser: {values:?}");
    let shown = row["heads"].as_array().map(|heads| heads.iter().filter(|h| h["shown"] == true).count());
    assert_eq!(shown, Some(1));

    let half = json!([row["heads"][0]["write"]]);
    let still = bench.call("lu", "settle_conflict", write(&entity, "phone", json!("000-3"), &half)).await;
    assert_eq!(still["conflict"], true, "a head that was not on the screen stays");
    let all = &still["heads"];
    let settled = bench.call("lu", "settle_conflict", write(&entity, "phone", json!("000-2"), all)).await;
    assert_eq!((&settled["value"], &settled["conflict"]), (&json!("000-2"), &json!(false)));
    assert_eq!(bench.call("lu", "list_conflicts", json!({})).await, json!([]));
    let audit = bench.call("admin", "list_audit", json!({})).await;
    let settled = audit["rows"].as_array().and_then(|rows| rows.iter().find(|row| row["action"] == "settled"));
    let named = json!({ "kind": "customer", "title": "样例一号", "field": "phone" });
    assert_eq!(settled.map(|row| &row["thing"]), Some(&named), "a person reads a name: {audit}");
}

#[tokio::test]
async fn i5_field_and_office_at_once_are_a_conflict_too() {
    let bench = Bench::new();
    let (entity, phone) = customer(&bench).await;
    let mut zhang = Field::enrol(&bench, "zhang").await;
    bench.call("lu", "correct_archive", write(&entity, "phone", json!("000-1"), &phone["heads"])).await;
    let id: Uuid = serde_json::from_value(entity["id"].clone()).expect("an id");
    let seen = serde_json::from_value(phone["heads"].clone()).expect("heads");
    let held = zhang.exchange(None).await;
    let team = held.scopes.into_iter().flatten().find(|scope| matches!(scope, Scope::Team(_))).expect("a team");
    let op = zhang.write(EntityRef::new("customer", id), "phone", json!("000-9"), seen, team);
    zhang.push(vec![op]).await;
    let conflicts = bench.call("lu", "list_conflicts", json!({})).await;
    let by: Vec<_> = conflicts[0]["heads"].as_array().into_iter().flatten().map(|h| h["by"]["name"].clone()).collect();
    assert!(by.contains(&json!("张晓峰")) && by.contains(&json!("陆青")), "{by:?}");
}

#[tokio::test]
async fn i5_what_does_not_fit_a_field_is_refused() {
    let bench = Bench::new();
    let (entity, phone) = customer(&bench).await;
    let none = json!([]);
    for (field, value) in
        [("phone", json!(7)), ("name", json!(" ")), ("distance_km", json!("4 km")), ("shoe_size", json!("44"))]
    {
        let problem = bench.refused("lu", "correct_archive", write(&entity, field, value, &none)).await;
        assert_eq!((problem.code, problem.details["field"].as_str()), (Code::FieldInvalid, Some(field)));
    }
    let person = json!({ "kind": "person", "id": bench.person("zhang") });
    assert_eq!(
        bench.refused("lu", "correct_archive", write(&person, "name", json!("x"), &none)).await.code,
        Code::FieldInvalid
    );
    let nobody = json!({ "kind": "customer", "id": Uuid::now_v7() });
    assert_eq!(
        bench.refused("lu", "correct_archive", write(&nobody, "name", json!("x"), &none)).await.code,
        Code::NotFound
    );
    assert_eq!(
        bench.refused("sales", "correct_archive", write(&entity, "phone", json!("1"), &phone["heads"])).await.code,
        Code::NotAllowed
    );
    let opened = bench.call("lu", "open_customer", json!({ "customer": entity["id"] })).await;
    assert_eq!(opened["fields"]["phone"], phone, "nothing was changed");
}
