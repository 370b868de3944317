//! The pull half: the current state of each record once, per scope after its cursor; what several scopes hold is told by the first. A cursor proves by epoch and nonce that it
//! knows this very history; one that does not is answered by a reset with its reason, never by wiping.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use gongdan_domain::sync::change::Scope;
use gongdan_domain::sync::wire::{ExchangeRequest, Page, Record};

use crate::error::Result;
use crate::storage::Reader;
use crate::sync::cover::{self, Cover};

const LEAST: u64 = 64 * 1024;
const MOST: u64 = 8 * 1024 * 1024;
const CHUNK: u32 = 256;

#[derive(Debug, Default)]
pub struct Pulled {
    pub pages: Vec<Page>,
    pub more: bool,
    pub reset: Option<String>,
    /// Where the device is not known to have them already.
    pub scopes: Option<Vec<Scope>>,
    pub covered: Option<String>,
    pub cursors_wanted: bool,
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

/// How far each scope was told, as the device has it.
struct Asked {
    told: Vec<Option<u64>>,
    /// Scopes told up to this position have news only if they are named here.
    news: Option<(u64, BTreeSet<Scope>)>,
}

impl Asked {
    fn nothing_new(&self, n: usize, scope: &Scope) -> bool {
        self.news.as_ref().is_some_and(|(top, news)| self.told[n] == Some(*top) && !news.contains(scope))
    }
}

/// Pages for the scopes that a device may hold, up to roughly as many bytes as it asks for. `gone`: why everything is sent again, if it
/// is known already.
pub fn pull(r: &dyn Reader, mut scopes: Vec<Scope>, request: &ExchangeRequest, gone: Option<String>) -> Result<Pulled> {
    cover::in_order(&mut scopes);
    let (epoch, head) = (r.epoch()?, r.head()?);
    let mut pulled = Pulled { reset: gone, ..Pulled::default() };
    if request.epoch.as_ref().is_some_and(|known| *known != epoch) {
        pulled.reset = Some("epoch_changed".to_owned());
    }
    let asked = match &request.covered {
        None => Some(by_cursors(r, &scopes, &request.cursors, (&epoch, head), &mut pulled)?),
        Some(text) => by_cover(r, &scopes, text, (&epoch, head), &mut pulled)?,
    };
    let Some(mut asked) = asked else {
        let ask_again = Pulled { scopes: Some(scopes), more: true, cursors_wanted: true, ..Pulled::default() };
        return Ok(ask_again);
    };
    if pulled.reset.is_some() {
        asked = Asked { told: vec![None; scopes.len()], news: None };
    }
    let mut telling = Telling {
        told: scopes.iter().zip(asked.told.iter().copied()).collect(),
        by_cover: request.covered.is_some(),
        known: HashMap::new(),
        left: request.max_bytes.clamp(LEAST, MOST),
    };
    let mut told = asked.told.clone();
    for (n, scope) in scopes.iter().enumerate() {
        if telling.left == 0 {
            // Whether this scope has something is told by the next request.
            pulled.more = true;
            break;
        }
        let reached = if asked.nothing_new(n, scope) {
            head
        } else {
            scope_pages(r, scope, (&epoch, head), &mut telling, &mut pulled)?
        };
        told[n] = Some(reached);
    }
    if let Some(cover) = Cover::of(&scopes, &told) {
        let nonce = r.nonce(cover.top())?.unwrap_or_default();
        pulled.covered = Some(cover.in_history(&epoch, nonce).text()?);
    }
    if request.covered.is_none() || pulled.reset.is_some() {
        pulled.scopes = Some(scopes);
    }
    Ok(pulled)
}

fn by_cursors(
    r: &dyn Reader,
    scopes: &[Scope],
    cursors: &BTreeMap<Scope, String>,
    (epoch, head): (&str, u64),
    pulled: &mut Pulled,
) -> Result<Asked> {
    let mut starts = BTreeMap::new();
    for (scope, text) in cursors {
        let cursor = Cursor::read(text);
        if let Some(why) = objection(r, cursor.as_ref(), epoch, head)? {
            pulled.reset.get_or_insert_with(|| why.to_owned());
        }
        starts.insert(scope, cursor.map_or(0, |c| c.position));
    }
    Ok(Asked { told: scopes.iter().map(|scope| starts.get(scope).copied()).collect(), news: None })
}

/// `None`: the cursors are needed.
fn by_cover(
    r: &dyn Reader,
    scopes: &[Scope],
    text: &str,
    (epoch, head): (&str, u64),
    pulled: &mut Pulled,
) -> Result<Option<Asked>> {
    let cover = Cover::read(text);
    let top = cover.as_ref().map(|c| Cursor { epoch: c.epoch.clone(), position: c.top(), nonce: c.nonce.clone() });
    if let Some(why) = objection(r, top.as_ref(), epoch, head)? {
        pulled.reset.get_or_insert_with(|| why.to_owned());
    }
    let (Some(cover), None) = (cover, &pulled.reset) else {
        return Ok(Some(Asked { told: Vec::new(), news: None }));
    };
    let Some(told) = cover.told(scopes) else { return Ok(None) };
    let news = if cover.top() == head { BTreeSet::new() } else { r.scopes_after(cover.top())? };
    Ok(Some(Asked { told, news: Some((cover.top(), news)) }))
}

/// What the device had before, and what this answer has told so far.
struct Telling<'a> {
    told: HashMap<&'a Scope, Option<u64>>,
    by_cover: bool,
    /// Records that the device had before or gets now, and up to which position it knows who holds them.
    known: HashMap<String, u64>,
    left: u64,
}

