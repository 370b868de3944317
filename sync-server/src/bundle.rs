//! Bundles (H5): a month of orders as one ZIP: papers, an index as spreadsheet, sealed texts, receipts and checksums. Made in the
//! background, one order after the other, so that a large month costs no more memory than a small one. The same orders give the same bytes.
//! It refuses to leave out what is missing without naming it.

pub mod cover;
pub mod desk;
pub mod index;
mod pack;
#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate};
use gongdan_domain::id::OrderId;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::core::Core;
use crate::error::Result;
use crate::index::Row;
use crate::reference::ReferenceSet;
use crate::storage::{Reader, RowQuery};

pub use pack::pack;

/// Rows that are looked at together.
const PAGE: u32 = 500;
/// Stages of visits that have an order.
const SEALED: [&str; 4] = ["sealed", "left", "questioned", "archived"];

/// What a copy shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum BundleCopy {
    Full,
    /// For the technical and quality departments: without prices, personal phones and signatures.
    Technical,
}

/// One order of the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub order: OrderId,
    /// Of the document that stands.
    pub hash: String,
    /// Several documents claim its revision: it is listed, and its money counts nowhere.
    pub contested: bool,
    pub sealed_at: Instant,
    pub revision: u32,
    pub number: String,
    pub customer: String,
    pub archive_no: Option<String>,
    /// Files that are neither here nor given up.
    pub missing: u32,
}

/// What a bundle will hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// `2026-11`.
    pub month: String,
    pub copy: BundleCopy,
    pub english: bool,
    /// By order number.
    pub entries: Vec<Entry>,
    /// Photos that will be printed, bytes: about what the bundle weighs.
    pub photo_bytes: u64,
}

/// The first days of a month and of the next, or nothing.
pub(crate) fn days(month: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d")
        .ok()
        .filter(|day| (2000..2200).contains(&day.year()))?;
    Some((first, first.checked_add_months(chrono::Months::new(1))?))
}

/// When a month begins and ends in the company's zone; `None`: no month.
pub fn span(reference: &ReferenceSet, month: &str) -> Option<(Instant, Instant)> {
    let (first, next) = days(month)?;
    Some((reference.start_of(first), reference.start_of(next)))
}

/// The orders that were sealed in a month.
pub fn plan(core: &Core, r: &dyn Reader, month: &str, copy: BundleCopy, english: bool) -> Result<Option<Plan>> {
    let Some((from, until)) = span(&*core.reference(r)?, month) else { return Ok(None) };
    let mut plan = Plan { month: month.to_owned(), copy, english, entries: Vec::new(), photo_bytes: 0 };
    let mut query =
        RowQuery { stages: Some(SEALED.to_vec()), newest_received_first: true, limit: PAGE, ..RowQuery::default() };
    loop {
        let rows = r.rows(&query)?;
        for at in &rows {
            let row: Row = serde_json::from_str(&at.row)?;
            let Some(seal) = row.seal.as_ref().filter(|seal| (from..until).contains(&seal.sealed_at)) else { continue };
            let (missing, bytes) = files(r, at.job, &row.files)?;
            plan.photo_bytes += bytes;
            let (order, number) = (at.order, seal.number.clone());
            plan.entries.push(Entry {
                order,
                hash: seal.hash.clone(),
                contested: seal.contested,
                sealed_at: seal.sealed_at,
                revision: seal.revision,
                number,
                customer: row.customer_name,
                archive_no: row.archive_no,
                missing,
            });
        }
        if rows.len() < PAGE as usize {
            break;
        }
        query.offset += PAGE;
    }
    plan.entries.sort_by(|a, b| (&a.number, a.order.0).cmp(&(&b.number, b.order.0)));
    Ok(Some(plan))
}

/// How many files of an order are missing, and how large those are that are here.
fn files(r: &dyn Reader, job: gongdan_domain::id::JobId, hashes: &[String]) -> Result<(u32, u64)> {
    let (mut missing, mut bytes) = (Vec::new(), 0);
    for hash in hashes {
        match r.file(hash)? {
            Some(state) if state.complete_at.is_some() => bytes += state.file.size,
            _ => missing.push(hash),
        }
    }
    if !missing.is_empty() {
        let lost = crate::office::declared_lost(&r.facts(job)?);
        missing.retain(|hash| !lost.contains_key(*hash));
    }
    Ok((u32::try_from(missing.len()).unwrap_or(u32::MAX), bytes))
}
