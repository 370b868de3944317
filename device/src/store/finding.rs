//! Findings of the server, and records of kinds that this version does not know.

use gongdan_domain::finding::Finding;
use gongdan_domain::id::JobId;
use gongdan_domain::seal::sha256_hex;
use gongdan_domain::sync::change::Scope;
use rusqlite::params;
use serde_json::Value;

use crate::error::Result;
use crate::store::{Applier, Reader, json_rows};

impl Reader<'_> {
    pub fn findings(&self, job: JobId) -> Result<Vec<Finding>> {
        json_rows(self.conn(), "SELECT body FROM finding WHERE job = ?1 ORDER BY id", [job.to_string()])
    }

    pub fn all_findings(&self) -> Result<Vec<Finding>> {
        json_rows(self.conn(), "SELECT body FROM finding ORDER BY id", [])
    }
}

impl Applier<'_> {
    pub fn put_finding(&self, finding: &Finding, position: u64, scopes: &[Scope]) -> Result<()> {
        let sql = "INSERT INTO finding (id, job, body, position) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (id) DO UPDATE SET body = excluded.body, position = excluded.position";
        let job = finding.job.map(|id| id.to_string());
        let body = serde_json::to_string(finding)?;
        self.conn().prepare_cached(sql)?.execute(params![finding.id.to_string(), job, body, position])?;
        self.place("finding", &finding.id.to_string(), scopes)
    }

    /// Kept as it came, so that a newer version of this app finds it.
    pub fn put_opaque(&self, value: &Value, position: u64, scopes: &[Scope]) -> Result<()> {
        let body = value.to_string();
        let id = value.get("id").and_then(Value::as_str).map_or_else(|| sha256_hex(body.as_bytes()), str::to_owned);
        let sql = "INSERT INTO opaque (id, body, position) VALUES (?1, ?2, ?3)
                   ON CONFLICT (id) DO UPDATE SET body = excluded.body, position = excluded.position";
        self.conn().prepare_cached(sql)?.execute(params![id, body, position])?;
        self.place("opaque", &id, scopes)
    }
}
