//! The writes, as SQL. No rule is decided here.

use std::collections::{BTreeMap, BTreeSet};

use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::{CustomerId, DeviceId, FactId, FindingId, JobId, PersonId, VisitId, WriteId};
use gongdan_domain::sync::change::{EntityRef, Fact, Scope};
use gongdan_domain::sync::wire::{Outcome, RecordBody, Verdict};
use gongdan_domain::time::Instant;
use rusqlite::Params;
use serde::Serialize;
use serde_json::Value;

use super::{Session, ms};
use crate::error::{Error, Result};
use crate::storage::mail::MailTx as _;
use crate::storage::{
    AuditEntry, DeviceRecord, NumberRow, Offered, Published, Reader as _, Session as SignedIn, StoredChange, Tx, User,
    VisitRow,
};

pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn outcome(verdict: &Verdict) -> &'static str {
    match verdict.outcome {
        Outcome::Accepted => "accepted",
        Outcome::Refused { .. } => "refused",
        Outcome::Quarantined => "quarantined",
    }
}

fn text<T: ToString>(id: Option<T>) -> Option<String> {
    id.map(|i| i.to_string())
}

/// The wire name of a plain enum.
pub(super) fn name(value: impl Serialize) -> Result<String> {
    Ok(serde_json::to_value(value)?.as_str().unwrap_or_default().to_owned())
}

/// How a shown value is indexed: texts as they are, everything else as JSON.
fn indexed(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Session<'_> {
    pub(super) fn run(&self, sql: &str, params: impl Params) -> Result<usize> {
        Ok(self.conn.prepare_cached(sql)?.execute(params)?)
    }

    fn next(&mut self) -> Result<u64> {
        let given = self.given.as_mut().ok_or(Error::Unfinished)?;
        *given += 1;
        Ok(*given)
    }
}

