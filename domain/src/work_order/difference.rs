//! What differs between two contents of an order, field by field (G5, G6): two revisions, or what a file says and what was sealed.
//! It works on the content as it was sealed, so that a form of a newer version is compared too. It judges nothing and words nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One field that differs. The row of a list is named by its own key (`parts`, `P-002`, `quantity`).
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub path: Vec<String>,
    /// `Null`: it is not there.
    pub before: Value,
    pub after: Value,
}

/// What names the rows of the order's lists; a list that is not here is one value.
fn key_of(list: &str) -> Option<&'static str> {
    Some(match list {
        "readings" => "key",
        "parts" | "fees.lines" => "code",
        "photos" => "hash",
        "technicians" => "person",
        "follow_ups" => "rule",
        _ => return None,
    })
}

/// Every field that differs, in the order of their names.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(&mut Vec::new(), before, after, &mut found);
    found
}

/// The same without what every revision changes: its number and what it replaces.
pub fn revised(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = differences(before, after);
    found.retain(|d| !matches!(d.path.first().map(String::as_str), Some("revision" | "supersedes")));
    found
}

fn walk(path: &mut Vec<String>, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(a), Value::Object(b)) if !whole(a) && !whole(b) && a.get("choice") == b.get("choice") => {
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                step(path, name, a.get(name), b.get(name), found);
            }
        }
        (Value::Array(a), Value::Array(b)) => match key_of(&path.join(".")) {
            Some(key) => {
                let (a, b) = (rows(a, key), rows(b, key));
                for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                    step(path, name, a.get(name).copied(), b.get(name).copied(), found);
                }
            }
            None => leaf(path, before, after, found),
        },
        _ => leaf(path, before, after, found),
    }
}

fn step(
    path: &mut Vec<String>,
    name: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    path.push(name.to_owned());
    walk(path, before.unwrap_or(&Value::Null), after.unwrap_or(&Value::Null), found);
    path.pop();
}

fn leaf(path: &[String], before: &Value, after: &Value, found: &mut Vec<Difference>) {
    found.push(Difference { path: path.to_vec(), before: before.clone(), after: after.clone() });
}

/// Words in two languages and strokes are one value each.
fn whole(object: &Map<String, Value>) -> bool {
    (object.len() == 2 && object.contains_key("zh") && object.contains_key("en")) || object.contains_key("strokes")
}

/// Rows by their key; a key that stands twice gets a number.
fn rows<'a>(list: &'a [Value], key: &str) -> BTreeMap<String, &'a Value> {
    let mut named: BTreeMap<String, &Value> = BTreeMap::new();
    for row in list {
        let name = row[key].as_str().unwrap_or_default();
        let free = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name} ({n})") });
        if let Some(name) = free.into_iter().find(|name| !named.contains_key(name)) {
            named.insert(name, row);
        }
    }
    named
}
