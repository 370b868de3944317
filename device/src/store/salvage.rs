//! Reads what can still be read from a damaged database: by SQLite row by row first, then page by page without it. A page that does
//! not decrypt costs what stood on it and nothing else. Refuses to write to the damaged file, and takes no own change whose signature
//! does not fit.

mod page;

use std::collections::BTreeMap;
use std::path::Path;

use gongdan_domain::id::DeviceId;
use gongdan_domain::seal::ChainHead;
use gongdan_domain::sync::change::{Change, SignedChange};
use rusqlite::{Connection, OpenFlags, Row};

use crate::spare::Spare;
use crate::store::book::Entry;
use crate::store::mark::Mark;
use crate::store::meta::{self, Identity};
use crate::store::{book, connect, lock};
use crate::vault::DatabaseKey;

/// An own change as it stood in the damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutboxCopy {
    pub signed: SignedChange,
    pub change_id: String,
    pub made_at: String,
    pub autosave: Option<String>,
    pub sent_at: Option<String>,
    pub verdict: Option<String>,
    pub verdict_position: Option<u64>,
    pub code: Option<String>,
    pub details: Option<String>,
    /// It may be an older state of a row that was replaced later: found on a page by itself, or before a log that breaks off.
    pub carved: bool,
}

/// What was found.
pub(super) struct Salvaged {
    pub identity: Identity,
    pub rows: BTreeMap<u64, OutboxCopy>,
    /// The single values that could be read.
    pub meta: BTreeMap<String, String>,
    pub chain: ChainHead,
    /// The lock of the screen, where the key store keeps the key.
    pub pin: Option<String>,
    pub numbers: Vec<Entry>,
    /// The highest count of each kind by the spare copy; there may be later ones among the numbers.
    pub counts: BTreeMap<String, u64>,
    pub drafts: Vec<(String, String, String)>,
}

/// `None` where neither the file nor the spare copy says who this device is: then only a new enrolment helps. `mark`: what was
/// committed before, by the mark beside the file.
pub(super) fn read(path: &Path, key: &DatabaseKey, spare: Option<Spare>, mark: Option<Mark>) -> Option<Salvaged> {
    let file = Damaged { path, key };
    let meta = file.meta();
    let (spared, counts) = match spare {
        Some(spare) => (spare.values, spare.counts),
        None => Default::default(),
    };
    // What the file says is newer than the spare copy, where it can be read.
    let own = |name: &str| meta.get(name).or_else(|| spared.get(name)).cloned();
    let identity = Identity::of(own).ok()?;
    let mut rows = file.outbox();
    if mark.is_some_and(|mark| mark.commits > committed(&meta)) {
        // SQLite sees a state that was left behind: what the rest of the log has of a row is better.
        rows.values_mut().for_each(|copy| copy.carved = true);
    }
    for copy in page::outbox(path, key).into_iter().filter(|copy| genuine(&identity, copy)) {
        let better = |kept: &OutboxCopy| kept.carved && newer(&copy, kept);
        let seq = copy.signed.device_seq;
        if rows.get(&seq).is_none_or(better) {
            rows.insert(seq, copy);
        }
    }
    rows.retain(|_, copy| genuine(&identity, copy));
    let numbers = file.numbers();
    let kept = |from: &BTreeMap<String, String>| {
        from.get(meta::CHAIN).and_then(|text| serde_json::from_str::<ChainHead>(text).ok())
    };
    let kept = [kept(&meta), kept(&spared)];
    let genesis = ChainHead::genesis(&identity.signed_certificate);
    let sealed = rows.values().filter_map(|copy| sealed_in(&copy.signed));
    let chain = kept.into_iter().flatten().chain(sealed);
    let chain = chain.max_by_key(|head| head.seal_no).unwrap_or(genesis);
    let pin = own(meta::PIN);
    Some(Salvaged { identity, rows, meta, chain, pin, numbers, counts, drafts: file.drafts() })
}

/// How many transactions a state of the database contains.
fn committed(meta: &BTreeMap<String, String>) -> u64 {
    meta.get(meta::COMMITS).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The chain's head after a change that sealed something.
fn sealed_in(signed: &SignedChange) -> Option<ChainHead> {
    use gongdan_domain::sync::change::Op;
    let change: Change = serde_json::from_str(&signed.payload).ok()?;
    let documents =
        change.ops.iter().filter_map(|op| if let Op::Seal(seal) = op { Some(&seal.document) } else { None });
    documents.map(|d| ChainHead { seal_no: d.seal_no, hash: d.hash.clone() }).max_by_key(|head| head.seal_no)
}

fn genuine(identity: &Identity, copy: &OutboxCopy) -> bool {
    copy.signed.open(&identity.signing_key.verifying_key()).is_ok()
}

/// Of two states of one row: one that was sent never changed again, else the later one stands.
fn newer(a: &OutboxCopy, b: &OutboxCopy) -> bool {
    let rank = |copy: &OutboxCopy| (copy.verdict.is_some(), copy.sent_at.is_some(), copy.made_at.clone());
    rank(a) > rank(b)
}

/// The file that cannot be trusted. SQLCipher gives a connection up after the first page that fails: every question opens a new one.
struct Damaged<'a> {
    path: &'a Path,
    key: &'a DatabaseKey,
}

