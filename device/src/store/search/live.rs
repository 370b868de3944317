//! Jobs that the agenda still has to look at: those of which something happened since they were found settled.

use gongdan_domain::id::JobId;

use crate::error::Result;
use crate::store::{Reader, Tx, id_rows};

impl Reader<'_> {
    pub fn live_jobs(&self) -> Result<Vec<JobId>> {
        Ok(id_rows(self.conn(), "SELECT job FROM live_job ORDER BY job", [])?.into_iter().map(JobId).collect())
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
