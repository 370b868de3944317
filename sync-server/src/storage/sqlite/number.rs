//! Numbers of documents, as SQL: read and kept by the traits' methods of the same names.

use gongdan_domain::id::DeviceId;
use gongdan_domain::number::NumberState;
use rusqlite::Row;

use super::read::{Sql, at, id, maybe_id, named};
use super::write::name;
use super::{Session, ms};
use crate::error::Result;
use crate::storage::NumberRow;

const NUMBER: &str =
    "SELECT number, device, mark, count, owner, state, reason, by_person, job, claimed_at, changed_at FROM number";

fn number_row(row: &Row<'_>) -> Sql<NumberRow> {
    Ok(NumberRow {
        number: row.get(0)?,
        device: maybe_id(row, 1)?,
        mark: row.get(2)?,
        count: row.get(3)?,
        owner: maybe_id(row, 4)?,
        state: named(row, 5)?,
        reason: row.get(6)?,
        by: id(row, 7)?,
        job: maybe_id(row, 8)?,
        claimed_at: at(row, 9)?,
        changed_at: at(row, 10)?,
    })
}

impl Session<'_> {
    pub(super) fn number_named(&self, number: &str) -> Result<Option<NumberRow>> {
        self.one(&format!("{NUMBER} WHERE number = ?1"), [number], number_row)
    }

    pub(super) fn last_number_of(&self, device: DeviceId, mark: &str) -> Result<u32> {
        let sql = "SELECT coalesce(max(count), 0) FROM number WHERE device = ?1 AND mark = ?2";
        Ok(self.conn.prepare_cached(sql)?.query_row((device.to_string(), mark), |row| row.get(0))?)
    }

    pub(super) fn numbers_in(&self, state: Option<NumberState>, limit: u32, offset: u32) -> Result<Vec<NumberRow>> {
        let state = state.map(name).transpose()?;
        let sql =
            format!("{NUMBER} WHERE ?1 IS NULL OR state = ?1 ORDER BY changed_at DESC, number DESC LIMIT ?2 OFFSET ?3");
        self.many(&sql, (state, limit, offset), number_row)
    }

    pub(super) fn count_numbers_in(&self, state: Option<NumberState>) -> Result<u32> {
        let state = state.map(name).transpose()?;
        let sql = "SELECT count(*) FROM number WHERE ?1 IS NULL OR state = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([state], |row| row.get(0))?)
    }

    pub(super) fn keep_number(&self, row: &NumberRow) -> Result<()> {
        let sql = "INSERT INTO number (number, device, mark, count, owner, state, reason, by_person, job, claimed_at, changed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (number) DO UPDATE SET owner = excluded.owner, state = excluded.state, reason = excluded.reason,
                job = coalesce(excluded.job, job), changed_at = excluded.changed_at";
        self.conn.prepare_cached(sql)?.execute((
            &row.number,
            row.device.map(|d| d.to_string()),
            &row.mark,
            row.count,
            row.owner.map(|o| o.to_string()),
            name(row.state)?,
            &row.reason,
            row.by.to_string(),
            row.job.map(|j| j.to_string()),
            ms(row.claimed_at),
            ms(row.changed_at),
        ))?;
        Ok(())
    }
}
