//! Who signs has seen it: every leaf of the order stands on the sheet that the screen shows and the paper prints, or is named here.
//! A leaf that could change without the sheet changing would be a thing that is signed unread.

use std::collections::BTreeMap;

use gongdan_documents::{Templates, order_sheet};
use gongdan_domain::work_order::OrderDocument;
use serde_json::Value;

use crate::sample;

/// What is not for the customer's eyes, and why. A leaf is named by its path without the numbers of rows.
const NOT_SHOWN: [(&str, &str); 17] = [
    ("form", "the form's own version"),
    ("order_id", "an id"),
    ("job_id", "an id"),
    ("visit_id", "an id"),
    ("technicians.person", "an id"),
    ("technicians.leader", "only their order"),
    ("company.public_address", "where the code leads, which comes with the seal"),
    ("times.uncertainty_ms.finished", "how sure a clock was, for the office"),
    ("fees.parts_version", "which price list of parts, for whoever computes it again"),
    ("fees.calendar_version", "which calendar, likewise"),
    ("fees.net_fen", "the sum by rates stands"),
    ("fees.tax_fen", "the sum by rates stands"),
    ("fees.lines.tax_code", "its rate stands"),
    ("fees.lines.gross_fen", "quantity, price and what was taken off stand"),
    ("consent.schedule_version", "the order's own schedule stands"),
    ("signing.choice", "the way itself stands"),
    ("follow_ups.rule", "the rule's own name; what is owed stands"),
];

/// Signed strokes are drawn, not written.
const DRAWN: &str = "signing.ink";

/// Every leaf's name, and whether the sheet changes with it.
pub fn shown(order: &OrderDocument) -> BTreeMap<String, bool> {
    let document = serde_json::to_value(order).expect("a document");
    let mut shown: BTreeMap<String, bool> = BTreeMap::new();
    for path in paths(&document) {
        let name = path.iter().filter(|part| part.parse::<usize>().is_err()).cloned().collect::<Vec<_>>().join(".");
        if !name.starts_with(DRAWN) {
            // A row may leave out what another row of the list says: one of 1 has no unit beside it.
            let before = shown.get(&name) == Some(&true);
            shown.insert(name, before || seen(&document, &path));
        }
    }
    shown
}

#[test]
fn g3_every_leaf_of_the_order_is_on_the_sheet_that_is_signed() {
    let shown = shown(&sample::whole());
    assert!(shown.len() > 130, "the sample says too little to prove anything: {}", shown.len());
    let named = |name: &str| NOT_SHOWN.iter().any(|(one, _)| name == *one);
    let unread: Vec<&String> =
        shown.iter().filter(|(name, seen)| !**seen && !named(name)).map(|(name, _)| name).collect();
    assert!(unread.is_empty(), "signed unread: {unread:?}");
    let idle: Vec<_> = NOT_SHOWN.iter().filter(|(one, _)| shown.get(*one) != Some(&false)).collect();
    assert!(idle.is_empty(), "these are shown after all, or are no leaves: {idle:?}");
}

/// Whether the sheet changes with this leaf.
pub fn seen(document: &Value, path: &[String]) -> bool {
    let sheet = |value: &Value| {
        let document: OrderDocument = serde_json::from_value(value.clone()).ok()?;
        Some(order_sheet(&document, &Templates::default()).ok().map(|s| serde_json::to_value(s).expect("a sheet")))
    };
    let before = sheet(document);
    let leaf = path.iter().fold(document, |at, part| step(at, part));
    others(leaf).into_iter().any(|other| {
        let mut changed = document.clone();
        *path.iter().fold(&mut changed, |at, part| match part.parse::<usize>() {
            Ok(row) => &mut at[row],
            Err(_) => &mut at[part.as_str()],
        }) = other;
        let after = sheet(&changed);
        after.is_some() && after != before
    })
}

/// Other values that a leaf might have: one of them is of its kind.
fn others(leaf: &Value) -> Vec<Value> {
    match leaf {
        Value::Bool(yes) => vec![(!yes).into()],
        Value::Number(n) => vec![(n.as_i64().expect("no floats on an order") + 100).into()],
        Value::String(text) if text.contains('T') && text.ends_with('Z') => vec!["2026-11-20T03:04:05Z".into()],
        Value::String(text) => {
            let mut others: Vec<Value> = vec![format!("{text}1").into()];
            others.extend(WORDS.iter().filter(|word| *word != text).map(|word| Value::from(*word)));
            others
        }
        Value::Null | Value::Array(_) | Value::Object(_) => Vec::new(),
    }
}

/// One word of each kind that the form chooses from.
const WORDS: [&str; 16] = [
    "Asia/Tokyo",
    "usual",
    "high",
    "spoken",
    "returned",
    "scrapped",
    "receipt",
    "cash",
    "not_run",
    "full_load",
    "mostly",
    "after",
    "fair",
    "dissatisfied",
    "warranty",
    "item",
];

fn step<'a>(at: &'a Value, part: &str) -> &'a Value {
    part.parse::<usize>().map_or_else(|_| &at[part], |row| &at[row])
}

/// The way to every leaf that says something.
fn paths(value: &Value) -> Vec<Vec<String>> {
    let below = |part: String, value: &Value| {
        paths(value)
            .into_iter()
            .map(move |rest| std::iter::once(part.clone()).chain(rest).collect())
            .collect::<Vec<_>>()
    };
    match value {
        Value::Object(fields) => fields.iter().flat_map(|(name, one)| below(name.clone(), one)).collect(),
        Value::Array(rows) => rows.iter().enumerate().flat_map(|(row, one)| below(row.to_string(), one)).collect(),
        Value::Null => Vec::new(),
        _ => vec![Vec::new()],
    }
}

/// What the interface's own test reads: `GONGDAN_WRITE_SHEET=1` writes it again.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/order-sheet.json");

#[test]
fn the_screens_own_test_reads_the_sheet_as_it_is_now() {
    let sheet = order_sheet(&sample::whole(), &Templates::default()).expect("a sheet");
    let now = serde_json::to_string_pretty(&sheet).expect("a sheet") + "\n";
    if std::env::var_os("GONGDAN_WRITE_SHEET").is_some() {
        std::fs::write(KEPT, &now).expect("the fixture is written");
    }
    let kept = std::fs::read_to_string(KEPT).expect("the fixture");
    assert!(kept == now, "the sheet has changed: GONGDAN_WRITE_SHEET=1 cargo test --test documents sheet_as_it_is_now");
}
