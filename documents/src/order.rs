//! The order as the template prints it: sections, fields and words in the order of the page. Formatting only:
//! every value comes from the document or the seal, and what is empty takes no room.

mod case;
pub mod close;
mod fee;
mod reading;

use std::collections::BTreeMap;
use std::ops::Deref;

use gongdan_domain::catalogue::Words;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{Letterhead, OrderDocument, Supersedes};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::field::{Entry, Field, Run, Tongue, with_unit};
use crate::print::{self, Sheet};
use crate::seal::{SealInfo, short};
use crate::strings::{Strings, same};
use crate::templates::WORK_ORDER;
use crate::{DocumentError, Language};

/// The order section by section, exactly as it is printed. The screen on which it is signed shows this and nothing less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderSheet {
    no: String,
    revision: u32,
    date: Option<String>,
    company: Company,
    /// Which revision this one replaces, and why.
    supersedes: Option<Words>,
    head: Vec<Field>,
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
    /// What a signature confirms, word for word as it is printed over the strokes.
    sentence: Words,
    signing: Option<close::Sign>,
    technicians: Vec<close::Technician>,
    /// What the paper calls its sections and columns.
    heads: BTreeMap<String, Words>,
}

/// Everything the template reads.
#[derive(Debug, Serialize)]
struct View<'a> {
    language: &'static str,
    t: &'a BTreeMap<String, Words>,
    draft: bool,
    superseded: Option<Words>,
    verify_code: Option<&'a str>,
    short_hash: Option<String>,
    #[serde(flatten)]
    sheet: OrderSheet,
    seal: Option<close::Seal>,
    later: Option<close::Later>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetCompany")]
pub struct Company {
    name: Words,
    mark: String,
    hotline: String,
    address: Words,
}

impl Company {
    pub fn of(letterhead: &Letterhead) -> Self {
        let Letterhead { name, mark, hotline, address, .. } = letterhead.clone();
        Self { name, mark, hotline, address }
    }
}

/// What all sections need.
pub struct Desk<'a> {
    pub doc: &'a OrderDocument,
    tongue: Tongue<'a>,
}

impl<'a> Deref for Desk<'a> {
    type Target = Tongue<'a>;
    fn deref(&self) -> &Tongue<'a> {
        &self.tongue
    }
}

/// The newest time that the order itself knows.
fn last_known(doc: &OrderDocument) -> Option<Instant> {
    let t = &doc.times;
    [t.finished, t.started, t.arrived, t.departed, t.agreed, doc.head.reported_at].into_iter().flatten().max()
}

/// The order with its photos, its signature and its seal.
pub fn sheet(desk: &print::Desk<'_>, doc: &OrderDocument) -> Result<Sheet, DocumentError> {
    let view = view(doc, desk.seal, desk.language, desk.strings)?;
    let made_at = desk.seal.map(|s| s.sealed_at).or_else(|| last_known(doc));
    let sheet = Sheet::new(WORK_ORDER, format!("{} {}", doc.order_no, doc.revision), made_at, &view)?
        .pictures("photos", doc.photos.iter().map(|p| (desk.photos)(&p.hash)))
        .drawing("ink", doc.signing.as_ref().and_then(close::signature))
        .drawing("own_ink", close::own_signature(&doc.technicians))
        .drawing("later_ink", desk.seal.and_then(|s| close::signature(&s.later.as_ref()?.signing)));
    Ok(sheet.sealed(desk.seal, &doc.order_no))
}

fn view<'a>(
    doc: &'a OrderDocument,
    seal: Option<&'a SealInfo>,
    language: Language,
    strings: &'a Strings,
) -> Result<View<'a>, DocumentError> {
    let desk = desk(doc, language, strings, seal.map(|s| s.sealed_at))?;
    Ok(View {
        language: desk.code(),
        t: strings.all(),
        draft: seal.is_none(),
        superseded: seal.and_then(|s| match s {
            SealInfo { outvoted: true, .. } => Some(strings.words("outvoted")),
            SealInfo { superseded: true, .. } => Some(strings.words("superseded")),
            _ => None,
        }),
        verify_code: seal.map(|s| s.verify_code.as_str()),
        short_hash: seal.map(|s| short(&s.hash)),
        sheet: read(&desk),
        seal: seal.map(|s| close::seal(&desk, s)),
        later: seal.and_then(|s| close::later(&desk, s)),
    })
}

/// The order as it is printed, to be read on a screen.
pub fn on_screen(doc: &OrderDocument, strings: &Strings) -> Result<OrderSheet, DocumentError> {
    Ok(read(&desk(doc, Language::Zh, strings, None)?))
}

fn desk<'a>(
    doc: &'a OrderDocument,
    language: Language,
    strings: &'a Strings,
    sealed_at: Option<Instant>,
) -> Result<Desk<'a>, DocumentError> {
    let visit = [doc.times.arrived, doc.times.started, doc.times.finished, doc.times.departed];
    let at = visit.into_iter().flatten().next().or(sealed_at);
    Ok(Desk { doc, tongue: Tongue::new(strings, language, &doc.zone, at)? })
}

fn read(desk: &Desk<'_>) -> OrderSheet {
    let doc = desk.doc;
    let mut sheet = OrderSheet {
        no: doc.order_no.clone(),
        revision: doc.revision,
        date: desk.day().map(|d| d.to_string()),
        company: Company::of(&doc.company),
        supersedes: doc.supersedes.as_ref().map(|before| supersedes(desk, before)),
        head: case::head(desk),
        customer: case::customer(desk),
        machine: case::machine(desk),
        fault: case::fault(desk),
        readings: reading::readings(desk),
        times: case::times(desk),
        fees: fee::fees(desk),
        trial: close::trial(desk),
        advice: close::advice(doc),
        photos: close::photos(desk, &doc.photos),
        rating: close::rating(desk),
        sentence: close::sentence(desk),
        signing: doc.signing.as_ref().map(|signing| close::signing(desk, signing, close::sentence(desk))),
        technicians: close::technicians(&doc.technicians),
        heads: HEADS.iter().map(|key| ((*key).to_owned(), desk.w(key))).collect(),
    };
    for fields in [&mut sheet.head, &mut sheet.customer, &mut sheet.machine, &mut sheet.fault, &mut sheet.trial] {
        fields.retain(|f| !f.is_empty());
    }
    sheet
}

fn supersedes(desk: &Desk<'_>, before: &Supersedes) -> Words {
    let (revision, former) = (same(desk.doc.revision.to_string()), same(before.revision.to_string()));
    let (hash, reason) = (same(short(&before.hash)), same(&before.reason));
    let values = [("revision", &revision), ("former", &former), ("hash", &hash), ("reason", &reason)];
    desk.strings.fill("supersedes", &values)
}

/// The headings that the template sets by itself.
const HEADS: [&str; 29] = [
    "title",
    "revision",
    "hotline",
    "section.customer",
    "section.machine",
    "section.fault",
    "section.readings",
    "section.times",
    "section.fees",
    "section.trial",
    "section.advice",
    "section.photos",
    "section.sign",
    "reading.item",
    "reading.before",
    "reading.after",
    "reading.found",
    "reading.change",
    "reading.usual",
    "fee.item",
    "fee.old",
    "fee.qty",
    "fee.unit_price",
    "fee.tax_rate",
    "fee.tax",
    "fee.amount",
    "fee.capitals",
    "fee.total",
    "signing.technician",
];
