//! Own changes read from the raw pages of the file and of its log, without SQLite: a page is decrypted by itself, and a leaf of the
//! outbox is known by its shape. Finds rows whose way through the tree is broken, and older states of rows too; the caller checks
//! every signature. Refuses to panic over any bytes.

use std::collections::BTreeMap;
use std::path::Path;

use aes::Aes256;
use cbc::Decryptor;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockDecryptMut as _, KeyIvInit as _};
use gongdan_domain::sync::change::{Change, SignedChange};

use super::OutboxCopy;
use crate::vault::DatabaseKey;

/// In the order of the table.
pub(super) const OUTBOX_COLUMNS: &str =
    "device_seq, change_id, payload, signature, made_at, autosave, sent_at, verdict, verdict_position, code, details";
const COLUMNS: usize = 11;

/// SQLCipher 4: pages of 4096 bytes, the last 80 hold the initialisation vector and the authentication code.
const PAGE: usize = 4096;
const RESERVED: usize = 80;
const USABLE: usize = PAGE - RESERVED;
/// The first page begins with the salt, in the place of SQLite's name.
const SALT: usize = 16;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const TABLE_LEAF: u8 = 0x0d;

/// Every row of the outbox that stands on a readable page.
pub(super) fn outbox(path: &Path, key: &DatabaseKey) -> Vec<OutboxCopy> {
    let main = std::fs::read(path).unwrap_or_default();
    let mut log_name = path.as_os_str().to_owned();
    log_name.push("-wal");
    let log = std::fs::read(log_name).unwrap_or_default();
    let in_main = main.chunks_exact(PAGE).enumerate().map(|(i, raw)| (i + 1, decrypted(raw, i == 0, key)));
    let frames = log.get(WAL_HEADER..).unwrap_or_default().chunks_exact(FRAME_HEADER + PAGE);
    let in_log = frames.map(|frame| {
        let number = frame[..4].iter().fold(0, |n, b| n << 8 | usize::from(*b));
        (number, decrypted(&frame[FRAME_HEADER..], number == 1, key))
    });
    let pages: Vec<(usize, Vec<u8>)> = in_main.chain(in_log).filter_map(|(n, page)| Some((n, page?))).collect();
    // The rest of a long row stands on other pages; the latest state of each is the likeliest to fit, and the signature tells.
    let latest: BTreeMap<usize, &[u8]> = pages.iter().map(|(n, page)| (*n, page.as_slice())).collect();
    pages.iter().flat_map(|(n, page)| leaf(page, *n == 1, &latest)).collect()
}

fn decrypted(raw: &[u8], first: bool, key: &DatabaseKey) -> Option<Vec<u8>> {
    let start = if first { SALT } else { 0 };
    let cipher = Decryptor::<Aes256>::new_from_slices(key.as_slice(), raw.get(USABLE..USABLE + 16)?).ok()?;
    let mut page = raw.to_vec();
    cipher.decrypt_padded_mut::<NoPadding>(page.get_mut(start..USABLE)?).ok()?;
    Some(page)
}

/// The rows of a table's leaf that look like the outbox's.
fn leaf(page: &[u8], first: bool, pages: &BTreeMap<usize, &[u8]>) -> Vec<OutboxCopy> {
    let header = if first { 100 } else { 0 };
    if page.get(header) != Some(&TABLE_LEAF) {
        return Vec::new();
    }
    let two = |at: usize| Some(usize::from(*page.get(at)?) << 8 | usize::from(*page.get(at + 1)?));
    let count = two(header + 3).unwrap_or_default().min(USABLE);
    (0..count).filter_map(|i| row(page, two(header + 8 + 2 * i)?, pages)).collect()
}

fn row(page: &[u8], at: usize, pages: &BTreeMap<usize, &[u8]>) -> Option<OutboxCopy> {
    let (length, at) = varint(page, at)?;
    let (seq, at) = varint(page, at)?;
    let length = usize::try_from(length).ok()?;
    // A change is at most two megabytes; whatever says more is no row.
    if length > 4 << 20 {
        return None;
    }
    let values = record(&payload(page, at, length, pages)?)?;
    let text = |i: usize| values.get(i).and_then(Value::text);
    let signed_payload = text(2)?;
    let change: Change = serde_json::from_str(&signed_payload).ok()?;
    (change.device_seq == seq && values.len() == COLUMNS).then_some(())?;
    Some(OutboxCopy {
        signed: SignedChange {
            device_id: change.device_id,
            device_seq: seq,
            payload: signed_payload,
            signature: text(3)?,
        },
        change_id: text(1)?,
        made_at: text(4)?,
        autosave: text(5),
        sent_at: text(6),
        verdict: text(7),
        verdict_position: values.get(8).and_then(Value::number),
        code: text(9),
        details: text(10),
        carved: true,
    })
}

/// The bytes of a row: what stands on its page, then its chain of overflow pages.
fn payload(page: &[u8], at: usize, length: usize, pages: &BTreeMap<usize, &[u8]>) -> Option<Vec<u8>> {
    let most = USABLE - 35;
    if length <= most {
        return Some(page.get(at..at + length).filter(|_| at + length <= USABLE)?.to_vec());
    }
    let least = (USABLE - 12) * 32 / 255 - 23;
    let spread = least + (length - least) % (USABLE - 4);
    let here = if spread <= most { spread } else { least };
    let mut bytes = page.get(at..at + here)?.to_vec();
    let mut next = four(page, at + here)?;
    while bytes.len() < length {
        let page = pages.get(&next)?;
        let part = (length - bytes.len()).min(USABLE - 4);
        bytes.extend_from_slice(page.get(4..4 + part)?);
        next = four(page, 0)?;
    }
    Some(bytes)
}

fn four(page: &[u8], at: usize) -> Option<usize> {
    Some(page.get(at..at + 4)?.iter().fold(0, |n, b| n << 8 | usize::from(*b)))
}

enum Value {
    Nothing,
    Number(u64),
    Text(String),
}

impl Value {
    fn text(&self) -> Option<String> {
        if let Value::Text(text) = self { Some(text.clone()) } else { None }
    }
    fn number(&self) -> Option<u64> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }
}

/// SQLite's record format, as far as the outbox needs it.
fn record(bytes: &[u8]) -> Option<Vec<Value>> {
    let (header, mut at) = varint(bytes, 0)?;
    let header = usize::try_from(header).ok()?;
    let mut body = header;
    let mut values = Vec::new();
    while at < header {
        let (kind, after) = varint(bytes, at)?;
        at = after;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            n if n >= 12 => usize::try_from((n - 12) / 2).ok()?,
            _ => return None,
        };
        let raw = bytes.get(body..body.checked_add(size)?)?;
        body += size;
        values.push(match kind {
            1..=6 => Value::Number(raw.iter().fold(0, |n, b| n << 8 | u64::from(*b))),
            8 | 9 => Value::Number(kind - 8),
            n if n >= 13 && n % 2 == 1 => Value::Text(String::from_utf8(raw.to_vec()).ok()?),
            _ => Value::Nothing,
        });
    }
    Some(values)
}

/// One to nine bytes, seven bits each, the ninth whole. Answers the place after it.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for i in 0..9 {
        let byte = *bytes.get(at + i)?;
        if i == 8 {
            return Some((value << 8 | u64::from(byte), at + 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, at + i + 1));
        }
    }
    None
}
