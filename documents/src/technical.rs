//! The technical department's copy of an order (H5): what was wrong, measured and done, without prices, personal phones or the
//! customer's signature. They are not covered up, they are not there: the copy is set from a value that never had them.

use chrono_tz::Tz;
use gongdan_domain::catalogue::Words;
use gongdan_domain::fact::PhotoKind;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{OldPart, OrderDocument, OrderFault, OrderMachine, OrderReading, OrderTest, Signing};
use serde::{Deserialize, Serialize};
use typst::foundations::{Array, Bytes, Dict, Smart, Value};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::table::Table;
use crate::world::Press;
use crate::{DocumentError, font};

const TEMPLATE: &str = include_str!("../templates/technical.typ");
const WORDS: &str = include_str!("../templates/technical.json");
/// The copy's name and version.
const FORM: &str = "gongdan.technical-copy/1";

/// A part without its price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TechnicalPart {
    pub code: String,
    pub words: Words,
    pub quantity: String,
    pub unit: Words,
    pub old_part: OldPart,
    pub covered_by_warranty: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TechnicalPhoto {
    pub hash: String,
    pub kind: PhotoKind,
    pub caption: String,
    pub taken_at: Instant,
}

/// Everything of an order that the technical department needs, and nothing else. A field that is new on the order is not here by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TechnicalCopy {
    pub form: String,
    /// Said in the file itself: a copy, not what was sealed.
    pub notice: Words,
    /// SHA-256 of the sealed original.
    pub original_hash: String,
    pub order_no: String,
    pub revision: u32,
    pub zone: String,
    pub company: Words,
    pub category: Words,
    pub service_kind: Words,
    pub warranty: Words,
    pub customer: String,
    pub address: String,
    pub machine: OrderMachine,
    pub fault: OrderFault,
    pub readings: Vec<OrderReading>,
    pub started: Option<Instant>,
    pub finished: Option<Instant>,
    pub technicians: Vec<String>,
    pub parts: Vec<TechnicalPart>,
    pub test: Option<OrderTest>,
    pub photos: Vec<TechnicalPhoto>,
    /// `signed`, `declined` … without name, words and strokes.
    pub signing: Option<String>,
}

impl TechnicalCopy {
    pub fn of(order: &OrderDocument, original_hash: &str) -> Self {
        let table = Table::read(WORDS);
        let part = |p: &gongdan_domain::work_order::OrderPart| TechnicalPart {
            code: p.code.clone(),
            words: p.words.clone(),
            quantity: p.quantity.clone(),
            unit: p.unit.clone(),
            old_part: p.old_part,
            covered_by_warranty: p.covered_by_warranty,
        };
        let photo = |p: &gongdan_domain::work_order::OrderPhoto| TechnicalPhoto {
            hash: p.hash.clone(),
            kind: p.kind,
            caption: p.caption.clone(),
            taken_at: p.taken_at,
        };
        Self {
            form: FORM.to_owned(),
            notice: Words::new(table.say("notice", false), table.say("notice", true)),
            original_hash: original_hash.to_owned(),
            order_no: order.order_no.clone(),
            revision: order.revision,
            zone: order.zone.clone(),
            company: order.company.name.clone(),
            category: order.head.category.clone(),
            service_kind: order.head.service_kind.clone(),
            warranty: order.head.warranty.clone(),
            customer: order.customer.name.clone(),
            address: order.customer.address.clone(),
            machine: order.machine.clone(),
            fault: order.fault.clone(),
            readings: order.readings.clone(),
            started: order.times.started,
            finished: order.times.finished,
            technicians: order.technicians.iter().map(|t| t.name.clone()).collect(),
            parts: order.parts.iter().map(part).collect(),
            test: order.test.clone(),
            photos: order.photos.iter().map(photo).collect(),
            signing: order.signing.as_ref().map(|signing| ended(signing).to_owned()),
        }
    }

    /// The copy as PDF/A-3b. `photos` gives the bytes of a photo by its hash.
    pub fn pdf(&self, photos: &dyn Fn(&str) -> Option<Vec<u8>>, english: bool) -> Result<Vec<u8>, DocumentError> {
        let zone: Tz = self.zone.parse().map_err(|_| DocumentError::Zone(self.zone.clone()))?;
        let template = |e: serde_json::Error| DocumentError::Template(e.to_string());
        let mut data = serde_json::to_value(self).map_err(template)?;
        let clock = |at: Option<Instant>| at.map(|at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
        data["started"] = clock(self.started).into();
        data["finished"] = clock(self.finished).into();
        data["t"] = serde_json::to_value(Table::read(WORDS).all(english)).map_err(template)?;
        data["english"] = english.into();
        crate::print::walk(&mut data, &|text| *text = font::printable(text));
        let mut inputs = Dict::new();
        inputs.insert("data".into(), Value::Bytes(Bytes::from_string(data.to_string())));
        let pictures = self
            .photos
            .iter()
            .map(|p| photos(&p.hash).and_then(crate::print::picture).map_or(Value::None, Value::Bytes));
        inputs.insert("photos".into(), Value::Array(pictures.collect::<Array>()));
        let press = Press::new(&[("technical.typ", TEMPLATE)], inputs)?;
        let pages = press.set()?;
        let options = PdfOptions {
            ident: Smart::Custom(format!("{} {} technical", self.order_no, self.revision)),
            creator: Smart::Custom(Some("Gongdan 工单".to_owned())),
            timestamp: self.finished.or(self.started).and_then(crate::print::timestamp),
            standards: PdfStandards::new(&[PdfStandard::A_3b])
                .map_err(|e| DocumentError::Template(e.message().to_string()))?,
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&pages, &options).map_err(|errors| press.refusal(&errors))
    }
}

fn ended(signing: &Signing) -> &'static str {
    match signing {
        Signing::Signed { .. } => "signed",
        Signing::Declined { .. } => "declined",
        Signing::Absent { .. } => "absent",
        Signing::Later { .. } => "later",
    }
}
