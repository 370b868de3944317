//! The cover of a month's book (H5): what is in it, what it comes to, who made, checked and took it. Refuses to count: the figures come in.

use chrono::NaiveDate;
use gongdan_domain::catalogue::Words;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::Letterhead;
use serde::Serialize;

use crate::DocumentError;
use crate::field::Tongue;
use crate::number::money;
use crate::order::Company;
use crate::print::{Desk, Sheet};
use crate::seal::{drawn, short};
use crate::strings::same;
use crate::templates::COVER;

/// One order in the book.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiveLine {
    pub day: NaiveDate,
    pub order_no: String,
    pub customer: String,
    /// Machine and what was done, short.
    pub about: String,
    /// How it ended and what the customer thought.
    pub ending: Words,
    /// None where the copy shows no prices.
    pub amount_fen: Option<i64>,
    /// The page of the book where it begins; none where each order is a file of its own.
    pub page: Option<u32>,
}

/// H5.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiveCover {
    pub company: Letterhead,
    pub zone: String,
    pub year: i32,
    pub month: u32,
    pub book_no: String,
    /// Whose orders, and how revisions were taken.
    pub scope: Words,
    pub lines: Vec<ArchiveLine>,
    pub person_visits: u32,
    pub signed: u32,
    pub unsigned: u32,
    /// None where the copy shows no prices.
    pub total_fen: Option<i64>,
    pub total_capitals: String,
    /// None where each order is a file of its own.
    pub pages: Option<u32>,
    /// Files that go with the book.
    pub files: Words,
    /// SHA-256 over the list of checksums, hex.
    pub hash: String,
    /// For whom a copy without prices and phones was made; empty text where none.
    pub copy_note: Words,
    pub made_by: String,
    pub made_at: Instant,
    /// Who checked it; a line to sign on where nobody has yet.
    pub checked_by: String,
    pub checked_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    language: &'static str,
    t: &'a std::collections::BTreeMap<String, Words>,
    draft: bool,
    no: &'a str,
    revision: Option<u32>,
    company: Company,
    short_hash: Option<String>,
    month: Words,
    scope: &'a Words,
    figures: Vec<Figure>,
    priced: bool,
    paged: bool,
    lines: Vec<Line<'a>>,
    total: Option<String>,
    capitals: &'a str,
    files: &'a Words,
    copy_note: &'a Words,
    made_by: &'a str,
    made_at: String,
    checked_by: &'a str,
    checked_at: String,
}

#[derive(Debug, Serialize)]
struct Figure {
    label: Words,
    value: String,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    day: String,
    order_no: &'a str,
    customer: &'a str,
    about: &'a str,
    ending: &'a Words,
    amount: String,
    page: String,
}

pub fn sheet(desk: &Desk<'_>, cover: &ArchiveCover) -> Result<Sheet, DocumentError> {
    let tongue = Tongue::new(desk.strings, desk.language, &cover.zone, Some(cover.made_at))?;
    let w = |key: &str| tongue.w(key);
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let figure = |key: &str, value: String| Figure { label: w(key), value };
    let mut figures = vec![
        figure("cover.orders", cover.lines.len().to_string()),
        figure("cover.visits", cover.person_visits.to_string()),
        figure("cover.sum", cover.total_fen.map(|fen| tongue.yuan(fen).zh).unwrap_or_default()),
        figure("cover.signed", cover.signed.to_string()),
        figure("cover.unsigned", cover.unsigned.to_string()),
        figure("cover.pages", number(cover.pages)),
    ];
    figures.retain(|f| !f.value.is_empty());
    let month = tongue
        .strings
        .fill("cover.month", &[("year", &same(cover.year.to_string())), ("month", &month_name(cover.month))]);
    let view = View {
        language: tongue.code(),
        t: tongue.strings.all(),
        draft: false,
        no: &cover.book_no,
        revision: None,
        company: Company::of(&cover.company),
        short_hash: (!cover.hash.is_empty()).then(|| short(&cover.hash)),
        month,
        scope: &cover.scope,
        figures,
        priced: cover.total_fen.is_some(),
        paged: cover.lines.iter().any(|l| l.page.is_some()),
        lines: cover
            .lines
            .iter()
            .map(|l| Line {
                day: l.day.format("%m-%d").to_string(),
                order_no: &l.order_no,
                customer: &l.customer,
                about: &l.about,
                ending: &l.ending,
                amount: l.amount_fen.map(money).unwrap_or_default(),
                page: number(l.page),
            })
            .collect(),
        total: cover.total_fen.map(|fen| tongue.yuan(fen).zh),
        capitals: &cover.total_capitals,
        files: &cover.files,
        copy_note: &cover.copy_note,
        made_by: &cover.made_by,
        made_at: tongue.full(cover.made_at, false),
        checked_by: &cover.checked_by,
        checked_at: cover.checked_at.map(|at| tongue.full(at, false)).unwrap_or_default(),
    };
    let sheet = Sheet::new(COVER, format!("book {}", cover.book_no), Some(cover.made_at), &view)?;
    Ok(sheet.drawing("qr", drawn(&format!("{} {}", cover.book_no, cover.hash))))
}

fn month_name(month: u32) -> Words {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let name = usize::try_from(month).ok().and_then(|n| NAMES.get(n.wrapping_sub(1))).copied().unwrap_or_default();
    Words::new(month.to_string(), name)
}
