//! Final numbers of documents: device-prefixed, counted without gaps, drawn when first shown.

use std::collections::BTreeMap;

use gongdan_domain::paper::PaperKind;
use gongdan_domain::time::Instant;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::error::Result;
use crate::store::{Reader, Store, Tx};

impl Reader<'_> {
    /// The number that an owner has drawn.
    pub fn number(&self, kind: &str, owner: Uuid) -> Result<Option<String>> {
        let sql = "SELECT text FROM number WHERE kind = ?1 AND owner = ?2";
        Ok(self.conn().prepare_cached(sql)?.query_row([kind, &owner.to_string()], |row| row.get(0)).optional()?)
    }
}

impl Reader<'_> {
    /// The number that an owner has drawn, and when.
    pub fn drawn(&self, kind: &str, owner: Uuid) -> Result<Option<(String, Instant)>> {
        let sql = "SELECT text, drawn_at FROM number WHERE kind = ?1 AND owner = ?2";
        let texts = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let drawn = self.conn().prepare_cached(sql)?.query_row([kind, &owner.to_string()], texts).optional()?;
        Ok(drawn.map(|(text, at)| (text, at.parse().unwrap_or_else(|_| self.now()))))
    }
}

impl Store {
    /// The highest count of each kind, so that a number is never drawn twice whatever becomes of this file.
    pub(super) fn drawn_counts(connection: &Connection) -> Result<BTreeMap<String, u64>> {
        let mut statement = connection.prepare_cached("SELECT kind, max(count) FROM number GROUP BY kind")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// The owner's number, drawn now if it has none yet: `GD-A7-2611-0032`. The month is the company's; the count never resets.
    pub fn draw_number(&mut self, kind: &str, owner: Uuid) -> Result<String> {
        if let Some(drawn) = self.number(kind, owner)? {
            return Ok(drawn);
        }
        let last: i64 = self
            .conn()
            .prepare_cached("SELECT coalesce(max(count), 0) FROM number WHERE kind = ?1")?
            .query_row([kind], |row| row.get(0))?;
        let count = last + 1;
        let mark = PaperKind::named(kind).map_or("GD", PaperKind::mark);
        let month = self.now().with_timezone(&self.zone()).format("%y%m");
        let text = format!("{mark}-{}-{month}-{count:04}", self.identity().certificate.number_prefix);
        let sql = "INSERT INTO number (kind, count, text, owner, drawn_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let drawn_at = self.now().to_rfc3339();
        self.spare_is_due();
        self.conn().prepare_cached(sql)?.execute(params![kind, count, text, owner.to_string(), drawn_at])?;
        Ok(text)
    }
}
