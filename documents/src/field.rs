//! What all documents are made of: runs of words, labels with values, and the tongue that says times and sums.

use chrono::NaiveDate;
use chrono_tz::Tz;
use gongdan_domain::catalogue::Words;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::number::grouped;
use crate::strings::{Strings, same};
use crate::{DocumentError, Language};

/// A number and its unit never part.
pub const JOIN: char = '\u{A0}';

/// A piece of text with its emphasis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetRun")]
pub struct Run {
    pub text: Words,
    strong: bool,
    soft: bool,
    mono: bool,
}

/// What stands beside a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export, rename = "SheetEntry")]
pub enum Entry {
    /// `below`: the English of a bilingual page gets its own line.
    Text {
        runs: Vec<Run>,
        below: bool,
    },
    Choice {
        options: Vec<Words>,
        chosen: Option<usize>,
    },
    Ticks {
        items: Vec<Words>,
    },
    /// A line to write on by hand.
    Blank,
}

/// One label with its value; `span` of three columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetField")]
pub struct Field {
    pub label: Words,
    pub span: u8,
    #[serde(flatten)]
    pub entry: Entry,
}

impl Run {
    pub fn plain(text: Words) -> Self {
        Self { text, strong: false, soft: false, mono: false }
    }
    pub fn strong(text: Words) -> Self {
        Self { strong: true, ..Self::plain(text) }
    }
    pub fn soft(text: Words) -> Self {
        Self { soft: true, ..Self::plain(text) }
    }
    pub fn mono(text: impl Into<String>) -> Self {
        Self { mono: true, ..Self::plain(same(text)) }
    }
}

impl Field {
    pub fn runs(label: Words, span: u8, runs: Vec<Run>) -> Self {
        Self { label, span, entry: Entry::Text { runs, below: false } }
    }
    pub fn text(label: Words, span: u8, text: impl Into<String>) -> Self {
        Self::runs(label, span, vec![Run::plain(same(text))])
    }
    pub fn is_empty(&self) -> bool {
        match &self.entry {
            Entry::Text { runs, .. } => runs.iter().all(|r| r.text.zh.trim().is_empty()),
            Entry::Choice { chosen, .. } => chosen.is_none(),
            Entry::Ticks { items } => items.is_empty(),
            Entry::Blank => false,
        }
    }
}

/// A value with its unit; nothing where there is no value.
pub fn with_unit(value: &str, unit: &str) -> String {
    if value.trim().is_empty() { String::new() } else { format!("{}{JOIN}{unit}", grouped(value)) }
}

/// In which words, language and zone a document speaks.
pub struct Tongue<'a> {
    pub strings: &'a Strings,
    pub language: Language,
    zone: Tz,
    /// The day of the visit; times of other days say their day.
    day: Option<NaiveDate>,
}

impl<'a> Tongue<'a> {
    pub fn new(
        strings: &'a Strings,
        language: Language,
        zone: &str,
        at: Option<Instant>,
    ) -> Result<Self, DocumentError> {
        let zone: Tz = zone.parse().map_err(|_| DocumentError::Zone(zone.to_owned()))?;
        Ok(Self { strings, language, zone, day: at.map(|at| at.with_timezone(&zone).date_naive()) })
    }
    pub fn w(&self, key: &str) -> Words {
        self.strings.words(key)
    }
    /// What joins a person's own words: on a bilingual page it stands once.
    pub fn glue(&self, zh: &str, en: &str) -> Words {
        Words::new(zh, if self.language == Language::Both { "" } else { en })
    }
    /// The document's own day.
    pub fn day(&self) -> Option<NaiveDate> {
        self.day
    }
    /// `09:52`, or `11-22 16:40` on another day than the document's.
    pub fn clock(&self, at: Instant) -> String {
        let local = at.with_timezone(&self.zone);
        let form = if Some(local.date_naive()) == self.day { "%H:%M" } else { "%m-%d %H:%M" };
        local.format(form).to_string()
    }
    pub fn full(&self, at: Instant, seconds: bool) -> String {
        let form = if seconds { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" };
        at.with_timezone(&self.zone).format(form).to_string()
    }
    /// `¥1,830.00`.
    pub fn yuan(&self, fen: i64) -> Words {
        same(format!("¥{}", crate::number::money(fen)))
    }
    /// How the templates call the language.
    pub fn code(&self) -> &'static str {
        match self.language {
            Language::Zh => "zh",
            Language::En => "en",
            Language::Both => "both",
        }
    }
    /// Who, with his position, as he is named on paper.
    pub fn named(&self, name: &str, role: &str) -> Words {
        if role.is_empty() { same(name) } else { self.glue(&format!("{name}，{role}"), &format!("{name}, {role}")) }
    }
}
