//! A consistent copy of everything while the server serves, keys in a folder of their own; and the way back, which begins a new
//! epoch so that every device reconciles (invariant `restore_refills`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gongdan_domain::problem::{Code, Problem};
use serde_json::json;

use crate::core::Shared;
use crate::error::Result;
use crate::keys::private_folder;
use crate::storage::Store;
use crate::storage::sqlite::SqliteStorage;

/// How many daily copies are kept.
const KEPT: usize = 7;

/// Copies database, files and keys into a new folder; then devices may forget what is in it.
pub fn backup(core: &Shared, folder: &Path) -> Result<()> {
    let part = folder.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    private_folder(&part.join("data").join("attachments"))?;
    private_folder(&part.join("keys"))?;
    // What is acknowledged before the copy begins is in the copy.
    let through: BTreeMap<_, _> =
        core.store.read(|r| Ok(r.devices()?.into_iter().map(|d| (d.id, d.acked_through)).collect()))?;
    core.store.copy_to(&part.join("data").join("gongdan.db"))?;
    copy_files(&core.data.join("attachments"), &part.join("data").join("attachments"))?;
    copy_files(&core.data.join("keys"), &part.join("keys"))?;
    fs::rename(&part, folder)?;
    core.write_now(move |_, tx| tx.mark_safe(&through))
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "part") {
            continue;
        }
        let copy = to.join(entry.file_name());
        fs::copy(entry.path(), &copy)?;
        fs::File::open(&copy)?.sync_all()?;
    }
    Ok(())
}

/// The daily copy inside the data folder; old ones go.
pub fn daily(core: &Shared) -> Result<()> {
    let folder = core.data.join("backups");
    private_folder(&folder)?;
    let today = folder.join(core.now().format("%Y%m%d").to_string());
    if !today.exists() {
        backup(core, &today)?;
    }
    let mut copies: Vec<_> =
        fs::read_dir(&folder)?.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_none()).collect();
    copies.sort();
    for old in copies.iter().rev().skip(KEPT) {
        fs::remove_dir_all(old)?;
    }
    Ok(())
}

/// Puts a backup into an empty data folder. Keys that are there already stay: they hold the newer revocations.
pub fn restore(from: &Path, data: &Path, now: gongdan_domain::time::Instant) -> Result<()> {
    if data.join("gongdan.db").exists() {
        return Err(Problem::with(Code::Conflict, json!({ "why": "the data folder is not empty" })).into());
    }
    private_folder(&data.join("attachments"))?;
    fs::copy(from.join("data").join("gongdan.db"), data.join("gongdan.db"))?;
    copy_files(&from.join("data").join("attachments"), &data.join("attachments"))?;
    if !data.join("keys").exists() {
        private_folder(&data.join("keys"))?;
        copy_files(&from.join("keys"), &data.join("keys"))?;
    }
    let store = Store::new(SqliteStorage::open(&data.join("gongdan.db"), now)?);
    store.write(|tx| tx.renew_epoch(&crate::secret::random_hex(8)))
}
