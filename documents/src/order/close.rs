//! The end of the order: test run and hand-over, advice, photos, rating, the four ways to sign, and the seal (sections 7–11).

use gongdan_domain::catalogue::Words;
use gongdan_domain::fact::{Confidence, PhotoKind, Rating, TestRun};
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{DeclineReason, Ink, OrderDocument, OrderPhoto, OrderTechnician, Signing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Desk, Entry, Field, Run, Tongue};
use crate::seal::{SEAL_FILE, SealInfo, quads, short};
use crate::strings::same;

pub fn trial(desk: &Desk<'_>) -> Vec<Field> {
    let doc = desk.doc;
    let mut fields = Vec::new();
    if let Some(test) = &doc.test {
        let minutes = same(test.minutes.to_string());
        let mut runs = vec![Run::strong(match test.result {
            TestRun::FullLoad => desk.strings.fill("test.full_load", &[("minutes", &minutes)]),
            TestRun::NotRun if test.minutes > 0 => desk.strings.fill("test.part_load", &[("minutes", &minutes)]),
            TestRun::NotRun => desk.w("test.not_run"),
        })];
        if !test.reason.is_empty() {
            runs.push(Run::plain(desk.strings.fill("test.reason", &[("reason", &same(&test.reason))])));
        }
        fields.push(Field::runs(desk.w("test.label"), 3, runs));
    }
    let levels = [Confidence::Certain, Confidence::Mostly, Confidence::NotSure];
    let names = ["confidence.certain", "confidence.mostly", "confidence.not_sure"];
    let chosen = doc.confidence.and_then(|c| levels.iter().position(|l| *l == c));
    fields.push(choice(desk, "confidence.label", &names, chosen));

    let h = &doc.handover;
    let ticks = |label: &str, items: &[(bool, &str)]| {
        let items = items.iter().filter(|(done, _)| *done).map(|(_, key)| desk.w(key)).collect();
        Field { label: desk.w(label), span: 3, entry: Entry::Ticks { items } }
    };
    let site = [
        (h.reinspected, "handover.reinspected"),
        (h.cleaning, "handover.cleaning"),
        (h.equipment_count, "handover.equipment_count"),
    ];
    fields.push(ticks("handover.site", &site));
    let card = [
        (h.training, "handover.training"),
        (h.service_card, "handover.service_card"),
        (h.business_card, "handover.business_card"),
    ];
    fields.push(ticks("handover.customer", &card));
    fields.push(Field { label: desk.w("handover.topics"), span: 3, entry: Entry::Ticks { items: h.topics.clone() } });
    for (n, owed) in doc.follow_ups.iter().enumerate() {
        let label = if n == 0 { desk.w("follow_up.label") } else { same("") };
        let hours = same(owed.hours_after_leaving.to_string());
        let key = if owed.by_company { "follow_up.company" } else { "follow_up.technician" };
        let value = desk.strings.fill(key, &[("hours", &hours), ("what", &owed.words)]);
        fields.push(Field::runs(label, 3, vec![Run::plain(value)]));
    }
    fields
}

fn choice(desk: &Desk<'_>, label: &str, options: &[&str], chosen: Option<usize>) -> Field {
    let options = options.iter().map(|key| desk.w(key)).collect();
    Field { label: desk.w(label), span: 3, entry: Entry::Choice { options, chosen } }
}

/// One line of the technician's advice is one numbered point.
pub fn advice(doc: &OrderDocument) -> Vec<String> {
    let own_number = |line: &str| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = line.len() - rest.len();
        let stop = ['、', '.', ')', '）'].into_iter().find(|c| rest.starts_with(*c));
        match stop {
            // 2.5 MPa is no point two.
            Some(c) if (1..=2).contains(&digits) && !rest[c.len_utf8()..].starts_with(|n: char| n.is_ascii_digit()) => {
                rest[c.len_utf8()..].trim().to_owned()
            }
            _ => line.to_owned(),
        }
    };
    doc.fault.suggestions.lines().map(str::trim).filter(|l| !l.is_empty()).map(own_number).collect()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetPhoto")]
pub struct Photo {
    /// Its place in the document's own list.
    at: usize,
    caption: Words,
    time: String,
    hash: String,
    /// The file's whole hash, by which its picture is found.
    file: String,
}

