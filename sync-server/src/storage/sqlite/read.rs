//! The questions, as SQL. No rule is decided here.

use std::collections::{BTreeMap, BTreeSet};

use gongdan_domain::entity::Fields;
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::{ChangeId, CustomerId, DeviceId, FactId, FindingId, JobId, PersonId, WriteId};
use gongdan_domain::number::NumberState;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Params, Row};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::conditions::conditions;
use super::write::name;
use super::{Session, instant, ms};
use crate::error::Result;
use crate::storage::{
    AuditEntry, AuditQuery, DeviceRecord, FindingQuery, FindingState, NumberRow, Offered, Published, Reader, RowQuery,
    SealedRow, Session as SignedIn, Stored, StoredChange, StoredFact, User, VisitRow, record_id,
};

pub(super) type Sql<T> = rusqlite::Result<T>;

fn conversion(i: usize, e: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(i, Type::Text, Box::new(e))
}

pub(super) fn id<T: From<Uuid>>(row: &Row<'_>, i: usize) -> Sql<T> {
    let text: String = row.get(i)?;
    Uuid::parse_str(&text).map(T::from).map_err(|e| conversion(i, e))
}

pub(super) fn maybe_id<T: From<Uuid>>(row: &Row<'_>, i: usize) -> Sql<Option<T>> {
    let text: Option<String> = row.get(i)?;
    text.map(|t| Uuid::parse_str(&t).map(T::from).map_err(|e| conversion(i, e))).transpose()
}

pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, i: usize) -> Sql<T> {
    let text: String = row.get(i)?;
    serde_json::from_str(&text).map_err(|e| conversion(i, e))
}

/// A plain enum stored by its wire name.
pub(super) fn named<T: DeserializeOwned>(row: &Row<'_>, i: usize) -> Sql<T> {
    let text: String = row.get(i)?;
    serde_json::from_value(serde_json::Value::String(text)).map_err(|e| conversion(i, e))
}

pub(super) fn maybe_named<T: DeserializeOwned>(row: &Row<'_>, i: usize) -> Sql<Option<T>> {
    let text: Option<String> = row.get(i)?;
    let read = |t| serde_json::from_value(serde_json::Value::String(t)).map_err(|e| conversion(i, e));
    text.map(read).transpose()
}

pub(super) fn at(row: &Row<'_>, i: usize) -> Sql<Instant> {
    row.get(i).map(instant)
}

pub(super) fn maybe_at(row: &Row<'_>, i: usize) -> Sql<Option<Instant>> {
    Ok(row.get::<_, Option<i64>>(i)?.map(instant))
}

pub(super) fn scope(text: String) -> Scope {
    text.parse().unwrap_or(Scope::Other(text))
}

pub(super) fn number(row: &Row<'_>, i: usize) -> Sql<u64> {
    Ok(row.get::<_, i64>(i)?.unsigned_abs())
}

fn stored(row: &Row<'_>, first: usize) -> Sql<Stored> {
    Ok(Stored { id: row.get(first)?, position: number(row, first + 1)?, body: json(row, first + 2)? })
}

fn stored_fact(row: &Row<'_>) -> Sql<Option<StoredFact>> {
    let body: RecordBody = json(row, 0)?;
    let RecordBody::Fact { fact, .. } = body else { return Ok(None) };
    Ok(Some(StoredFact { fact, received_at: at(row, 1)?, by_office: row.get(2)?, retracted: row.get(3)? }))
}

fn device(row: &Row<'_>) -> Sql<DeviceRecord> {
    Ok(DeviceRecord {
        id: id(row, 0)?,
        name: row.get(1)?,
        person: id(row, 2)?,
        public_key: row.get(3)?,
        certificate: row.get(4)?,
        number_prefix: row.get(5)?,
        token_hash: row.get(6)?,
        app: row.get(7)?,
        state: row.get(8)?,
        enrolled_at: at(row, 9)?,
        last_seen_at: maybe_at(row, 10)?,
        acked_through: number(row, 11)?,
        safe_through: number(row, 12)?,
    })
}

fn change(row: &Row<'_>) -> Sql<StoredChange> {
    Ok(StoredChange {
        device: id(row, 0)?,
        device_seq: number(row, 1)?,
        change_id: maybe_id(row, 2)?,
        payload: row.get(3)?,
        signature: row.get(4)?,
        verdict: json(row, 5)?,
        received_at: at(row, 6)?,
    })
}

