//! Who signs has seen it: every leaf of the order stands on the sheet that the screen shows and the paper prints, or is named here.
//! A leaf that could change without the sheet changing would be a thing that is signed unread.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use gongdan_documents::{Language, Templates, order_sheet, paper_sheet};
use gongdan_domain::catalogue::Words;
use gongdan_domain::paper::Paper;
use gongdan_domain::work_order::OrderDocument;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::papers::sealed;
use crate::reading::pages;
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

/// A document's sheet, for any value of its shape.
type Read = fn(&Value) -> Option<Value>;

fn order_read(document: &Value) -> Option<Value> {
    read(document, |order: &OrderDocument| order_sheet(order, &Templates::default()).ok().map(|sheet| json!(sheet)))
}

fn paper_read(document: &Value) -> Option<Value> {
    read(document, |paper: &Paper| paper_sheet(paper, &Templates::default()).ok().map(|sheet| json!(sheet)))
}

fn read<T: DeserializeOwned>(document: &Value, sheet: impl Fn(&T) -> Option<Value>) -> Option<Value> {
    sheet(&serde_json::from_value(document.clone()).ok()?)
}

/// Every leaf's name, and whether the sheet changes with it.
pub fn shown(order: &OrderDocument) -> BTreeMap<String, bool> {
    shown_by(&json!(order), order_read)
}

fn shown_by(document: &Value, read: Read) -> BTreeMap<String, bool> {
    let mut shown: BTreeMap<String, bool> = BTreeMap::new();
    for path in paths(document) {
        let name = path.iter().filter(|part| part.parse::<usize>().is_err()).cloned().collect::<Vec<_>>().join(".");
        if !name.starts_with(DRAWN) {
            // A row may leave out what another row of the list says: one of 1 has no unit beside it.
            let before = shown.get(&name) == Some(&true);
            shown.insert(name, before || changes(document, &path, read));
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

/// What was filled into a paper; who and which machine it is about is the order's, and each paper prints what it needs of it.
const PAPER_NOT_SHOWN: [(&str, &str); 3] = [
    ("body.kind", "the title says it"),
    ("body.body.decision", "he takes it himself, beside the sheet"),
    ("body.body.words", "his own, beside the sheet"),
];

#[test]
fn g3_every_leaf_of_a_papers_own_content_is_on_the_sheet_that_is_signed() {
    for (name, paper) in sample::paper::all() {
        let shown = shown_by(&json!(paper), paper_read);
        let own = |leaf: &str| leaf.starts_with("body.") && !PAPER_NOT_SHOWN.iter().any(|(one, _)| leaf == *one);
        let unread: Vec<_> = shown.iter().filter(|(leaf, seen)| own(leaf) && !**seen).collect();
        assert!(unread.is_empty(), "{name}: signed unread: {unread:?}");
        assert!(shown["customer.name"] || name == "receipt", "{name}: and who signs it");
    }
}

/// What every page has around its content, and what comes to it by hand.
const AROUND: [&str; 1] = ["receipt.stamp"];

#[test]
fn g3_every_sentence_that_a_paper_prints_is_on_the_sheet_that_is_signed() {
    let strings: BTreeMap<String, Words> =
        serde_json::from_str(include_str!("../../templates/strings.json")).expect("the words of the papers");
    for (name, paper) in sample::paper::all() {
        let printed = pages(&sealed(&paper, Language::Zh)).concat();
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let sheet = bare(&json!(paper_sheet(&paper, &Templates::default()).expect("a sheet")).to_string());
        let unread: Vec<_> = strings
            .iter()
            .filter(|(key, words)| {
                // What stands between braces is filled in.
                let fixed = words.zh.split(['{', '}']).step_by(2).map(bare).filter(|part| part.chars().count() > 5);
                let unread = |part: &String| printed.contains(part) && !sheet.contains(part);
                !AROUND.contains(&key.as_str()) && fixed.into_iter().any(|part| unread(&part))
            })
            .map(|(key, _)| key)
            .collect();
        assert!(unread.is_empty(), "{name}: printed over the signature and not on the screen: {unread:?}");
    }
}

/// Whether the order's sheet changes with this leaf.
pub fn seen(document: &Value, path: &[String]) -> bool {
    changes(document, path, order_read)
}

fn changes(document: &Value, path: &[String], read: Read) -> bool {
    let before = read(document);
    let leaf = path.iter().fold(document, |at, part| step(at, part));
    others(leaf).into_iter().any(|other| {
        let mut changed = document.clone();
        *path.iter().fold(&mut changed, |at, part| match part.parse::<usize>() {
            Ok(row) => &mut at[row],
            Err(_) => &mut at[part.as_str()],
        }) = other;
        let after = read(&changed);
        after.is_some() && after != before
    })
}

/// Other values that a leaf might have: one of them is of its kind.
fn others(leaf: &Value) -> Vec<Value> {
    match leaf {
        Value::Bool(yes) => vec![(!yes).into()],
        Value::Number(n) => vec![(n.as_i64().expect("no floats on an order") + 100).into()],
        Value::String(text) if text.contains('T') && text.ends_with('Z') => vec!["2026-11-20T03:04:05Z".into()],
        Value::String(text) if text.parse::<NaiveDate>().is_ok() => vec!["2026-12-30".into()],
        Value::String(text) => {
            let mut others: Vec<Value> = vec![format!("{text}1").into()];
            others.extend(WORDS.iter().filter(|word| *word != text).map(|word| Value::from(*word)));
            others
        }
        Value::Null | Value::Array(_) | Value::Object(_) => Vec::new(),
    }
}

/// One word of each kind that the form chooses from.
const WORDS: [&str; 18] = [
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
    "now",
    "dated",
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

/// What the interface's own tests read: `GONGDAN_WRITE_SHEET=1` writes it again.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures");

#[test]
fn the_screens_own_test_reads_the_sheet_as_it_is_now() {
    let order = order_sheet(&sample::whole(), &Templates::default()).expect("a sheet");
    let papers: BTreeMap<_, _> = sample::paper::all()
        .into_iter()
        .map(|(name, paper)| (name, paper_sheet(&paper, &Templates::default()).expect("a sheet")))
        .collect();
    for (name, now) in [("order-sheet.json", json!(order)), ("paper-sheets.json", json!(papers))] {
        let (path, now) = (format!("{KEPT}/{name}"), serde_json::to_string_pretty(&now).expect("a sheet") + "\n");
        if std::env::var_os("GONGDAN_WRITE_SHEET").is_some() {
            std::fs::write(&path, &now).expect("the fixture is written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let again = "GONGDAN_WRITE_SHEET=1 cargo test --test documents sheet_as_it_is_now";
        assert!(kept == now, "{name}: the sheet has changed: {again}");
    }
}
