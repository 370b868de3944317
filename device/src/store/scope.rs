//! Which records are held because of which scopes, and forgetting what has left (invariant `scope_is_tight`).

use std::collections::BTreeMap;

use gongdan_domain::entity::kind;
use gongdan_domain::id::{JobId, PersonId, VisitId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{EntityRef, Scope};
use rusqlite::params;

use crate::error::Result;
use crate::store::{Applier, Reader};

/// The tables of records, as `membership.record` names them, with the SQL of a record's id.
const RECORDS: [(&str, &str, &str); 6] = [
    ("entity", "entity", "entity.kind || '/' || entity.id"),
    ("fact", "fact", "fact.id"),
    ("sealed", "sealed", "sealed.hash"),
    ("finding", "finding", "finding.id"),
    ("reference", "reference", "reference.kind || '/' || reference.id || '/' || reference.version"),
    ("opaque", "opaque", "opaque.id"),
];

impl Reader<'_> {
    pub fn cursors(&self) -> Result<BTreeMap<Scope, String>> {
        let mut statement = self.conn().prepare_cached("SELECT scope, cursor FROM scope WHERE cursor IS NOT NULL")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        rows.map(|row| row.map(|(scope, cursor)| (parse(&scope), cursor)).map_err(Into::into)).collect()
    }

    /// The scopes that a write of this entity claims: those the record has and this device may speak about.
    pub fn scopes_of(&self, entity: &EntityRef) -> Result<Vec<Scope>> {
        let sql = "SELECT m.scope FROM membership m JOIN scope s ON s.scope = m.scope AND s.allowed = 1
                   WHERE m.record = 'entity' AND m.id = ?1 ORDER BY m.scope";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([key(entity)], |row| row.get::<_, String>(0))?;
        let known: Vec<Scope> = rows.map(|row| row.map(|text| parse(&text))).collect::<rusqlite::Result<_>>()?;
        if known.is_empty() { Ok(vec![self.own_scope(entity)?]) } else { Ok(known) }
    }

    /// The scope of what was made here and the server has not placed yet.
    fn own_scope(&self, entity: &EntityRef) -> Result<Scope> {
        match entity.kind.as_str() {
            kind::JOB => Ok(Scope::Job(JobId(entity.id))),
            kind::VISIT => Ok(Scope::Job(self.job_of(VisitId(entity.id))?.ok_or(Code::NotFound)?)),
            kind::PERSON => Ok(Scope::Person(PersonId(entity.id))),
            _ => Ok(Scope::Person(self.me())),
        }
    }

    pub(super) fn join(&self, record: &str, id: &str, scopes: &[Scope]) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO membership (record, id, scope) VALUES (?1, ?2, ?3)";
        let mut statement = self.conn().prepare_cached(sql)?;
        for scope in scopes {
            statement.execute(params![record, id, scope.to_string()])?;
        }
        Ok(())
    }
}

impl Applier<'_> {
    /// The scopes of a record as the server names them now.
    pub(super) fn place(&self, record: &str, id: &str, scopes: &[Scope]) -> Result<()> {
        let mut statement = self.conn().prepare_cached("DELETE FROM membership WHERE record = ?1 AND id = ?2")?;
        statement.execute([record, id])?;
        self.confirm(record, id)?;
        self.join(record, id, scopes)
    }

    pub fn set_cursor(&self, scope: &Scope, cursor: &str) -> Result<()> {
        let sql = "INSERT INTO scope (scope, cursor) VALUES (?1, ?2) ON CONFLICT (scope) DO UPDATE SET cursor = excluded.cursor";
        self.conn().prepare_cached(sql)?.execute(params![scope.to_string(), cursor])?;
        Ok(())
    }

    /// Pull from zero: nothing is wiped, what comes replaces what is there.
    pub fn forget_cursors(&self) -> Result<()> {
        self.forget_covered()?;
        self.conn().execute("UPDATE scope SET cursor = NULL", [])?;
        // Positions of the former epoch say nothing about the new one: the next record that shows them is good enough.
        self.conn()
            .execute("UPDATE pending_write SET accepted_position = 0 WHERE accepted_position IS NOT NULL", [])?;
        Ok(())
    }

    pub fn set_allowed(&self, scopes: &[Scope]) -> Result<()> {
        self.conn().execute("UPDATE scope SET allowed = 0", [])?;
        let sql = "INSERT INTO scope (scope) VALUES (?1) ON CONFLICT (scope) DO UPDATE SET allowed = 1";
        let mut statement = self.conn().prepare_cached(sql)?;
        for scope in scopes {
            statement.execute([scope.to_string()])?;
        }
        Ok(())
    }

    /// Drops what is held only because of scopes that were left. The caller has made sure that the outbox is acknowledged and the
    /// files are complete. Answers the hashes of files that nothing names any more.
    pub fn drop_left_scopes(&self) -> Result<Vec<String>> {
        let left = "SELECT scope FROM scope WHERE allowed = 0";
        let gone = self.conn().execute(&format!("DELETE FROM membership WHERE scope IN ({left})"), [])?;
        self.conn().execute("DELETE FROM scope WHERE allowed = 0", [])?;
        if gone > 0 {
            self.drop_orphans()?;
        }
        self.forget_files()
    }

    /// Removes every record that no scope holds.
    fn drop_orphans(&self) -> Result<()> {
        for (record, table, id) in RECORDS {
            let sql = format!(
                "DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM membership m WHERE m.record = '{record}' AND m.id = {id})"
            );
            self.conn().execute(&sql, [])?;
        }
        let orphan = "NOT EXISTS (SELECT 1 FROM entity e WHERE e.kind = t.kind AND e.id = t.entity)";
        for table in ["register", "pending_write", "write_base"] {
            self.conn().execute(&format!("DELETE FROM {table} AS t WHERE {orphan}"), [])?;
        }
        let sql =
            "DELETE FROM visit WHERE NOT EXISTS (SELECT 1 FROM entity e WHERE e.kind = 'job' AND e.id = visit.job)";
        self.conn().execute(sql, [])?;
        self.drop_left_drafts()
    }
}

pub(super) fn key(entity: &EntityRef) -> String {
    format!("{}/{}", entity.kind, entity.id)
}

pub(super) fn parse(text: &str) -> Scope {
    text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {})
}
