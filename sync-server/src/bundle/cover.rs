//! The cover of a bundle: what is in it, what it comes to, who made it, and the hash of its list of checksums. It is the one paper of a
//! bundle that names the hour of its making. In the technical copy there is no money on it.

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use gongdan_documents::{ArchiveCover, ArchiveLine, Document, Language};
use gongdan_domain::catalogue::Words;
use gongdan_domain::money::{Fen, capitals};
use gongdan_domain::problem::Code;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{Letterhead, OrderDocument, Signing};

use crate::bundle::{BundleCopy, Entry, Plan, days, index};
use crate::core::Core;
use crate::error::Result;
use crate::office::paper;

/// Characters of the symptom that a line has room for.
const SYMPTOM: usize = 10;

/// Who makes a bundle, and when.
#[derive(Debug, Clone)]
pub struct Maker {
    pub name: String,
    pub at: Instant,
}

/// What the cover says of one order.
pub struct Leaf {
    line: ArchiveLine,
    people: u32,
    signed: bool,
}

impl Leaf {
    /// `later`: the customer signed after the order was sealed. While it is `contested` it is listed without money and without an end.
    pub fn of(order: &OrderDocument, sealed_at: Instant, later: bool, plan: &Plan, contested: bool) -> Self {
        let table = index::words();
        let signed = matches!(order.signing, Some(Signing::Signed { .. }));
        let ended = if later { "attested" } else { index::ended(order) };
        let quality = index::rating(order.rating.as_ref().map(|rating| rating.quality));
        let ending = |english| {
            if contested {
                return table.say("contested", english);
            }
            let signing = table.say(&format!("signing.{ended}"), english);
            match quality.as_str() {
                "not_rated" => signing,
                quality => format!("{signing} {}", table.say(&format!("rating.{quality}"), english)),
            }
        };
        Self {
            line: ArchiveLine {
                day: day(order, sealed_at),
                order_no: order.order_no.clone(),
                customer: order.customer.name.clone(),
                about: about(order, plan.english),
                ending: Words::new(ending(false), ending(true)),
                amount_fen: (plan.copy == BundleCopy::Full && !contested).then_some(order.fees.total_fen.0),
                page: None,
            },
            people: u32::try_from(order.technicians.len()).unwrap_or(u32::MAX),
            signed: !contested && (signed || later),
        }
    }
}

impl Leaf {
    /// An order whose form only a newer version reads: listed, without money.
    pub fn unread(entry: &Entry) -> Self {
        let table = index::words();
        Self {
            line: ArchiveLine {
                day: entry.sealed_at.date_naive(),
                order_no: entry.number.clone(),
                customer: entry.customer.clone(),
                about: String::new(),
                ending: Words::new(table.say("unread", false), table.say("unread", true)),
                amount_fen: None,
                page: None,
            },
            people: 0,
            signed: false,
        }
    }
}

/// The machine and what was wrong with it, short: the cause that was found, else what the customer said.
fn about(order: &OrderDocument, english: bool) -> String {
    let cause = order.fault.causes.first();
    let cause = cause.map(|cause| if english && !cause.en.is_empty() { cause.en.clone() } else { cause.zh.clone() });
    let wrong = cause.unwrap_or_else(|| {
        let said: String = order.fault.symptom.chars().take(SYMPTOM).collect();
        let more = if said.len() < order.fault.symptom.len() { "…" } else { "" };
        format!("{said}{more}")
    });
    let parts = [order.machine.model.trim(), wrong.trim()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(if english { ", " } else { "，" })
}

/// The day of the visit at the site.
pub fn day(order: &OrderDocument, sealed_at: Instant) -> NaiveDate {
    let at = order.times.arrived.or(order.times.started).unwrap_or(sealed_at);
    order.zone.parse::<Tz>().map_or_else(|_| at.date_naive(), |zone| at.with_timezone(&zone).date_naive())
}

/// The cover's own name inside the bundle.
pub fn file_name(english: bool) -> String {
    index::words().say("cover.file", english)
}

/// `sums`: SHA-256 over the list of checksums of everything but the cover.
pub fn pdf(core: &Core, plan: &Plan, maker: &Maker, leaves: Vec<Leaf>, sums: String) -> Result<Vec<u8>> {
    core.store.read(|r| {
        let reference = core.reference(r)?;
        let (month, _) = days(&plan.month).ok_or(Code::NotFound)?;
        let technical = plan.copy == BundleCopy::Technical;
        let say = |key: &str| {
            let words = index::words();
            Words::new(words.say(key, false), words.say(key, true))
        };
        let total = leaves.iter().filter_map(|leaf| leaf.line.amount_fen).sum();
        let signed = leaves.iter().filter(|leaf| leaf.signed).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let cover = ArchiveCover {
            company: reference.company_profile(maker.at).map(Letterhead::of).unwrap_or_default(),
            zone: reference.zone().name().to_owned(),
            year: month.year(),
            month: month.month(),
            book_no: format!("B-{}{}", month.format("%y%m"), if technical { "-T" } else { "" }),
            scope: say(if technical { "cover.scope.technical" } else { "cover.scope" }),
            person_visits: leaves.iter().map(|leaf| leaf.people).sum(),
            signed: count(signed),
            unsigned: count(leaves.len() - signed),
            total_fen: (!technical).then_some(total),
            total_capitals: if technical { String::new() } else { capitals(Fen(total)) },
            pages: None,
            files: say(if technical { "cover.files.technical" } else { "cover.files" }),
            hash: sums,
            copy_note: if technical { say("cover.copy.technical") } else { Words::new("", "") },
            made_by: maker.name.clone(),
            made_at: maker.at,
            checked_by: String::new(),
            checked_at: None,
            lines: leaves.into_iter().map(|leaf| leaf.line).collect(),
        };
        let language = if plan.english { Language::En } else { Language::Zh };
        paper::print(core, r, &Document::ArchiveCover(&cover), None, language)
    })
}
