//! Jobs that the agenda still has to look at: those of which something happened since they were found settled.

use std::collections::BTreeSet;

use gongdan_domain::id::JobId;
use rusqlite::params;

use crate::error::Result;
use crate::store::{Applier, Reader, Tx, id_rows};

/// Leaving lies so far back that the day of the visit is over in every zone.
const LONG_LEFT_MS: i64 = 48 * 3600 * 1000;

impl Reader<'_> {
    /// A job that has left this device leaves its mark behind; without facts it is none.
    pub fn live_jobs(&self) -> Result<Vec<JobId>> {
        let sql =
            "SELECT job FROM live_job WHERE EXISTS (SELECT 1 FROM fact f WHERE f.job = live_job.job) ORDER BY job";
        Ok(id_rows(self.conn(), sql, [])?.into_iter().map(JobId).collect())
    }
}

impl Tx<'_> {
    /// Nothing is left to do about these. Any later fact about one brings it back.
    pub fn settle_jobs(&self, jobs: &[JobId]) -> Result<()> {
        for job in jobs {
            self.conn().prepare_cached("DELETE FROM live_job WHERE job = ?1")?.execute([job.to_string()])?;
        }
        Ok(())
    }
}

impl Applier<'_> {
    /// Settles the plain ones of jobs that came whole, so that the first agenda does not read ten thousand old jobs: one visit,
    /// left or archived long ago, its order confirmed, and nothing in it that could make a call or an answer owed. Every other job is
    /// judged by the agenda itself.
    pub fn settle_archive(&self, jobs: &BTreeSet<JobId>) -> Result<()> {
        let sql = "DELETE FROM live_job WHERE job IN (SELECT value FROM json_each(?2))
            AND EXISTS (SELECT 1 FROM fact f WHERE f.job = live_job.job AND f.at_ms < ?1 AND f.kind IN ('checked_out', 'order_archived'))
            AND EXISTS (SELECT 1 FROM sealed s WHERE s.job = live_job.job)
            AND NOT EXISTS (SELECT 1 FROM sealed s WHERE s.job = live_job.job AND s.receipt IS NULL)
            AND (SELECT count(*) FROM fact f WHERE f.job = live_job.job AND +f.kind = 'job_assigned') <= 1
            AND NOT EXISTS (SELECT 1 FROM fact f WHERE f.job = live_job.job AND (
                f.device_seq IS NOT NULL OR f.at_ms >= ?1
                OR +f.kind IN ('order_questioned', 'callback_made')
                OR (+f.kind = 'contact_attempt' AND instr(f.body, 'advised') > 0)
                OR (+f.kind = 'test_run_recorded' AND instr(f.body, 'not_run') > 0)))";
        let before = self.now().timestamp_millis() - LONG_LEFT_MS;
        self.conn().prepare_cached(sql)?.execute(params![before, serde_json::to_string(jobs)?])?;
        Ok(())
    }
}