/// In order of time.
pub fn photos(tongue: &Tongue<'_>, photos: &[OrderPhoto]) -> Vec<Photo> {
    let mut all: Vec<_> = photos.iter().enumerate().collect();
    all.sort_by_key(|(_, p)| p.taken_at);
    let photo = |(at, p): (usize, &OrderPhoto)| Photo {
        at,
        caption: if p.caption.is_empty() { tongue.w(photo_kind(p.kind)) } else { same(&p.caption) },
        time: tongue.clock(p.taken_at),
        hash: quads(p.hash.get(..8).unwrap_or(&p.hash)),
        file: p.hash.clone(),
    };
    all.into_iter().map(photo).collect()
}

fn photo_kind(kind: PhotoKind) -> &'static str {
    match kind {
        PhotoKind::Nameplate => "photo.nameplate",
        PhotoKind::Before => "photo.before",
        PhotoKind::Fault => "photo.fault",
        PhotoKind::After => "photo.after",
        PhotoKind::Card => "photo.card",
        PhotoKind::Other => "photo.other",
    }
}

pub fn rating(desk: &Desk<'_>) -> Vec<Field> {
    let Some(rating) = &desk.doc.rating else { return Vec::new() };
    let steps = [Rating::VerySatisfied, Rating::Satisfied, Rating::Fair, Rating::Dissatisfied, Rating::NotRated];
    let names = ["rating.very_satisfied", "rating.satisfied", "rating.fair", "rating.dissatisfied", "rating.not_rated"];
    let at = |rating: Rating| steps.iter().position(|s| *s == rating);
    let opinion = Field::text(desk.w("rating.opinion"), 3, &rating.opinion);
    let mut fields = vec![
        choice(desk, "rating.quality", &names, at(rating.quality)),
        choice(desk, "rating.attitude", &names, at(rating.attitude)),
        opinion,
    ];
    fields.retain(|f| !f.is_empty());
    fields
}

/// How the customer ended the order; all four ways take the same place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "way", rename_all = "snake_case")]
#[ts(export, rename = "SheetSign")]
pub enum Sign {
    Signed {
        sentence: Words,
        who: Words,
        at: String,
    },
    /// Declined, absent or later: the word, what was said, and that nothing is lost by it.
    Open {
        title: Words,
        fields: Vec<Field>,
        note: Words,
    },
}

/// The drawing of the signature, if there is one.
pub fn signature(signing: &Signing) -> Option<String> {
    match signing {
        Signing::Signed { ink, .. } => crate::signature::drawing(ink),
        _ => None,
    }
}

/// What the customer confirms with his signature: the same on the screen that he signs and on the paper, so it counts no pages.
pub fn sentence(desk: &Desk<'_>) -> Words {
    let total = desk.doc.fees.total_fen.0;
    let (sum, capitals) = (desk.yuan(total), same(desk.doc.fees.total_capitals.trim_start_matches("人民币")));
    let key = if total == 0 { "signing.sentence.free" } else { "signing.sentence" };
    desk.strings.fill(key, &[("sum", &sum), ("capitals", &capitals)])
}

pub fn signing(desk: &Tongue<'_>, signing: &Signing, sentence: Words) -> Sign {
    let open = |title: &str, reason: Option<Words>, words: &str, at: Instant| {
        let said = Words::new(format!("“{words}”"), format!("“{words}”"));
        let mut fields = vec![
            Field::runs(desk.w("signing.reason"), 1, reason.into_iter().map(Run::strong).collect()),
            Field::runs(desk.w("signing.words"), 1, if words.is_empty() { Vec::new() } else { vec![Run::plain(said)] }),
            Field::text(desk.w("signing.at"), 1, desk.full(at, false)),
        ];
        fields.retain(|f| !f.is_empty());
        Sign::Open { title: desk.w(title), fields, note: desk.w("signing.note") }
    };
    match signing {
        Signing::Signed { name, role, is_contact, at, .. } => {
            let mut who = desk.named(name, role);
            if !is_contact {
                let said = desk.strings.fill("signing.not_contact", &[("who", &who)]);
                who = desk.glue(&said.zh, &said.en);
            }
            Sign::Signed { sentence, who, at: desk.full(*at, false) }
        }
        Signing::Declined { reason, words, at } => {
            let reason = desk.w(match reason {
                DeclineReason::Unwilling => "decline.unwilling",
                DeclineReason::Dissatisfied => "decline.dissatisfied",
                DeclineReason::NoElectronic => "decline.no_electronic",
                DeclineReason::Other => "decline.other",
            });
            open("signing.declined", Some(reason), words, *at)
        }
        Signing::Absent { words, at } => open("signing.absent", None, words, *at),
        Signing::Later { words, at } => open("signing.later", None, words, *at),
    }
}