fn sealed_row(row: &Row<'_>) -> Sql<SealedRow> {
    Ok(SealedRow {
        hash: row.get(0)?,
        job: id(row, 1)?,
        visit: id(row, 2)?,
        received_at: at(row, 3)?,
        body: json(row, 4)?,
    })
}

fn finding_state(row: &Row<'_>) -> Sql<FindingState> {
    Ok(FindingState {
        id: id(row, 0)?,
        by: maybe_id(row, 1)?,
        answered_by: maybe_id(row, 2)?,
        answered_at: maybe_at(row, 3)?,
        body: json(row, 4)?,
    })
}

fn visit_row(row: &Row<'_>) -> Sql<VisitRow> {
    Ok(VisitRow {
        visit: id(row, 0)?,
        job: id(row, 1)?,
        current: row.get(2)?,
        stage: row.get(3)?,
        order: id(row, 4)?,
        planned_at: maybe_at(row, 5)?,
        requested_at: maybe_at(row, 6)?,
        reported_at: maybe_at(row, 7)?,
        received_at: maybe_at(row, 8)?,
        owes: row.get(9)?,
        technician: maybe_id(row, 10)?,
        customer: maybe_id(row, 11)?,
        machine: maybe_id(row, 12)?,
        text: row.get(13)?,
        row: row.get(14)?,
    })
}

fn user(row: &Row<'_>) -> Sql<User> {
    let (login, password_hash, disabled_at) = (row.get(0)?, row.get(3)?, maybe_at(row, 4)?);
    Ok(User { login, person: id(row, 1)?, role: named(row, 2)?, password_hash, disabled_at })
}

const AUDITED: &str = "(?1 IS NULL OR action = ?1) AND (?2 IS NULL OR by_person = ?2)";

const FACT: &str = "SELECT r.body, f.received_at, f.by_office, EXISTS (SELECT 1 FROM retracted t WHERE t.fact = f.id)
    FROM fact f JOIN record r ON r.id = 'fact:' || f.id";
const DEVICE: &str =
    "SELECT id, name, person, public_key, certificate, number_prefix, token_hash, app, state, enrolled_at,
    last_seen_at, acked_through, safe_through FROM device";
const CHANGE: &str = "SELECT device, device_seq, change_id, payload, signature, verdict, received_at FROM change";
/// Of a change that nobody has to look at any more: it came again under another enrolment.
const STILL: &str = "NOT EXISTS (SELECT 1 FROM moved m WHERE m.device = c.device AND m.signature = c.signature)";
const SEALED: &str =
    "SELECT s.hash, s.job, s.visit, s.received_at, r.body FROM sealed s JOIN record r ON r.id = 'sealed:' || s.hash";
const FINDING: &str = "SELECT f.id, f.by_person, f.answered_by, f.answered_at, r.body
    FROM finding f JOIN record r ON r.id = 'finding:' || f.id";
/// What a [`FindingQuery`] asks for.
const WHICH: &str = "(NOT ?1 OR f.answered_at IS NULL) AND (?2 IS NULL OR f.code = ?2)";
const VISIT_ROW: &str =
    "SELECT visit, job, is_current, stage, order_id, planned_at, requested_at, reported_at, received_at, owes,
    technician, customer, machine, text, row FROM visit_row";

impl Session<'_> {
    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> Sql<T>,
    ) -> Result<Option<T>> {
        Ok(self.conn.prepare_cached(sql)?.query_row(params, map).optional()?)
    }

    pub(super) fn many<T>(
        &self,
        sql: &str,
        params: impl Params,
        map: impl FnMut(&Row<'_>) -> Sql<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params, map)?.collect::<Sql<Vec<T>>>()?;
        Ok(rows)
    }

    pub(super) fn scopes(&self, sql: &str, params: impl Params) -> Result<BTreeSet<Scope>> {
        Ok(self.many(sql, params, |row| row.get(0).map(scope))?.into_iter().collect())
    }

    pub(super) fn count(&self, sql: &str, params: impl Params) -> Result<u32> {
        Ok(self.one(sql, params, |row| row.get(0))?.unwrap_or(0))
    }
}