impl Damaged<'_> {
    fn rows<T>(&self, sql: &str, read: impl Fn(&Row) -> rusqlite::Result<T>) -> crate::error::Result<Vec<T>> {
        let connection: Connection = connect(self.path, self.key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| read(row))?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(rows)
    }

    /// Value by value, so that one bad page does not hide the others.
    fn meta(&self) -> BTreeMap<String, String> {
        let pair = |row: &Row| Ok((row.get(0)?, row.get(1)?));
        if let Ok(all) = self.rows("SELECT key, value FROM meta", pair) {
            return all.into_iter().collect();
        }
        let one = |name: &&str| self.rows(&format!("SELECT key, value FROM meta WHERE key = '{name}'"), pair).ok();
        meta::ALL.iter().filter_map(one).flatten().collect()
    }

    fn outbox(&self) -> BTreeMap<u64, OutboxCopy> {
        let mut found = BTreeMap::new();
        // The first and the last number are on the two edges of the tree, which may be damaged themselves.
        let edge = |sql: &str| {
            self.rows(sql, |row| row.get::<_, Option<u64>>(0)).ok().and_then(|rows| rows.into_iter().flatten().next())
        };
        let first = edge("SELECT min(device_seq) FROM outbox").unwrap_or(1);
        let last = edge("SELECT max(device_seq) FROM outbox")
            .or_else(|| edge("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_seq'"));
        if let Some(last) = last {
            self.outbox_between(first, last, &mut found);
        }
        found
    }

    /// Halves a stretch that cannot be read until the bad rows are alone.
    fn outbox_between(&self, first: u64, last: u64, found: &mut BTreeMap<u64, OutboxCopy>) {
        let sql = format!("SELECT {} FROM outbox WHERE device_seq BETWEEN {first} AND {last}", page::OUTBOX_COLUMNS);
        match self.rows(&sql, copy) {
            Ok(rows) => found.extend(rows.into_iter().map(|row| (row.signed.device_seq, row))),
            Err(_) if first < last => {
                let middle = first + (last - first) / 2;
                self.outbox_between(first, middle, found);
                self.outbox_between(middle + 1, last, found);
            }
            Err(_) => {}
        }
    }

    fn numbers(&self) -> Vec<Entry> {
        let all = |columns: &str| self.rows(&format!("SELECT {columns} FROM number"), Entry::of);
        let columns = std::iter::once(book::COLUMNS).chain(book::FORMER_COLUMNS);
        columns.map(all).find_map(|read| read.ok()).unwrap_or_default()
    }

    fn drafts(&self) -> Vec<(String, String, String)> {
        self.rows("SELECT key, text, at FROM draft", |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap_or_default()
    }
}

fn copy(row: &Row) -> rusqlite::Result<OutboxCopy> {
    let payload: String = row.get(2)?;
    let device = serde_json::from_str::<Change>(&payload).map(|change| change.device_id);
    Ok(OutboxCopy {
        signed: SignedChange {
            device_id: device.unwrap_or(DeviceId(uuid::Uuid::nil())),
            device_seq: row.get(0)?,
            payload,
            signature: row.get(3)?,
        },
        change_id: row.get(1)?,
        made_at: row.get(4)?,
        autosave: row.get(5)?,
        sent_at: row.get(6)?,
        verdict: row.get(7)?,
        verdict_position: row.get(8)?,
        code: row.get(9)?,
        details: row.get(10)?,
        carved: false,
    })
}

/// Whether the database can no longer be trusted: a page that does not decrypt, or trees that do not fit together.
pub(super) fn is_damaged(store: &super::Store) -> bool {
    // Held, so that nothing is written while it is looked at.
    let _writer = lock(&store.writer);
    let Ok(connection) = connect(&store.path, &store.key, OpenFlags::SQLITE_OPEN_READ_ONLY) else { return true };
    let whole = |sql: &str, good: &dyn Fn(&[String]) -> bool| {
        let rows = connection.prepare(sql).and_then(|mut statement| {
            statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<String>>>()
        });
        rows.is_ok_and(|rows| good(&rows))
    };
    !(whole("PRAGMA cipher_integrity_check", &<[String]>::is_empty)
        && whole("PRAGMA quick_check(1)", &|rows| rows == ["ok"]))
}
