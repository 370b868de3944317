//! The database of a broken tablet, read with the company's recovery key. It is never opened where it lies: a copy is read, so that what
//! is left of it stays as it is. Refuses to write to it, and to stop at a row that cannot be read.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use gongdan_domain::parcel::unwrap_database_key;
use gongdan_domain::problem::Code;
use gongdan_domain::seal::sha256_hex;
use gongdan_domain::sync::change::{Extra, FileRef, SignedChange};
use gongdan_domain::sync::wire::SignedCertificate;
use gongdan_domain::sync::work::{Packed, Work};
use gongdan_domain::time::Instant;
use hkdf::Hkdf;
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

const FILES_PURPOSE: &[u8] = b"gongdan-files/1";
const NONCE: usize = 24;

#[derive(Deserialize)]
struct RecoveryWrap {
    ephemeral: String,
    wrapped: String,
}

/// What a device had not forgotten yet, and how many rows or files of it could not be read.
pub struct Rescued {
    pub packed: Packed,
    pub unreadable: u32,
}

/// Reads outbox and files of the database `file`; `recovery.json` and the folder `files` lie beside it.
pub fn read(file: &Path, recovery: &StaticSecret, scratch: &Path, now: Instant) -> Result<Rescued> {
    read_all(file, recovery, scratch, now).map_err(|error| match error {
        Error::Database(_) | Error::Json(_) | Error::Seal(_) if !error.disk_full() => {
            tracing::warn!(%error, "a tablet's database cannot be read");
            Code::DatabaseDamaged.into()
        }
        other => other,
    })
}

fn read_all(file: &Path, recovery: &StaticSecret, scratch: &Path, now: Instant) -> Result<Rescued> {
    let key = key(file, recovery)?;
    let copy = scratch.join("tablet.db");
    for suffix in ["", "-wal"] {
        let named = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            std::path::PathBuf::from(name)
        };
        if named(file).exists() {
            fs::copy(named(file), named(&copy))?;
        }
    }
    let conn = open(&copy, &key)?;
    let certificate: String =
        conn.query_row("SELECT value FROM meta WHERE key = 'certificate'", [], |row| row.get(0))?;
    let certificate: SignedCertificate = serde_json::from_str(&certificate)?;
    let device_id = certificate.read()?.device_id;
    let (mut changes, mut files, mut contents, mut unreadable) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut rows = conn.prepare("SELECT device_seq, payload, signature FROM outbox ORDER BY device_seq")?;
    let mut rows = rows.query([])?;
    loop {
        // A damaged page ends the table; what came before it is saved.
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(_) => {
                unreadable += 1;
                break;
            }
        };
        match (row.get::<_, i64>(0), row.get(1), row.get(2)) {
            (Ok(seq), Ok(payload), Ok(signature)) => {
                changes.push(SignedChange { device_id, device_seq: seq.unsigned_abs(), payload, signature });
            }
            _ => unreadable += 1,
        }
    }
    for wanted in own_files(&conn)? {
        match file_content(file, &key, &wanted.hash) {
            Some(content) if content.len() as u64 == wanted.size => {
                files.push(wanted);
                contents.push(content);
            }
            _ => unreadable += 1,
        }
    }
    let missing = missing(&changes);
    let work = Work {
        certificate,
        app: "rescue".to_owned(),
        schema: gongdan_domain::sync::SCHEMA,
        packed_at: now,
        missing,
        changes,
        files,
        extra: Extra::new(),
    };
    Ok(Rescued { packed: Packed { work, contents }, unreadable })
}

fn key(file: &Path, recovery: &StaticSecret) -> Result<Zeroizing<[u8; 32]>> {
    let wrap: RecoveryWrap = serde_json::from_slice(&fs::read(file.with_file_name("recovery.json"))?)?;
    let raw = |text: &str| B64.decode(text).map_err(|_| Code::DatabaseDamaged);
    let ephemeral: [u8; 32] = raw(&wrap.ephemeral)?.try_into().map_err(|_| Code::DatabaseDamaged)?;
    Ok(unwrap_database_key(recovery, &PublicKey::from(ephemeral), &raw(&wrap.wrapped)?).map_err(Code::from)?)
}

fn open(copy: &Path, key: &Zeroizing<[u8; 32]>) -> Result<Connection> {
    let raw = Zeroizing::new(format!("x'{}'", hex::encode(key.as_slice())));
    let conn = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.pragma_update(None, "key", raw.as_str())?;
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    Ok(conn)
}

/// Files that were made on the device. Which of them the server has already, it knows itself.
fn own_files(conn: &Connection) -> Result<Vec<FileRef>> {
    let mut rows = conn
        .prepare("SELECT hash, size, mime FROM attachment WHERE state IN ('local', 'uploaded') ORDER BY size, hash")?;
    let read = rows.query_map([], |row| {
        Ok(FileRef { hash: row.get(0)?, size: row.get::<_, i64>(1)?.unsigned_abs(), mime: row.get(2)? })
    })?;
    Ok(read.filter_map(std::result::Result::ok).collect())
}

fn file_content(database: &Path, key: &Zeroizing<[u8; 32]>, hash: &str) -> Option<Vec<u8>> {
    let well_formed = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    let raw = well_formed.then(|| fs::read(database.parent()?.join("files").join(hash)).ok()).flatten()?;
    let (nonce, sealed) = raw.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let mut derived = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, key.as_slice()).expand(FILES_PURPOSE, derived.as_mut_slice()).ok()?;
    let content = XChaCha20Poly1305::new(derived.as_slice().into())
        .decrypt(&nonce.into(), Payload { msg: sealed, aad: hash.as_bytes() })
        .ok()?;
    (sha256_hex(&content) == hash).then_some(content)
}

/// The numbers between and before those that could be read.
fn missing(changes: &[SignedChange]) -> Vec<(u64, u64)> {
    let mut next = 1;
    let mut missing = Vec::new();
    for change in changes {
        if change.device_seq > next {
            missing.push((next, change.device_seq - 1));
        }
        next = change.device_seq + 1;
    }
    missing
}
