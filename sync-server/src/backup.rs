//! A consistent copy of everything while the server serves, the keys apart from the data; and the way back, which begins a new epoch so
//! that every device reconciles (invariant `restore_refills`). Refuses to put keys where the data goes unless somebody says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use gongdan_domain::fact::FactBody;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::{Change, Op};
use gongdan_domain::sync::wire::Outcome;
use serde_json::json;

use crate::core::Shared;
use crate::error::Result;
use crate::keys::{Keys, private_folder};
use crate::storage::sqlite::SqliteStorage;
use crate::storage::{DeviceRecord, Reader, Store};

/// How many daily copies are kept.
const KEPT: usize = 7;
/// More devices than are enrolled between two copies of the keys.
const UNKNOWN_ENROLMENTS: u32 = 100;

/// How the files get into a copy. They never change, so a second name is as good on the same disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Copy,
    Link,
}

/// Copies database and files into a new folder; then devices may forget what is in it. The keys go where `keys` says, or nowhere.
pub fn backup(core: &Shared, folder: &Path, keys: Option<&Path>) -> Result<()> {
    data(core, folder, How::Copy)?;
    if let Some(keys) = keys {
        private_folder(keys)?;
        files(core.keys.folder(), keys, How::Copy)?;
    }
    Ok(())
}

fn data(core: &Shared, folder: &Path, how: How) -> Result<()> {
    let part = folder.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    if folder.exists() {
        return Err(Problem::with(Code::Conflict, json!({ "why": "the folder for the backup exists already" })).into());
    }
    let copy = part.join("data");
    private_folder(&copy.join("attachments"))?;
    // What is acknowledged, with all its files, before the copy begins is in the copy.
    let through: BTreeMap<_, _> = core.store.read(|r| {
        let given_up = given_up(r)?;
        r.devices()?.iter().map(|d| Ok((d.id, whole_through(r, d, &given_up)?))).collect()
    })?;
    core.store.copy_to(&copy.join("gongdan.db"))?;
    files(&core.data.join("attachments"), &copy.join("attachments"), how)?;
    fs::rename(&part, folder)?;
    core.write_now(move |_, tx| tx.mark_safe(&through))
}

/// The files that will never come.
fn given_up(r: &dyn Reader) -> Result<BTreeSet<String>> {
    let declared = r.facts_of_kind("declared_lost", u32::MAX)?;
    Ok(declared
        .iter()
        .filter_map(|stored| match FactBody::of(&stored.fact) {
            Some(FactBody::DeclaredLost { hash, .. }) => Some(hash),
            _ => None,
        })
        .collect())
}

/// Up to which number a device's changes are here together with every file that they name.
fn whole_through(r: &dyn Reader, device: &DeviceRecord, given_up: &BTreeSet<String>) -> Result<u64> {
    for stored in r.changes_after(device.id, device.safe_through)? {
        if stored.verdict.outcome != Outcome::Accepted {
            continue;
        }
        // What was accepted was readable; an unreadable one holds nobody up.
        let Ok(change) = serde_json::from_str::<Change>(&stored.payload) else { continue };
        for file in change.ops.iter().flat_map(Op::files) {
            let here = r.file(&file.hash)?.is_some_and(|known| known.complete_at.is_some());
            if !here && !given_up.contains(&file.hash) {
                return Ok(stored.device_seq.saturating_sub(1).max(device.safe_through));
            }
        }
    }
    Ok(device.acked_through)
}

fn files(from: &Path, to: &Path, how: How) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "part" || e == "new") {
            continue;
        }
        let copy = to.join(entry.file_name());
        if how == How::Link && fs::hard_link(entry.path(), &copy).is_ok() {
            continue;
        }
        fs::copy(entry.path(), &copy)?;
        fs::File::open(&copy)?.sync_all()?;
    }
    Ok(())
}

/// The daily copy inside the data folder, without keys; old ones go.
pub fn daily(core: &Shared) -> Result<()> {
    let folder = core.data.join("backups");
    private_folder(&folder)?;
    let today = folder.join(core.now().format("%Y%m%d").to_string());
    if !today.exists() {
        data(core, &today, How::Link)?;
    }
    let mut copies: Vec<_> =
        fs::read_dir(&folder)?.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_none()).collect();
    copies.sort();
    for old in copies.iter().rev().skip(KEPT) {
        fs::remove_dir_all(old)?;
    }
    Ok(())
}

/// Puts a backup into an empty data folder. Keys that are there already stay: they hold the newer revocations. Without any keys every
/// device would be a stranger, so they must come from somewhere: `copied`, or beside the data of a backup of an earlier version.
pub fn restore(
    from: &Path,
    data: &Path,
    (keys, copied): (&Path, Option<&Path>),
    now: gongdan_domain::time::Instant,
) -> Result<()> {
    let refuse = |why: &str| -> crate::error::Error { Problem::with(Code::Conflict, json!({ "why": why })).into() };
    if data.join("gongdan.db").exists() {
        return Err(refuse("the data folder is not empty"));
    }
    let beside = from.join("keys");
    let source = copied.or_else(|| Keys::lie_in(&beside).then_some(beside.as_path()));
    if !Keys::lie_in(keys) {
        let source = source.filter(|folder| Keys::lie_in(folder)).ok_or_else(|| {
            refuse("the server's keys are missing; say where their copy lies with --keys-from, or no device is known any more")
        })?;
        private_folder(keys)?;
        files(source, keys, How::Copy)?;
    }
    private_folder(&data.join("attachments"))?;
    files(&from.join("data").join("attachments"), &data.join("attachments"), How::Copy)?;
    // The database comes last: a restore that was cut short can be begun again.
    let fresh = data.join("gongdan.db.new");
    fs::copy(from.join("data").join("gongdan.db"), &fresh)?;
    fs::File::open(&fresh)?.sync_all()?;
    Keys::open(keys)?.skip_enrolments(UNKNOWN_ENROLMENTS)?;
    begin_again(&fresh, data, now)?;
    Ok(fs::rename(&fresh, data.join("gongdan.db"))?)
}

/// A new epoch, and no file counts that is not there.
fn begin_again(database: &Path, data: &Path, now: gongdan_domain::time::Instant) -> Result<()> {
    let here = fs::read_dir(data.join("attachments"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect::<BTreeSet<_>>();
    let store = Store::new(SqliteStorage::open(database, now)?);
    store.write(move |tx| {
        let absent: Vec<String> = tx.complete_files()?.into_iter().filter(|hash| !here.contains(hash)).collect();
        tx.reopen_files(&absent)?;
        tx.renew_epoch(&crate::secret::random_hex(8))
    })?;
    // The last connection writes everything into the one file.
    drop(store);
    let log = database.with_file_name("gongdan.db.new-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) { Err(crate::error::Error::Unfinished) } else { Ok(()) }
}
