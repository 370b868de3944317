//! SQLite: one writer thread that commits in groups, readers on a small pool, WAL with `synchronous=FULL`.
//! Many writes share one fsync; each is a savepoint, so that one that fails disturbs no other.

mod again;
mod conditions;
mod evidence;
mod file;
mod mail;
mod number;
mod read;
mod write;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use gongdan_domain::time::Instant;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::{ReadWork, Storage, WriteWork};
use crate::error::{Error, Result};

mod migrations {
    refinery::embed_migrations!("../migrations/server-sqlite");
}

/// How many writes may share one commit.
const GROUP: usize = 256;
/// Connections kept for readers.
const READERS: usize = 8;

/// Milliseconds since 1970, as all times are stored.
fn ms(at: Instant) -> i64 {
    at.timestamp_millis()
}

fn instant(ms: i64) -> Instant {
    Instant::from_timestamp_millis(ms).unwrap_or_default()
}

/// One connection inside a transaction. `given` is the last position given out; only a writer has it.
struct Session<'c> {
    conn: &'c Connection,
    given: Option<u64>,
}

/// Who is told of every commit; one listener at most.
type Listener = OnceLock<Box<dyn Fn(u64) + Send + Sync>>;

struct Job {
    work: WriteWork,
    answer: SyncSender<Result<()>>,
}

pub struct SqliteStorage {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    queue: Mutex<Option<Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    tell: Arc<Listener>,
}

impl SqliteStorage {
    /// Opens or makes the database and migrates it. A database of a newer version is left untouched.
    pub fn open(path: &Path, now: Instant) -> Result<Self> {
        if path.exists() {
            // Looked at without the right to write: a newer version's file stays as it is, its log included.
            let look = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            match refuse_newer(&look) {
                // What a power cut left has to be rolled back first, and that is writing.
                Err(Error::Database(error)) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ReadOnly) => {}
                looked => looked?,
            }
        }
        let mut conn = connect(path)?;
        refuse_newer(&conn)?;
        migrations::migrations::runner().run(&mut conn)?;
        first_start(&conn, now)?;
        let (queue, jobs) = channel();
        let tell = Arc::new(Listener::new());
        let told = Arc::clone(&tell);
        let writer =
            std::thread::Builder::new().name("writer".into()).spawn(move || write_in_groups(&conn, &jobs, &told))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Mutex::default(),
            queue: Mutex::new(Some(queue)),
            writer: Mutex::new(Some(writer)),
            tell,
        })
    }

    fn reader(&self) -> Result<Connection> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match kept {
            Some(conn) => Ok(conn),
            None => connect(&self.path),
        }
    }
}

impl Drop for SqliteStorage {
    /// Lets the writer finish what is queued.
    fn drop(&mut self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take()
            && writer.thread().id() != std::thread::current().id()
        {
            _ = writer.join();
        }
    }
}

impl Storage for SqliteStorage {
    fn read(&self, work: ReadWork<'_>) -> Result<()> {
        let conn = self.reader()?;
        conn.execute_batch("BEGIN")?;
        let done = work(&Session { conn: &conn, given: None });
        conn.execute_batch("ROLLBACK")?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(conn);
        }
        done
    }

    fn write(&self, work: WriteWork) -> Result<()> {
        let (answer, done) = sync_channel(1);
        {
            let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            let queue = queue.as_ref().ok_or(Error::Unfinished)?;
            queue.send(Job { work, answer }).map_err(|_| Error::Unfinished)?;
        }
        done.recv().map_err(|_| Error::Unfinished)?
    }

    fn on_commit(&self, tell: Box<dyn Fn(u64) + Send + Sync>) {
        // Only the first listener counts: there is one bell.
        _ = self.tell.set(tell);
    }

    fn copy_to(&self, file: &Path) -> Result<()> {
        let from = self.reader()?;
        let mut to = Connection::open(file)?;
        rusqlite::backup::Backup::new(&from, &mut to)?.run_to_completion(1024, std::time::Duration::ZERO, None)?;
        to.execute_batch("PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(std::time::Duration::from_secs(10))?;
    conn.set_prepared_statement_cache_capacity(128);
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", "ON")?;
    conn.pragma_update(None, "cache_size", -16_000)?;
    Ok(conn)
}

/// A newer version's migrations are unknown here: nothing is touched then.
fn refuse_newer(conn: &Connection) -> Result<()> {
    let history: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')",
        [],
        |row| row.get(0),
    )?;
    if !history {
        return Ok(());
    }
    let found: i64 =
        conn.query_row("SELECT coalesce(max(version), 0) FROM refinery_schema_history", [], |row| row.get(0))?;
    let known =
        migrations::migrations::runner().get_migrations().iter().map(|m| i64::from(m.version())).max().unwrap_or(0);
    if found > known { Err(Error::DatabaseNewer { found, known }) } else { Ok(()) }
}

