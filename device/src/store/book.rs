//! The book of numbers of a rebuilt database: rows that could be read, what own changes and the office's facts say about numbers, and the
//! counts of the spare copy, put together. Refuses to forget that a number is void, and to leave one owner with two that stand.

use std::collections::{BTreeMap, BTreeSet};

use gongdan_domain::fact::FactBody;
use gongdan_domain::number::{Claim, NumberState, Numbered};
use gongdan_domain::sync::change::Fact;
use gongdan_domain::time::Instant;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::error::Result;
use crate::store::{Applier, Reader};

/// The columns of [`Entry`], in its order.
pub(super) const COLUMNS: &str = "kind, count, text, owner, drawn_at, job, told, voided_at, sealed_at";
/// Those that databases of earlier versions have, the newest first.
pub(super) const FORMER_COLUMNS: [&str; 2] = [
    "kind, count, text, owner, drawn_at, job, told, voided_at, NULL",
    "kind, count, text, owner, drawn_at, NULL, 0, NULL, NULL",
];

/// One number as the table keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub kind: String,
    /// 1, 2, 3 …; at most 0 under a former identity of this device.
    pub count: i64,
    /// A place whose number is not known has none: it stands under its kind and count.
    pub text: String,
    pub owner: String,
    pub drawn_at: String,
    pub job: Option<String>,
    pub told: bool,
    pub voided_at: Option<String>,
    pub sealed_at: Option<String>,
}

impl Entry {
    pub(super) fn of(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            kind: row.get(0)?,
            count: row.get(1)?,
            text: row.get(2)?,
            owner: row.get(3)?,
            drawn_at: row.get(4)?,
            job: row.get(5)?,
            told: row.get(6)?,
            voided_at: row.get(7)?,
            sealed_at: row.get(8)?,
        })
    }

    fn is_known(&self) -> bool {
        Numbered::read(&self.text).is_some()
    }
}

#[derive(Default)]
pub(super) struct Book(BTreeMap<(String, i64), Entry>);

impl Book {
    pub(super) fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self(entries.into_iter().map(|entry| ((entry.kind.clone(), entry.count), entry)).collect())
    }

    /// What facts say about numbers of this enrolment. Their order does not matter, nor how often they come.
    pub(super) fn learn<'f>(&mut self, prefix: &str, facts: impl IntoIterator<Item = &'f Fact>) {
        let mut void = BTreeMap::new();
        for fact in facts {
            let body = FactBody::of(fact);
            let Some(claim) = body.as_ref().and_then(Claim::of) else { continue };
            let Some(read) = Numbered::read(claim.number).filter(|read| read.prefix == prefix) else { continue };
            let Some(kind) = read.kind() else { continue };
            let (place, at) = ((kind.to_owned(), i64::from(read.count)), fact.at.corrected().to_rfc3339());
            if claim.state == NumberState::Void {
                void.insert(place.clone(), at.clone());
            }
            let known = self.0.get(&place).filter(|entry| entry.is_known());
            let owner = claim.owner.map(|owner| owner.to_string()).or(known.map(|entry| entry.owner.clone()));
            let entry = Entry {
                kind: place.0.clone(),
                count: place.1,
                text: claim.number.to_owned(),
                // A voiding that came before its drawing: whose it was does not matter any more.
                owner: owner.unwrap_or_else(|| Uuid::now_v7().to_string()),
                sealed_at: known
                    .and_then(|entry| entry.sealed_at.clone())
                    .or((claim.state == NumberState::Sealed).then(|| at.clone())),
                drawn_at: known.map_or(at, |entry| entry.drawn_at.clone()),
                job: fact.job.map(|job| job.to_string()).or(known.and_then(|entry| entry.job.clone())),
                told: true,
                voided_at: known.and_then(|entry| entry.voided_at.clone()),
            };
            self.0.insert(place, entry);
        }
        for (place, at) in void {
            if let Some(entry) = self.0.get_mut(&place) {
                entry.voided_at.get_or_insert(at);
            }
        }
    }

    /// Places up to the highest known count. Whose the last one was is not known; that it was drawn is, and the count goes on after it.
    pub(super) fn count_on(&mut self, counts: &BTreeMap<String, u64>, at: Instant) {
        for (kind, count) in counts {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            let unknown = || Entry {
                kind: kind.clone(),
                count,
                text: format!("{kind}/{count}"),
                owner: Uuid::now_v7().to_string(),
                drawn_at: at.to_rfc3339(),
                job: None,
                // There is nothing to tell about it: the office sees the gap when the next one comes.
                told: true,
                voided_at: None,
                sealed_at: None,
            };
            self.0.entry((kind.clone(), count)).or_insert_with(unknown);
        }
    }

    /// Of two that stand for one owner the later one counts: it was drawn because the earlier one was void, and the word of that is lost.
    /// The earlier one is nobody's from here on, until it is voided like any that leads to no document.
    fn one_each(&mut self) {
        let mut standing = BTreeSet::new();
        for entry in self.0.values_mut().rev().filter(|entry| entry.voided_at.is_none()) {
            if !standing.insert((entry.kind.clone(), entry.owner.clone())) {
                entry.owner = Uuid::now_v7().to_string();
            }
        }
    }

    /// Makes place for the counts of a new identity. Those named are void; what documents bear stays theirs.
    pub(super) fn step_back(&mut self, void: &[String], at: Instant) {
        let last = self.0.keys().map(|(_, count)| *count).max().unwrap_or(0).max(0);
        let entries = std::mem::take(&mut self.0).into_values().map(|mut entry| {
            entry.count -= last + 1;
            if void.contains(&entry.text) {
                entry.voided_at.get_or_insert(at.to_rfc3339());
            }
            entry
        });
        *self = Self::of(entries);
    }

    /// Writes it in the place of whatever the table holds.
    pub(super) fn keep(mut self, connection: &Connection) -> Result<()> {
        self.one_each();
        connection.execute("DELETE FROM number", [])?;
        let sql = format!("INSERT INTO number ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        let mut statement = connection.prepare(&sql)?;
        for Entry { kind, count, text, owner, drawn_at, job, told, voided_at, sealed_at } in self.0.into_values() {
            statement.execute(params![kind, count, text, owner, drawn_at, job, told, voided_at, sealed_at])?;
        }
        Ok(())
    }
}

impl Reader<'_> {
    pub(super) fn book(&self) -> Result<Book> {
        let mut statement = self.conn().prepare(&format!("SELECT {COLUMNS} FROM number"))?;
        let rows = statement.query_map([], Entry::of)?;
        Ok(Book::of(rows.collect::<rusqlite::Result<Vec<_>>>()?))
    }
}

impl Applier<'_> {
    /// What the office sent again says about own numbers; only a rebuilt database has to learn it.
    pub fn learn_numbers(&self) -> Result<()> {
        if self.rebuilt()?.is_none() {
            return Ok(());
        }
        let mut facts = Vec::new();
        for kind in Claim::KINDS {
            facts.extend(self.facts_of_kind(kind)?);
        }
        let mut book = self.book()?;
        book.learn(&self.identity().certificate.number_prefix, &facts);
        book.keep(self.conn())
    }
}
