//! What differs between two contents of an order, in words: section, field and both values, for the console, the device and the page
//! that verifies. What differs is the domain's rule; here it is only said. A field of a newer version shows by its own name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gongdan_domain::catalogue::Words;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::difference::{Difference, differences, revised};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::number::money;
use crate::strings::{Strings, same};

/// One changed field as a person reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChangedField {
    pub section: Words,
    /// The field; in a list after what the row is called.
    pub label: Words,
    /// The row of a list: 油滤芯, P-002.
    pub row: Option<Words>,
    pub before: Words,
    pub after: Words,
    /// The field's own name, for tests and for machines.
    pub field: String,
}

static LABELS: LazyLock<BTreeMap<String, Words>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../templates/differences.json")).unwrap_or_default());

/// Two revisions of one order.
pub fn between_revisions(before: &Value, after: &Value) -> Vec<ChangedField> {
    said(revised(before, after), before, after)
}

/// What was sealed, and what somebody holds in his hands.
pub fn between(sealed: &Value, held: &Value) -> Vec<ChangedField> {
    said(differences(sealed, held), sealed, held)
}

/// How many parts a paper has that can differ.
pub fn sections() -> usize {
    LABELS.keys().filter(|key| key.starts_with("section.")).count()
}

fn said(found: Vec<Difference>, before: &Value, after: &Value) -> Vec<ChangedField> {
    // Only the sealed content says which zone its times print in.
    let zone: chrono_tz::Tz = before["zone"].as_str().and_then(|zone| zone.parse().ok()).unwrap_or(chrono_tz::Tz::UTC);
    let strings = Strings::read(None).ok();
    let desk = Desk { zone, strings: strings.as_ref() };
    found.iter().map(|difference| desk.changed(difference, before, after)).collect()
}

struct Desk<'a> {
    zone: chrono_tz::Tz,
    strings: Option<&'a Strings>,
}

fn label(key: &str) -> Option<Words> {
    LABELS.get(key).cloned()
}

fn words_of(value: &Value) -> Option<Words> {
    serde_json::from_value(value.clone()).ok()
}

