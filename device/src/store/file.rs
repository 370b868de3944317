//! The state of files: which wait to be sent, which are wanted from the office, which are whole.

use gongdan_domain::id::JobId;
use gongdan_domain::sync::change::FileRef;
use rusqlite::{OptionalExtension as _, Row, params};

use crate::error::Result;
use crate::store::{Applier, Reader, Tx};
use crate::view::sync::FilesView;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStage {
    /// Made here, not yet whole at the office.
    Local,
    Uploaded,
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
                _ => FileStage::Present,
            };
            Ok(FileState { size: row.get(0)?, sent: row.get(1)?, state })
        });
        Ok(row.optional()?.unwrap_or(FileState { size: 0, sent: 0, state: FileStage::Unknown }))
    }

    /// The smallest file whose record the office has and that is not whole there yet.
    pub fn next_upload(&self) -> Result<Option<FileRef>> {
        let sql = "SELECT hash, size, mime FROM attachment a WHERE state = 'local' AND NOT EXISTS
                   (SELECT 1 FROM outbox o WHERE o.device_seq = a.device_seq AND o.verdict IS NULL)
                   ORDER BY size, hash LIMIT 1";
        Ok(self.conn().prepare_cached(sql)?.query_row([], file).optional()?)
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
    pub fn add_file(&mut self, file: &FileRef, job: JobId) -> Result<()> {
        let sql = "INSERT INTO attachment (hash, size, mime, state, device_seq, job, created_at) VALUES (?1, ?2, ?3, 'local', ?4, ?5, ?6)
                   ON CONFLICT (hash) DO NOTHING";
        let (job, at) = (job.to_string(), self.now().to_rfc3339());
        self.conn().prepare_cached(sql)?.execute(params![file.hash, file.size, file.mime, self.seq, job, at])?;
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
        for file in files {
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

    /// A restored server may lack what it had: every own file is offered again.
    pub fn offer_files_again(&self) -> Result<()> {
        self.conn().execute("UPDATE attachment SET state = 'local', sent = 0 WHERE state = 'uploaded'", [])?;
        self.set_last_file("")
    }

    /// Forgets the files of jobs that are no longer held, unless they still wait to be sent or their change is not in a backup of the
    /// server yet. Answers their hashes.
    pub(super) fn forget_files(&self) -> Result<Vec<String>> {
        let gone = "state <> 'local' AND job IS NOT NULL AND NOT EXISTS
                    (SELECT 1 FROM entity e WHERE e.kind = 'job' AND e.id = attachment.job) AND NOT EXISTS
                    (SELECT 1 FROM outbox o WHERE o.device_seq = attachment.device_seq)";
        let mut statement =
            self.conn().prepare_cached(&format!("DELETE FROM attachment WHERE {gone} RETURNING hash"))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
