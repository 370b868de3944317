//! The encrypted database: one writer, several readers, and the two doors to it. [`Reader`] is one snapshot; [`Tx`] is one user action:
//! what it changes and the outbox row that carries it to the office are committed together or not at all (invariant
//! `entered_is_durable`). Refuses a database of a newer version untouched, and never opens one without its key.

mod again;
mod book;
pub mod draft;
pub mod entity;
pub mod fact;
pub mod file;
pub mod finding;
mod mark;
pub mod meta;
pub mod number;
pub mod outbox;
pub mod rebuild;
pub mod recover;
pub mod reference;
mod salvage;
pub mod scope;
pub mod sealed;
pub mod search;
pub mod title;
pub mod visit;

#[cfg(test)]
mod at_rest;
#[cfg(test)]
mod converge;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use chrono::NaiveDate;
use chrono_tz::Tz;
use gongdan_domain::id::{ChangeId, PersonId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::SCHEMA;
use gongdan_domain::sync::change::{Change, Op, SignedChange};
use gongdan_domain::time::{Instant, Stamp};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use uuid::Uuid;

use crate::clock::Measured;
use crate::error::{Error, Result};
use crate::spare::Spare;
use crate::vault::DatabaseKey;
use mark::{Mark, Marks};
use meta::Identity;
use reference::ReferenceCache;

mod embedded {
    refinery::embed_migrations!("../migrations/device");
}

/// What the mark's name has after the database's.
pub(crate) const MARK: &str = "-mark";
/// Idle readers that are kept open.
const IDLE_READERS: usize = 4;

pub struct Store {
    path: PathBuf,
    key: DatabaseKey,
    writer: Mutex<Connection>,
    marks: Mutex<Marks>,
    readers: Mutex<Vec<Connection>>,
    identity: Identity,
    measured: RwLock<Option<Measured>>,
    references: ReferenceCache,
    /// What the spare copy holds has changed.
    spare_due: AtomicBool,
}

/// A lock whose holder panicked still guards a consistent value here: SQLite rolls back what was open.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Makes the database of a new enrolment. Any left over from an enrolment that did not finish is replaced.
    pub fn create(path: &Path, key: &DatabaseKey, identity: &Identity) -> Result<()> {
        for suffix in ["", "-wal", "-shm", MARK] {
            crate::vault::remove(&beside(path, suffix))?;
        }
        let mut connection = connect(path, key, OpenFlags::default())?;
        embedded::migrations::runner().run(&mut connection)?;
        let tx = connection.transaction()?;
        identity.save(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Opens the database of this enrolment and brings it to this version's schema.
    pub fn open(path: &Path, key: DatabaseKey) -> Result<Self> {
        rebuild::finish(path)?;
        // Looked at without the right to write: a newer version's file stays as it is, its log included.
        let look = connect(path, &key, OpenFlags::SQLITE_OPEN_READ_ONLY);
        match look.and_then(|look| refuse_newer(&look).and_then(|()| refuse_behind(&look, &beside(path, MARK)))) {
            // What a power cut left has to be rolled back first, and that is writing.
            Err(Error::Sql(error)) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ReadOnly) => {}
            looked => looked?,
        }
        let mut writer = connect(path, &key, OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE)?;
        refuse_newer(&writer)?;
        embedded::migrations::runner().run(&mut writer)?;
        let identity = Identity::load(&writer)?;
        let measured = meta::read_json(&writer, meta::MEASURED)?;
        let marks = Marks::open(&beside(path, MARK))?;
        Ok(Self {
            path: path.to_owned(),
            key,
            writer: Mutex::new(writer),
            marks: Mutex::new(marks),
            readers: Mutex::default(),
            identity,
            measured: RwLock::new(measured),
            references: ReferenceCache::default(),
            spare_due: AtomicBool::new(false),
        })
    }

    /// What a rebuilt database would need, where it has changed since the last time it was taken.
    pub fn spare_if_due(&self) -> Result<Option<Spare>> {
        if self.spare_due.swap(false, Ordering::SeqCst) { self.spare().map(Some) } else { Ok(None) }
    }

    pub fn spare(&self) -> Result<Spare> {
        let writer = lock(&self.writer);
        let mut values = std::collections::BTreeMap::new();
        for name in meta::OWN {
            if let Some(value) = meta::read(&writer, name)? {
                values.insert(name.to_owned(), value);
            }
        }
        Ok(Spare { values, counts: Self::drawn_counts(&writer)? })
    }

    /// Whether the file can no longer be trusted. Reads all of it.
    pub fn is_damaged(&self) -> bool {
        salvage::is_damaged(self)
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn key(&self) -> &DatabaseKey {
        &self.key
    }

    pub fn measured(&self) -> Option<Measured> {
        self.measured.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers the server's time as an exchange told it.
    pub fn measure(&self, measured: Measured) -> Result<()> {
        meta::write_json(&lock(&self.writer), meta::MEASURED, &measured)?;
        *self.measured.write().unwrap_or_else(PoisonError::into_inner) = Some(measured);
        Ok(())
    }

    /// One snapshot of everything.
    pub fn read<T>(&self, stamp: Stamp, read: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        let connection = match lock(&self.readers).pop() {
            Some(idle) => idle,
            None => connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?,
        };
        connection.execute_batch("BEGIN")?;
        let outcome = read(&Reader { connection: &connection, store: self, stamp });
        connection.execute_batch("COMMIT")?;
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        outcome
    }

    /// One user action: everything in it and its change are committed together.
    pub fn write<T>(&self, stamp: Stamp, act: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        let before = writer.total_changes();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut tx = Tx::new(Reader { connection: &transaction, store: self, stamp })?;
        let reply = act(&mut tx)?;
        tx.finish()?;
        let mark = counted(&transaction, before)?;
        transaction.commit()?;
        self.keep_mark(mark);
        Ok(reply)
    }

    /// What sync writes: no change of its own comes of it.
    pub fn apply<T>(&self, stamp: Stamp, act: impl FnOnce(&Applier) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        let before = writer.total_changes();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let reader = Reader { connection: &transaction, store: self, stamp };
        let applier = Applier { reader, published: Cell::new(false) };
        let reply = act(&applier)?;
        let published = applier.published.get();
        let mark = counted(&transaction, before)?;
        transaction.commit()?;
        self.keep_mark(mark);
        if published {
            self.references.clear();
        }
        Ok(reply)
    }

    /// The commit is on the disk whatever becomes of its mark: a full disk costs the mark, not the work.
    fn keep_mark(&self, mark: Option<Mark>) {
        let Some(mark) = mark else { return };
        if let Err(error) = lock(&self.marks).keep(mark) {
            tracing::warn!(%error, "the mark beside the database was not written");
        }
    }
}

/// Counts a transaction that changes something, as a part of it.
fn counted(transaction: &Connection, before: u64) -> Result<Option<Mark>> {
    if transaction.total_changes() == before {
        return Ok(None);
    }
    let commits = meta::read_number(transaction, meta::COMMITS)? + 1;
    meta::write_number(transaction, meta::COMMITS, commits)?;
    Ok(Some(Mark { commits, last_seq: meta::read_number(transaction, meta::LAST_SEQ)? }))
}

/// A file of the database, by what its name has at the end.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Opens a connection; the key is tested here, and nothing is ever written without it.
fn connect(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection> {
    let raw = zeroize::Zeroizing::new(format!("x'{}'", hex::encode(key.as_slice())));
    // SQLCipher takes a malformed raw key without a word.
    if raw.len() != 67 {
        return Err(Error::Key("a database key has 64 hex digits"));
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.query_row("PRAGMA cipher_log = off", [], |_| Ok(())).or_else(ignore_no_rows)?;
    connection.pragma_update(None, "key", raw.as_str())?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    // Every page that is not in this cache is decrypted and authenticated again: 32 MB hold what a search or a first sync goes through.
    connection.pragma_update(None, "cache_size", -32_000)?;
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn ignore_no_rows(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    }
}

/// A database that a newer version has migrated stays as it is: this version would not know what it breaks.
fn refuse_newer(connection: &Connection) -> Result<()> {
    let newest =
        embedded::migrations::runner().get_migrations().iter().map(|m| i64::from(m.version())).max().unwrap_or(0);
    let applied: Option<i64> =
        connection.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0))?;
    if applied.unwrap_or(0) > newest { Err(Code::DatabaseNewer.into()) } else { Ok(()) }
}

/// Fewer transactions than were committed: the log breaks off before its end, or an older file was put here. Going on would write over
/// what can still be read of the rest.
fn refuse_behind(connection: &Connection, mark: &Path) -> Result<()> {
    let marked = Mark::read(mark).map_or(0, |mark| mark.commits);
    if meta::read_number(connection, meta::COMMITS)? < marked { Err(Error::CommitsMissing) } else { Ok(()) }
}

/// One snapshot of the database, with the time at which it was taken.
pub struct Reader<'a> {
    connection: &'a Connection,
    store: &'a Store,
    stamp: Stamp,
}

impl Reader<'_> {
    /// The corrected time of this reading.
    pub fn now(&self) -> Instant {
        self.stamp.corrected()
    }

    /// The company's zone.
    pub fn zone(&self) -> Tz {
        self.store.zone(self.connection, self.now())
    }

    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone()).date_naive()
    }

    pub fn me(&self) -> PersonId {
        self.store.identity.certificate.person
    }

    pub fn identity(&self) -> &Identity {
        &self.store.identity
    }

    fn spare_is_due(&self) {
        self.store.spare_due.store(true, Ordering::SeqCst);
    }

    /// Only for `store/`.
    pub(in crate::store) fn conn(&self) -> &Connection {
        self.connection
    }

    /// How many rows a query counts; only for `store/`.
    fn count(&self, sql: &str) -> Result<u32> {
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}

