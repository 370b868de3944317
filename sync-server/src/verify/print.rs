//! Prints what was sealed once more and compares it with the file that somebody holds: the same input prints the same bytes. Photos are
//! taken out of the file itself where their hash is the sealed one, so that nothing else is needed.

use gongdan_documents::read::{differing_pages, read};
use gongdan_documents::{Document, Language, SealInfo, Templates, strictly};
use gongdan_domain::paper::VoidedPaper;
use gongdan_domain::seal::code::verify_address;
use gongdan_domain::seal::proof::Proof;
use serde_json::Value;

use super::content::Content;
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
pub fn compare(
    found: &Found,
    content: &Value,
    file: &File,
    pdf: &Pdf,
    own: &Templates,
    public: PublicAddress<'_>,
) -> Printed {
    let said = if *content == found.payload.content {
        found.content.clone()
    } else {
        Content::read(&found.document.kind, content)
    };
    match (said, &file.proof) {
        (Some(said), Some(proof)) => match again(&said, &found.voids, proof, pdf, own, public) {
            // Printed before the company had templates of its own, or beside them.
            Printed::NotCompared if !own.is_own() => {
                again(&said, &found.voids, proof, pdf, &Templates::default(), public)
            }
            printed => printed,
        },
        _ => Printed::NotCompared,
    }
}

/// The company's public address of today: an order that was sealed without one is printed with it.
#[derive(Debug, Clone, Copy)]
pub enum PublicAddress<'a> {
    /// There is no server to ask.
    NotKnown,
    Is(Option<&'a str>),
}

/// From nothing but the file, what is known of its being void, and that address.
pub fn again(
    content: &Content,
    voids: &[VoidedPaper],
    proof: &Proof,
    pdf: &Pdf,
    templates: &Templates,
    public: PublicAddress<'_>,
) -> Printed {
    let sealed_with = content.public_address();
    let (addresses, all_known) = match (sealed_with, public) {
        (Some(_), _) => (vec![sealed_with], true),
        (None, PublicAddress::Is(None)) => (vec![None], true),
        // It may have been printed with an address that the company no longer has.
        (None, PublicAddress::Is(today)) => (vec![None, today], false),
        (None, PublicAddress::NotKnown) => (vec![None], false),
    };
    let infos: Vec<SealInfo> = addresses.into_iter().filter_map(|address| info(address, proof)).collect();
    let photos = &pdf.held.photos;
    // It names what it was printed with. With the same, every difference was made afterwards; with something else none can be told.
    let with_the_same = pdf.held.printed_with.as_ref().map(|mark| *mark == templates.mark());
    if with_the_same == Some(false) {
        return Printed::NotCompared;
    }
    let certain = with_the_same == Some(true) && all_known;
    let mut closest: Option<Vec<usize>> = None;
    let languages = [Language::Zh, Language::En, Language::Both];
    let states = states(content, voids);
    let wishes = states.iter().flat_map(|(wish, state)| {
        let (superseded, outvoted) = *state;
        let one = move |info: &SealInfo| SealInfo { superseded, outvoted, ..info.clone() };
        infos.iter().map(one).flat_map(move |info| languages.map(|language| (wish, info.clone(), language)))
    });
    for (wish, info, language) in wishes {
        let photo = |hash: &str| photos.get(hash).cloned();
        let Ok(bytes) = strictly(wish, Some(&info), &photo, language, templates) else { continue };
        if bytes == pdf.bytes {
            return Printed::Same;
        }
        let Some(printed) = read(bytes) else { continue };
        let pages = differing_pages(&pdf.held, &printed);
        // Nothing alike, and no word of what it was printed with: another language, template or version.
        let alike = certain || pages.len() < pdf.held.pages.len().max(printed.pages.len());
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

/// In which states it may have been printed, all of which are what was sealed: while it counted; after a later revision had taken an
/// order's place, or another document was named; while a receipt was void.
fn states<'a>(content: &'a Content, voids: &'a [VoidedPaper]) -> Vec<(Document<'a>, (bool, bool))> {
    match content {
        Content::Order(order) => {
            [(false, false), (true, false), (false, true)].map(|replaced| (Document::WorkOrder(order), replaced)).into()
        }
        Content::Paper(paper) => std::iter::once(None)
            .chain(voids.iter().map(Some))
            .map(|voided| (Document::Paper { paper, voided }, (false, false)))
            .collect(),
    }
}

fn info(address: Option<&str>, proof: &Proof) -> Option<SealInfo> {
    let (sealed, receipt) = (&proof.document, proof.receipt.as_ref());
    let url = verify_address(address, &sealed.hash);
    SealInfo::of(sealed, receipt, url).ok()?.proven(proof).ok()
}
