//! Findings as a spreadsheet, as the page shows them: what stood out, about whom, and how it was settled. Amounts are not in it: who may
//! see findings may not always see money. Taking it is on record.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono_tz::Tz;
use gongdan_documents::table::Table;
use gongdan_domain::finding::FindingCode;
use gongdan_domain::permission::Permission;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::time::Instant;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use serde::{Deserialize, Serialize};

use crate::core::Shared;
use crate::error::Result;
use crate::office::download::{Handed, handed};
use crate::office::load::{self, Names, PAGE};
use crate::office::view as v;
use crate::router::Address;
use crate::storage::{FindingQuery, Reader};

type Written<T> = std::result::Result<T, XlsxError>;

const WORDS: &str = include_str!("../../../../documents/templates/findings.json");
/// More rows than a sheet of this kind is read with.
const MOST: u32 = 20_000;

#[derive(Deserialize, Default)]
pub struct Wish {
    /// Only those without an answer.
    #[serde(default)]
    open: bool,
    #[serde(default)]
    code: Option<FindingCode>,
    /// `zh`, `en`.
    #[serde(default)]
    lang: Option<String>,
}

pub async fn xlsx(
    State(core): State<Shared>,
    Query(wish): Query<Wish>,
    from: Address,
    headers: HeaderMap,
) -> Result<Response> {
    handed(core, from, headers, Permission::ReadOffice, "findings_taken", move |core, r| {
        let which = FindingQuery { open_only: wish.open, code: wish.code };
        let english = wish.lang.as_deref() == Some("en");
        let rows = all(r, which)?;
        let reference = core.reference(r)?;
        let bytes = workbook(r, &rows, reference.zone(), english).map_err(|error| {
            tracing::error!(%error, "findings could not be written");
            Problem::new(Code::Internal)
        })?;
        let day = reference.day(core.now());
        Ok(Handed {
            kind: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            how: "attachment",
            name: format!("{}_{day}.xlsx", Table::read(WORDS).say("file", english)),
            about: format!("{} {}", rows.len(), wish.code.map(named).unwrap_or_default()).trim().to_owned(),
            bytes,
        })
    })
    .await
}

fn all(r: &dyn Reader, which: FindingQuery) -> Result<Vec<v::FindingRow>> {
    let mut names = Names::new(r);
    let mut rows = Vec::new();
    for offset in (0..MOST).step_by(PAGE as usize) {
        let states = r.findings(which, PAGE, offset)?;
        let last = states.len() < PAGE as usize;
        rows.extend(load::findings(&mut names, states)?);
        if last {
            break;
        }
    }
    Ok(rows)
}

/// A code as the words name it.
fn named(code: impl Serialize) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// One column: its key, its width in characters.
const COLUMNS: [(&str, f64); 13] = [
    ("found_at", 17.0),
    ("kind", 28.0),
    ("customer", 28.0),
    ("machine", 18.0),
    ("serial", 16.0),
    ("order", 18.0),
    ("by", 12.0),
    ("reason", 28.0),
    ("state", 9.0),
    ("decision", 22.0),
    ("answer", 36.0),
    ("answered_by", 12.0),
    ("answered_at", 17.0),
];

fn workbook(r: &dyn Reader, rows: &[v::FindingRow], zone: Tz, english: bool) -> Written<Vec<u8>> {
    let table = Table::read(WORDS);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(table.say("sheet", english))?;
    let head =
        Format::new().set_bold().set_background_color("E8E6E1").set_text_wrap().set_align(FormatAlign::VerticalCenter);
    for (at, (key, width)) in (0u16..).zip(COLUMNS) {
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, table.say(key, english), &head)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    for (at, row) in (1u32..).zip(rows) {
        line(sheet, at, row, &number(r, row), &table, zone, english)?;
    }
    let last = u32::try_from(rows.len()).unwrap_or(MOST);
    sheet.autofilter(0, 0, last, u16::try_from(COLUMNS.len() - 1).unwrap_or(0))?;
    book.save_to_buffer()
}

/// The number that stands on the order.
fn number(r: &dyn Reader, row: &v::FindingRow) -> String {
    let sealed = row.order.and_then(|order| r.sealed_of(order.0).ok()).unwrap_or_default();
    let payload = sealed.last().and_then(crate::verify::found::payload);
    payload.and_then(|payload| payload.content["order_no"].as_str().map(str::to_owned)).unwrap_or_default()
}

fn line(
    sheet: &mut Worksheet,
    at: u32,
    row: &v::FindingRow,
    number: &str,
    table: &Table,
    zone: Tz,
    english: bool,
) -> Written<()> {
    let (finding, title) = (&row.finding, row.title.as_ref());
    let reason = finding.details["reason"].as_str().unwrap_or_default();
    let decision = finding.decision.map(|decision| table.say(&format!("decision.{}", named(decision)), english));
    let name = |name: &Option<v::PersonName>| name.as_ref().map(|n| n.name.clone()).unwrap_or_default();
    let said = |text: Option<&String>| text.cloned().unwrap_or_default();
    let texts = [
        (1, table.say(&format!("finding.{}", named(finding.code)), english)),
        (2, said(title.map(|t| &t.customer))),
        (3, said(title.map(|t| &t.machine))),
        (4, said(title.map(|t| &t.serial_no))),
        (5, number.to_owned()),
        (6, name(&row.by)),
        (7, reason.to_owned()),
        (8, table.say(if finding.answer.is_some() { "answered" } else { "open" }, english)),
        (9, decision.unwrap_or_default()),
        (10, said(finding.answer.as_ref())),
        (11, name(&row.answered_by)),
    ];
    for (column, text) in texts {
        // A cell takes 32,767 characters; what begins with "=" stays text.
        sheet.write_string(at, column, text.chars().take(32_000).collect::<String>())?;
    }
    time(sheet, at, 0, Some(finding.found_at), zone)?;
    time(sheet, at, 12, row.answered_at, zone)
}

/// In the company's zone, as a time that a spreadsheet reckons with.
fn time(sheet: &mut Worksheet, at: u32, column: u16, when: Option<Instant>, zone: Tz) -> Written<()> {
    let Some(when) = when else { return Ok(()) };
    let local = when.with_timezone(&zone).naive_local();
    let format = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet.write_datetime_with_format(at, column, local, &format).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h4_every_kind_and_decision_has_words_in_both_languages() {
        let table = Table::read(WORDS);
        for english in [false, true] {
            assert!(table.all(english).values().all(|words| !words.trim().is_empty()));
            for (key, _) in COLUMNS {
                assert_ne!(table.say(key, english), key);
            }
        }
    }
}
