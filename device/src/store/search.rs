//! Search from the first character, by any fragment and by pinyin initials (A2, A3, F1, J5), on an index that follows the records by
//! triggers. An index hit is re-checked on the text unless the token alone proves it. Refuses to rank by anything but the text.

mod document;
mod live;
mod text;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::Result;
use crate::store::{Applier, Reader, Tx};
use crate::view::app::Language;
use crate::view::find::{Hit, HitKind, KindCount, SearchView};
use text::Query;

pub use document::refresh;

/// Candidates that are re-checked on their text; beyond, the count is the index's.
const RECHECKED: usize = 1000;
/// Hits listed of each kind while all kinds are shown, and of one kind that was chosen.
const LISTED_OF_EACH: usize = 40;
const LISTED_OF_ONE: usize = 200;

/// The kinds in the order in which equally good hits are listed, with the letter that their tokens begin with.
const KINDS: [(HitKind, char); 6] = [
    (HitKind::Customer, 'c'),
    (HitKind::Machine, 'm'),
    (HitKind::Order, 'o'),
    (HitKind::Fault, 'f'),
    (HitKind::Part, 'p'),
    (HitKind::Fee, 'e'),
];

/// The letter of a kind's tokens.
fn letter(kind: HitKind) -> char {
    KINDS.iter().find(|(of, _)| *of == kind).map_or('?', |(_, letter)| *letter)
}

impl Reader<'_> {
    /// Whether records wait to be indexed.
    pub fn search_is_behind(&self) -> Result<bool> {
        Ok(self.conn().prepare_cached("SELECT 1 FROM search_dirty LIMIT 1")?.exists([])?)
    }

    pub fn search(&self, text: &str, kind: Option<HitKind>, language: Language) -> Result<SearchView> {
        query(self.conn(), text, kind, language)
    }
}

impl Tx<'_> {
    /// Indexes up to so many records; no change comes of it. Answers whether more wait.
    pub fn refresh_search(&self, most: u32) -> Result<bool> {
        refresh(self.conn(), most)
    }
}

impl Applier<'_> {
    /// Indexes up to so many records after a page was applied. Answers whether more wait.
    pub fn refresh_search(&self, most: u32) -> Result<bool> {
        refresh(self.conn(), most)
    }
}

/// A hit with what orders it: 0 begins the title, 1 stands in it, 2 elsewhere.
struct Found {
    hit: Hit,
    rank: u8,
}

/// Searches all kinds, lists one or all.
pub fn query(connection: &Connection, text: &str, kind: Option<HitKind>, language: Language) -> Result<SearchView> {
    let query = Query::of(text);
    let mut counts = Vec::new();
    let mut hits = Vec::new();
    if query.is_empty() {
        hits.extend(kind.map_or(Ok(Vec::new()), |kind| browsed(connection, kind, language))?);
    } else {
        for (of, _) in KINDS {
            let wanted = match kind {
                None => LISTED_OF_EACH,
                Some(chosen) if chosen == of => LISTED_OF_ONE,
                Some(_) => 0,
            };
            let (count, found) = of_kind(connection, &query, of, wanted, language)?;
            if count > 0 {
                counts.push(KindCount { kind: of, count });
            }
            hits.extend(found);
        }
    }
    // Stable: equally good hits stay in the order of the kinds, the newer of a kind first.
    hits.sort_by_key(|found| found.rank);
    Ok(SearchView { text: text.to_owned(), counts, hits: hits.into_iter().map(|found| found.hit).collect() })
}

/// What there is to leaf through before anything is typed: the faults by their codes, the customers by their names. Nobody leafs
/// through the rest.
fn browsed(connection: &Connection, kind: HitKind, language: Language) -> Result<Vec<Found>> {
    let order = match kind {
        HitKind::Fault => "key",
        HitKind::Customer => "title",
        HitKind::Machine | HitKind::Order | HitKind::Part | HitKind::Fee => return Ok(Vec::new()),
    };
    let sql = format!(
        "SELECT key, title, title_en, line, line_en, price_fen FROM search_document WHERE kind = ?1 ORDER BY {order} LIMIT {LISTED_OF_ONE}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([document::name(kind)], |row| {
        let title = in_language(language, row.get(1)?, row.get(2)?);
        let line = in_language(language, row.get(3)?, row.get(4)?);
        Ok(Found { hit: Hit { kind, id: row.get(0)?, title, line, price_fen: row.get(5)? }, rank: 0 })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Count and best hits of one kind, newest first.
fn of_kind(
    connection: &Connection,
    query: &Query,
    kind: HitKind,
    wanted: usize,
    language: Language,
) -> Result<(u32, Vec<Found>)> {
    let terms = query.terms(letter(kind));
    let matching = terms.iter().map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(" AND ");
    let proven = query.proven_by_token();
    let limit = if proven { wanted } else { RECHECKED };
    let sql = "SELECT d.id, d.key, d.title, d.title_en, d.line, d.line_en, d.price_fen, d.text FROM
               (SELECT rowid FROM search_index WHERE search_index MATCH ?1 ORDER BY rowid DESC LIMIT ?2) i
               JOIN search_document d ON d.id = i.rowid ORDER BY d.id DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![matching, limit as i64])?;
    let (mut found, mut seen, mut matched) = (Vec::new(), 0usize, 0u32);
    while let Some(row) = rows.next()? {
        seen += 1;
        if !proven && !query.is_in(row.get_ref(7)?.as_str().unwrap_or_default()) {
            continue;
        }
        matched += 1;
        if found.len() >= wanted {
            continue;
        }
        let (zh, en): (String, String) = (row.get(2)?, row.get(3)?);
        let rank = query.rank(&zh).min(query.rank(&en));
        let (line, line_en): (String, String) = (row.get(4)?, row.get(5)?);
        let hit = Hit {
            kind,
            id: row.get(1)?,
            title: in_language(language, zh, en),
            line: in_language(language, line, line_en),
            price_fen: row.get(6)?,
        };
        found.push(Found { hit, rank });
    }
    let count = if proven {
        documents_with(connection, &terms[0])?
    } else if seen < RECHECKED {
        matched
    } else {
        let sql = "SELECT count(*) FROM search_index WHERE search_index MATCH ?1";
        connection.prepare_cached(sql)?.query_row([&matching], |row| row.get(0))?
    };
    Ok((count, found))
}

/// How many documents hold a token, without visiting them.
fn documents_with(connection: &Connection, term: &str) -> Result<u32> {
    let mut statement = connection.prepare_cached("SELECT doc FROM search_term WHERE term = ?1")?;
    Ok(statement.query_row([term], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn in_language(language: Language, zh: String, en: String) -> String {
    if language == Language::En && !en.is_empty() { en } else { zh }
}
