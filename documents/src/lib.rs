//! Paper: orders, receipts, slips, notices, cards and covers as PDF/A-3b, set offline from templates that are data (G1, G6, G7), the same
//! bytes on device and server. It prints what its input says and the seal proves; it refuses to compute prices or read a clock.

mod card;
mod check;
mod cover;
pub mod difference;
mod example;
mod field;
mod file_name;
mod font;
mod invoice;
pub mod letter;
mod number;
mod order;
mod pack;
mod paper;
mod print;
pub mod read;
mod seal;
mod signature;
mod strings;
pub mod table;
pub mod technical;
mod templates;
mod world;

use std::collections::BTreeMap;

use gongdan_domain::paper::{Paper, VoidedPaper};
use gongdan_domain::work_order::OrderDocument;
use serde::Serialize;

pub use card::{ServiceCard, ServiceLine, WorkId};
pub use check::{check, check_one};
pub use cover::{ArchiveCover, ArchiveLine};
pub use example::{preview, preview_letterhead};
pub use file_name::{file_name, order_file_no};
pub use invoice::InvoiceSheet;
pub use order::OrderSheet;
pub use paper::PaperSheet;
pub use print::Printed;
pub use seal::{Later, PROOF_FILE, SEAL_FILE, SealInfo, VOID_FILE};
pub use templates::{TEMPLATE_NAMES, Templates, built_in};

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
    /// The document names a time zone that does not exist.
    #[error("unknown time zone {0:?}")]
    Zone(String),
    /// The sealed text is not the sealed content of an order.
    #[error("the sealed payload cannot be read")]
    Seal,
    /// A template or its words have a mistake; the text is for the one who wrote them.
    #[error("the template cannot be set: {0}")]
    Template(String),
}

/// Everything that can be printed.
#[derive(Debug, Clone, Copy)]
pub enum Document<'a> {
    WorkOrder(&'a OrderDocument),
    /// `voided` comes after the seal and stands over it.
    Paper {
        paper: &'a Paper,
        voided: Option<&'a VoidedPaper>,
    },
    Invoice(&'a InvoiceSheet),
    ServiceCard(&'a ServiceCard),
    WorkId(&'a WorkId),
    ArchiveCover(&'a ArchiveCover),
}

/// The words of the page on which anybody verifies an order.
pub const VERIFY_WORDS: &str = include_str!("../templates/verify.json");

/// `¥1,830.00`
pub fn yuan(fen: i64) -> String {
    format!("¥{}", number::money(fen))
}

/// Gives the bytes of a photo by its hash; a photo that is not here yet leaves its place with a word.
pub type Photos<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// The document as PDF/A-3b. Without a seal a paper is a draft and says so. A company's template with a mistake does not cost the
/// customer his document: the product's own is used, and [`Printed::warning`] says what was wrong.
pub fn render(
    document: &Document<'_>,
    seal: Option<&SealInfo>,
    photos: Photos<'_>,
    language: Language,
    templates: &Templates,
) -> Result<Printed, DocumentError> {
    match strictly(document, seal, photos, language, templates) {
        Ok(pdf) => Ok(Printed { pdf, warning: None }),
        Err(DocumentError::Template(why)) if !templates.is_own() => {
            let pdf = strictly(document, seal, photos, language, &Templates::default())?;
            Ok(Printed { pdf, warning: Some(why) })
        }
        Err(error) => Err(error),
    }
}

/// The same without falling back: for whoever checks templates.
pub fn strictly(
    document: &Document<'_>,
    seal: Option<&SealInfo>,
    photos: Photos<'_>,
    language: Language,
    templates: &Templates,
) -> Result<Vec<u8>, DocumentError> {
    let strings = strings::Strings::read(templates.get(templates::STRINGS))?;
    let desk = print::Desk { seal, photos, language, strings: &strings };
    let sheet = match document {
        Document::WorkOrder(doc) => order::sheet(&desk, doc),
        Document::Paper { paper, voided } => paper::sheet(&desk, paper, *voided),
        Document::Invoice(invoice) => invoice::sheet(&desk, invoice),
        Document::ServiceCard(card) => card::service(&desk, card),
        Document::WorkId(id) => card::work_id(&desk, id),
        Document::ArchiveCover(cover) => cover::sheet(&desk, cover),
    }?;
    sheet.print(templates)
}

/// The order as it is printed with these templates, to be read on the screen on which it is signed. Words with a mistake do not cost the
/// customer his order: the product's own are used.
pub fn order_sheet(doc: &OrderDocument, templates: &Templates) -> Result<OrderSheet, DocumentError> {
    order::on_screen(doc, &words_of(templates)?)
}

/// A paper likewise.
pub fn paper_sheet(paper: &Paper, templates: &Templates) -> Result<PaperSheet, DocumentError> {
    paper::on_screen(paper, &words_of(templates)?)
}

fn words_of(templates: &Templates) -> Result<strings::Strings, DocumentError> {
    strings::Strings::read(templates.get(templates::STRINGS)).or_else(|_| strings::Strings::read(None))
}

/// The work order with the product's own templates.
pub fn work_order_pdf(
    doc: &OrderDocument,
    seal: Option<&SealInfo>,
    photos: Photos<'_>,
    language: Language,
) -> Result<Vec<u8>, DocumentError> {
    strictly(&Document::WorkOrder(doc), seal, photos, language, &Templates::default())
}

/// The characters of a document's content that no font of ours has, with how often they occur: they print as 〔U+…〕 (G7).
pub fn unprintable(content: &impl Serialize) -> Vec<(char, usize)> {
    let mut found: BTreeMap<char, usize> = BTreeMap::new();
    let seen = std::cell::RefCell::new(&mut found);
    let mut data = serde_json::to_value(content).unwrap_or_default();
    print::walk(&mut data, &|text| {
        for c in font::missing(text) {
            *seen.borrow_mut().entry(c).or_default() += 1;
        }
    });
    found.into_iter().collect()
}
