//! The index of a bundle as a spreadsheet that Excel and WPS open: money as numbers, days as days, a head that stays, sums at the foot.
//! In the technical copy there are no columns of money. It refuses to compute anything but those sums.

use chrono::NaiveDate;
use gongdan_documents::table::Table;
use gongdan_domain::catalogue::Words;
use gongdan_domain::fact::Rating;
use gongdan_domain::seal::SealedDocument;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{OrderDocument, Signing};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use crate::bundle::{BundleCopy, Entry, cover};

const WORDS: &str = include_str!("../../../documents/templates/bundle.json");

/// What the index says of one order.
#[derive(Debug, Clone)]
pub struct Line {
    number: String,
    revision: u32,
    day: NaiveDate,
    customer: String,
    machine: String,
    serial: String,
    service: Words,
    category: Words,
    technicians: String,
    symptom: String,
    cause: Words,
    ended: String,
    quality: String,
    attitude: String,
    /// `None` while several documents claim the revision.
    total_fen: Option<i64>,
    paid_fen: Option<i64>,
    archive_no: String,
    missing: u32,
    hash: String,
}

impl Line {
    pub fn of(order: &OrderDocument, sealed_at: Instant, document: &SealedDocument, entry: &Entry) -> Self {
        Self {
            number: order.order_no.clone(),
            revision: document.revision,
            day: cover::day(order, sealed_at),
            customer: order.customer.name.clone(),
            machine: format!("{} {}", order.machine.brand, order.machine.model).trim().to_owned(),
            serial: order.machine.serial_no.clone(),
            service: order.head.service_kind.clone(),
            category: order.head.category.clone(),
            technicians: order.technicians.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join("、"),
            symptom: order.fault.symptom.clone(),
            cause: order.fault.causes.first().cloned().unwrap_or_else(|| Words::new("", "")),
            ended: if entry.contested { "contested".to_owned() } else { format!("signing.{}", ended(order)) },
            quality: rating(order.rating.as_ref().map(|r| r.quality)),
            attitude: rating(order.rating.as_ref().map(|r| r.attitude)),
            total_fen: (!entry.contested).then_some(order.fees.total_fen.0),
            paid_fen: (!entry.contested).then_some(order.payment.paid_fen),
            archive_no: entry.archive_no.clone().unwrap_or_default(),
            missing: entry.missing,
            hash: document.hash.clone(),
        }
    }
}

impl Line {
    /// An order whose form only a newer version reads: its number, its customer and its seal.
    pub fn unread(entry: &Entry) -> Self {
        let none = Words::new("", "");
        Self {
            number: entry.number.clone(),
            revision: entry.revision,
            day: entry.sealed_at.date_naive(),
            customer: entry.customer.clone(),
            machine: String::new(),
            serial: String::new(),
            service: none.clone(),
            category: none.clone(),
            technicians: String::new(),
            symptom: String::new(),
            cause: none,
            ended: "unread".to_owned(),
            quality: rating(None),
            attitude: rating(None),
            total_fen: None,
            paid_fen: None,
            archive_no: entry.archive_no.clone().unwrap_or_default(),
            missing: entry.missing,
            hash: entry.hash.clone(),
        }
    }

    fn money(&self, key: &str) -> Option<i64> {
        if key == "total" { self.total_fen } else { self.paid_fen }
    }
}

/// The words of a bundle.
pub fn words() -> Table {
    Table::read(WORDS)
}

/// How the customer ended the order, as the words name it.
pub fn ended(order: &OrderDocument) -> &'static str {
    match order.signing {
        Some(Signing::Signed { .. }) => "signed",
        Some(Signing::Declined { .. }) | None => "declined",
        Some(Signing::Absent { .. }) => "absent",
        Some(Signing::Later { .. }) => "later",
    }
}

/// A rating, as the words name it.
pub fn rating(value: Option<Rating>) -> String {
    let name = value.and_then(|value| serde_json::to_value(value).ok());
    name.as_ref().and_then(Value::as_str).unwrap_or("not_rated").to_owned()
}

/// One column: its key, its width in characters, whether it is money.
const COLUMNS: [(&str, f64, bool); 19] = [
    ("number", 18.0, false),
    ("revision", 6.0, false),
    ("day", 11.0, false),
    ("customer", 28.0, false),
    ("machine", 18.0, false),
    ("serial", 16.0, false),
    ("service", 10.0, false),
    ("category", 12.0, false),
    ("technicians", 14.0, false),
    ("symptom", 28.0, false),
    ("cause", 24.0, false),
    ("ended", 10.0, false),
    ("quality", 10.0, false),
    ("attitude", 10.0, false),
    ("total", 13.0, true),
    ("paid", 13.0, true),
    ("archive", 15.0, false),
    ("missing", 8.0, false),
    ("hash", 20.0, false),
];

