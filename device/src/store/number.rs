//! Final numbers of documents: device-prefixed, counted without gaps, drawn when first shown. One that leads to no document stays as void;
//! the office learns of every drawing and voiding, so that it can count without gaps too. One that a document bears stays sealed, though
//! the document leaves this device with its job.

use std::collections::BTreeMap;

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::JobId;
use gongdan_domain::number::mark_of;
use gongdan_domain::time::Instant;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Result;
use crate::store::{Reader, Store, Tx, id_rows};

/// A number that stands, without a document yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNumber {
    pub kind: String,
    pub text: String,
    pub owner: Uuid,
}

impl Reader<'_> {
    /// The number that an owner has drawn and that stands.
    pub fn number(&self, kind: &str, owner: Uuid) -> Result<Option<String>> {
        let sql = "SELECT text FROM number WHERE kind = ?1 AND owner = ?2 AND voided_at IS NULL";
        Ok(self.conn().prepare_cached(sql)?.query_row([kind, &owner.to_string()], |row| row.get(0)).optional()?)
    }

    /// Numbers without a document whose job was called off or is not this device's any more.
    pub fn abandoned_numbers(&self) -> Result<Vec<OpenNumber>> {
        let sql = "SELECT kind, text, owner FROM number n WHERE voided_at IS NULL AND job IS NOT NULL
                   AND sealed_at IS NULL AND (NOT EXISTS (SELECT 1 FROM scope WHERE scope = 'job:' || n.job AND allowed = 1)
                        OR EXISTS (SELECT 1 FROM fact f WHERE f.job = n.job AND f.kind = 'job_cancelled'
                                   AND NOT EXISTS (SELECT 1 FROM retraction r WHERE r.target = f.id)))
                   ORDER BY kind, count";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            let owner: String = row.get(2)?;
            Ok(OpenNumber { kind: row.get(0)?, text: row.get(1)?, owner: Uuid::parse_str(&owner).unwrap_or_default() })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Numbers of an earlier version name no job. Where it is still here, they can be found to lead to nothing like every other.
    pub(super) fn place_numbers(&self) -> Result<()> {
        let jobs = id_rows(self.conn(), "SELECT DISTINCT job FROM visit", [])?;
        for job in jobs.into_iter().map(JobId) {
            for visit in self.visits(job)? {
                let sql = "UPDATE number SET job = ?1 WHERE job IS NULL AND owner = ?2";
                self.conn().prepare_cached(sql)?.execute([job.to_string(), visit.order().0.to_string()])?;
            }
        }
        Ok(())
    }

    /// The number that an owner has drawn, and when.
    pub fn drawn(&self, kind: &str, owner: Uuid) -> Result<Option<(String, Instant)>> {
        let sql = "SELECT text, drawn_at FROM number WHERE kind = ?1 AND owner = ?2 AND voided_at IS NULL";
        let texts = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let drawn = self.conn().prepare_cached(sql)?.query_row([kind, &owner.to_string()], texts).optional()?;
        Ok(drawn.map(|(text, at)| (text, at.parse().unwrap_or_else(|_| self.now()))))
    }
}

impl Store {
    /// The highest count of each kind, so that a number is never drawn twice whatever becomes of this file.
    pub(super) fn drawn_counts(connection: &Connection) -> Result<BTreeMap<String, u64>> {
        let mut statement =
            connection.prepare_cached("SELECT kind, max(count) FROM number WHERE count > 0 GROUP BY kind")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// The owner's number, drawn now if it has none that stands: `GD-A7-2611-0032`. The month is the company's; the count never resets.
    pub fn draw_number(&mut self, about: About, kind: &str, owner: Uuid) -> Result<String> {
        if let Some(drawn) = self.number(kind, owner)? {
            return Ok(drawn);
        }
        self.tell_numbers()?;
        let last: i64 = self
            .conn()
            .prepare_cached("SELECT coalesce(max(count), 0) FROM number WHERE kind = ?1 AND count > 0")?
            .query_row([kind], |row| row.get(0))?;
        let count = last + 1;
        let mark = mark_of(kind);
        let month = self.now().with_timezone(&self.zone()).format("%y%m");
        let text = format!("{mark}-{}-{month}-{count:04}", self.identity().certificate.number_prefix);
        let sql =
            "INSERT INTO number (kind, count, text, owner, job, drawn_at, told) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)";
        let (owner_text, job, drawn_at) = (owner.to_string(), about.job.to_string(), self.now().to_rfc3339());
        self.spare_is_due();
        self.conn().prepare_cached(sql)?.execute(params![kind, count, text, owner_text, job, drawn_at])?;
        self.fact(about, FactBody::NumberDrawn { number: text.clone(), owner }, Vec::new())?;
        Ok(text)
    }

    /// Numbers that an earlier version drew without a word.
    fn tell_numbers(&mut self) -> Result<()> {
        let sql = "SELECT kind, text, owner FROM number WHERE told = 0 ORDER BY kind, count";
        let untold: Vec<(String, String)> = {
            let mut statement = self.conn().prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for (number, owner) in untold {
            self.conn().prepare_cached("UPDATE number SET told = 1 WHERE text = ?1")?.execute([&number])?;
            let owner = Uuid::parse_str(&owner).unwrap_or_default();
            self.own_fact(FactBody::NumberDrawn { number, owner })?;
        }
        self.place_numbers()
    }

    /// A document bears its number from here on.
    pub(super) fn mark_sealed(&self, content: &Value) -> Result<()> {
        // A paper bears its own number and names that of its order.
        let Some(number) = content["no"].as_str().or(content["order_no"].as_str()) else { return Ok(()) };
        let sql = "UPDATE number SET sealed_at = ?2 WHERE text = ?1 AND sealed_at IS NULL";
        self.conn().prepare_cached(sql)?.execute(params![number, self.now().to_rfc3339()])?;
        Ok(())
    }

    /// The owner's number leads to no document. Answers it; `None`: the owner has none that stands.
    pub fn void_number(&mut self, about: About, kind: &str, owner: Uuid, reason: &str) -> Result<Option<String>> {
        let Some(number) = self.number(kind, owner)? else { return Ok(None) };
        self.mark_void(&number)?;
        self.fact(about, FactBody::NumberVoided { number: number.clone(), reason: reason.to_owned() }, Vec::new())?;
        Ok(Some(number))
    }

    /// Void without a job to say it about: the job has gone.
    pub fn void_abandoned(&mut self, open: &OpenNumber, reason: &str) -> Result<()> {
        self.mark_void(&open.text)?;
        self.own_fact(FactBody::NumberVoided { number: open.text.clone(), reason: reason.to_owned() })
    }

    fn mark_void(&self, number: &str) -> Result<()> {
        let sql = "UPDATE number SET voided_at = ?2 WHERE text = ?1 AND voided_at IS NULL";
        self.conn().prepare_cached(sql)?.execute(params![number, self.now().to_rfc3339()])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
