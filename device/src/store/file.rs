//! The state of files: which wait to be sent, which are wanted from the office, which are whole.

use gongdan_domain::id::JobId;
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::sync::work;
use gongdan_domain::time::Instant;
use rusqlite::{OptionalExtension as _, Row, params};

use crate::error::Result;
use crate::store::{Applier, Reader, Tx};
use crate::view::sync::FilesView;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStage {
    /// Made here, not yet whole at the office.
    Local,
    Uploaded,
    /// Made here and not readable any more; a person has to say so.
    Lost,
    /// Given up by a signed fact.
    GivenUp,
    /// Archived at the office long ago: only the small picture is kept here.
    Freed,
    /// Named by a record, not here yet.
    Wanted,
    Present,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileState {
    pub size: u64,
    pub sent: u64,
    pub state: FileStage,
}

impl Reader<'_> {
    pub fn file_state(&self, hash: &str) -> Result<FileState> {
        let sql = "SELECT size, sent, state FROM attachment WHERE hash = ?1";
        let row = self.conn().prepare_cached(sql)?.query_row([hash], |row| {
            let state: String = row.get(2)?;
            let state = match state.as_str() {
                "local" => FileStage::Local,
                "uploaded" => FileStage::Uploaded,
                "wanted" => FileStage::Wanted,
                "lost" => FileStage::Lost,
                "given_up" => FileStage::GivenUp,
                "freed" => FileStage::Freed,
                _ => FileStage::Present,
            };
            Ok(FileState { size: row.get(0)?, sent: row.get(1)?, state })
        });
        Ok(row.optional()?.unwrap_or(FileState { size: 0, sent: 0, state: FileStage::Unknown }))
    }

    /// Files whose record the office has and that are not whole there yet, smallest first.
    pub fn uploads(&self) -> Result<Vec<FileRef>> {
        let sql = "SELECT hash, size, mime FROM attachment a WHERE state = 'local' AND NOT EXISTS
                   (SELECT 1 FROM outbox o WHERE o.device_seq = a.device_seq AND o.verdict IS NULL)
                   ORDER BY size, hash";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([], file)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Own files that the office has not got, whether or not their record is there.
    pub fn own_unsent(&self) -> Result<Vec<FileRef>> {
        let sql = "SELECT hash, size, mime FROM attachment WHERE state = 'local' ORDER BY size, hash";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([], file)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Own photos that this device cannot read any more and that nobody has given up yet.
    pub fn lost_files(&self) -> Result<Vec<(FileRef, JobId)>> {
        let sql = "SELECT hash, size, mime, job FROM attachment WHERE state = 'lost' AND job IS NOT NULL ORDER BY created_at, hash";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((file(row)?, row.get::<_, String>(3)?)))?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(rows.into_iter().filter_map(|(file, job)| Some((file, job.parse().ok()?))).collect())
    }

    /// Files that records name and that are not here yet, smallest first.
    pub fn wanted(&self) -> Result<Vec<FileRef>> {
        let sql = "SELECT hash, size, mime FROM attachment WHERE state = 'wanted' ORDER BY size, hash";
        let mut statement = self.conn().prepare_cached(sql)?;
        let rows = statement.query_map([], file)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Files that the office has not got.
    pub fn files_waiting(&self) -> Result<u32> {
        self.count("SELECT count(*) FROM attachment WHERE state = 'local'")
    }

    pub fn files_view(&self) -> Result<FilesView> {
        let sql = "SELECT count(*), count(*) FILTER (WHERE state = 'uploaded'), coalesce(sum(size), 0), coalesce(sum(sent), 0)
                   FROM attachment WHERE state IN ('local', 'uploaded')";
        Ok(self.conn().prepare_cached(sql)?.query_row([], |row| {
            Ok(FilesView { total: row.get(0)?, sent: row.get(1)?, bytes_total: row.get(2)?, bytes_sent: row.get(3)? })
        })?)
    }
}

fn file(row: &Row) -> rusqlite::Result<FileRef> {
    Ok(FileRef { hash: row.get(0)?, size: row.get(1)?, mime: row.get(2)? })
}

impl Tx<'_> {
    /// A file that lies in the folder already and goes to the office after this change.
    pub fn add_file(&mut self, file: &FileRef, job: Option<JobId>) -> Result<()> {
        let sql = "INSERT INTO attachment (hash, size, mime, state, device_seq, job, created_at) VALUES (?1, ?2, ?3, 'local', ?4, ?5, ?6)
                   ON CONFLICT (hash) DO NOTHING";
        let (job, at) = (job.map(|id| id.to_string()), self.now().to_rfc3339());
        self.conn().prepare_cached(sql)?.execute(params![file.hash, file.size, file.mime, self.seq, job, at])?;
        Ok(())
    }

    /// A lost file that a fact of this change gives up.
    pub fn give_up_file(&mut self, hash: &str) -> Result<()> {
        let sql = "UPDATE attachment SET state = 'given_up' WHERE hash = ?1 AND state = 'lost'";
        self.conn().prepare_cached(sql)?.execute([hash])?;
        Ok(())
    }
}

impl Applier<'_> {
    /// Files that records name and that are not here.
    pub(super) fn want_files(&self, files: &[FileRef], job: Option<JobId>) -> Result<()> {
        let sql =
            "INSERT INTO attachment (hash, size, mime, state, job, created_at) VALUES (?1, ?2, ?3, 'wanted', ?4, ?5)
                   ON CONFLICT (hash) DO NOTHING";
        let at = self.now().to_rfc3339();
        // A colleague's exported work is for the company alone.
        for file in files.iter().filter(|file| file.mime != work::MIME) {
            let job = job.map(|id| id.to_string());
            self.conn().prepare_cached(sql)?.execute(params![file.hash, file.size, file.mime, job, at])?;
        }
        Ok(())
    }

    pub fn set_sent(&self, hash: &str, sent: u64) -> Result<()> {
        let sql = "UPDATE attachment SET sent = ?2, state = CASE WHEN ?2 >= size THEN 'uploaded' ELSE state END WHERE hash = ?1";
        self.conn().prepare_cached(sql)?.execute(params![hash, sent])?;
        Ok(())
    }

    /// It is whole at the server.
    pub fn set_uploaded(&self, hash: &str, size: u64) -> Result<()> {
        self.set_sent(hash, size)?;
        self.set_last_file(hash)
    }

    pub fn set_present(&self, hash: &str) -> Result<()> {
        self.conn().prepare_cached("UPDATE attachment SET state = 'present' WHERE hash = ?1")?.execute([hash])?;
        Ok(())
    }

    pub fn set_local(&self, hash: &str) -> Result<()> {
        self.conn()
            .prepare_cached("UPDATE attachment SET state = 'local', sent = 0 WHERE hash = ?1")?
            .execute([hash])?;
        Ok(())
    }

    pub fn set_lost(&self, hash: &str) -> Result<()> {
        self.conn().prepare_cached("UPDATE attachment SET state = 'lost' WHERE hash = ?1")?.execute([hash])?;
        Ok(())
    }

    /// What the server forgot with its changes is offered again with them.
    pub(super) fn offer_files_from(&self, seq: u64) -> Result<()> {
        let sql = "UPDATE attachment SET state = 'local', sent = 0 WHERE state = 'uploaded' AND device_seq >= ?1";
        self.conn().prepare_cached(sql)?.execute([seq])?;
        Ok(())
    }

    /// A person wants to see a file that was given back to the office: it is fetched again.
    pub fn want_again(&self, hash: &str) -> Result<()> {
        let sql = "UPDATE attachment SET state = 'wanted' WHERE hash = ?1 AND state = 'freed'";
        self.conn().prepare_cached(sql)?.execute([hash])?;
        Ok(())
    }

    /// Files whose order was archived, which it is only when it is complete, before an instant, and whose change is in a backup of the
    /// server. While another order of the job is not archived none goes. Answers their hashes.
    pub fn free_archived(&self, before: Instant) -> Result<Vec<String>> {
        let count = "(SELECT count(*) FROM fact f WHERE f.job = attachment.job AND f.kind =";
        let sql = format!(
            "UPDATE attachment SET state = 'freed' WHERE state IN ('uploaded', 'present') AND job IS NOT NULL
             AND EXISTS (SELECT 1 FROM fact f WHERE f.job = attachment.job AND f.kind = 'order_archived' AND f.at_ms < ?1)
             AND {count} 'order_archived') >= {count} 'order_sealed')
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.device_seq = attachment.device_seq) RETURNING hash"
        );
        let mut statement = self.conn().prepare_cached(&sql)?;
        let rows = statement.query_map([before.timestamp_millis()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A restored server may lack what it had: every own file is offered again.
    pub fn offer_files_again(&self) -> Result<()> {
        self.conn().execute("UPDATE attachment SET state = 'local', sent = 0 WHERE state = 'uploaded'", [])?;
        self.set_last_file("")
    }

    /// Forgets the files of jobs that are no longer held, unless they still wait to be sent or their change is not in a backup of the
    /// server yet. Answers their hashes.
    pub(super) fn forget_files(&self) -> Result<Vec<String>> {
        let gone = "state NOT IN ('local', 'lost') AND (job IS NOT NULL OR state = 'uploaded') AND NOT EXISTS
                    (SELECT 1 FROM entity e WHERE e.kind = 'job' AND e.id = attachment.job) AND NOT EXISTS
                    (SELECT 1 FROM outbox o WHERE o.device_seq = attachment.device_seq)";
        let mut statement =
            self.conn().prepare_cached(&format!("DELETE FROM attachment WHERE {gone} RETURNING hash"))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
