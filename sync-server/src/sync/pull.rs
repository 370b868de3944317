//! The pull half: the current state of each record once, per scope after its cursor. A cursor proves by epoch and nonce that it
//! knows this very history; one that does not is answered by a reset with its reason, never by wiping.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use gongdan_domain::sync::change::Scope;
use gongdan_domain::sync::wire::{Page, Record};

use crate::error::Result;
use crate::storage::Reader;

const LEAST: u64 = 64 * 1024;
const MOST: u64 = 8 * 1024 * 1024;
const CHUNK: u32 = 256;

#[derive(Debug, Default)]
pub struct Pulled {
    pub pages: Vec<Page>,
    pub more: bool,
    pub reset: Option<String>,
}

/// The position a cursor stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor {
    epoch: String,
    position: u64,
    nonce: String,
}

impl Cursor {
    fn at(r: &dyn Reader, epoch: &str, position: u64) -> Result<String> {
        let nonce = r.nonce(position)?.unwrap_or_default();
        Ok(B64.encode(format!("{epoch}|{position}|{nonce}")))
    }

    fn read(text: &str) -> Option<Self> {
        let raw = String::from_utf8(B64.decode(text).ok()?).ok()?;
        let (epoch, rest) = raw.split_once('|')?;
        let (position, nonce) = rest.split_once('|')?;
        Some(Self { epoch: epoch.to_owned(), position: position.parse().ok()?, nonce: nonce.to_owned() })
    }
}

/// Why a cursor cannot be taken, if it cannot.
fn objection(r: &dyn Reader, cursor: Option<&Cursor>, epoch: &str, head: u64) -> Result<Option<&'static str>> {
    Ok(match cursor {
        None => Some("cursor_unreadable"),
        Some(c) if c.epoch != epoch => Some("epoch_changed"),
        Some(c) if c.position > head => Some("server_went_back"),
        Some(c) if c.position > 0 && r.nonce(c.position)?.as_deref() != Some(c.nonce.as_str()) => {
            Some("history_differs")
        }
        Some(_) => None,
    })
}

/// Pages for the scopes that a device may hold, up to roughly `max_bytes`. `gone`: why everything is sent again, if it is known already.
pub fn pull(
    r: &dyn Reader,
    scopes: &[Scope],
    cursors: &BTreeMap<Scope, String>,
    known_epoch: Option<&str>,
    max_bytes: u64,
    gone: Option<String>,
) -> Result<Pulled> {
    let (epoch, head) = (r.epoch()?, r.head()?);
    let mut pulled = Pulled { reset: gone, ..Pulled::default() };
    if known_epoch.is_some_and(|known| known != epoch) {
        pulled.reset = Some("epoch_changed".to_owned());
    }
    let mut starts = BTreeMap::new();
    for (scope, text) in cursors {
        let cursor = Cursor::read(text);
        if let Some(why) = objection(r, cursor.as_ref(), &epoch, head)? {
            pulled.reset.get_or_insert_with(|| why.to_owned());
        }
        starts.insert(scope, cursor.map_or(0, |c| c.position));
    }
    let mut left = max_bytes.clamp(LEAST, MOST);
    for scope in scopes {
        let known = starts.get(scope).copied().filter(|_| pulled.reset.is_none());
        if left == 0 {
            // Whether this scope has something is told by the next request.
            pulled.more = true;
            break;
        }
        scope_pages(r, (scope, scopes), known, (&epoch, head), &mut left, &mut pulled)?;
    }
    Ok(pulled)
}

fn scope_pages(
    r: &dyn Reader,
    (scope, scopes): (&Scope, &[Scope]),
    known: Option<u64>,
    (epoch, head): (&str, u64),
    left: &mut u64,
    pulled: &mut Pulled,
) -> Result<()> {
    let mut after = known.unwrap_or(0);
    let mut records = Vec::new();
    let mut finished = false;
    while *left > 0 && !finished {
        let found = r.page(scope, after, CHUNK)?;
        finished = found.len() < CHUNK as usize;
        for (position, stored) in found {
            // Only scopes that this device may hold are named: the others are none of its business.
            let held = r.scopes_of(&stored.id)?.into_iter().filter(|s| scopes.contains(s)).collect();
            let record = Record { position: stored.position, scopes: held, body: stored.body };
            *left = left.saturating_sub(serde_json::to_vec(&record)?.len() as u64);
            after = position;
            records.push(record);
            if *left == 0 {
                finished = false;
                break;
            }
        }
    }
    pulled.more |= !finished;
    // A scope without news keeps the cursor the device has; a new one gets its first.
    if !records.is_empty() || known.is_none() {
        let reached = if finished { head } else { after };
        pulled.pages.push(Page { scope: scope.clone(), records, cursor: Cursor::at(r, epoch, reached)? });
    }
    Ok(())
}
