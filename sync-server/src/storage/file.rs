//! What the storage keeps of files: who named one, and who has sent it. Knowing a hash proves nothing, having the bytes does.

use std::collections::BTreeSet;

use gongdan_domain::id::{DeviceId, PersonId};
use gongdan_domain::sync::change::{FileRef, Scope};
use gongdan_domain::time::Instant;

use super::FileState;
use crate::error::Result;

pub trait FileReader {
    fn file(&self, hash: &str) -> Result<Option<FileState>>;
    /// The hashes of all files that count as here.
    fn complete_files(&self) -> Result<Vec<String>>;
    /// The scopes of all records that name a file.
    fn scopes_naming(&self, hash: &str) -> Result<BTreeSet<Scope>>;
    /// The scopes of those that name it on the word of somebody who has sent it.
    fn scopes_opening(&self, hash: &str) -> Result<BTreeSet<Scope>>;
    /// On whose word it is named, and in which scopes that can be seen.
    fn words(&self, hash: &str) -> Result<Vec<(Scope, PersonId)>>;
    /// Whether a change of this device that was not taken names it.
    fn kept_apart(&self, hash: &str, device: DeviceId) -> Result<bool>;
    /// Whether a person has sent it whole.
    fn has_sent(&self, hash: &str, person: PersonId) -> Result<bool>;
}

pub trait FileTx {
    fn name_file(&mut self, file: &FileRef, record_id: &str, word_of: &BTreeSet<PersonId>) -> Result<()>;
    /// Somebody has sent it whole.
    fn complete_file(&mut self, hash: &str, by: PersonId, at: Instant) -> Result<()>;
    /// These are not here after all.
    fn reopen_files(&mut self, hashes: &[String]) -> Result<()>;
}
