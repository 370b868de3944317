//! Documents of a visit as PDF, made here without a network: the order, its papers, invoice data, the service card, the work ID (G7, 5.8).
//! Refuses to print what was not sealed, and to leave a file half-written.

use std::path::PathBuf;

use gongdan_documents::{
    Document, DocumentError, InvoiceSheet, Language, OrderSheet, PaperSheet, SealInfo, ServiceCard, ServiceLine,
    Templates, WorkId, file_name, order_file_no, order_sheet, render,
};
use gongdan_domain::catalogue::Words;
use gongdan_domain::entity::person;
use gongdan_domain::fact::SigningChoice;
use gongdan_domain::paper::templates::DocumentTemplates;
use gongdan_domain::paper::{Paper, VoidedPaper};
use gongdan_domain::problem::Code;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::seal::SealPayload;
use gongdan_domain::seal::code::verify_address;
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::work_order::{Letterhead, OrderDocument, WORK_ORDER};

use crate::assemble::{Case, order, paper};
use crate::commands::args;
use crate::device::Device;
use crate::error::{Error, Result};
use crate::store::Reader;
use crate::store::sealed::Sealed;

/// A document read from the store, ready to be printed.
enum Loaded {
    Order(Box<OrderDocument>, SealInfo),
    Paper(Box<Paper>, Option<VoidedPaper>, SealInfo),
    Invoice(Box<InvoiceSheet>),
    Card(Box<ServiceCard>),
    Id(Box<WorkId>),
}

/// The file's bytes and its name.
pub fn pdf(device: &Device, wish: &args::OfDocument) -> Result<(String, Vec<u8>)> {
    let (loaded, templates) = device.read(|r| {
        let case = Case::load(r, wish.job, None)?;
        Ok((load(r, &case, &wish.document)?, templates(r)?))
    })?;
    let files = device.files()?;
    let language = match wish.language {
        args::PdfLanguage::Zh => Language::Zh,
        args::PdfLanguage::En => Language::En,
        args::PdfLanguage::Both => Language::Both,
    };
    let (document, seal) = match &loaded {
        Loaded::Order(doc, seal) => (Document::WorkOrder(doc), Some(seal)),
        Loaded::Paper(paper, voided, seal) => (Document::Paper { paper, voided: voided.as_ref() }, Some(seal)),
        Loaded::Invoice(sheet) => (Document::Invoice(sheet), None),
        Loaded::Card(card) => (Document::ServiceCard(card), None),
        Loaded::Id(id) => (Document::WorkId(id), None),
    };
    // A photo that is not here yet leaves its place with a word.
    let printed = render(&document, seal, &|hash| files.read(hash).ok(), language, &templates).map_err(unprinted)?;
    if let Some(why) = printed.warning {
        tracing::warn!(%why, "the company's template has a mistake: the product's own was used");
    }
    Ok((loaded.file_name(), printed.pdf))
}

impl Loaded {
    fn file_name(&self) -> String {
        let day = |at, zone: &str| zone.parse().ok().map(|zone| paper::day(at, zone));
        match self {
            Self::Order(doc, seal) => {
                let at = doc.times.arrived.or(doc.times.started).unwrap_or(seal.sealed_at);
                let no = order_file_no(&doc.order_no, seal.superseded.then_some(doc.revision));
                file_name(&no, &doc.customer.name, day(at, &doc.zone), "pdf")
            }
            Self::Paper(paper, _, seal) => {
                file_name(&paper.no, &paper.customer.name, day(seal.sealed_at, &paper.zone), "pdf")
            }
            Self::Invoice(sheet) => {
                let no = format!("{}-KP", sheet.order_no);
                file_name(&no, &sheet.customer, day(sheet.requested_at, &sheet.zone), "pdf")
            }
            Self::Card(card) => file_name("FWK", &card.serial_no, day(card.made_at, &card.zone), "pdf"),
            Self::Id(id) => file_name("GZZ", &id.technician.name, day(id.updated_at, &id.zone), "pdf"),
        }
    }
}

