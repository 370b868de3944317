//! The own changes on their way to the office. Once a row has been in a request it never changes; acknowledged rows stay until they are
//! in a backup of the server, so that a restored server can be refilled.

use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::{Change, Op, SignedChange, Write};
use gongdan_domain::sync::wire::{Outcome, Verdict};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use crate::error::Result;
use crate::store::{Applier, Reader, Tx};

/// One own change and what became of it.
pub struct OutboxRow {
    pub device_seq: u64,
    pub signed: SignedChange,
    pub sent: bool,
    /// `None` while waiting or accepted.
    pub problem: Option<Problem>,
    change: Change,
}

impl OutboxRow {
    pub fn change(&self) -> &Change {
        &self.change
    }

    /// The single write of an autosave row.
    pub(super) fn write(&self) -> Option<&Write> {
        match self.change.ops.as_slice() {
            [Op::Write(write)] => Some(write),
            _ => None,
        }
    }
}

pub(super) fn add(
    connection: &Connection,
    change: &Change,
    signed: &SignedChange,
    autosave: Option<&str>,
) -> Result<()> {
    let sql = "INSERT INTO outbox (device_seq, change_id, payload, signature, made_at, autosave) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let made_at = change.made_at.corrected().to_rfc3339();
    connection.prepare_cached(sql)?.execute(params![
        change.device_seq,
        change.change_id.to_string(),
        signed.payload,
        signed.signature,
        made_at,
        autosave
    ])?;
    Ok(())
}

const COLUMNS: &str = "SELECT device_seq, payload, signature, sent_at IS NOT NULL, code, details FROM outbox";

/// The unsent autosave of this field, if only autosaves follow it: replacing it must not move it before another action.
pub(super) fn replaceable(connection: &Connection, autosave: &str) -> Result<Option<OutboxRow>> {
    let sql = format!(
        "{COLUMNS} WHERE autosave = ?1 AND sent_at IS NULL AND device_seq >
         (SELECT coalesce(max(device_seq), 0) FROM outbox WHERE sent_at IS NOT NULL OR autosave IS NULL)
         ORDER BY device_seq DESC LIMIT 1"
    );
    let row = connection.prepare_cached(&sql)?.query_row([autosave], columns).optional()?;
    row.map(read).transpose()
}

/// Signs the row again with another operation; its number and identity stay.
pub(super) fn replace(tx: &Tx, row: OutboxRow, op: Op) -> Result<()> {
    let change = Change { made_at: tx.stamp.clone(), ops: vec![op], ..row.change };
    let signed = SignedChange::sign(&change, &tx.identity().signing_key)?;
    let sql = "UPDATE outbox SET payload = ?2, signature = ?3, made_at = ?4 WHERE device_seq = ?1";
    let made_at = change.made_at.corrected().to_rfc3339();
    tx.conn().prepare_cached(sql)?.execute(params![change.device_seq, signed.payload, signed.signature, made_at])?;
    Ok(())
}

type Columns = (u64, String, String, bool, Option<String>, Option<String>);

fn columns(row: &Row) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn read((device_seq, payload, signature, sent, code, details): Columns) -> Result<OutboxRow> {
    let change: Change = serde_json::from_str(&payload)?;
    let problem = match code {
        None => None,
        Some(code) => {
            let details: Value = details.map_or(Ok(Value::Null), |text| serde_json::from_str(&text))?;
            // A code of a newer server is still a refusal.
            let code = serde_json::from_value(Value::String(code)).unwrap_or(Code::Internal);
            Some(Problem::with(code, details))
        }
    };
    let signed = SignedChange { device_id: change.device_id, device_seq, payload, signature };
    Ok(OutboxRow { device_seq, signed, sent, problem, change })
}