impl Desk<'_> {
    fn changed(&self, difference: &Difference, before: &Value, after: &Value) -> ChangedField {
        let path: Vec<&str> = difference.path.iter().map(String::as_str).collect();
        let (list, name, rest) = match path.as_slice() {
            ["fees", "lines", name, rest @ ..] => ("fees.lines", Some(*name), rest),
            [list @ ("readings" | "parts" | "photos" | "technicians" | "follow_ups"), name, rest @ ..] => {
                (*list, Some(*name), rest)
            }
            _ => ("", None, path.as_slice()),
        };
        let key = match name {
            Some(_) => std::iter::once(list).chain(rest.iter().copied()).collect::<Vec<_>>().join("."),
            None => path.join("."),
        };
        let row = name.map(|name| self.row(list, name, [before, after]));
        let section = self.section(path.first().copied().unwrap_or_default());
        let fallback = || same(rest.last().copied().unwrap_or(list));
        let name = match rest {
            // A row that came or went has no field of its own.
            [] => section.clone(),
            _ => label(&key).or_else(|| label(&key[..key.rfind('.').unwrap_or(key.len())])).unwrap_or_else(fallback),
        };
        let value = |value: &Value| self.value(rest.last().copied().unwrap_or_default(), value);
        let (before, mut after) = (value(&difference.before), value(&difference.after));
        if before == after {
            // They do differ, though not in words: other strokes of the same number, a time within its second.
            let strokes = difference.after.get("strokes").is_some();
            let other = label(if strokes { "value.strokes.other" } else { "value.other" }).unwrap_or_default();
            after = Words::new(format!("{}{}", after.zh, other.zh), format!("{}{}", after.en_or_zh(), other.en));
        }
        ChangedField { section, label: name, row, before, after, field: path.join(".") }
    }

    fn section(&self, top: &str) -> Words {
        let name = match top {
            "fees_shown_at" => "consent",
            "confidence" | "follow_ups" | "handover" | "test" => "test",
            known if LABELS.contains_key(&format!("section.{known}")) => known,
            _ => "order",
        };
        label(&format!("section.{name}")).unwrap_or_else(|| same(name))
    }

    /// What a row is called, by either content.
    fn row(&self, list: &str, name: &str, contents: [&Value; 2]) -> Words {
        let bare = name.split(" (").next().unwrap_or(name);
        let named = contents.iter().find_map(|content| {
            let rows = list.split('.').fold(*content, |at, step| &at[step]).as_array()?;
            let row = rows
                .iter()
                .find(|row| row.as_object().is_some_and(|r| r.values().any(|v| v.as_str() == Some(bare))))?;
            words_of(&row["words"])
                .or_else(|| row["name"].as_str().or(row["caption"].as_str()).filter(|t| !t.is_empty()).map(same))
        });
        named.unwrap_or_else(|| same(name.get(..8).filter(|_| list == "photos").unwrap_or(name)))
    }

    fn value(&self, field: &str, value: &Value) -> Words {
        match value {
            Value::Null => label("value.none").unwrap_or_default(),
            Value::Bool(yes) => label(if *yes { "value.yes" } else { "value.no" }).unwrap_or_default(),
            Value::Number(n) if field.ends_with("_fen") => same(n.as_i64().map_or_else(|| n.to_string(), money)),
            Value::Number(n) => same(n.to_string()),
            Value::String(text) if text.is_empty() => label("value.none").unwrap_or_default(),
            Value::String(text) => self.text(field, text),
            Value::Array(items) if items.is_empty() => label("value.none").unwrap_or_default(),
            Value::Array(items) => {
                let all: Vec<Words> = items.iter().map(|item| self.value("", item)).collect();
                let joined = |one: fn(&Words) -> &str, glue: &str| all.iter().map(one).collect::<Vec<_>>().join(glue);
                Words::new(joined(|w| &w.zh, "；"), joined(|w| if w.en.is_empty() { &w.zh } else { &w.en }, "; "))
            }
            Value::Object(object) => match object.get("strokes").and_then(Value::as_array) {
                Some(strokes) => {
                    let words = label("value.strokes").unwrap_or_default();
                    let count = strokes.len().to_string();
                    Words::new(words.zh.replace("{count}", &count), words.en.replace("{count}", &count))
                }
                None => words_of(value).unwrap_or_else(|| self.object(object)),
            },
        }
    }

    /// A row or a signing as a whole: what names it, with its amount if it has one.
    fn object(&self, object: &serde_json::Map<String, Value>) -> Words {
        let parts = [
            "choice",
            "reason",
            "name",
            "words",
            "caption",
            "quantity",
            "qty",
            "before",
            "after",
            "payable_fen",
            "by_name",
            "at",
            "total_fen",
            "result",
            "quality",
            "attitude",
            "deviation",
        ];
        let said: Vec<Words> = parts
            .iter()
            .filter_map(|part| Some((part, object.get(*part).filter(|v| !v.is_null() && v.as_str() != Some(""))?)))
            .map(|(part, value)| self.value(part, value))
            .collect();
        let joined = |one: fn(&Words) -> &str| said.iter().map(one).collect::<Vec<_>>().join(" ");
        Words::new(joined(|w| &w.zh), joined(|w| if w.en.is_empty() { &w.zh } else { &w.en }))
    }

    /// Times print in the order's zone; a code of ours prints as the paper prints it.
    fn text(&self, field: &str, text: &str) -> Words {
        if (field == "at"
            || field.ends_with("_at")
            || ["agreed", "departed", "arrived", "started", "finished"].contains(&field))
            && let Ok(at) = text.parse::<Instant>()
        {
            return same(at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M:%S").to_string());
        }
        let group = match field {
            "quality" | "attitude" => "rating",
            "method" => "payment",
            "result" => "test",
            "choice" => "signing",
            "reason" => "decline",
            known => known,
        };
        let coded = self.strings.and_then(|s| s.all().get(&format!("{group}.{text}")).cloned());
        coded.or_else(|| label(&format!("value.{text}")).filter(|_| field == "choice")).unwrap_or_else(|| same(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_label_is_there_in_both_languages() {
        assert!(LABELS.len() > 100, "the catalogue is read");
        for (key, words) in LABELS.iter() {
            assert!(!words.zh.is_empty() && !words.en.is_empty(), "{key}");
        }
    }

    #[test]
    fn g5_what_came_or_went_as_a_whole_has_a_name_too() {
        for name in ["consent", "test", "rating", "signing"] {
            let changes = between_revisions(&json!({ name: null }), &json!({ name: { "choice": "signed" } }));
            assert_ne!(changes[0].label.zh, name, "the field's own name tells nobody anything");
        }
        let later = json!({ "signing": { "choice": "later", "words": "负责人下午来签" } });
        let declined = json!({ "zone": "Asia/Shanghai", "signing": { "choice": "declined", "reason": "other", "words": "上一版已签" } });
        let change = &between_revisions(&later, &declined)[0];
        let said = [&change.before.zh, &change.after.zh];
        assert!(said.iter().all(|said| said.ends_with("签")), "what was chosen comes first: {said:?}");
    }

    #[test]
    fn g6_other_strokes_of_the_same_number_are_not_said_to_be_the_same() {
        let signing = |x: i64, at: &str| {
            json!({ "zone": "Asia/Shanghai", "signing": { "choice": "signed", "name": "陈喆", "at": at,
            "ink": { "height": 400, "strokes": [[{ "x": x, "y": 1, "t": 0, "p": null }], []] } } })
        };
        let (one, other) = (signing(1, "2026-11-23T01:52:00Z"), signing(2, "2026-11-23T01:52:00.4Z"));
        let changed = between(&one, &other);
        let said =
            |field: &str| changed.iter().find(|c| c.field == field).map(|c| (&c.before.zh, &c.after.zh, &c.after.en));
        let (before, after, english) = said("signing.ink").expect("the strokes");
        assert_ne!(before, after);
        assert!(after.contains("其他笔迹") && english.contains("other strokes"), "{after} {english}");
        let (before, after, _) = said("signing.at").expect("the time");
        assert_ne!(before, after, "a time within the same second");
        let declined = json!({ "zone": "Asia/Shanghai", "signing": { "choice": "declined", "reason": "other", "words": "", "at": "2026-11-23T01:52:00Z" } });
        let whole = &between(&one, &declined)[0];
        assert!(whole.before.zh.contains("09:52:00"), "when it was signed is said too: {}", whole.before.zh);
    }

    #[test]
    fn g6_what_differs_on_a_receipt_has_a_name() {
        let receipt = |sum: i64, payer: &str| json!({ "no": "SJ-A7-2611-0001", "body": { "kind": "receipt", "body": { "sum_fen": sum, "payer": payer } } });
        let mut changed = between(&receipt(35_000, "样例"), &receipt(3_500, "别人"));
        changed.sort_by(|a, b| a.field.cmp(&b.field));
        let named: Vec<(&str, &str)> = changed.iter().map(|c| (c.section.zh.as_str(), c.label.zh.as_str())).collect();
        assert_eq!(named, [("收据与单据", "付款人"), ("收据与单据", "金额")]);
        assert_eq!((changed[1].before.zh.as_str(), changed[1].after.zh.as_str()), ("350.00", "35.00"));
    }

    #[test]
    fn g5_a_difference_is_said_in_words_of_the_paper() {
        let before = json!({ "zone": "Asia/Shanghai", "parts": [{ "code": "P-002", "words": { "zh": "油滤芯", "en": "Oil filter" }, "quantity": "1", "old_part": "returned" }],
            "fees": { "total_fen": 183_000 }, "times": { "arrived": "2026-11-23T01:52:00Z" }, "fault": { "measures": [] }, "novelty": 1,
            "rating": { "quality": "satisfied" } });
        let mut after = before.clone();
        after["parts"][0]["quantity"] = json!("2");
        after["parts"][0]["old_part"] = json!("scrapped");
        after["fees"]["total_fen"] = json!(195_000);
        after["times"]["arrived"] = json!("2026-11-23T02:52:00Z");
        after["fault"]["measures"] = json!([{ "zh": "更换油滤", "en": "Oil filter changed" }]);
        after["novelty"] = json!(2);
        after["rating"]["quality"] = json!("fair");
        let changed = between_revisions(&before, &after);
        let find =
            |field: &str| changed.iter().find(|c| c.field == field).unwrap_or_else(|| panic!("{field}: {changed:?}"));
        let quantity = find("parts.P-002.quantity");
        assert_eq!(
            (quantity.row.as_ref().map(|w| w.zh.as_str()), quantity.label.zh.as_str()),
            (Some("油滤芯"), "数量")
        );
        assert_eq!((quantity.before.zh.as_str(), quantity.after.en.as_str()), ("1", "2"));
        assert_eq!(find("parts.P-002.old_part").after, Words::new("报废", "scrapped"));
        assert_eq!(find("fees.total_fen").after.zh, "1,950.00");
        assert_eq!(find("times.arrived").before.zh, "2026-11-23 09:52:00");
        assert_eq!(find("fault.measures").before, Words::new("无", "none"));
        assert_eq!(find("fault.measures").after, Words::new("更换油滤", "Oil filter changed"));
        assert_eq!(find("rating.quality").after, Words::new("一般", "fair"));
        assert_eq!(find("novelty").label.zh, "novelty", "a field of a newer version shows by its name");
        assert_eq!(changed.len(), 7);
    }
}