/// The company's templates in force today.
fn templates(r: &Reader) -> Result<Templates> {
    let published = r.reference::<DocumentTemplates>(ReferenceKind::DocumentTemplates, r.today());
    // A body of a newer version counts as absent.
    Ok(published.ok().flatten().map_or_else(Templates::default, |own| Templates::published(&own)))
}

/// The order in the words and the order of its paper, to be read on the screen.
pub(super) fn sheet(r: &Reader, document: &OrderDocument) -> Result<OrderSheet> {
    order_sheet(document, &templates(r)?).map_err(unprinted)
}

/// A paper likewise.
pub(super) fn paper_sheet(r: &Reader, paper: &Paper) -> Result<PaperSheet> {
    gongdan_documents::paper_sheet(paper, &templates(r)?).map_err(unprinted)
}

fn load(r: &Reader, case: &Case, which: &args::DocumentRef) -> Result<Loaded> {
    match which {
        // Also while the order is open for its next revision: what was sealed prints.
        args::DocumentRef::Order => sealed_order(r, case, case.sealed.as_ref().ok_or(Code::NotSealed)?),
        args::DocumentRef::Revision { hash } => {
            let sealed = r.sealed(case.job)?.into_iter();
            let mut orders = sealed.filter(|s| s.visit == case.visit && s.document.kind == WORK_ORDER);
            sealed_order(r, case, &orders.find(|s| s.document.hash == *hash).ok_or(Code::NotFound)?)
        }
        args::DocumentRef::Paper { paper } => {
            let paper = *paper;
            let sealed = r.sealed(case.job)?.into_iter().find(|s| s.document.id == paper.0).ok_or(Code::NotFound)?;
            let payload: SealPayload = serde_json::from_str(&sealed.document.payload)?;
            let content: Paper = serde_json::from_value(payload.content)?;
            let voided = case.state.papers.iter().find(|p| p.paper == paper).and_then(|p| p.voided.clone());
            let seal = info(r, case, &sealed, &content.company)?;
            Ok(Loaded::Paper(Box::new(content), voided, seal))
        }
        args::DocumentRef::Invoice => invoice(r, case),
        args::DocumentRef::ServiceCard => service_card(r, case),
        args::DocumentRef::WorkId => work_id(r, case),
    }
}

/// One that another revision replaced says so on its paper.
fn sealed_order(r: &Reader, case: &Case, sealed: &Sealed) -> Result<Loaded> {
    let document = order::document_of(sealed).ok_or(Code::NotSealed)?;
    let seal = info(r, case, sealed, &document.company)?;
    let superseded = case.state.sealed().is_some_and(|counts| counts.revision > document.revision);
    let outvoted = case.state.beaten(&sealed.document.hash);
    Ok(Loaded::Order(Box::new(document), SealInfo { superseded, outvoted, ..seal }))
}

/// With the proof beside it where this device sealed all that the paper shows: the file is then verified without anybody.
fn info(r: &Reader, case: &Case, sealed: &Sealed, company: &Letterhead) -> Result<SealInfo> {
    let (document, receipt) = (&sealed.document, sealed.receipt.as_ref());
    let url = verify_address(company.public_address.as_deref(), &document.hash);
    let seal = SealInfo::of(document, receipt, url).map_err(unprinted)?;
    let mine = |s: &Sealed| s.document.device_id == r.identity().certificate.device_id;
    let proof = |s: &Sealed| Proof::of(s.document.clone(), r.identity().signed_certificate.clone(), s.receipt.clone());
    match signed_later(r, case, &document.hash)? {
        None if mine(sealed) => seal.proven(&proof(sealed)).map_err(unprinted),
        None => Ok(seal),
        Some(later) if mine(sealed) && mine(&later) => {
            seal.proven(&proof(sealed).attested(Some(proof(&later)))).map_err(unprinted)
        }
        Some(later) => Ok(seal.signed_later(&later.document)),
    }
}

