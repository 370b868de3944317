//! Files, as SQL. Their bytes lie beside the database.

use std::collections::BTreeSet;

use gongdan_domain::id::{DeviceId, PersonId};
use gongdan_domain::sync::change::{FileRef, Scope};
use gongdan_domain::time::Instant;

use super::read::{id, maybe_at, number, scope};
use super::write::int;
use super::{Session, ms};
use crate::error::Result;
use crate::storage::file::{FileReader, FileTx};
use crate::storage::{FileState, record_id};

impl FileReader for Session<'_> {
    fn file(&self, hash: &str) -> Result<Option<FileState>> {
        self.one("SELECT hash, size, mime, complete_at FROM file WHERE hash = ?1", [hash], |row| {
            let file = FileRef { hash: row.get(0)?, size: number(row, 1)?, mime: row.get(2)? };
            Ok(FileState { file, complete_at: maybe_at(row, 3)? })
        })
    }

    fn complete_files(&self) -> Result<Vec<String>> {
        self.many("SELECT hash FROM file WHERE complete_at IS NOT NULL", [], |row| row.get(0))
    }

    fn scopes_naming(&self, hash: &str) -> Result<BTreeSet<Scope>> {
        let sql = "SELECT DISTINCT s.scope FROM file_record f JOIN record_scope s ON s.record_id = f.record_id WHERE f.hash = ?1";
        self.scopes(sql, [hash])
    }

    fn scopes_opening(&self, hash: &str) -> Result<BTreeSet<Scope>> {
        let sql =
            "SELECT DISTINCT s.scope FROM file_word w JOIN file_sender f ON f.hash = w.hash AND f.person = w.person
            JOIN record_scope s ON s.record_id = w.record_id WHERE w.hash = ?1";
        self.scopes(sql, [hash])
    }

    fn words(&self, hash: &str) -> Result<Vec<(Scope, PersonId)>> {
        let sql = "SELECT DISTINCT s.scope, w.person FROM file_word w JOIN record_scope s ON s.record_id = w.record_id WHERE w.hash = ?1";
        self.many(sql, [hash], |row| Ok((scope(row.get(0)?), id(row, 1)?)))
    }

    fn kept_apart(&self, hash: &str, device: DeviceId) -> Result<bool> {
        let sql = "SELECT count(*) FROM file_record WHERE hash = ?1 AND record_id = ?2";
        Ok(self.count(sql, (hash, record_id::apart(device)))? > 0)
    }

    fn has_sent(&self, hash: &str, person: PersonId) -> Result<bool> {
        let sql = "SELECT count(*) FROM file_sender WHERE hash = ?1 AND person = ?2";
        Ok(self.count(sql, (hash, person.to_string()))? > 0)
    }
}

impl FileTx for Session<'_> {
    fn name_file(&mut self, file: &FileRef, record_id: &str, word_of: &BTreeSet<PersonId>) -> Result<()> {
        let sql = "INSERT INTO file (hash, size, mime) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.run(sql, (&file.hash, int(file.size), &file.mime))?;
        let sql = "INSERT INTO file_record (hash, record_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.run(sql, (&file.hash, record_id))?;
        for person in word_of {
            let sql = "INSERT INTO file_word (hash, record_id, person) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            self.run(sql, (&file.hash, record_id, person.to_string()))?;
        }
        Ok(())
    }

    fn complete_file(&mut self, hash: &str, by: PersonId, at: Instant) -> Result<()> {
        let sql = "INSERT INTO file_sender (hash, person) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.run(sql, (hash, by.to_string()))?;
        self.run("UPDATE file SET complete_at = ?2 WHERE hash = ?1 AND complete_at IS NULL", (hash, ms(at)))?;
        Ok(())
    }

    fn reopen_files(&mut self, hashes: &[String]) -> Result<()> {
        for hash in hashes {
            self.run("UPDATE file SET complete_at = NULL WHERE hash = ?1", [hash])?;
        }
        Ok(())
    }
}
