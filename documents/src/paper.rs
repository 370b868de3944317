//! Receipt, slips and notices as their templates print them. One frame for all; each kind adds its own sections.
//! Refuses to leave out what was sealed: a paper prints everything that it says.

mod hazard;
mod receipt;
mod slip;

use std::collections::BTreeMap;

use gongdan_domain::catalogue::Words;
use gongdan_domain::paper::{Paper, PaperBody, VoidedPaper};
use gongdan_domain::work_order::{OrderTechnician, Signing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::field::{Entry, Field, Run, Tongue, with_unit};
use crate::order::{Company, close};
use crate::print::{Desk, Sheet};
use crate::seal::{SealInfo, short};
use crate::strings::{Strings, same};
use crate::templates::{HAZARD, RECEIPT, SLIP};
use crate::{DocumentError, Language};

/// A paper section by section, in the words that are printed. The screen on which it is signed shows this and nothing less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperSheet {
    pub no: String,
    date: Option<String>,
    title: Words,
    head: Vec<Field>,
    sections: Vec<Section>,
    photos: Vec<close::Photo>,
    /// The customer's answers, of which he takes one.
    decisions: Vec<Words>,
    /// Who signs as what, and what is filled in by pen when the thing is back.
    hands: Vec<Field>,
    /// What stands under it in small print.
    note: Option<Words>,
    /// What the paper calls its columns.
    heads: BTreeMap<String, Words>,
}

/// What every paper has: what the page system reads, the title, the head facts and the two who hand over.
#[derive(Debug, Serialize)]
pub struct Frame<'a, T: Serialize> {
    language: &'static str,
    t: &'a BTreeMap<String, Words>,
    draft: bool,
    no: &'a str,
    /// Papers have no revisions: a wrong one is voided, and another takes its place.
    revision: Option<u32>,
    date: Option<String>,
    company: Company,
    title: Words,
    head: Vec<Field>,
    verify_code: Option<&'a str>,
    short_hash: Option<String>,
    hands: Option<Hands>,
    #[serde(flatten)]
    rest: T,
}

/// Who gave and who took; the left one is the customer.
#[derive(Debug, Serialize)]
pub struct Hands {
    /// What the customer's signature means, if that is not said elsewhere.
    sentence: Option<Words>,
    left: Words,
    right: Words,
    customer: Option<close::Sign>,
    technician: Words,
    /// The device's signature in the place of the technician's.
    mark: Option<String>,
    at: String,
    /// Lines to be filled in by pen when the thing is back.
    blanks: Vec<Words>,
}

impl Hands {
    fn on_screen(self) -> Vec<Field> {
        let open = |label| Field { label, span: 1, entry: Entry::Blank };
        let signed = [open(self.left), Field::runs(self.right, 1, vec![Run::plain(self.technician)])];
        signed.into_iter().chain(self.blanks.into_iter().map(open)).collect()
    }
}

/// A part of a paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "part", rename_all = "snake_case")]
#[ts(export, rename = "PaperSection")]
pub enum Section {
    Text {
        name: Words,
        text: Words,
    },
    Fields {
        name: Words,
        fields: Vec<Field>,
    },
    Ticks {
        name: Words,
        items: Vec<Words>,
    },
    /// What was handed over, with a second column for the return.
    Handed {
        name: Words,
        rows: Vec<slip::Row>,
    },
    Fees {
        name: Words,
        rows: Vec<slip::FeeRow>,
        note: Option<Words>,
    },
    Estimate {
        name: Words,
        text: Words,
        sum: String,
        note: Option<Words>,
    },
    Points {
        name: Words,
        points: Vec<Words>,
    },
    /// What is dangerous on the site.
    Hazards {
        name: Words,
        lead: Vec<Run>,
        rows: Vec<hazard::Row>,
    },
    Photos {
        name: Words,
    },
}

/// The columns that templates name by themselves.
const HEADS: [&str; 10] = [
    "workshop.item",
    "workshop.out",
    "workshop.back",
    "fee.qty",
    "fee.item",
    "fee.unit_price",
    "fee.amount",
    "hazard.seen",
    "hazard.consequence",
    "hazard.remedy",
];

impl<T: Serialize> Frame<'_, T> {
    /// The same for a screen: the kind's own parts in the order of the page.
    fn on_screen(self, parts: impl FnOnce(T) -> (Vec<Section>, Vec<close::Photo>)) -> PaperSheet {
        let (sections, photos) = parts(self.rest);
        let heads = HEADS.iter().filter_map(|key| Some(((*key).to_owned(), self.t.get(*key)?.clone()))).collect();
        PaperSheet {
            no: self.no.to_owned(),
            date: self.date,
            title: self.title,
            head: self.head,
            sections,
            photos,
            decisions: Vec::new(),
            hands: self.hands.map(Hands::on_screen).unwrap_or_default(),
            note: None,
            heads,
        }
    }
}

/// What the views of papers need.
pub struct Writer<'a> {
    pub paper: &'a Paper,
    pub tongue: Tongue<'a>,
    pub seal: Option<&'a SealInfo>,
}

impl<'a> Writer<'a> {
    fn w(&self, key: &str) -> Words {
        self.tongue.w(key)
    }

    fn field(&self, key: &str, span: u8, text: impl Into<String>) -> Field {
        Field::text(self.w(key), span, text)
    }