impl Reader for Session<'_> {
    fn epoch(&self) -> Result<String> {
        Ok(self.one("SELECT epoch FROM server", [], |row| row.get(0))?.unwrap_or_default())
    }

    fn head(&self) -> Result<u64> {
        match self.given {
            Some(given) => Ok(given),
            None => Ok(self.one("SELECT head FROM server", [], |row| number(row, 0))?.unwrap_or(0)),
        }
    }

    fn nonce(&self, position: u64) -> Result<Option<String>> {
        let sql = "SELECT nonce FROM commit_nonce WHERE through >= ?1 ORDER BY through LIMIT 1";
        self.one(sql, [i64::try_from(position).unwrap_or(i64::MAX)], |row| row.get(0))
    }

    fn record(&self, id: &str) -> Result<Option<Stored>> {
        self.one("SELECT id, position, body FROM record WHERE id = ?1", [id], |row| stored(row, 0))
    }

    fn scopes_of(&self, id: &str) -> Result<BTreeSet<Scope>> {
        self.scopes("SELECT scope FROM record_scope WHERE record_id = ?1", [id])
    }

    fn holders(&self, id: &str) -> Result<Vec<(Scope, u64)>> {
        let sql = "SELECT scope, position FROM record_scope WHERE record_id = ?1";
        self.many(sql, [id], |row| Ok((scope(row.get(0)?), number(row, 1)?)))
    }

    fn page(&self, scope: &Scope, after: u64, limit: u32) -> Result<Vec<(u64, Stored)>> {
        let sql = "SELECT s.position, r.id, r.position, r.body FROM record_scope s JOIN record r ON r.id = s.record_id
            WHERE s.scope = ?1 AND s.position > ?2 ORDER BY s.position LIMIT ?3";
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        self.many(sql, (scope.to_string(), after, limit), |row| Ok((number(row, 0)?, stored(row, 1)?)))
    }

    fn scopes_after(&self, position: u64) -> Result<BTreeSet<Scope>> {
        let sql = "SELECT DISTINCT scope FROM record_scope WHERE position > ?1";
        self.scopes(sql, [i64::try_from(position).unwrap_or(i64::MAX)])
    }

    fn fields(&self, entity: &EntityRef) -> Result<Fields> {
        Ok(match self.record(&record_id::entity(entity))?.map(|s| s.body) {
            Some(RecordBody::Entity { fields, .. }) => Fields(fields),
            _ => Fields(BTreeMap::new()),
        })
    }

    fn entities(&self, kind: &str) -> Result<Vec<Uuid>> {
        self.many("SELECT DISTINCT entity FROM field WHERE kind = ?1", [kind], |row| id(row, 0))
    }

    fn entities_where(&self, kind: &str, field: &str, value: &str) -> Result<Vec<Uuid>> {
        let sql = "SELECT entity FROM field WHERE kind = ?1 AND field = ?2 AND value = ?3";
        self.many(sql, [kind, field, value], |row| id(row, 0))
    }

    fn conflicts(&self) -> Result<Vec<(EntityRef, String)>> {
        let sql = "SELECT kind, entity, field FROM field WHERE in_conflict = 1 ORDER BY kind, entity, field";
        self.many(sql, [], |row| Ok((EntityRef { kind: row.get(0)?, id: id(row, 1)? }, row.get(2)?)))
    }

    fn write_known(&self, id: WriteId) -> Result<bool> {
        Ok(self.count("SELECT count(*) FROM known_write WHERE id = ?1", [id.to_string()])? > 0)
    }

    fn refused_write(&self, id: WriteId) -> Result<Option<Vec<WriteId>>> {
        self.one("SELECT seen FROM refused_write WHERE id = ?1", [id.to_string()], |row| json(row, 0))
    }

    fn facts(&self, job: JobId) -> Result<Vec<StoredFact>> {
        let sql = format!("{FACT} WHERE f.job = ?1 ORDER BY f.at, f.id");
        Ok(self.many(&sql, [job.to_string()], stored_fact)?.into_iter().flatten().collect())
    }

    fn fact(&self, id: FactId) -> Result<Option<StoredFact>> {
        Ok(self.one(&format!("{FACT} WHERE f.id = ?1"), [id.to_string()], stored_fact)?.flatten())
    }

    fn facts_of_kind(&self, kind: &str, limit: u32) -> Result<Vec<StoredFact>> {
        let sql = format!(
            "{FACT} WHERE f.kind = ?1 AND NOT EXISTS (SELECT 1 FROM retracted t WHERE t.fact = f.id)
             ORDER BY f.received_at DESC, f.id DESC LIMIT ?2"
        );
        Ok(self.many(&sql, (kind, limit), stored_fact)?.into_iter().flatten().collect())
    }

    fn arrived(&self, limit: u32) -> Result<Vec<StoredFact>> {
        let sql = format!(
            "{FACT} WHERE f.by_office = 0 AND f.kind NOT IN ('ticked', 'safety_answered', 'reading_taken')
             ORDER BY f.received_at DESC, f.at DESC, f.id DESC LIMIT ?1"
        );
        Ok(self.many(&sql, [limit], stored_fact)?.into_iter().flatten().collect())
    }

    fn sealed(&self, hash: &str) -> Result<Option<SealedRow>> {
        self.one(&format!("{SEALED} WHERE s.hash = ?1"), [hash], sealed_row)
    }

    fn sealed_of(&self, document: Uuid) -> Result<Vec<SealedRow>> {
        let sql = format!("{SEALED} WHERE s.document = ?1 ORDER BY s.revision, s.received_at, s.hash");
        self.many(&sql, [document.to_string()], sealed_row)
    }

    fn sealed_of_job(&self, job: JobId) -> Result<Vec<SealedRow>> {
        self.many(&format!("{SEALED} WHERE s.job = ?1 ORDER BY s.received_at, s.hash"), [job.to_string()], sealed_row)
    }

    fn sealed_by_device(&self, device: DeviceId, seal_no: u64) -> Result<Vec<SealedRow>> {
        let sql = format!("{SEALED} WHERE s.device = ?1 AND s.seal_no = ?2");
        self.many(&sql, (device.to_string(), i64::try_from(seal_no).unwrap_or(i64::MAX)), sealed_row)
    }

    fn sealed_beginning(&self, hash: &str) -> Result<Option<SealedRow>> {
        // Hexadecimal digits sort before every `g`: the range of the primary key that begins so.
        let sql = format!("{SEALED} WHERE s.hash >= ?1 AND s.hash < ?1 || 'g' ORDER BY s.received_at DESC LIMIT 1");
        self.one(&sql, [hash], sealed_row)
    }

    fn number(&self, number: &str) -> Result<Option<NumberRow>> {
        self.number_named(number)
    }

    fn last_number(&self, device: DeviceId, mark: &str) -> Result<u32> {
        self.last_number_of(device, mark)
    }

    fn numbers(&self, state: Option<NumberState>, limit: u32, offset: u32) -> Result<Vec<NumberRow>> {
        self.numbers_in(state, limit, offset)
    }

    fn count_numbers(&self, state: Option<NumberState>) -> Result<u32> {
        self.count_numbers_in(state)
    }

    fn findings(&self, which: FindingQuery, limit: u32, offset: u32) -> Result<Vec<FindingState>> {
        let code = which.code.map(name).transpose()?;
        self.many(
            &format!("{FINDING} WHERE {WHICH} ORDER BY f.found_at DESC, f.id DESC LIMIT ?3 OFFSET ?4"),
            (which.open_only, code, limit, offset),
            finding_state,
        )
    }

    fn findings_of_job(&self, job: JobId) -> Result<Vec<FindingState>> {
        self.many(&format!("{FINDING} WHERE f.job = ?1 ORDER BY f.found_at, f.id"), [job.to_string()], finding_state)
    }

    fn finding(&self, id: FindingId) -> Result<Option<FindingState>> {
        self.one(&format!("{FINDING} WHERE f.id = ?1"), [id.to_string()], finding_state)
    }

    fn count_findings(&self, which: FindingQuery) -> Result<u32> {
        let code = which.code.map(name).transpose()?;
        self.count(&format!("SELECT count(*) FROM finding f WHERE {WHICH}"), (which.open_only, code))
    }

    fn finding_kinds(&self, open_only: bool) -> Result<Vec<(FindingCode, u32)>> {
        let sql = "SELECT code, count(*) FROM finding WHERE NOT ?1 OR answered_at IS NULL GROUP BY code
            ORDER BY count(*) DESC, code";
        let kinds = self.many(sql, [open_only], |row| Ok((named(row, 0).ok(), row.get(1)?)))?;
        Ok(kinds.into_iter().filter_map(|(code, count)| Some((code?, count))).collect())
    }

    fn published(&self, kind: Option<ReferenceKind>) -> Result<Vec<Published>> {
        let sql = "SELECT kind, version, body, published_at, published_by FROM reference
            WHERE ?1 IS NULL OR kind = ?1 ORDER BY kind, valid_from, version";
        let kind = kind.and_then(|k| serde_json::to_value(k).ok()).and_then(|v| v.as_str().map(str::to_owned));
        self.many(sql, [kind], |row| {
            Ok(Published {
                kind: named(row, 0)?,
                version: row.get(1)?,
                body: json(row, 2)?,
                published_at: at(row, 3)?,
                published_by: maybe_id(row, 4)?,
            })
        })
    }

    fn count_published(&self) -> Result<u32> {
        self.count("SELECT count(*) FROM reference", [])
    }

    fn job_known(&self, job: JobId) -> Result<Option<PersonId>> {
        self.one("SELECT created_by FROM job WHERE id = ?1", [job.to_string()], |row| id(row, 0))
    }

    fn jobs_of(&self, person: PersonId) -> Result<Vec<JobId>> {
        let sql = "SELECT job FROM assignment WHERE person = ?1 AND until IS NULL
            UNION SELECT id FROM job WHERE created_by = ?1 AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.job = job.id)";
        self.many(sql, [person.to_string()], |row| id(row, 0))
    }

    fn had_job(&self, job: JobId, person: PersonId, at: Instant) -> Result<(bool, bool)> {
        let params = (job.to_string(), person.to_string(), ms(at));
        let ever = "SELECT (SELECT count(*) FROM assignment WHERE job = ?1 AND person = ?2)
            + (SELECT count(*) FROM job WHERE id = ?1 AND created_by = ?2) + 0 * ?3";
        let then = "SELECT (SELECT count(*) FROM assignment WHERE job = ?1 AND person = ?2
                AND (until IS NULL OR (since <= ?3 AND until > ?3)))
            + (SELECT count(*) FROM job WHERE id = ?1 AND created_by = ?2
                AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.job = ?1))";
        Ok((self.count(ever, params.clone())? > 0, self.count(then, params)? > 0))
    }

    fn rows(&self, query: &RowQuery) -> Result<Vec<VisitRow>> {
        let (conditions, values) = conditions(query);
        let order = if query.newest_received_first {
            "received_at DESC, visit"
        } else {
            "coalesce(planned_at, requested_at, reported_at), visit"
        };
        let sql = format!(
            "{VISIT_ROW} WHERE {conditions} ORDER BY {order} LIMIT {} OFFSET {}",
            if query.limit == 0 { -1 } else { i64::from(query.limit) },
            query.offset
        );
        self.many(&sql, rusqlite::params_from_iter(values), visit_row)
    }

    fn count_rows(&self, query: &RowQuery) -> Result<u32> {
        let (conditions, values) = conditions(query);
        self.count(&format!("SELECT count(*) FROM visit_row WHERE {conditions}"), rusqlite::params_from_iter(values))
    }

    fn customers_matching(&self, words: &[String], limit: u32) -> Result<Vec<CustomerId>> {
        let all = vec!["instr(text, ?) > 0"; words.len()].join(" AND ");
        let first = words.first().cloned().unwrap_or_default();
        let sql = format!(
            "SELECT customer FROM customer_text WHERE {} ORDER BY instr(lower(name), ?) = 0, name, customer LIMIT {limit}",
            if words.is_empty() { "1" } else { &all }
        );
        let values = words.iter().chain(std::iter::once(&first));
        self.many(&sql, rusqlite::params_from_iter(values), |row| id(row, 0))
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRecord>> {
        self.one(&format!("{DEVICE} WHERE id = ?1"), [id.to_string()], device)
    }

    fn device_by_token(&self, token_hash: &str) -> Result<Option<DeviceRecord>> {
        self.one(&format!("{DEVICE} WHERE token_hash = ?1"), [token_hash], device)
    }

    fn devices(&self) -> Result<Vec<DeviceRecord>> {
        self.many(&format!("{DEVICE} ORDER BY enrolled_at, id"), [], device)
    }

    fn change(&self, device: DeviceId, device_seq: u64) -> Result<Option<StoredChange>> {
        let sql = format!("{CHANGE} WHERE device = ?1 AND device_seq = ?2");
        self.one(&sql, (device.to_string(), i64::try_from(device_seq).unwrap_or(i64::MAX)), change)
    }

    fn changes_after(&self, device: DeviceId, after: u64) -> Result<Vec<StoredChange>> {
        let sql = format!("{CHANGE} WHERE device = ?1 AND device_seq > ?2 ORDER BY device_seq");
        self.many(&sql, (device.to_string(), i64::try_from(after).unwrap_or(i64::MAX)), change)
    }

    fn last_seq(&self, device: DeviceId) -> Result<u64> {
        let sql = "SELECT coalesce(max(device_seq), 0) FROM change WHERE device = ?1";
        Ok(self.one(sql, [device.to_string()], |row| number(row, 0))?.unwrap_or(0))
    }

    fn change_by_id(&self, id: ChangeId) -> Result<Option<StoredChange>> {
        self.one(&format!("{CHANGE} WHERE change_id = ?1"), [id.to_string()], change)
    }

    fn refused_changes(&self) -> Result<Vec<(StoredChange, bool)>> {
        let sql = format!(
            "{CHANGE} c WHERE outcome <> 'accepted' AND {STILL} ORDER BY received_at DESC, device, device_seq DESC LIMIT 500"
        );
        let refused = self.many(&sql, [], change)?;
        let sql = format!(
            "SELECT device, device_seq, NULL, payload, signature,
                json_object('device_seq', device_seq, 'change_id', NULL, 'outcome', 'quarantined', 'position', 0), received_at
            FROM quarantined c WHERE {STILL} ORDER BY received_at DESC, device, device_seq DESC LIMIT 500"
        );
        let quarantined = self.many(&sql, [], change)?;
        Ok(refused.into_iter().map(|c| (c, false)).chain(quarantined.into_iter().map(|c| (c, true))).collect())
    }

    fn holes(&self) -> Result<Vec<(DeviceId, u64, u64)>> {
        let sql = "SELECT device, from_seq, to_seq FROM hole ORDER BY device, from_seq";
        self.many(sql, [], |row| Ok((id(row, 0)?, number(row, 1)?, number(row, 2)?)))
    }

    fn offered(&self) -> Result<Vec<Offered>> {
        let sql = "SELECT id, device, record, offered_at FROM offered WHERE settled_at IS NULL ORDER BY offered_at, id, device";
        let rows = self
            .many(sql, [], |row| Ok((row.get::<_, String>(0)?, id(row, 1)?, row.get::<_, String>(2)?, at(row, 3)?)))?;
        let read = |(id, device, record, offered_at): (String, DeviceId, String, Instant)| {
            Ok(Offered { id, device, record: serde_json::from_str(&record)?, offered_at })
        };
        rows.into_iter().map(read).collect()
    }

    fn user(&self, login: &str) -> Result<Option<User>> {
        let sql = "SELECT login, person, role, password_hash, disabled_at FROM user WHERE login = ?1";
        self.one(sql, [login], user)
    }

    fn users(&self) -> Result<Vec<User>> {
        self.many("SELECT login, person, role, password_hash, disabled_at FROM user ORDER BY login", [], user)
    }

    fn session(&self, token_hash: &str) -> Result<Option<SignedIn>> {
        let sql = "SELECT token_hash, login, csrf, expires_at FROM session WHERE token_hash = ?1";
        self.one(sql, [token_hash], |row| {
            Ok(SignedIn { token_hash: row.get(0)?, login: row.get(1)?, csrf: row.get(2)?, expires_at: at(row, 3)? })
        })
    }

    fn enrolment_code(&self, code_hash: &str) -> Result<Option<(PersonId, Instant, Option<Instant>)>> {
        let sql = "SELECT person, valid_until, used_at FROM enrolment_code WHERE code_hash = ?1";
        self.one(sql, [code_hash], |row| Ok((id(row, 0)?, at(row, 1)?, maybe_at(row, 2)?)))
    }

    fn archive_count(&self, month: &str) -> Result<u32> {
        Ok(self.one("SELECT last FROM archive_count WHERE month = ?1", [month], |row| row.get(0))?.unwrap_or(0))
    }

    fn audit(&self, query: &AuditQuery, limit: u32, offset: u32) -> Result<Vec<AuditEntry>> {
        let sql = format!(
            "SELECT at, by_person, address, action, about FROM audit WHERE {AUDITED} ORDER BY id DESC LIMIT ?3 OFFSET ?4"
        );
        self.many(&sql, (&query.action, query.by.map(|by| by.to_string()), limit, offset), |row| {
            let (address, action, about) = (row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(AuditEntry { at: at(row, 0)?, by: maybe_id(row, 1)?, address, action, about })
        })
    }

    fn count_audit(&self, query: &AuditQuery) -> Result<u32> {
        let sql = format!("SELECT count(*) FROM audit WHERE {AUDITED}");
        self.count(&sql, (&query.action, query.by.map(|by| by.to_string())))
    }

    fn audit_choices(&self) -> Result<(Vec<String>, Vec<PersonId>)> {
        let actions = self.many("SELECT DISTINCT action FROM audit ORDER BY action", [], |row| row.get(0))?;
        let sql = "SELECT DISTINCT by_person FROM audit WHERE by_person IS NOT NULL";
        Ok((actions, self.many(sql, [], |row| id(row, 0))?))
    }
}