/// The index's own name inside the bundle.
pub fn file_name(english: bool) -> String {
    words().say("file", english)
}

struct Look {
    head: Format,
    day: Format,
    money: Format,
    sum: Format,
    sum_words: Format,
}

pub fn workbook(lines: &[Line], copy: BundleCopy, english: bool) -> Result<Vec<u8>, XlsxError> {
    let table = words();
    let mut book = Workbook::new();
    // A fixed day: the same orders give the same bytes.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let sheet = book.add_worksheet().set_name(table.say("sheet", english))?;
    let look = Look {
        head: Format::new()
            .set_bold()
            .set_background_color("E8E6E1")
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter),
        day: Format::new().set_num_format("yyyy-mm-dd"),
        money: Format::new().set_num_format("#,##0.00"),
        sum: Format::new().set_num_format("#,##0.00").set_bold(),
        sum_words: Format::new().set_bold(),
    };
    let columns: Vec<(&str, f64, bool)> =
        COLUMNS.into_iter().filter(|(_, _, money)| copy == BundleCopy::Full || !money).collect();
    for (at, (key, width, _)) in (0u16..).zip(&columns) {
        sheet.set_column_width(at, *width)?;
        sheet.write_string_with_format(0, at, table.say(key, english), &look.head)?;
    }
    sheet.set_row_height(0, 24)?;
    sheet.set_freeze_panes(1, 1)?;
    for (row, line) in (1u32..).zip(lines) {
        for (at, (key, _, _)) in (0u16..).zip(&columns) {
            cell(sheet, row, at, key, line, &table, &look, english)?;
        }
    }
    let last = u32::try_from(lines.len()).unwrap_or(u32::MAX - 2);
    sheet.autofilter(0, 0, last, u16::try_from(columns.len() - 1).unwrap_or(0))?;
    sums(sheet, last, &columns, lines, &look, &table.say("sum", english))?;
    book.save_to_buffer()
}

#[allow(clippy::too_many_arguments)] // a cell is where all of them meet
fn cell(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    key: &str,
    line: &Line,
    table: &Table,
    look: &Look,
    english: bool,
) -> Result<(), XlsxError> {
    let words = |words: &Words| if english && !words.en.is_empty() { words.en.clone() } else { words.zh.clone() };
    let text = match key {
        "day" => {
            return sheet.write_datetime_with_format(row, at, line.day, &look.day).map(drop);
        }
        "total" | "paid" => {
            let Some(fen) = line.money(key) else { return Ok(()) };
            return sheet.write_number_with_format(row, at, yuan(fen), &look.money).map(drop);
        }
        "revision" => return sheet.write_number(row, at, line.revision).map(drop),
        "missing" => return sheet.write_number(row, at, line.missing).map(drop),
        "number" => line.number.clone(),
        "customer" => line.customer.clone(),
        "machine" => line.machine.clone(),
        "serial" => line.serial.clone(),
        "service" => words(&line.service),
        "category" => words(&line.category),
        "technicians" => line.technicians.clone(),
        "symptom" => line.symptom.clone(),
        "cause" => words(&line.cause),
        "ended" => table.say(&line.ended, english),
        "quality" => table.say(&format!("rating.{}", line.quality), english),
        "attitude" => table.say(&format!("rating.{}", line.attitude), english),
        "archive" => line.archive_no.clone(),
        _ => line.hash.clone(),
    };
    // A cell takes 32,767 characters; what begins with "=" stays text.
    let text: String = text.chars().take(32_000).collect();
    sheet.write_string(row, at, text).map(drop)
}

/// A spreadsheet knows yuan only; below ninety thousand billion a number holds every fen.
fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}

fn sums(
    sheet: &mut Worksheet,
    last: u32,
    columns: &[(&str, f64, bool)],
    lines: &[Line],
    look: &Look,
    words: &str,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(last + 1, 0, words, &look.sum_words)?;
    for (at, (key, _, _)) in (0u16..).zip(columns).filter(|(_, (_, _, money))| *money) {
        let column = rust_xlsxwriter::utility::column_number_to_name(at);
        let fen: i64 = lines.iter().filter_map(|line| line.money(key)).sum();
        let sum = if lines.is_empty() { "=0".to_owned() } else { format!("=SUM({column}2:{column}{})", last + 1) };
        // The result is written too: a reader that does not reckon shows it all the same.
        let sum = Formula::new(sum).set_result(yuan(fen).to_string());
        sheet.write_formula_with_format(last + 1, at, sum, &look.sum)?;
    }
    Ok(())
}
