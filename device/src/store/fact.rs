//! Facts: what happened, append-only, undone by retractions.

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{FactId, JobId};
use gongdan_domain::sync::change::{Fact, FileRef, Op, Retraction, Scope};
use gongdan_domain::time::Instant;
use rusqlite::params;
use uuid::Uuid;

use crate::error::Result;
use crate::store::{Applier, Reader, Tx, json_rows};

const STANDING: &str = "NOT EXISTS (SELECT 1 FROM retraction r WHERE r.target = f.id)";

impl Reader<'_> {
    /// The unretracted facts of a job, by corrected time.
    pub fn facts(&self, job: JobId) -> Result<Vec<Fact>> {
        let sql = format!("SELECT body FROM fact f WHERE job = ?1 AND {STANDING} ORDER BY at_ms, id");
        json_rows(self.conn(), &sql, [job.to_string()])
    }

    /// The unretracted facts of a kind over all jobs, by corrected time.
    pub fn facts_of_kind(&self, kind: &str) -> Result<Vec<Fact>> {
        let sql = format!("SELECT body FROM fact f WHERE kind = ?1 AND {STANDING} ORDER BY at_ms, id");
        json_rows(self.conn(), &sql, [kind])
    }

    pub fn fact_by_id(&self, id: FactId) -> Result<Option<Fact>> {
        Ok(json_rows(self.conn(), "SELECT body FROM fact WHERE id = ?1", [id.to_string()])?.pop())
    }

    pub fn retracted(&self, id: FactId) -> Result<bool> {
        Ok(self.conn().prepare_cached("SELECT 1 FROM retraction WHERE target = ?1")?.exists([id.to_string()])?)
    }

    pub(super) fn keep_fact(
        &self,
        fact: &Fact,
        position: u64,
        received_at: Option<Instant>,
        seq: Option<u64>,
    ) -> Result<()> {
        let sql = "INSERT INTO fact (id, kind, job, visit, at_ms, body, position, received_at, device_seq)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                   ON CONFLICT (id) DO UPDATE SET position = excluded.position, received_at = excluded.received_at, device_seq = NULL";
        self.conn().prepare_cached(sql)?.execute(params![
            fact.id.to_string(),
            fact.kind,
            fact.job.map(|id| id.to_string()),
            fact.visit.map(|id| id.to_string()),
            fact.at.corrected().timestamp_millis(),
            serde_json::to_string(fact)?,
            position,
            received_at.map(|at| at.to_rfc3339()),
            seq,
        ])?;
        self.learn_visits_of(fact)
    }
}

impl Tx<'_> {
    /// Something happened.
    pub fn fact(&mut self, about: About, body: FactBody, files: Vec<FileRef>) -> Result<FactId> {
        self.tell(Some(about), vec![Scope::Job(about.job)], body, files)
    }

    /// Something that concerns no job: it goes to the office and stays with this person.
    pub fn personal_fact(&mut self, body: FactBody, files: Vec<FileRef>) -> Result<FactId> {
        self.tell(None, vec![Scope::Person(self.me())], body, files)
    }

    /// The same without files.
    pub fn own_fact(&mut self, body: FactBody) -> Result<()> {
        self.personal_fact(body, Vec::new()).map(drop)
    }

    fn tell(
        &mut self,
        about: Option<About>,
        scopes: Vec<Scope>,
        body: FactBody,
        files: Vec<FileRef>,
    ) -> Result<FactId> {
        let (kind, body) = body.parts();
        let fact = Fact {
            id: FactId(Uuid::now_v7()),
            kind,
            job: about.map(|a| a.job),
            visit: about.and_then(|a| a.visit),
            scopes,
            at: self.stamp.clone(),
            by: self.me(),
            body,
            files,
            extra: Default::default(),
        };
        self.keep_fact(&fact, 0, None, Some(self.seq))?;
        self.join("fact", &fact.id.to_string(), &fact.scopes)?;
        let id = fact.id;
        self.ops.push(Op::Fact(fact));
        Ok(id)
    }

    /// Takes facts back. Nothing is deleted: the office sees both.
    pub fn retract(&mut self, about: About, targets: Vec<FactId>, reason: &str) -> Result<()> {
        if targets.is_empty() {
            return Ok(());
        }
        let sql = "INSERT OR IGNORE INTO retraction (target, device_seq) VALUES (?1, ?2)";
        for target in &targets {
            self.conn().prepare_cached(sql)?.execute(params![target.to_string(), self.seq])?;
        }
        self.ops.push(Op::Retract(Retraction {
            targets,
            scopes: vec![Scope::Job(about.job)],
            at: self.reader.stamp.clone(),
            by: self.reader.me(),
            reason: reason.to_owned(),
            extra: Default::default(),
        }));
        Ok(())
    }
}

impl Applier<'_> {
    pub fn put_fact(&self, fact: &Fact, received_at: Instant, position: u64, scopes: &[Scope]) -> Result<()> {
        self.keep_fact(fact, position, Some(received_at), None)?;
        self.place("fact", &fact.id.to_string(), scopes)?;
        self.want_files(&fact.files, fact.job)
    }

    /// Never forgotten: a retraction may come before its fact, and again after it.
    pub fn put_retraction(&self, targets: &[FactId]) -> Result<()> {
        let sql = "INSERT INTO retraction (target) VALUES (?1) ON CONFLICT (target) DO UPDATE SET device_seq = NULL";
        for target in targets {
            self.conn().prepare_cached(sql)?.execute([target.to_string()])?;
            self.confirm("retraction", &target.to_string())?;
        }
        Ok(())
    }

    pub(super) fn accept_facts(&self, seq: u64) -> Result<()> {
        self.conn().prepare_cached("UPDATE fact SET device_seq = NULL WHERE device_seq = ?1")?.execute([seq])?;
        self.conn().prepare_cached("UPDATE retraction SET device_seq = NULL WHERE device_seq = ?1")?.execute([seq])?;
        Ok(())
    }

    /// Refused facts and retractions count for nothing here either; the outbox keeps them for the list.
    pub(super) fn refuse_facts(&self, seq: u64) -> Result<()> {
        self.conn().prepare_cached("DELETE FROM fact WHERE device_seq = ?1")?.execute([seq])?;
        self.conn().prepare_cached("DELETE FROM retraction WHERE device_seq = ?1")?.execute([seq])?;
        Ok(())
    }
}