impl Reader<'_> {
    /// Changes without a verdict, oldest first.
    pub fn waiting(&self, limit: u32) -> Result<Vec<OutboxRow>> {
        self.rows(&format!("{COLUMNS} WHERE verdict IS NULL ORDER BY device_seq LIMIT {limit}"))
    }

    /// Changes that the office did not take, newest first.
    pub fn refused(&self) -> Result<Vec<OutboxRow>> {
        self.rows(&format!("{COLUMNS} WHERE verdict IN ('refused', 'quarantined') ORDER BY device_seq DESC"))
    }

    /// Their numbers, the newest first: the office may have accepted one since.
    pub fn refused_numbers(&self, limit: u32) -> Result<Vec<u64>> {
        let sql = "SELECT device_seq FROM outbox WHERE verdict = 'refused' ORDER BY device_seq DESC LIMIT ?1";
        let mut statement = self.conn().prepare_cached(sql)?;
        Ok(statement.query_map([limit], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    pub fn waiting_count(&self) -> Result<u32> {
        self.count("SELECT count(*) FROM outbox WHERE verdict IS NULL")
    }

    /// Those that nobody has read yet.
    pub fn refused_count(&self) -> Result<u32> {
        let sql = "SELECT device_seq FROM outbox WHERE verdict IN ('refused', 'quarantined')";
        let mut statement = self.conn().prepare_cached(sql)?;
        let refused = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<u64>>>()?;
        if refused.is_empty() {
            return Ok(0);
        }
        let read = self.refusals_read()?;
        let unread = refused.iter().filter(|seq| !read.contains(seq)).count();
        Ok(u32::try_from(unread).unwrap_or(u32::MAX))
    }

    /// The oldest number still held; the next one to come where none is.
    pub fn oldest_held(&self) -> Result<u64> {
        let oldest: Option<u64> = self.conn().query_row("SELECT min(device_seq) FROM outbox", [], |row| row.get(0))?;
        Ok(oldest.unwrap_or(self.standing()?.last_seq + 1))
    }

    /// The numbers up to the newest that are not held any more, as ranges.
    pub fn missing(&self) -> Result<Vec<(u64, u64)>> {
        let mut statement = self.conn().prepare_cached("SELECT device_seq FROM outbox ORDER BY device_seq")?;
        let held = statement.query_map([], |row| row.get::<_, u64>(0))?;
        let (mut next, mut missing) = (1, Vec::new());
        for seq in held {
            let seq = seq?;
            if seq > next {
                missing.push((next, seq - 1));
            }
            next = seq + 1;
        }
        let last = self.standing()?.last_seq;
        if last >= next {
            missing.push((next, last));
        }
        Ok(missing)
    }

    /// Everything that is held, oldest first.
    pub fn held(&self) -> Result<Vec<OutboxRow>> {
        self.rows(&format!("{COLUMNS} ORDER BY device_seq"))
    }

    fn rows(&self, sql: &str) -> Result<Vec<OutboxRow>> {
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([], columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter().map(read).collect()
    }
}

impl Applier<'_> {
    /// Only a change that was refused can be marked.
    pub fn mark_refusal_read(&self, device_seq: u64) -> Result<()> {
        if !self.refused()?.iter().any(|row| row.device_seq == device_seq) {
            return Err(Code::NotFound.into());
        }
        self.add_refusal_read(device_seq)
    }

    /// Marks rows before they go into a request: from here on they never change.
    pub fn mark_sent(&self, through: u64) -> Result<()> {
        let sql = "UPDATE outbox SET sent_at = ?2 WHERE device_seq <= ?1 AND verdict IS NULL AND sent_at IS NULL";
        self.conn().prepare_cached(sql)?.execute(params![through, self.now().to_rfc3339()])?;
        Ok(())
    }

    /// What became of one change. Coming again changes nothing.
    pub fn judge(&self, verdict: &Verdict) -> Result<()> {
        let seq = verdict.device_seq;
        let (name, code, details) = match &verdict.outcome {
            Outcome::Accepted => ("accepted", None, None),
            Outcome::Refused { code, details } => {
                ("refused", Some(serde_json::to_value(code)?), Some(details.to_string()))
            }
            Outcome::Quarantined => ("quarantined", Some(serde_json::to_value(Code::Fork)?), None),
        };
        let code = code.as_ref().and_then(Value::as_str);
        let sql =
            "UPDATE outbox SET verdict = ?2, verdict_position = ?3, code = ?4, details = ?5 WHERE device_seq = ?1";
        self.conn().prepare_cached(sql)?.execute(params![seq, name, verdict.position, code, details])?;
        match verdict.outcome {
            Outcome::Accepted => {
                self.accept_writes(seq, verdict.position)?;
                self.accept_facts(seq)?;
            }
            Outcome::Refused { .. } | Outcome::Quarantined => {
                self.refuse_writes(seq)?;
                self.refuse_facts(seq)?;
            }
        }
        for receipt in &verdict.receipts {
            self.put_receipt(receipt)?;
        }
        Ok(())
    }

    /// The server lacks what it once had: everything from this number on is sent again, unchanged.
    pub fn rewind(&self, from: u64) -> Result<()> {
        let sql = "UPDATE outbox SET verdict = NULL, verdict_position = NULL, code = NULL, details = NULL WHERE device_seq >= ?1";
        self.conn().prepare_cached(sql)?.execute([from])?;
        self.offer_files_from(from)
    }

    /// Forgets what is in a backup of the server. Refused changes stay: a person has to see them.
    pub fn forget_safe(&self, through: u64) -> Result<()> {
        let sql = "DELETE FROM outbox WHERE device_seq <= ?1 AND verdict = 'accepted'";
        self.conn().prepare_cached(sql)?.execute([through])?;
        Ok(())
    }
}
