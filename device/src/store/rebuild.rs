//! A new database in the place of a damaged one: who this device is and the own changes that could be read go over, everything else
//! comes from the office again. The damaged file is moved aside, never deleted. Refuses to send anything before the server has said how
//! far it had come, so that no number is used for two things.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gongdan_domain::id::{ChangeId, JobId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::SCHEMA;
use gongdan_domain::sync::change::{Change, Fact, FileRef, Op, SignedChange};
use gongdan_domain::time::Instant;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::error::Result;
use crate::spare::Spare;
use crate::store::book::Book;
use crate::store::mark::Mark;
use crate::store::salvage::{self, OutboxCopy, Salvaged};
use crate::store::{Applier, MARK, Reader, Store, beside, connect, meta, outbox};
use crate::vault::DatabaseKey;

/// Where the last number used cannot be read, so many are left out: more than a device ever holds back unread at the end of its file.
const MARGIN: u64 = 100;
/// The state of a row of which an older version may have been found: whoever has the number has the content.
const TAKEN: &str = "accepted";

/// What became of a damaged database, told to the person until he has read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuilt {
    pub at: Instant,
    /// Own changes not yet judged by the office that could be read.
    pub kept: u32,
    /// Own changes that could not be read and that the office has not got either; known once the server was asked.
    pub lost: u32,
    /// The server has been asked how far it had come.
    pub asked: bool,
    /// The person has read it.
    pub seen: bool,
    /// Numbers up to this one were used.
    used_through: u64,
    /// Rows of which an older state may have been found.
    carved: BTreeSet<u64>,
}

/// Reads the damaged file and builds a new one beside it, then moves the old one aside and the new one into its place.
/// [`Code::DatabaseDamaged`] where not even the identity of this device could be read: then nothing was touched.
pub fn rebuild(
    path: &Path,
    key: &DatabaseKey,
    spare: Option<Spare>,
    at: Instant,
    has_file: impl Fn(&str) -> bool,
) -> Result<Rebuilt> {
    let mark = Mark::read(&beside(path, MARK));
    let salvaged = salvage::read(path, key, spare, mark).ok_or(Code::DatabaseDamaged)?;
    let part = beside(path, ".part");
    Store::create(&part, key, &salvaged.identity)?;
    let mut connection = connect(&part, key, rusqlite::OpenFlags::default())?;
    let tx = connection.transaction()?;
    let rebuilt = fill(&tx, &salvaged, mark, at, &has_file)?;
    tx.commit()?;
    // Closing writes the log into the file, so that one name is the whole database.
    connection.close().map_err(|(_, error)| error)?;
    fs::File::open(&part)?.sync_all()?;
    fs::rename(&part, beside(path, ".rebuilt"))?;
    finish(path)?;
    Ok(rebuilt)
}