impl Telling<'_> {
    /// The scopes of this device that hold a record: the others are none of its business. `None`: it has the record and knows that this
    /// scope holds it. A customer of a thousand jobs is held by a thousand scopes, which are looked at once.
    fn holders(&mut self, r: &dyn Reader, id: &str, position: u64) -> Result<Option<Vec<Scope>>> {
        if self.known.get(id).is_some_and(|through| *through >= position) {
            return Ok(None);
        }
        let mut holders = r.holders(id)?;
        holders.retain(|(scope, _)| self.told.contains_key(scope));
        if self.by_cover {
            // A cover speaks of the very scopes of now: whoever was told a record then was told all of them that held it.
            let told = holders.iter().filter_map(|(scope, held)| self.told[scope].filter(|told| told >= held));
            let through = told.max().unwrap_or(0);
            self.known.insert(id.to_owned(), through);
            if through >= position {
                return Ok(None);
            }
        }
        Ok(Some(holders.into_iter().map(|(scope, _)| scope).collect()))
    }
}

/// Answers up to where this scope is told now.
fn scope_pages(
    r: &dyn Reader,
    scope: &Scope,
    (epoch, head): (&str, u64),
    telling: &mut Telling,
    pulled: &mut Pulled,
) -> Result<u64> {
    let known = telling.told[scope];
    let mut after = known.unwrap_or(0);
    let mut records = Vec::new();
    let mut finished = false;
    while telling.left > 0 && !finished {
        let found = r.page(scope, after, CHUNK)?;
        finished = found.len() < CHUNK as usize;
        for (position, stored) in found {
            after = position;
            let Some(scopes) = telling.holders(r, &stored.id, position)? else { continue };
            let record = Record { position: stored.position, scopes, body: stored.body };
            telling.left = telling.left.saturating_sub(serde_json::to_vec(&record)?.len() as u64);
            telling.known.insert(stored.id, u64::MAX);
            records.push(record);
            if telling.left == 0 {
                finished = false;
                break;
            }
        }
    }
    pulled.more |= !finished;
    let reached = if finished { head } else { after };
    // A scope without news keeps the cursor the device has; a new one gets its first. The cover of the answer moves on by itself.
    let moved_on = !telling.by_cover && after > known.unwrap_or(0);
    if !records.is_empty() || known.is_none() || moved_on {
        pulled.pages.push(Page { scope: scope.clone(), records, cursor: Cursor::at(r, epoch, reached)? });
    }
    Ok(reached)
}
