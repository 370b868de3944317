//! Half-written texts, kept for the one who types them until they are recorded or thrown away. Refuses to be data: no change comes of
//! them, nothing decides by them, the office never sees them.

use std::collections::BTreeMap;

use gongdan_domain::problem::{Code, Problem};
use rusqlite::params;
use serde_json::json;

use crate::error::Result;
use crate::store::{Applier, Reader};

/// Names of places are short, and no form is a book.
const KEY_BYTES: usize = 200;
const TEXT_BYTES: usize = 1 << 16;

impl Reader<'_> {
    /// Every half-written text by the place where it is written.
    pub fn drafts(&self) -> Result<BTreeMap<String, String>> {
        let mut statement = self.conn().prepare_cached("SELECT key, text FROM draft")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Applier<'_> {
    /// Keeps the text; an empty one is thrown away. Refused: a place without a name (or one over 200 bytes), a text over 64 KiB.
    pub fn keep_draft(&self, key: &str, text: &str) -> Result<()> {
        if key.is_empty() || key.len() > KEY_BYTES || text.len() > TEXT_BYTES {
            return Err(Problem::with(Code::FieldInvalid, json!({ "field": "draft" })).into());
        }
        if text.is_empty() {
            self.conn().prepare_cached("DELETE FROM draft WHERE key = ?1")?.execute([key])?;
            return Ok(());
        }
        let sql = "INSERT INTO draft (key, text, at) VALUES (?1, ?2, ?3)
                   ON CONFLICT (key) DO UPDATE SET text = excluded.text, at = excluded.at";
        self.conn().prepare_cached(sql)?.execute(params![key, text, self.now().to_rfc3339()])?;
        Ok(())
    }

    /// What belongs to jobs that have left this device leaves with them (invariant `scope_is_tight`).
    pub(super) fn drop_left_drafts(&self) -> Result<()> {
        let sql = "DELETE FROM draft WHERE key LIKE 'job/%'
                   AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.kind = 'job' AND e.id = substr(draft.key, 5, 36))";
        self.conn().execute(sql, [])?;
        Ok(())
    }
}