/// Ends a rebuild that was interrupted: while the rebuilt file waits under its own name, what bears the database's is the damaged one.
pub fn finish(path: &Path) -> Result<()> {
    let fresh = beside(path, ".rebuilt");
    if !fresh.exists() {
        return Ok(());
    }
    let aside = aside(path)?;
    for suffix in ["-shm", "-wal", ""] {
        let old = beside(path, suffix);
        if let (true, Some(name)) = (old.exists(), old.file_name()) {
            fs::rename(&old, aside.join(name))?;
        }
    }
    fs::rename(&fresh, path)?;
    if let Some(folder) = path.parent() {
        // A directory can be synced on Unix only; elsewhere the rename is durable by itself.
        _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// A folder of its own for each damaged database: `damaged-1`, `damaged-2` …
fn aside(path: &Path) -> Result<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // An interrupted move goes on in the folder that it began.
    let half = |aside: &PathBuf| !aside.join(path.file_name().unwrap_or_default()).exists();
    let aside = (1..).map(|n| folder.join(format!("damaged-{n}"))).find(half).unwrap_or_default();
    fs::create_dir_all(&aside)?;
    Ok(aside)
}

fn fill(
    tx: &Connection,
    salvaged: &Salvaged,
    mark: Option<Mark>,
    at: Instant,
    has_file: &dyn Fn(&str) -> bool,
) -> Result<Rebuilt> {
    for copy in salvaged.rows.values() {
        put_row(tx, copy)?;
        put_files(tx, copy, has_file, at)?;
    }
    put_numbers(tx, salvaged, at)?;
    for draft in &salvaged.drafts {
        tx.execute("INSERT INTO draft (key, text, at) VALUES (?1, ?2, ?3)", params![draft.0, draft.1, draft.2])?;
    }
    meta::write_json(tx, meta::CHAIN, &salvaged.chain)?;
    if let Some(pin) = &salvaged.pin {
        meta::write(tx, meta::PIN, pin)?;
    }
    if let Some(delivered) = salvaged.meta.get(meta::DELIVERED_AT) {
        meta::write(tx, meta::DELIVERED_AT, delivered)?;
    }
    if let Some(ink) = salvaged.meta.get(meta::OWN_INK) {
        meta::write(tx, meta::OWN_INK, ink)?;
    }
    let highest = salvaged.rows.keys().next_back().copied().unwrap_or(0);
    let told = salvaged.meta.get(meta::LAST_SEQ).and_then(|text| text.parse::<u64>().ok());
    let told = told.max(mark.map(|mark| mark.last_seq));
    let used_through = told.unwrap_or(0).max(highest);
    meta::write_number(tx, meta::LAST_SEQ, told.map_or(used_through + MARGIN, |_| used_through))?;
    let rebuilt = Rebuilt {
        at,
        kept: u32::try_from(salvaged.rows.values().filter(|row| row.verdict.is_none()).count()).unwrap_or(u32::MAX),
        lost: 0,
        asked: false,
        seen: false,
        used_through,
        carved: salvaged.rows.values().filter(|row| row.carved).map(|row| row.signed.device_seq).collect(),
    };
    meta::write_json(tx, meta::REBUILT, &rebuilt)?;
    // The new one goes on counting where the mark stands.
    meta::write_number(tx, meta::COMMITS, mark.map_or(0, |mark| mark.commits))?;
    Ok(rebuilt)
}

fn put_row(tx: &Connection, copy: &OutboxCopy) -> Result<()> {
    let sql = "INSERT INTO outbox (device_seq, change_id, payload, signature, made_at, autosave, sent_at, verdict, verdict_position,
               code, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    // Taken for sent, whatever it says: a later state may have been.
    let sent_at = copy.sent_at.as_ref().unwrap_or(&copy.made_at);
    tx.execute(
        sql,
        params![
            copy.signed.device_seq,
            copy.change_id,
            copy.signed.payload,
            copy.signed.signature,
            copy.made_at,
            copy.autosave,
            sent_at,
            copy.verdict,
            // Positions that were told before say nothing about what is pulled from zero.
            copy.verdict_position.map(|_| 0),
            copy.code,
            copy.details
        ],
    )?;
    Ok(())
}

/// Files that own changes name and that lie in the folder are offered to the office again; it says what it has of them.
fn put_files(tx: &Connection, copy: &OutboxCopy, has_file: &dyn Fn(&str) -> bool, at: Instant) -> Result<()> {
    let change: Change = serde_json::from_str(&copy.signed.payload)?;
    let sql = "INSERT INTO attachment (hash, size, mime, state, device_seq, job, created_at) VALUES (?1, ?2, ?3, 'local', ?4, ?5, ?6)
               ON CONFLICT (hash) DO NOTHING";
    for (file, job) in change.ops.iter().flat_map(files_of) {
        if has_file(&file.hash) {
            let job = job.map(|id| id.to_string());
            tx.execute(sql, params![file.hash, file.size, file.mime, change.device_seq, job, at.to_rfc3339()])?;
        }
    }
    Ok(())
}

fn files_of(op: &Op) -> Vec<(&FileRef, Option<JobId>)> {
    match op {
        Op::Fact(fact) => fact.files.iter().map(|file| (file, fact.job)).collect(),
        Op::Seal(seal) => seal.files.iter().map(|file| (file, Some(seal.job))).collect(),
        Op::Write(_) | Op::Retract(_) | Op::Unknown(_) => Vec::new(),
    }
}

fn put_numbers(tx: &Connection, salvaged: &Salvaged, at: Instant) -> Result<()> {
    let changes = salvaged.rows.values().filter_map(|copy| serde_json::from_str::<Change>(&copy.signed.payload).ok());
    let ops = changes.flat_map(|change| change.ops);
    let facts: Vec<Fact> = ops.filter_map(|op| if let Op::Fact(fact) = op { Some(fact) } else { None }).collect();
    let mut book = Book::of(salvaged.numbers.iter().cloned());
    book.learn(&salvaged.identity.certificate.number_prefix, &facts);
    book.count_on(&salvaged.counts, at);
    book.keep(tx)
}

impl Reader<'_> {
    /// The rebuild that this database comes from.
    pub fn rebuilt(&self) -> Result<Option<Rebuilt>> {
        meta::read_json(self.conn(), meta::REBUILT)
    }

    /// Rebuilt, and the server was not asked yet how far it had come.
    pub fn must_ask(&self) -> Result<bool> {
        Ok(self.rebuilt()?.is_some_and(|rebuilt| !rebuilt.asked))
    }
}