/// The attestation of a customer who signed after the order was sealed.
fn signed_later(r: &Reader, case: &Case, hash: &str) -> Result<Option<Sealed>> {
    let attested = case.state.attestation(hash).filter(|a| a.choice == SigningChoice::Signed);
    let Some(attested) = attested else { return Ok(None) };
    Ok(r.sealed(case.job)?.into_iter().find(|s| s.document.hash == attested.hash))
}

/// A template that cannot be set is a mistake of the product, not of the person who asked.
fn unprinted(error: DocumentError) -> Error {
    tracing::error!(%error, "a document could not be set");
    Code::Internal.into()
}

fn invoice(r: &Reader, case: &Case) -> Result<Loaded> {
    let request = case.state.invoice.clone().ok_or(Code::NotFound)?;
    let doc = paper::document(r, case)?;
    let asked = case.facts.iter().rev().find(|f| f.kind == "invoice_requested");
    Ok(Loaded::Invoice(Box::new(InvoiceSheet {
        technician: paper::me(r, case, &doc)?,
        requested_at: asked.map_or(case.now, |f| f.at.corrected()),
        sum_fen: doc.fees.total_fen.0,
        customer: doc.customer.name,
        company: doc.company,
        zone: doc.zone,
        order_no: doc.order_no,
        request,
    })))
}

/// G8: the number, this machine, and what was done to it last.
fn service_card(r: &Reader, case: &Case) -> Result<Loaded> {
    let doc = paper::document(r, case)?;
    let done: Vec<&str> = doc.fault.measures.iter().map(|m| m.zh.as_str()).collect();
    let at = doc.times.finished.or(doc.times.arrived).unwrap_or(case.now);
    let line = ServiceLine { day: case.date(at), what: done.join("、"), next: String::new() };
    Ok(Loaded::Card(Box::new(ServiceCard {
        made_at: at,
        // Whoever scans it calls: no page needs to be reachable for that.
        qr: hotline(&doc.company),
        machine: format!("{} {}", doc.machine.brand, doc.machine.model).trim().to_owned(),
        serial_no: doc.machine.serial_no.clone(),
        lines: if done.is_empty() { Vec::new() } else { vec![line] },
        technician: Some(paper::me(r, case, &doc)?),
        supervision: String::new(),
        company: doc.company,
        zone: doc.zone,
    })))
}

fn hotline(company: &Letterhead) -> String {
    format!("tel:{}", company.hotline.replace(' ', ""))
}

/// D1: who holds this device.
fn work_id(r: &Reader, case: &Case) -> Result<Loaded> {
    let doc = paper::document(r, case)?;
    let technician = paper::me(r, case, &doc)?;
    let fields = case.people.get(&case.me);
    let held: Vec<String> = fields.and_then(|f| f.read(person::QUALIFICATIONS)).unwrap_or_default();
    Ok(Loaded::Id(Box::new(WorkId {
        portrait: None,
        qualifications: held.into_iter().map(|q| Words::new(q.clone(), q)).collect(),
        valid_until: None,
        qr: Some(hotline(&doc.company)).filter(|_| !doc.company.hotline.is_empty()),
        updated_at: case.now,
        technician,
        company: doc.company,
        zone: doc.zone,
    })))
}

/// Into the folder that was wished; an older copy of the same document gives way.
pub fn save(device: &Device, args: args::SaveDocument) -> Result<args::SavedFile> {
    let (name, bytes) = pdf(device, &args.of)?;
    let folder = match args.place {
        args::SavePlace::App => device.data_dir().join("documents"),
        args::SavePlace::Downloads => home()?.join("Downloads"),
        args::SavePlace::Documents => home()?.join("Documents").join("Gongdan"),
    };
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(&name);
    // Beside it first: a viewer never opens half a file.
    let part = folder.join(format!(".{name}.part"));
    std::fs::write(&part, bytes)?;
    std::fs::rename(&part, &path)?;
    Ok(args::SavedFile { path: path.to_string_lossy().into_owned(), name })
}

fn home() -> Result<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute()).ok_or_else(|| Code::NotFound.into())
}
