//! From a view to the file: what the template reads goes in as data, never as markup. Refuses a document that does not settle.

use chrono::{Datelike, Timelike};
use gongdan_domain::paper::VoidedPaper;
use gongdan_domain::time::Instant;
use serde::Serialize;
use serde_json::Value as Json;
use typst::foundations::{Array, Bytes, Datetime, Dict, Smart, Value};
use typst::visualize::{ExchangeFormat, RasterImage};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::pack::packed;
use crate::seal::{SealInfo, qr};
use crate::strings::Strings;
use crate::templates::{PAGE, Templates};
use crate::{DocumentError, Language, Photos, font, world};

/// The product, as a file names it; beside it stands what it was printed with.
pub const CREATOR: &str = "Gongdan 工单";

/// A document and what stood in the way of the company's own template, if anything.
#[derive(Debug, Clone)]
pub struct Printed {
    pub pdf: Vec<u8>,
    /// For the office: which template has which mistake.
    pub warning: Option<String>,
}

/// What every view is made with.
pub struct Desk<'a> {
    pub seal: Option<&'a SealInfo>,
    pub photos: Photos<'a>,
    pub language: Language,
    pub strings: &'a Strings,
}

/// A document ready for its template.
pub struct Sheet {
    /// The main template.
    template: &'static str,
    ident: String,
    made_at: Option<Instant>,
    inputs: Dict,
    with_pictures: bool,
}

impl Sheet {
    /// `ident` and `made_at` make the file the same whenever it is printed.
    pub fn new(
        template: &'static str,
        ident: String,
        made_at: Option<Instant>,
        view: &impl Serialize,
    ) -> Result<Self, DocumentError> {
        let mut data = serde_json::to_value(view).map_err(|e| DocumentError::Template(e.to_string()))?;
        walk(&mut data, &|text| *text = font::printable(text));
        let mut inputs = Dict::new();
        inputs.insert("data".into(), Value::Bytes(Bytes::from_string(data.to_string())));
        Ok(Self { template, ident, made_at, inputs, with_pictures: false })
    }

    /// An SVG under a name; none where there is none.
    pub fn drawing(mut self, name: &str, svg: Option<String>) -> Self {
        self.inputs.insert(name.into(), svg.map_or(Value::None, |text| Value::Bytes(Bytes::from_string(text))));
        self
    }

    /// Pictures under a name; one that cannot be decoded must not cost the customer his document.
    pub fn pictures(mut self, name: &str, pictures: impl Iterator<Item = Option<Vec<u8>>>) -> Self {
        let shown = pictures.map(|bytes| bytes.and_then(picture).map_or(Value::None, Value::Bytes));
        let shown: Array = shown.collect();
        self.with_pictures |= shown.iter().any(|picture| *picture != Value::None);
        self.inputs.insert(name.into(), Value::Array(shown));
        self
    }

    /// The sealed text beside the paper, and the QR that leads to the proof.
    pub fn sealed(mut self, seal: Option<&SealInfo>, no: &str) -> Self {
        if let Some(seal) = seal {
            self.inputs.insert("seal".into(), Value::Bytes(Bytes::from_string(seal.payload.clone())));
            let proof = seal.proof.clone().map_or(Value::None, |text| Value::Bytes(Bytes::from_string(text)));
            self.inputs.insert("proof".into(), proof);
            self = self.drawing("qr", Some(qr(seal, no)));
        }
        self
    }

    /// That it is void, beside what was sealed.
    pub fn voided(mut self, voided: Option<&VoidedPaper>) -> Result<Self, DocumentError> {
        if let Some(voided) = voided {
            let text = serde_json::to_string(voided).map_err(|e| DocumentError::Template(e.to_string()))?;
            self.inputs.insert("void".into(), Value::Bytes(Bytes::from_string(text)));
        }
        Ok(self)
    }

    pub fn print(mut self, templates: &Templates) -> Result<Vec<u8>, DocumentError> {
        let with_pictures = self.with_pictures;
        let logo = templates.logo().cloned().and_then(picture).map_or(Value::None, Value::Bytes);
        self.inputs.insert("logo".into(), logo);
        let main = templates.text(self.template);
        let press = world::Press::new(&[(self.template, main), (PAGE, templates.text(PAGE))], self.inputs)?;
        let pages = press.set().inspect_err(|_| forget(with_pictures))?;
        let options = PdfOptions {
            ident: Smart::Custom(self.ident),
            creator: Smart::Custom(Some(format!("{CREATOR} {}", templates.mark()))),
            timestamp: self.made_at.and_then(timestamp),
            standards: PdfStandards::new(&[PdfStandard::A_3b])
                .map_err(|e| DocumentError::Template(e.message().to_string()))?,
            ..PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&pages, &options).map(packed).map_err(|errors| press.refusal(&errors));
        forget(with_pictures);
        pdf
    }
}

/// Typst remembers what it set, for whoever sets the same again: for a server that is every photo it ever printed, unpacked. What the
/// last document did not use either is forgotten; after pictures everything is.
fn forget(with_pictures: bool) {
    typst::comemo::evict(if with_pictures { 0 } else { 1 });
}

/// Visits every text of a value.
pub fn walk(value: &mut Json, visit: &impl Fn(&mut String)) {
    match value {
        Json::String(text) => visit(text),
        Json::Array(items) => items.iter_mut().for_each(|v| walk(v, visit)),
        Json::Object(fields) => fields.values_mut().for_each(|v| walk(v, visit)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

pub fn picture(bytes: Vec<u8>) -> Option<Bytes> {
    let format = ExchangeFormat::detect(&bytes)?;
    let bytes = Bytes::new(bytes);
    RasterImage::plain(bytes.clone(), format).ok().map(|_| bytes)
}

pub fn timestamp(at: Instant) -> Option<Timestamp> {
    let part = |n: u32| u8::try_from(n).ok();
    let (month, day) = (part(at.month())?, part(at.day())?);
    let (hour, minute, second) = (part(at.hour())?, part(at.minute())?, part(at.second())?);
    Datetime::from_ymd_hms(at.year(), month, day, hour, minute, second).map(Timestamp::new_utc)
}
