//! Prints what was sealed once more and compares it with the file that somebody holds: the same input prints the same bytes. Photos are
//! taken out of the file itself where their hash is the sealed one, so that nothing else is needed.

use gongdan_documents::read::{differing_pages, read};
use gongdan_documents::{Document, Language, SealInfo, Templates, strictly};
use gongdan_domain::seal::code::verify_address;
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::work_order::OrderDocument;
use serde_json::Value;

use super::found::Found;
use super::{File, Pdf};

/// What the printing shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Printed {
    /// Byte for byte what this version prints.
    Same,
    /// These pages are drawn differently, counted from 1.
    Pages(Vec<usize>),
    /// The pages are the same; something else in the file is not.
    Rest,
    /// It cannot be printed again here as it was: another template, another version, a form that is not known.
    NotCompared,
}

/// A file that says what the server holds is printed from that; one that says something else from its own words, so that only what
/// differs between its words and its pages shows.
pub fn compare(found: &Found, content: &Value, file: &File, pdf: &Pdf, own: &Templates) -> Printed {
    let document = if *content == found.payload.content {
        found.order.clone()
    } else {
        serde_json::from_value(content.clone()).ok()
    };
    match (document, &file.proof) {
        (Some(document), Some(proof)) => match again(&document, proof, pdf, own) {
            // Printed before the company had templates of its own, or beside them.
            Printed::NotCompared if !own.is_own() => again(&document, proof, pdf, &Templates::default()),
            printed => printed,
        },
        _ => Printed::NotCompared,
    }
}

/// From nothing but the file.
pub fn again(document: &OrderDocument, proof: &Proof, pdf: &Pdf, templates: &Templates) -> Printed {
    let Some(info) = info(document, proof) else { return Printed::NotCompared };
    let photos = &pdf.held.photos;
    let mut closest: Option<Vec<usize>> = None;
    for language in [Language::Zh, Language::En, Language::Both] {
        let photo = |hash: &str| photos.get(hash).cloned();
        let wish = Document::WorkOrder(document);
        let Ok(bytes) = strictly(&wish, Some(&info), &photo, language, templates) else { continue };
        if bytes == pdf.bytes {
            return Printed::Same;
        }
        let Some(printed) = read(bytes) else { continue };
        let pages = differing_pages(&pdf.held, &printed);
        // Nothing alike: another language, template or version.
        let alike = pages.len() < pdf.held.pages.len().max(printed.pages.len());
        if alike && closest.as_ref().is_none_or(|c| pages.len() < c.len()) {
            closest = Some(pages);
        }
    }
    match closest {
        Some(pages) if pages.is_empty() => Printed::Rest,
        Some(pages) => Printed::Pages(pages),
        None => Printed::NotCompared,
    }
}

fn info(document: &OrderDocument, proof: &Proof) -> Option<SealInfo> {
    let (sealed, receipt) = (&proof.document, proof.receipt.as_ref());
    let url = verify_address(document.company.public_address.as_deref(), &sealed.hash);
    SealInfo::of(sealed, receipt, url).ok()?.proven(proof).ok()
}
