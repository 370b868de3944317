//! Readings before and after (section 4): numbers, the word for what is out of range, and the place on the strip.

use gongdan_domain::catalogue::Words;
use gongdan_domain::work_order::{OrderReading, ReadingFlag};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Desk;
use crate::number::{Decimal, grouped, place};
use crate::strings::same;

/// Phases of one quantity stand in one row.
const PHASES: [(&[&str], &str); 2] =
    [(&["uab", "ubc", "uca"], "reading.voltages"), (&["ia", "ib", "ic"], "reading.currents")];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetReadings")]
pub struct Readings {
    /// Taken before and after; else one column of what was found.
    before: bool,
    after: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetReading")]
struct Row {
    name: Words,
    unit: String,
    before: Option<Cell>,
    after: Option<Cell>,
    change: Option<String>,
    usual: String,
    strip: Option<Strip>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetCell")]
struct Cell {
    text: Words,
    flag: Option<Words>,
}

/// Places from 0 (left) to 1 (right).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetStrip")]
struct Strip {
    from: f64,
    until: f64,
    before: Option<f64>,
    after: Option<f64>,
}

pub fn readings(desk: &Desk<'_>) -> Readings {
    let all = &desk.doc.readings;
    let mut rows = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for reading in all {
        if done.contains(&reading.key.as_str()) {
            continue;
        }
        match together(reading, all) {
            Some((phases, key)) => {
                done.extend(phases.iter().map(|r| r.key.as_str()));
                rows.push(row(desk, desk.w(key), &phases));
            }
            None => rows.push(row(desk, reading.words.clone(), &[reading])),
        }
    }
    Readings { before: all.iter().any(|r| r.before.is_some()), after: all.iter().any(|r| r.after.is_some()), rows }
}

/// All phases of this reading, if all were taken at the same times and are judged by the same range.
fn together<'a>(first: &OrderReading, all: &'a [OrderReading]) -> Option<(Vec<&'a OrderReading>, &'static str)> {
    let (keys, name) = PHASES.iter().find(|(keys, _)| keys.first() == Some(&first.key.as_str()))?;
    let phases: Option<Vec<&OrderReading>> = keys.iter().map(|k| all.iter().find(|r| r.key == *k)).collect();
    let alike = |r: &&OrderReading| {
        r.before.is_some() == first.before.is_some()
            && r.after.is_some() == first.after.is_some()
            && r.typical == first.typical
            && r.unit == first.unit
    };
    phases.filter(|p| p.iter().all(alike)).map(|p| (p, *name))
}

fn row(desk: &Desk<'_>, name: Words, phases: &[&OrderReading]) -> Row {
    let first = phases[0];
    let numbers = |pick: fn(&OrderReading) -> Option<&String>| -> Option<Vec<Decimal>> {
        phases.iter().map(|r| Decimal::parse(pick(r)?)).collect()
    };
    let (before, after) = (numbers(|r| r.before.as_ref()), numbers(|r| r.after.as_ref()));
    let change = before.as_ref().zip(after.as_ref()).and_then(|(b, a)| {
        let pairs: Vec<(Decimal, Decimal)> = b.iter().copied().zip(a.iter().copied()).collect();
        Decimal::change(&pairs).map(Decimal::signed)
    });
    let bound = |text: &Option<String>| text.as_deref().and_then(Decimal::parse);
    let (lower, upper) = (bound(&first.typical.0), bound(&first.typical.1));
    let mean = |n: &Vec<Decimal>| n.iter().map(|d| d.value()).sum::<f64>() / n.len() as f64;
    let at = |numbers: &Option<Vec<Decimal>>| {
        numbers.as_ref().and_then(|n| place(mean(n), lower.map(Decimal::value), upper.map(Decimal::value)))
    };
    let (before_at, after_at) = (at(&before), at(&after));
    let strip = (before_at.is_some() || after_at.is_some()).then(|| Strip {
        from: if lower.is_some() { 0.25 } else { 0.0 },
        until: if upper.is_some() { 0.75 } else { 1.0 },
        before: before_at,
        after: after_at,
    });
    Row {
        name,
        unit: first.unit.clone(),
        before: cell(desk, phases, |r| r.before.as_ref(), |r| r.before_flag),
        after: cell(desk, phases, |r| r.after.as_ref(), |r| r.after_flag),
        change,
        usual: match &first.typical {
            (Some(low), Some(high)) => format!("{}–{}", grouped(low), grouped(high)),
            (None, Some(high)) => format!("≤\u{A0}{}", grouped(high)),
            (Some(low), None) => format!("≥\u{A0}{}", grouped(low)),
            (None, None) => String::new(),
        },
        strip,
    }
}

fn cell(
    desk: &Desk<'_>,
    phases: &[&OrderReading],
    value: fn(&OrderReading) -> Option<&String>,
    flag: fn(&OrderReading) -> ReadingFlag,
) -> Option<Cell> {
    let values: Vec<&String> = phases.iter().filter_map(|r| value(r)).collect();
    if values.is_empty() {
        return None;
    }
    let text = match values.as_slice() {
        [one] => option(desk, one),
        many => same(many.iter().map(|v| grouped(v)).collect::<Vec<_>>().join("/")),
    };
    let worst = phases.iter().map(|r| flag(r)).find(|f| *f != ReadingFlag::Usual);
    let flag = worst.map(|f| desk.w(if f == ReadingFlag::High { "reading.high" } else { "reading.low" }));
    Some(Cell { text, flag })
}

/// A number, or one of the form's words, which has an English word too.
fn option(desk: &Desk<'_>, value: &str) -> Words {
    let key = match value {
        "过低" => "reading.option.too_low",
        "偏低" => "reading.option.low",
        "正常" => "reading.option.normal",
        "偏高" => "reading.option.high",
        "过高" => "reading.option.too_high",
        other => return same(grouped(other)),
    };
    desk.w(key)
}