impl Tx for Session<'_> {
    fn put(&mut self, id: &str, body: &RecordBody, scopes: &BTreeSet<Scope>) -> Result<u64> {
        let position = self.next()?;
        let value = serde_json::to_value(body)?;
        let record = value["record"].as_str().unwrap_or_default();
        let sql = "INSERT INTO record (id, record, position, body) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO UPDATE SET position = excluded.position, body = excluded.body";
        self.run(sql, (id, record, int(position), value.to_string()))?;
        self.run("UPDATE record_scope SET position = ?2 WHERE record_id = ?1", (id, int(position)))?;
        for scope in scopes {
            let sql =
                "INSERT INTO record_scope (scope, record_id, position) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            self.run(sql, (scope.to_string(), id, int(position)))?;
        }
        Ok(position)
    }

    fn grant(&mut self, id: &str, scope: &Scope) -> Result<()> {
        if self.record(id)?.is_none() || self.scopes_of(id)?.contains(scope) {
            return Ok(());
        }
        let position = self.next()?;
        let sql = "INSERT INTO record_scope (scope, record_id, position) VALUES (?1, ?2, ?3)";
        self.run(sql, (scope.to_string(), id, int(position)))?;
        Ok(())
    }

    fn withdraw(&mut self, id: &str, scope: &Scope) -> Result<()> {
        self.run("DELETE FROM record_scope WHERE scope = ?1 AND record_id = ?2", (scope.to_string(), id))?;
        Ok(())
    }

    fn put_field(&mut self, entity: &EntityRef, field: &str, shown: &Value, in_conflict: bool) -> Result<()> {
        let sql = "INSERT INTO field (kind, entity, field, value, in_conflict) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (kind, entity, field) DO UPDATE SET value = excluded.value, in_conflict = excluded.in_conflict";
        self.run(sql, (&entity.kind, entity.id.to_string(), field, indexed(shown), in_conflict))?;
        Ok(())
    }

    fn refuse_write(&mut self, id: WriteId, seen: &[WriteId]) -> Result<()> {
        let sql = "INSERT INTO refused_write (id, seen) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.run(sql, (id.to_string(), serde_json::to_string(seen)?))?;
        Ok(())
    }

    fn put_fact(&mut self, fact: &Fact, by_office: bool, at: Instant, received_at: Instant) -> Result<()> {
        let sql = "INSERT INTO fact (id, job, visit, kind, by_person, by_office, at, received_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (id, job, visit) = (fact.id.to_string(), text(fact.job), text(fact.visit));
        self.run(sql, (id, job, visit, &fact.kind, fact.by.to_string(), by_office, ms(at), ms(received_at)))?;
        Ok(())
    }

    fn retract(&mut self, fact: FactId, by: PersonId, at: Instant) -> Result<()> {
        let sql = "INSERT INTO retracted (fact, by_person, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.run(sql, (fact.to_string(), by.to_string(), ms(at)))?;
        Ok(())
    }

    fn put_sealed(&mut self, body: &RecordBody, received_at: Instant) -> Result<()> {
        let RecordBody::Sealed { document, job, visit, .. } = body else { return Err(Error::Unfinished) };
        let sql = "INSERT INTO sealed (hash, document, kind, revision, job, visit, device, seal_no, received_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let (id, device) = (document.id.to_string(), document.device_id.to_string());
        let (job, visit, no) = (job.to_string(), visit.to_string(), int(document.seal_no));
        let row = (&document.hash, id, &document.kind, document.revision, job, visit, device, no, ms(received_at));
        self.run(sql, row)?;
        Ok(())
    }

    fn put_number(&mut self, row: &NumberRow) -> Result<()> {
        self.keep_number(row)
    }

    fn put_finding(
        &mut self,
        id: FindingId,
        code: FindingCode,
        job: Option<JobId>,
        visit: Option<VisitId>,
        by: Option<PersonId>,
        found_at: Instant,
    ) -> Result<()> {
        let sql = "INSERT INTO finding (id, code, job, visit, by_person, found_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO NOTHING";
        self.run(sql, (id.to_string(), name(code)?, text(job), text(visit), text(by), ms(found_at)))?;
        Ok(())
    }

    fn answer_finding(&mut self, id: FindingId, by: PersonId, at: Instant) -> Result<()> {
        let sql = "UPDATE finding SET answered_by = ?2, answered_at = ?3 WHERE id = ?1";
        self.run(sql, (id.to_string(), by.to_string(), ms(at)))?;
        Ok(())
    }

    fn publish(&mut self, published: &Published, valid_from: chrono::NaiveDate) -> Result<()> {
        let sql = "INSERT INTO reference (kind, version, valid_from, body, published_at, published_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (kind, body) = (name(published.kind)?, published.body.to_string());
        let (from, by) = (valid_from.to_string(), text(published.published_by));
        self.run(sql, (kind, &published.version, from, body, ms(published.published_at), by))?;
        Ok(())
    }

    fn know_job(&mut self, job: JobId, by: PersonId, at: Instant) -> Result<()> {
        let sql = "INSERT INTO job (id, created_by, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.run(sql, (job.to_string(), by.to_string(), ms(at)))?;
        Ok(())
    }

    fn assign(&mut self, job: JobId, people: &BTreeSet<PersonId>, at: Instant) -> Result<()> {
        let now: Vec<String> = self
            .conn
            .prepare_cached("SELECT person FROM assignment WHERE job = ?1 AND until IS NULL")?
            .query_map([job.to_string()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let wanted: BTreeSet<String> = people.iter().map(ToString::to_string).collect();
        for gone in now.iter().filter(|p| !wanted.contains(*p)) {
            let sql = "UPDATE assignment SET until = ?3 WHERE job = ?1 AND person = ?2 AND until IS NULL";
            self.run(sql, (job.to_string(), gone, ms(at)))?;
        }
        for new in wanted.iter().filter(|p| !now.contains(p)) {
            let sql = "INSERT INTO assignment (job, person, since) VALUES (?1, ?2, ?3)
                ON CONFLICT (job, person, since) DO UPDATE SET until = NULL";
            self.run(sql, (job.to_string(), new, ms(at)))?;
        }
        Ok(())
    }

    fn put_row(&mut self, row: &VisitRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO visit_row (visit, job, is_current, stage, order_id, planned_at, requested_at, reported_at,
            received_at, owes, technician, customer, machine, text, row)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        self.run(
            sql,
            rusqlite::params![
                row.visit.to_string(),
                row.job.to_string(),
                row.current,
                row.stage,
                row.order.to_string(),
                row.planned_at.map(ms),
                row.requested_at.map(ms),
                row.reported_at.map(ms),
                row.received_at.map(ms),
                row.owes,
                text(row.technician),
                text(row.customer),
                text(row.machine),
                row.text,
                row.row,
            ],
        )?;
        Ok(())
    }

    fn put_customer_text(&mut self, customer: CustomerId, name: &str, text: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO customer_text (customer, name, text) VALUES (?1, ?2, ?3)";
        self.run(sql, (customer.to_string(), name, text))?;
        Ok(())
    }

    fn put_device(&mut self, device: &DeviceRecord) -> Result<()> {
        let sql =
            "INSERT INTO device (id, name, person, public_key, certificate, number_prefix, token_hash, app, state,
            enrolled_at, last_seen_at, acked_through, safe_through)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, token_hash = excluded.token_hash, app = excluded.app,
                state = excluded.state, last_seen_at = excluded.last_seen_at, acked_through = excluded.acked_through,
                safe_through = excluded.safe_through";
        self.run(
            sql,
            rusqlite::params![
                device.id.to_string(),
                device.name,
                device.person.to_string(),
                device.public_key,
                device.certificate,
                device.number_prefix,
                device.token_hash,
                device.app,
                device.state,
                ms(device.enrolled_at),
                device.last_seen_at.map(ms),
                int(device.acked_through),
                int(device.safe_through),
            ],
        )?;
        Ok(())
    }

    fn put_change(&mut self, change: &StoredChange) -> Result<()> {
        let outcome = outcome(&change.verdict);
        let sql =
            "INSERT INTO change (device, device_seq, change_id, payload, signature, outcome, verdict, received_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.run(
            sql,
            rusqlite::params![
                change.device.to_string(),
                int(change.device_seq),
                text(change.change_id),
                change.payload,
                change.signature,
                outcome,
                serde_json::to_string(&change.verdict)?,
                ms(change.received_at),
            ],
        )?;
        Ok(())
    }

    fn judge_again(&mut self, change: &StoredChange) -> Result<()> {
        let sql = "UPDATE change SET outcome = ?3, verdict = ?4 WHERE device = ?1 AND device_seq = ?2";
        let verdict = serde_json::to_string(&change.verdict)?;
        self.run(sql, (change.device.to_string(), int(change.device_seq), outcome(&change.verdict), verdict))?;
        Ok(())
    }

    fn quarantine(&mut self, device: DeviceId, seq: u64, payload: &str, signature: &str, at: Instant) -> Result<()> {
        let sql =
            "INSERT INTO quarantined (device, device_seq, payload, signature, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO NOTHING";
        self.run(sql, (device.to_string(), int(seq), payload, signature, ms(at)))?;
        Ok(())
    }

    fn put_hole(&mut self, device: DeviceId, from: u64, to: u64, at: Instant) -> Result<()> {
        let sql =
            "INSERT INTO hole (device, from_seq, to_seq, found_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        self.run(sql, (device.to_string(), int(from), int(to), ms(at)))?;
        Ok(())
    }

    fn offer(&mut self, offered: &Offered) -> Result<()> {
        let sql = "INSERT INTO offered (id, device, record, offered_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id, device) DO UPDATE SET record = excluded.record, offered_at = excluded.offered_at, settled_by = NULL, settled_at = NULL";
        let record = serde_json::to_string(&offered.record)?;
        self.run(sql, (&offered.id, offered.device.to_string(), record, ms(offered.offered_at)))?;
        Ok(())
    }

    fn settle_offer(&mut self, id: &str, by: PersonId, at: Instant) -> Result<()> {
        let sql = "UPDATE offered SET settled_by = ?2, settled_at = ?3 WHERE id = ?1 AND settled_at IS NULL";
        self.run(sql, (id, by.to_string(), ms(at)))?;
        Ok(())
    }

    fn put_user(&mut self, user: &User, at: Instant) -> Result<()> {
        let sql = "INSERT INTO user (login, person, role, password_hash, created_at, disabled_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (login) DO UPDATE SET role = excluded.role,
            password_hash = excluded.password_hash, disabled_at = excluded.disabled_at";
        let (role, disabled_at) = (name(user.role)?, user.disabled_at.map(ms));
        let row = (&user.login, user.person.to_string(), role, &user.password_hash, ms(at), disabled_at);
        self.run(sql, row)?;
        Ok(())
    }

    fn put_session(&mut self, session: &SignedIn, at: Instant) -> Result<()> {
        self.run("DELETE FROM session WHERE expires_at < ?1", [ms(at)])?;
        let sql = "INSERT INTO session (token_hash, login, csrf, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, (&session.token_hash, &session.login, &session.csrf, ms(at), ms(session.expires_at)))?;
        Ok(())
    }

    fn drop_session(&mut self, token_hash: &str) -> Result<()> {
        self.run("DELETE FROM session WHERE token_hash = ?1", [token_hash])?;
        Ok(())
    }

    fn drop_sessions_of(&mut self, login: &str, but: &str) -> Result<()> {
        self.run("DELETE FROM session WHERE login = ?1 AND token_hash <> ?2", (login, but))?;
        Ok(())
    }

    fn put_enrolment_code(&mut self, code_hash: &str, person: PersonId, valid_until: Instant) -> Result<()> {
        let sql = "INSERT INTO enrolment_code (code_hash, person, valid_until) VALUES (?1, ?2, ?3)";
        self.run(sql, (code_hash, person.to_string(), ms(valid_until)))?;
        Ok(())
    }

    fn use_enrolment_code(&mut self, code_hash: &str, at: Instant) -> Result<()> {
        self.run("UPDATE enrolment_code SET used_at = ?2 WHERE code_hash = ?1", (code_hash, ms(at)))?;
        Ok(())
    }

    fn drop_enrolment_codes(&mut self, person: PersonId) -> Result<()> {
        self.run("DELETE FROM enrolment_code WHERE person = ?1 AND used_at IS NULL", [person.to_string()])?;
        Ok(())
    }

    fn draw_archive_count(&mut self, month: &str) -> Result<u32> {
        let sql =
            "INSERT INTO archive_count (month, last) VALUES (?1, 1) ON CONFLICT (month) DO UPDATE SET last = last + 1";
        self.run(sql, [month])?;
        self.archive_count(month)
    }

    fn note_audit(&mut self, entry: &AuditEntry) -> Result<()> {
        let sql = "INSERT INTO audit (at, by_person, address, action, about) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, (ms(entry.at), text(entry.by), &entry.address, &entry.action, &entry.about))?;
        Ok(())
    }

    fn renew_epoch(&mut self, epoch: &str) -> Result<()> {
        self.run("UPDATE server SET epoch = ?1", [epoch])?;
        self.hold_mail()
    }

    fn mark_safe(&mut self, through: &BTreeMap<DeviceId, u64>) -> Result<()> {
        for (device, through) in through {
            let sql = "UPDATE device SET safe_through = max(safe_through, ?2) WHERE id = ?1";
            self.run(sql, (device.to_string(), int(*through)))?;
        }
        Ok(())
    }
}