    fn frame<T: Serialize>(&'a self, title: &str, mut head: Vec<Field>, hands: Option<Hands>, rest: T) -> Frame<'a, T> {
        head.retain(|f| !f.is_empty());
        Frame {
            language: self.tongue.code(),
            t: self.tongue.strings.all(),
            draft: self.seal.is_none(),
            no: &self.paper.no,
            revision: None,
            date: self.tongue.day().map(|day| day.to_string()),
            company: Company::of(&self.paper.company),
            title: self.w(title),
            head,
            verify_code: self.seal.map(|s| s.verify_code.as_str()),
            short_hash: self.seal.map(|s| short(&s.hash)),
            hands,
            rest,
        }
    }

    fn hands(&self, left: &str, right: &str, sentence: Option<&str>, blanks: &[&str]) -> Hands {
        let words = sentence.map(|key| self.w(key));
        let sign = |signing: &Signing| close::signing(&self.tongue, signing, words.clone().unwrap_or_default());
        let at = self.seal.map_or(self.paper.made_at, |s| s.sealed_at);
        Hands {
            sentence: words.clone(),
            left: self.w(left),
            right: self.w(right),
            customer: self.paper.signing.as_ref().map(sign),
            technician: person(&self.tongue, &self.paper.technician),
            mark: self.seal.map(|s| format!("ed25519 {}", s.short_signature())),
            at: self.tongue.full(at, false),
            blanks: blanks.iter().map(|key| self.w(key)).collect(),
        }
    }

    /// Name, contact and phone, as every slip begins.
    fn customer(&self) -> Section {
        let c = &self.paper.customer;
        self.fields(
            "section.customer",
            vec![
                self.field("customer.name", 2, &c.name),
                self.field("customer.contact", 1, &c.contact),
                self.field("customer.phone", 1, &c.phone),
                self.field("customer.address", 2, &c.address),
            ],
        )
    }

    fn fields(&self, name: &str, mut fields: Vec<Field>) -> Section {
        fields.retain(|f| !f.is_empty());
        Section::Fields { name: self.w(name), fields }
    }

    /// `日立 Hitachi OSP-37M5AI`.
    fn machine_name(&self) -> String {
        let m = &self.paper.machine;
        format!("{} {}", m.brand, m.model).trim().to_owned()
    }

    fn serial_no(&self) -> Field {
        let m = &self.paper.machine;
        Field::runs(self.w("machine.serial_no"), 1, vec![Run::mono(&m.serial_no)])
    }

    fn power(&self) -> String {
        with_unit(&self.paper.machine.power_kw, "kW")
    }

    fn order(&self) -> Field {
        Field::runs(self.w("paper.order"), 1, vec![Run::mono(&self.paper.order_no)])
    }

    fn day(&self) -> Field {
        self.field("paper.day", 1, self.tongue.day().map(|d| d.to_string()).unwrap_or_default())
    }
}

/// `张晓峰，0137`.
pub fn person(tongue: &Tongue<'_>, technician: &OrderTechnician) -> Words {
    tongue.named(&technician.name, &technician.number)
}

pub fn sheet(desk: &Desk<'_>, paper: &Paper, voided: Option<&VoidedPaper>) -> Result<Sheet, DocumentError> {
    let at = desk.seal.map_or(paper.made_at, |s| s.sealed_at);
    let tongue = Tongue::new(desk.strings, desk.language, &paper.zone, Some(at))?;
    let writer = Writer { paper, tongue, seal: desk.seal };
    // A void paper is another file than the one that was handed out.
    let ident = if voided.is_some() { format!("{} void", paper.no) } else { paper.no.clone() };
    let sheet = match &paper.body {
        PaperBody::Receipt(body) => Sheet::new(RECEIPT, ident, Some(at), &receipt::view(&writer, body, voided)),
        PaperBody::HandoverSlip(body) => Sheet::new(SLIP, ident, Some(at), &slip::handover(&writer, body)),
        PaperBody::LoanerSlip(body) => Sheet::new(SLIP, ident, Some(at), &slip::loaner(&writer, body)),
        PaperBody::DeclinedReplacement(body) => Sheet::new(SLIP, ident, Some(at), &slip::declined(&writer, body)),
        PaperBody::HazardNotice(body) => Sheet::new(HAZARD, ident, Some(at), &hazard::view(&writer, body)),
    }?;
    let sheet = sheet
        .pictures("photos", paper.photos.iter().map(|p| (desk.photos)(&p.hash)))
        .drawing("ink", paper.signing.as_ref().and_then(close::signature))
        .drawing("own_ink", close::own_signature(std::slice::from_ref(&paper.technician)));
    sheet.sealed(desk.seal, &paper.no).voided(voided)
}

/// The paper as it will be printed, to be read on a screen.
pub fn on_screen(paper: &Paper, strings: &Strings) -> Result<PaperSheet, DocumentError> {
    let tongue = Tongue::new(strings, Language::Zh, &paper.zone, Some(paper.made_at))?;
    let writer = Writer { paper, tongue, seal: None };
    let slip = |frame: Frame<'_, slip::Slip>| frame.on_screen(slip::Slip::parts);
    Ok(match &paper.body {
        PaperBody::Receipt(body) => receipt::on_screen(&writer, body),
        PaperBody::HandoverSlip(body) => slip(slip::handover(&writer, body)),
        PaperBody::LoanerSlip(body) => slip(slip::loaner(&writer, body)),
        PaperBody::DeclinedReplacement(body) => slip(slip::declined(&writer, body)),
        PaperBody::HazardNotice(body) => hazard::on_screen(&writer, body),
    })
}

/// Words where there are some.
fn some(text: &str) -> Option<Words> {
    (!text.trim().is_empty()).then(|| same(text))
}