impl Applier<'_> {
    /// The server has said up to where it has this device's changes.
    pub fn answered(&self, acked_through: u64) -> Result<()> {
        let Some(mut rebuilt) = self.rebuilt()?.filter(|rebuilt| !rebuilt.asked) else { return Ok(()) };
        for seq in rebuilt.carved.iter().filter(|seq| **seq <= acked_through) {
            let sql = "UPDATE outbox SET verdict = ?2, verdict_position = 0 WHERE device_seq = ?1 AND verdict IS NULL";
            self.conn().execute(sql, params![seq, TAKEN])?;
        }
        let held = self.held_after(acked_through)?;
        let lost = (acked_through + 1..=rebuilt.used_through).filter(|seq| !held.contains(seq)).count();
        rebuilt.lost = u32::try_from(lost).unwrap_or(u32::MAX);
        rebuilt.asked = true;
        meta::write_json(self.conn(), meta::REBUILT, &rebuilt)
    }

    /// The person has read what happened.
    pub fn rebuild_was_read(&self) -> Result<()> {
        let Some(rebuilt) = self.rebuilt()? else { return Ok(()) };
        meta::write_json(self.conn(), meta::REBUILT, &Rebuilt { seen: true, ..rebuilt })
    }

    /// Numbers that are not held here any more although later ones are: an empty change says so in the place of each, or the server would
    /// wait for them for ever. What was used and is lost is marked, so that the office hears of it.
    pub fn fill_missing(&self, from: u64) -> Result<()> {
        let last = self.standing()?.last_seq;
        let held = self.held_after(from.saturating_sub(1))?;
        let Some(highest) = held.iter().next_back().copied() else { return Ok(()) };
        let used = self.rebuilt()?.map_or(last, |rebuilt| rebuilt.used_through);
        for seq in (from..highest).filter(|seq| !held.contains(seq)) {
            let identity = self.identity();
            let mut change = Change {
                change_id: ChangeId(Uuid::now_v7()),
                device_id: identity.certificate.device_id,
                device_seq: seq,
                author: identity.certificate.person,
                made_at: self.stamp.clone(),
                schema: SCHEMA,
                ops: Vec::new(),
                extra: Default::default(),
            };
            if seq <= used {
                change.extra.insert("lost".to_owned(), json!(true));
            }
            let signed = SignedChange::sign(&change, &identity.signing_key)?;
            outbox::add(self.conn(), &change, &signed, None)?;
        }
        Ok(())
    }

    fn held_after(&self, seq: u64) -> Result<BTreeSet<u64>> {
        let mut statement = self.conn().prepare_cached("SELECT device_seq FROM outbox WHERE device_seq > ?1")?;
        let rows = statement.query_map([seq], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
