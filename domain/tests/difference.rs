//! G5, G6: two contents of an order are compared field by field; rows of lists by what names them, not by their place.

use gongdan_domain::work_order::difference::{differences, revised};
use proptest::prelude::*;
use serde_json::{Value, json};

fn order() -> Value {
    json!({
        "revision": 1, "supersedes": null,
        "fault": { "suggestions": "每周吹扫", "causes": [{ "zh": "油滤堵塞", "en": "Oil filter clogged" }] },
        "readings": [{ "key": "temp", "before": "108", "after": "82" }, { "key": "pressure", "before": null, "after": "0.7" }],
        "parts": [{ "code": "P-002", "quantity": "1", "words": { "zh": "油滤芯", "en": "Oil filter" } }],
        "fees": { "total_fen": 183_000, "lines": [{ "code": "L-1", "amount_fen": 100 }, { "code": "L-1", "amount_fen": 200 }] },
        "signing": { "choice": "signed", "name": "陈喆", "ink": { "height": 300, "strokes": [[{ "x": 1, "y": 2, "t": 0, "p": 0 }]] } },
    })
}

fn paths(before: &Value, after: &Value) -> Vec<String> {
    differences(before, after).into_iter().map(|d| d.path.join(".")).collect()
}

#[test]
fn g5_every_changed_field_is_named_and_no_other() {
    let before = order();
    let mut after = order();
    after["fault"]["suggestions"] = json!("每天吹扫");
    after["fault"]["causes"][0]["en"] = json!("Oil filter blocked");
    after["parts"][0]["quantity"] = json!("2");
    after["fees"]["total_fen"] = json!(195_000);
    after["readings"][0]["after"] = json!("81");
    let wanted = ["fault.causes", "fault.suggestions", "fees.total_fen", "parts.P-002.quantity", "readings.temp.after"];
    assert_eq!(
        paths(&before, &after).iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
        wanted.into()
    );
    let found = differences(&before, &after);
    let part = found.iter().find(|d| d.path[0] == "parts").expect("the part");
    assert_eq!((&part.before, &part.after), (&json!("1"), &json!("2")));
}

#[test]
fn g5_the_order_of_rows_says_nothing_and_a_row_comes_or_goes_whole() {
    let before = order();
    let mut after = order();
    after["readings"].as_array_mut().expect("rows").reverse();
    assert_eq!(paths(&before, &after), Vec::<String>::new());
    after["parts"] = json!([]);
    let found = differences(&before, &after);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].path.join("."), &found[0].after), ("parts.P-002".to_owned(), &Value::Null));
    after["parts"] = before["parts"].clone();
    after["fees"]["lines"][1]["amount_fen"] = json!(300);
    assert_eq!(paths(&before, &after), ["fees.lines.L-1 (2).amount_fen"], "two lines of one code are two rows");
}

#[test]
fn g3_strokes_are_one_value_and_another_way_to_end_is_another_signing() {
    let before = order();
    let mut after = order();
    after["signing"]["ink"]["strokes"][0][0]["x"] = json!(9);
    assert_eq!(paths(&before, &after), ["signing.ink"]);
    after["signing"] = json!({ "choice": "declined", "reason": "unwilling", "words": "" });
    assert_eq!(paths(&before, &after), ["signing"]);
}

#[test]
fn g5_the_number_of_the_revision_is_no_difference_between_revisions() {
    let before = order();
    let mut after = order();
    after["revision"] = json!(2);
    after["supersedes"] = json!({ "revision": 1, "hash": "ab", "reason": "写错" });
    assert_eq!(revised(&before, &after), Vec::new());
    assert_eq!(paths(&before, &after), ["revision", "supersedes"]);
}

proptest! {
    #[test]
    fn g5_no_difference_means_equal_and_the_other_way_shows_the_same_fields(quantity in "[1-9]", total in 0i64..9, drop_part in any::<bool>()) {
        let before = order();
        let mut after = order();
        after["fees"]["total_fen"] = json!(total);
        if drop_part { after["parts"] = json!([]) } else { after["parts"][0]["quantity"] = json!(quantity) }
        prop_assert_eq!(paths(&before, &after), paths(&after, &before));
        prop_assert_eq!(paths(&before, &after).is_empty(), before == after);
        prop_assert!(paths(&after, &after.clone()).is_empty());
    }
}
