//! Paper: the work order as PDF/A-3b, set offline from templates that are data (G1, G6, G7), the same bytes on device and server.
//! It prints what the [`OrderDocument`] says and the seal proves; it refuses to compute prices, judge readings or read a clock.

mod font;
mod number;
mod order;
mod seal;
mod signature;
mod strings;
mod world;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{Datelike, Timelike};
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::OrderDocument;
use serde_json::Value as Json;
use typst::foundations::{Array, Bytes, Datetime, Dict, Smart, Value};
use typst::visualize::{ExchangeFormat, RasterImage};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

pub use seal::{SEAL_FILE, SealInfo, verify_code};

/// In which language a document speaks. `Both`: Chinese carries, English stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Zh,
    En,
    Both,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The order names a time zone that does not exist.
    #[error("unknown time zone {0:?}")]
    Zone(String),
    /// The sealed text is not the sealed content of an order.
    #[error("the sealed payload cannot be read")]
    Seal,
    /// A template or its words have a mistake; the text is for the one who wrote them.
    #[error("the template cannot be set: {0}")]
    Template(String),
}

/// The templates in use. A company may replace each; what it leaves out is the product's own.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    /// The page system: type, rules, letterhead, foot.
    pub page: Option<Cow<'static, str>>,
    /// The work order.
    pub work_order: Option<Cow<'static, str>>,
    /// Words over those of the catalogue: `{"key": {"zh": "…", "en": "…"}}`.
    pub strings: Option<Cow<'static, str>>,
}

const PAGE: &str = include_str!("../templates/page.typ");
const WORK_ORDER: &str = include_str!("../templates/work-order.typ");

/// The work order as PDF/A-3b. Without a seal it is a draft and says so.
/// `photos` gives the bytes of a photo by its hash; a photo that is not here yet leaves its place with a word.
pub fn work_order_pdf(
    doc: &OrderDocument,
    seal: Option<&SealInfo>,
    photos: &dyn Fn(&str) -> Option<Vec<u8>>,
    language: Language,
) -> Result<Vec<u8>, DocumentError> {
    work_order_pdf_with(&Templates::default(), doc, seal, photos, language)
}

/// The same with a company's own templates.
pub fn work_order_pdf_with(
    templates: &Templates,
    doc: &OrderDocument,
    seal: Option<&SealInfo>,
    photos: &dyn Fn(&str) -> Option<Vec<u8>>,
    language: Language,
) -> Result<Vec<u8>, DocumentError> {
    let strings = strings::Strings::read(templates.strings.as_deref())?;
    let view = order::view(doc, seal, language, &strings)?;
    let mut data = serde_json::to_value(&view).map_err(|e| DocumentError::Template(e.to_string()))?;
    walk(&mut data, &|text| *text = font::printable(text));

    let pictures = doc.photos.iter().map(|p| photos(&p.hash).and_then(picture).map_or(Value::None, Value::Bytes));
    let mut inputs = Dict::new();
    inputs.insert("data".into(), Value::Bytes(Bytes::from_string(data.to_string())));
    inputs.insert("photos".into(), Value::Array(pictures.collect::<Array>()));
    inputs.insert("ink".into(), order::signature(doc).map_or(Value::None, svg));
    if let Some(seal) = seal {
        inputs.insert("seal".into(), Value::Bytes(Bytes::from_string(seal.payload.clone())));
        inputs.insert("qr".into(), svg(seal::qr(seal, doc)));
    }
    let sources = [
        ("work-order.typ", templates.work_order.as_deref().unwrap_or(WORK_ORDER)),
        ("page.typ", templates.page.as_deref().unwrap_or(PAGE)),
    ];
    let press = world::Press::new(&sources, inputs)?;
    let pages = press.set()?;
    let made_at = seal.map(|s| s.sealed_at).or_else(|| order::last_known(doc));
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", doc.order_no, doc.revision)),
        creator: Smart::Custom(Some("Gongdan 工单".to_owned())),
        timestamp: made_at.and_then(timestamp),
        standards: PdfStandards::new(&[PdfStandard::A_3b])
            .map_err(|e| DocumentError::Template(e.message().to_string()))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages, &options).map_err(|errors| press.refusal(&errors))
}

/// The characters on an order that no font of ours has, with how often they occur: they print as 〔U+…〕 (G7).
pub fn unprintable(doc: &OrderDocument) -> Vec<(char, usize)> {
    let mut found: BTreeMap<char, usize> = BTreeMap::new();
    let seen = std::cell::RefCell::new(&mut found);
    let mut data = serde_json::to_value(doc).unwrap_or_default();
    walk(&mut data, &|text| {
        for c in font::missing(text) {
            *seen.borrow_mut().entry(c).or_default() += 1;
        }
    });
    found.into_iter().collect()
}

fn walk(value: &mut Json, visit: &impl Fn(&mut String)) {
    match value {
        Json::String(text) => visit(text),
        Json::Array(items) => items.iter_mut().for_each(|v| walk(v, visit)),
        Json::Object(fields) => fields.values_mut().for_each(|v| walk(v, visit)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// A photo that can be decoded; one broken file must not cost the customer his document.
fn picture(bytes: Vec<u8>) -> Option<Bytes> {
    let format = ExchangeFormat::detect(&bytes)?;
    let bytes = Bytes::new(bytes);
    RasterImage::plain(bytes.clone(), format).ok().map(|_| bytes)
}

fn svg(text: String) -> Value {
    Value::Bytes(Bytes::from_string(text))
}

fn timestamp(at: Instant) -> Option<Timestamp> {
    let part = |n: u32| u8::try_from(n).ok();
    let (month, day) = (part(at.month())?, part(at.day())?);
    let (hour, minute, second) = (part(at.hour())?, part(at.minute())?, part(at.second())?);
    Datetime::from_ymd_hms(at.year(), month, day, hour, minute, second).map(Timestamp::new_utc)
}