fn first_start(conn: &Connection, now: Instant) -> Result<()> {
    let known: Option<i64> = conn.query_row("SELECT one FROM server", [], |row| row.get(0)).optional()?;
    if known.is_none() {
        let epoch = crate::secret::random_hex(8);
        conn.execute("INSERT INTO server (one, epoch, head, created_at) VALUES (1, ?1, 0, ?2)", (epoch, ms(now)))?;
    }
    Ok(())
}

/// The writer: takes what is queued, runs each in a savepoint, commits once, answers all.
fn write_in_groups(conn: &Connection, jobs: &Receiver<Job>, tell: &Listener) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        match run_group(conn, group) {
            Some(head) => _ = tell.get().map(|tell| tell(head)),
            None if conn.is_autocommit() => {}
            None => _ = conn.execute_batch("ROLLBACK"),
        }
    }
}

/// Answers the head if anything new became visible.
fn run_group(conn: &Connection, group: Vec<Job>) -> Option<u64> {
    let mut answers = Vec::with_capacity(group.len());
    let begun = begin(conn);
    let start = match begun {
        Ok(head) => head,
        Err(e) => {
            refuse_all(group.into_iter().map(|job| job.answer), e);
            return None;
        }
    };
    let mut head = start;
    for job in group {
        let mut session = Session { conn, given: Some(head) };
        let done = in_savepoint(&mut session, job.work);
        if done.is_ok() {
            head = session.given.unwrap_or(head);
        }
        answers.push((job.answer, done));
        if conn.is_autocommit() {
            // SQLite gave the whole transaction up (disk full): nothing of this group happened, and all hear why.
            let why = answers.iter_mut().find_map(|(_, done)| std::mem::replace(done, Ok(())).err());
            refuse_all(answers.into_iter().map(|(answer, _)| answer), why.unwrap_or(Error::Unfinished));
            return None;
        }
    }
    match end(conn, start, head) {
        Ok(()) => {
            for (answer, done) in answers {
                _ = answer.send(done);
            }
            (head > start).then_some(head)
        }
        Err(e) => {
            refuse_all(answers.into_iter().map(|(answer, _)| answer), e);
            None
        }
    }
}

fn refuse_all(answers: impl Iterator<Item = SyncSender<Result<()>>>, error: Error) {
    tracing::error!(%error, "a commit failed");
    let full = error.disk_full();
    for answer in answers {
        let told = if full { gongdan_domain::problem::Code::ServerDiskFull.into() } else { Error::Unfinished };
        // Whoever no longer waits need not know.
        _ = answer.send(Err(told));
    }
}

fn begin(conn: &Connection) -> Result<u64> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    Ok(conn.query_row("SELECT head FROM server", [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn end(conn: &Connection, start: u64, head: u64) -> Result<()> {
    if head > start {
        let through = i64::try_from(head).unwrap_or(i64::MAX);
        conn.prepare_cached("UPDATE server SET head = ?1")?.execute([through])?;
        conn.prepare_cached("INSERT INTO commit_nonce (through, nonce) VALUES (?1, ?2)")?
            .execute((through, crate::secret::random_hex(8)))?;
    }
    Ok(conn.execute_batch("COMMIT")?)
}

fn in_savepoint(session: &mut Session<'_>, work: WriteWork) -> Result<()> {
    let conn = session.conn;
    conn.execute_batch("SAVEPOINT one")?;
    let done = catch_unwind(AssertUnwindSafe(|| work(session))).unwrap_or(Err(Error::Unfinished));
    match done {
        Ok(()) => Ok(conn.execute_batch("RELEASE one")?),
        Err(e) if conn.is_autocommit() => Err(e),
        Err(e) => {
            conn.execute_batch("ROLLBACK TO one; RELEASE one")?;
            Err(e)
        }
    }
}
