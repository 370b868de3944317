//! Cards of 85.6 × 54 mm: the service card that stays at the machine (G8) and the work ID as a print (D1). Refuses to hold what a
//! stranger must not read: no customer, no address.

use chrono::NaiveDate;
use gongdan_domain::catalogue::Words;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{Letterhead, OrderTechnician};
use serde::Serialize;

use crate::DocumentError;
use crate::field::Tongue;
use crate::order::Company;
use crate::paper::person;
use crate::print::{Desk, Sheet};
use crate::seal::drawn;
use crate::strings::same;
use crate::templates::CARD;

/// One line of the log on the back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceLine {
    pub day: NaiveDate,
    pub what: String,
    /// When it is next: hours or a day.
    pub next: String,
}

/// G8.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceCard {
    pub company: Letterhead,
    pub zone: String,
    pub made_at: Instant,
    /// What the QR carries: the address for a report of this machine, else the hotline.
    pub qr: String,
    pub machine: String,
    pub serial_no: String,
    /// The newest first; the template shows what fits and leaves lines to write on.
    pub lines: Vec<ServiceLine>,
    pub technician: Option<OrderTechnician>,
    /// Number for complaints where it is another one.
    pub supervision: String,
}

/// D1: the work ID.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkId {
    pub company: Letterhead,
    pub zone: String,
    pub technician: OrderTechnician,
    /// Hash of the portrait; without one its place shows the name's first character.
    pub portrait: Option<String>,
    pub qualifications: Vec<Words>,
    pub valid_until: Option<NaiveDate>,
    /// What the QR carries; none where the company cannot be reached from outside.
    pub qr: Option<String>,
    pub updated_at: Instant,
}

#[derive(Debug, Serialize)]
struct Base<'a> {
    language: &'static str,
    t: &'a std::collections::BTreeMap<String, Words>,
    draft: bool,
    no: String,
    revision: Option<u32>,
    company: Company,
    short_hash: Option<String>,
}

fn base<'a>(tongue: &Tongue<'a>, no: String, company: &'a Letterhead) -> Base<'a> {
    let (language, t) = (tongue.code(), tongue.strings.all());
    Base { language, t, draft: false, no, revision: None, company: Company::of(company), short_hash: None }
}

#[derive(Debug, Serialize)]
struct Service<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    card: &'static str,
    machine: &'a str,
    serial_no: &'a str,
    lines: &'a [ServiceLine],
    technician: Option<Words>,
    supervision: &'a str,
}

pub fn service(desk: &Desk<'_>, card: &ServiceCard) -> Result<Sheet, DocumentError> {
    let tongue = Tongue::new(desk.strings, desk.language, &card.zone, Some(card.made_at))?;
    let no = if card.serial_no.is_empty() { card.machine.clone() } else { card.serial_no.clone() };
    let view = Service {
        base: base(&tongue, no.clone(), &card.company),
        card: "service",
        machine: &card.machine,
        serial_no: &card.serial_no,
        lines: &card.lines,
        technician: card.technician.as_ref().map(|t| person(&tongue, t)),
        supervision: &card.supervision,
    };
    Ok(Sheet::new(CARD, format!("service card {no}"), Some(card.made_at), &view)?.drawing("qr", drawn(&card.qr)))
}

#[derive(Debug, Serialize)]
struct Id<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    card: &'static str,
    name: &'a str,
    initial: String,
    number: &'a str,
    grade: &'a Words,
    valid: Option<Words>,
    qualifications: &'a [Words],
    updated: Words,
    check: Words,
}

pub fn work_id(desk: &Desk<'_>, id: &WorkId) -> Result<Sheet, DocumentError> {
    let tongue = Tongue::new(desk.strings, desk.language, &id.zone, Some(id.updated_at))?;
    let at = same(tongue.full(id.updated_at, false));
    let no = id.technician.number.clone();
    let until = |day: NaiveDate| tongue.strings.fill("id.until", &[("day", &same(day.to_string()))]);
    let view = Id {
        base: base(&tongue, no.clone(), &id.company),
        card: "id",
        name: &id.technician.name,
        initial: id.technician.name.chars().next().map(String::from).unwrap_or_default(),
        number: &id.technician.number,
        grade: &id.technician.grade,
        valid: id.valid_until.map(until),
        qualifications: &id.qualifications,
        updated: tongue.strings.fill("id.updated", &[("at", &at)]),
        check: tongue.w(if id.qr.is_some() { "id.check.scan" } else { "id.check.call" }),
    };
    let portrait = id.portrait.as_deref().and_then(desk.photos);
    let sheet = Sheet::new(CARD, format!("work id {no}"), Some(id.updated_at), &view)?;
    Ok(sheet.drawing("qr", id.qr.as_deref().and_then(drawn)).pictures("photos", [portrait].into_iter()))
}
