//! The order as the template prints it: sections, fields and words in the order of the page. Formatting only:
//! every value comes from the document or the seal, and what is empty takes no room.

mod case;
mod close;
mod fee;
mod reading;

use chrono_tz::Tz;
use gongdan_domain::catalogue::Words;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::OrderDocument;
use serde::Serialize;

use crate::seal::{SealInfo, short};
use crate::strings::{Strings, same};
use crate::{DocumentError, Language};

pub use close::signature;

/// A piece of text with its emphasis.
#[derive(Debug, Serialize)]
pub struct Run {
    text: Words,
    strong: bool,
    soft: bool,
    mono: bool,
}

/// What stands beside a label.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Entry {
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
}

/// One label with its value; `span` of three columns.
#[derive(Debug, Serialize)]
pub struct Field {
    label: Words,
    span: u8,
    #[serde(flatten)]
    entry: Entry,
}

impl Run {
    fn plain(text: Words) -> Self {
        Self { text, strong: false, soft: false, mono: false }
    }
    fn strong(text: Words) -> Self {
        Self { strong: true, ..Self::plain(text) }
    }
    fn soft(text: Words) -> Self {
        Self { soft: true, ..Self::plain(text) }
    }
    fn mono(text: impl Into<String>) -> Self {
        Self { mono: true, ..Self::plain(same(text)) }
    }
}

impl Field {
    fn runs(label: Words, span: u8, runs: Vec<Run>) -> Self {
        Self { label, span, entry: Entry::Text { runs, below: false } }
    }
    fn text(label: Words, span: u8, text: impl Into<String>) -> Self {
        Self::runs(label, span, vec![Run::plain(same(text))])
    }
    fn is_empty(&self) -> bool {
        match &self.entry {
            Entry::Text { runs, .. } => runs.iter().all(|r| r.text.zh.trim().is_empty()),
            Entry::Choice { chosen, .. } => chosen.is_none(),
            Entry::Ticks { items } => items.is_empty(),
        }
    }
}

/// Everything the template reads.
#[derive(Debug, Serialize)]
pub struct View<'a> {
    language: &'static str,
    t: &'a std::collections::BTreeMap<String, Words>,
    draft: bool,
    no: &'a str,
    revision: u32,
    date: Option<String>,
    company: Company<'a>,
    supersedes: Option<Words>,
    head: Vec<Field>,
    verify_code: Option<&'a str>,
    short_hash: Option<String>,
    customer: Vec<Field>,
    machine: Vec<Field>,
    fault: Vec<Field>,
    readings: reading::Readings,
    times: Vec<case::Time>,
    fees: fee::Fees,
    trial: Vec<Field>,
    advice: Vec<String>,
    photos: Vec<close::Photo>,
    rating: Vec<Field>,
    signing: Option<close::Sign>,
    technicians: Vec<close::Technician>,
    seal: Option<close::Seal>,
}

#[derive(Debug, Serialize)]
struct Company<'a> {
    name: &'a Words,
    mark: &'a str,
    hotline: &'a str,
    address: &'a Words,
}

/// What all sections need.
pub struct Desk<'a> {
    pub doc: &'a OrderDocument,
    pub strings: &'a Strings,
    pub language: Language,
    zone: Tz,
    /// The day of the visit; times of other days say their day.
    day: Option<chrono::NaiveDate>,
}

impl Desk<'_> {
    fn w(&self, key: &str) -> Words {
        self.strings.words(key)
    }
    /// What joins a person's own words: on a bilingual page it stands once.
    fn glue(&self, zh: &str, en: &str) -> Words {
        Words::new(zh, if self.language == Language::Both { "" } else { en })
    }
    /// `09:52`, or `11-22 16:40` on another day than the visit's.
    fn clock(&self, at: Instant) -> String {
        let local = at.with_timezone(&self.zone);
        let form = if Some(local.date_naive()) == self.day { "%H:%M" } else { "%m-%d %H:%M" };
        local.format(form).to_string()
    }
    fn full(&self, at: Instant, seconds: bool) -> String {
        let form = if seconds { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" };
        at.with_timezone(&self.zone).format(form).to_string()
    }
    /// `¥1,830.00`.
    fn yuan(&self, fen: i64) -> Words {
        same(format!("¥{}", crate::number::money(fen)))
    }
}

/// The newest time that the order itself knows.
pub fn last_known(doc: &OrderDocument) -> Option<Instant> {
    let t = &doc.times;
    [t.finished, t.started, t.arrived, t.departed, t.agreed, doc.head.reported_at].into_iter().flatten().max()
}

pub fn view<'a>(
    doc: &'a OrderDocument,
    seal: Option<&'a SealInfo>,
    language: Language,
    strings: &'a Strings,
) -> Result<View<'a>, DocumentError> {
    let zone: Tz = doc.zone.parse().map_err(|_| DocumentError::Zone(doc.zone.clone()))?;
    let visit = [doc.times.arrived, doc.times.started, doc.times.finished, doc.times.departed];
    let day =
        visit.into_iter().flatten().next().or(seal.map(|s| s.sealed_at)).map(|at| at.with_timezone(&zone).date_naive());
    let desk = Desk { doc, strings, language, zone, day };
    let mut view = View {
        language: match language {
            Language::Zh => "zh",
            Language::En => "en",
            Language::Both => "both",
        },
        t: strings.all(),
        draft: seal.is_none(),
        no: &doc.order_no,
        revision: doc.revision,
        date: day.map(|d| d.to_string()),
        company: Company {
            name: &doc.company.name,
            mark: &doc.company.mark,
            hotline: &doc.company.hotline,
            address: &doc.company.address,
        },
        supersedes: doc.supersedes.as_ref().map(|s| {
            let revision = same(doc.revision.to_string());
            let (former, hash, reason) = (same(s.revision.to_string()), same(short(&s.hash)), same(&s.reason));
            strings.fill(
                "supersedes",
                &[("revision", &revision), ("former", &former), ("hash", &hash), ("reason", &reason)],
            )
        }),
        head: case::head(&desk),
        verify_code: seal.map(|s| s.verify_code.as_str()),
        short_hash: seal.map(|s| short(&s.hash)),
        customer: case::customer(&desk),
        machine: case::machine(&desk),
        fault: case::fault(&desk),
        readings: reading::readings(&desk),
        times: case::times(&desk),
        fees: fee::fees(&desk),
        trial: close::trial(&desk),
        advice: close::advice(doc),
        photos: close::photos(&desk),
        rating: close::rating(&desk),
        signing: close::signing(&desk),
        technicians: close::technicians(doc),
        seal: seal.map(|s| close::seal(&desk, s)),
    };
    for fields in [&mut view.head, &mut view.customer, &mut view.machine, &mut view.fault, &mut view.trial] {
        fields.retain(|f| !f.is_empty());
    }
    Ok(view)
}