/// What sync does to the database; reads like everything else.
pub struct Applier<'a> {
    reader: Reader<'a>,
    /// Reference data came: what was parsed before may be out of date.
    published: Cell<bool>,
}

impl<'a> Deref for Applier<'a> {
    type Target = Reader<'a>;
    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}

/// One user action. Reads inside of it see what it wrote.
pub struct Tx<'a> {
    reader: Reader<'a>,
    ops: Vec<Op>,
    seq: u64,
    change_id: ChangeId,
    autosave: Option<String>,
}

impl<'a> Deref for Tx<'a> {
    type Target = Reader<'a>;
    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}

impl<'a> Tx<'a> {
    fn new(reader: Reader<'a>) -> Result<Self> {
        // Enrolled anew while this action was under way: its author signs with another key now.
        if !reader.is_mine()? {
            return Err(Code::Busy.into());
        }
        let seq = meta::read_number(reader.connection, meta::LAST_SEQ)? + 1;
        Ok(Self { reader, ops: Vec::new(), seq, change_id: ChangeId(Uuid::now_v7()), autosave: None })
    }

    /// Signs the gathered operations as one change with the next number; none, no change.
    fn finish(self) -> Result<()> {
        if self.ops.is_empty() {
            return Ok(());
        }
        let identity = &self.reader.store.identity;
        let change = Change {
            change_id: self.change_id,
            device_id: identity.certificate.device_id,
            device_seq: self.seq,
            author: identity.certificate.person,
            made_at: self.reader.stamp.clone(),
            schema: SCHEMA,
            ops: self.ops,
            extra: Default::default(),
        };
        let signed = SignedChange::sign(&change, &identity.signing_key)?;
        outbox::add(self.reader.connection, &change, &signed, self.autosave.as_deref())?;
        meta::write_number(self.reader.connection, meta::LAST_SEQ, self.seq)
    }
}

/// Rows of a query whose one column is JSON.
fn json_rows<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let texts = statement.query_map(params, |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}

/// Rows of a query whose one column is an id.
fn id_rows(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Uuid>> {
    let mut statement = connection.prepare_cached(sql)?;
    let texts = statement.query_map(params, |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(texts.iter().filter_map(|text| Uuid::parse_str(text).ok()).collect())
}