/// A signature that was made after the seal: set apart, because nothing of it was on the order when it was sealed.
#[derive(Debug, Serialize)]
pub struct Later {
    who: Words,
    at: String,
    /// `{hash}` and `{own}` are set by the template, in its type for identifiers.
    over: Words,
    hash: String,
    own: String,
}

pub fn later(desk: &Tongue<'_>, seal: &SealInfo) -> Option<Later> {
    let later = seal.later.as_ref()?;
    let Sign::Signed { who, at, .. } = signing(desk, &later.signing, same("")) else { return None };
    Some(Later { who, at, over: desk.w("attested.over"), hash: short(&seal.hash), own: short(&later.hash) })
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetTechnician")]
pub struct Technician {
    name: String,
    number: String,
    grade: Words,
    ink: Option<Ink>,
}

/// Who sealed first, which his strokes tell, else the leader.
pub fn technicians(all: &[OrderTechnician]) -> Vec<Technician> {
    let mut all: Vec<_> = all.iter().collect();
    all.sort_by_key(|t| (t.ink.is_none(), !t.leader));
    all.into_iter()
        .map(|t| Technician {
            name: t.name.clone(),
            number: t.number.clone(),
            grade: t.grade.clone(),
            ink: t.ink.clone().filter(|ink| !ink.is_empty()),
        })
        .collect()
}

/// His strokes, drawn.
pub fn own_signature(technicians: &[OrderTechnician]) -> Option<String> {
    technicians.iter().find_map(|t| t.ink.as_ref()).filter(|ink| !ink.is_empty()).and_then(crate::signature::drawing)
}

#[derive(Debug, Serialize)]
pub struct Seal {
    fields: Vec<Field>,
    /// What the technician's side of the signatures shows.
    mark: String,
    at: String,
    /// `{code}` and `{file}` are set by the template, in its type for identifiers.
    checks: Vec<Words>,
    file: &'static str,
}

pub fn seal(desk: &Desk<'_>, seal: &SealInfo) -> Seal {
    let groups = quads(&seal.hash);
    let hash = match groups.get(..39).zip(groups.get(40..)) {
        Some((head, tail)) => format!("{head}\n{tail}"),
        None => groups,
    };
    let mark = format!("ed25519 {}", seal.short_signature());
    let signed = same(format!("{} · ", desk.full(seal.sealed_at, true)));
    let no = desk.strings.fill("seal.no", &[("no", &same(seal.seal_no.to_string()))]);
    let previous = seal.previous().map(|p| quads(p.get(..8).unwrap_or(&p))).unwrap_or_default();
    let receipt = match seal.receipt_at {
        Some(at) => same(desk.full(at, true)),
        None => desk.w("seal.receipt.none"),
    };
    let mut fields = vec![
        Field::runs(desk.w("seal.hash"), 3, vec![Run::mono(hash)]),
        Field::runs(desk.w("seal.signature"), 3, vec![Run::plain(signed), Run::mono(mark.clone())]),
        Field::runs(desk.w("seal.previous"), 3, vec![Run::mono(previous), Run::soft(desk.glue(&no.zh, &no.en))]),
        Field::runs(desk.w("seal.receipt"), 3, vec![Run::plain(receipt)]),
    ];
    fields.retain(|f| !f.is_empty());
    let first = if seal.verify_url.is_some() { "seal.check.online" } else { "seal.check.code" };
    let checks = [first, "seal.check.file", "seal.check.change"];
    Seal {
        fields,
        mark,
        at: desk.full(seal.sealed_at, false),
        checks: checks.iter().map(|key| desk.w(key)).collect(),
        file: SEAL_FILE,
    }
}
