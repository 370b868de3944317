//! Documents as PDF for the console, set from the exact bytes that were sealed, with the company's templates.

use gongdan_documents::{Document, Language, Printed, SealInfo, Templates, file_name, render};
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::{JobId, OrderId, PaperId};
use gongdan_domain::paper::{Paper, PaperKind, VoidedPaper};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::code::verify_address;
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::seal::{Receipt, SealPayload, SealedDocument};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::OrderDocument;
use serde_json::json;

use crate::core::Core;
use crate::error::Result;
use crate::office::download::PdfWish;
use crate::storage::{Reader, SealedRow};
use crate::sync::attachment;

/// The file's name and its bytes.
pub fn order(core: &Core, r: &dyn Reader, order: OrderId, wish: &PdfWish) -> Result<(String, Vec<u8>)> {
    let language = language(wish)?;
    let chosen = chosen(r, order, wish)?;
    let RecordBody::Sealed { document, receipt, .. } = &chosen.body else { return Err(Code::NotSealed.into()) };
    let payload: SealPayload = serde_json::from_str(&document.payload)?;
    let at = payload.sealed_at;
    let content: OrderDocument = serde_json::from_value(payload.content)?;
    let seal = proof(core, r, document, receipt)?;
    let pdf = print(core, r, &Document::WorkOrder(&content), &seal, language)?;
    let at = content.times.arrived.or(content.times.started).unwrap_or(at);
    Ok((named(&content.order_no, &content.customer.name, at, &content.zone), pdf))
}

/// A receipt, slip or notice; void where it was voided since.
pub fn paper(core: &Core, r: &dyn Reader, paper: PaperId, wish: &PdfWish) -> Result<(String, Vec<u8>)> {
    let language = language(wish)?;
    let kept = r.sealed_of(paper.0)?;
    let kept = kept.last().ok_or(Code::NotFound)?;
    let RecordBody::Sealed { document, receipt, .. } = &kept.body else { return Err(Code::NotFound.into()) };
    PaperKind::named(&document.kind).ok_or(Code::NotFound)?;
    let payload: SealPayload = serde_json::from_str(&document.payload)?;
    let at = payload.sealed_at;
    let content: Paper = serde_json::from_value(payload.content)?;
    let voided = voided(r, content.job_id, paper)?;
    let seal = proof(core, r, document, receipt)?;
    let pdf = print(core, r, &Document::Paper { paper: &content, voided: voided.as_ref() }, &seal, language)?;
    Ok((named(&content.no, &content.customer.name, at, &content.zone), pdf))
}

/// The first word that it is void counts, with the last name of what took its place.
fn voided(r: &dyn Reader, job: JobId, of: PaperId) -> Result<Option<VoidedPaper>> {
    let mut facts: Vec<_> = r.facts(job)?.into_iter().filter(|f| !f.retracted).map(|f| f.fact).collect();
    facts.sort_by_key(|f| (f.at.corrected(), f.id));
    let mut found: Option<VoidedPaper> = None;
    for fact in facts {
        if let Some(FactBody::ReceiptVoided { paper, reason, successor, .. }) = FactBody::of(&fact)
            && paper == of
        {
            let at = found.as_ref().map_or(fact.at.corrected(), |first| first.at);
            found = Some(VoidedPaper { at, reason, successor });
        }
    }
    Ok(found)
}

fn language(wish: &PdfWish) -> Result<Language> {
    Ok(match wish.lang.as_deref() {
        None | Some("zh") => Language::Zh,
        Some("en") => Language::En,
        Some("both") => Language::Both,
        Some(other) => return Err(Problem::with(Code::FieldInvalid, json!({ "field": "lang", "value": other })).into()),
    })
}

fn proof(core: &Core, r: &dyn Reader, document: &SealedDocument, receipt: &Receipt) -> Result<SealInfo> {
    // The sealed letterhead says where the proof is, as on the device; a paper without one gets the address of today.
    let payload: serde_json::Value = serde_json::from_str(&document.payload)?;
    let today = core.reference(r)?.company_profile(core.now()).and_then(|p| p.public_address.clone());
    let sealed = payload["content"]["company"]["public_address"].as_str();
    let public = verify_address(sealed.or(today.as_deref()), &document.hash);
    let incomplete = |_| Problem::new(Code::Internal);
    let seal = SealInfo::of(document, Some(receipt), public).map_err(incomplete)?;
    let certificate = r.device(document.device_id)?.and_then(|d| serde_json::from_str(&d.certificate).ok());
    Ok(match certificate {
        Some(certificate) => seal.proven(document, &certificate, Some(receipt)).map_err(incomplete)?,
        None => seal,
    })
}

fn print(core: &Core, r: &dyn Reader, document: &Document<'_>, seal: &SealInfo, language: Language) -> Result<Vec<u8>> {
    let own = core.reference(r)?.document_templates(core.now()).map_or_else(Templates::default, Templates::published);
    let photo = |hash: &str| r.file(hash).ok().flatten().and_then(|state| attachment::read(core, &state).ok());
    let Printed { pdf, warning } = render(document, Some(seal), &photo, language, &own).map_err(|why| {
        tracing::error!(%why, "a document could not be printed");
        Problem::new(Code::Internal)
    })?;
    if let Some(why) = warning {
        tracing::warn!(%why, "the company's template has a mistake: the product's own was used");
    }
    Ok(pdf)
}

pub fn named(no: &str, customer: &str, at: Instant, zone: &str) -> String {
    let day = zone.parse::<chrono_tz::Tz>().ok().map(|zone| at.with_timezone(&zone).date_naive());
    file_name(no, customer, day, "pdf")
}

/// The very document, else a revision, else the newest.
fn chosen(r: &dyn Reader, order: OrderId, wish: &PdfWish) -> Result<SealedRow> {
    let wanted = |s: &SealedRow| {
        wish.hash.as_ref().is_none_or(|hash| s.hash == *hash)
            && wish
                .revision
                .is_none_or(|n| matches!(&s.body, RecordBody::Sealed { document, .. } if document.revision == n))
    };
    r.sealed_of(order.0)?.into_iter().rev().find(wanted).ok_or_else(|| Code::NotSealed.into())
}

pub fn exported(r: &dyn Reader, order: OrderId, wish: &PdfWish) -> Result<Proof> {
    let RecordBody::Sealed { document, receipt, .. } = chosen(r, order, wish)?.body else {
        return Err(Code::NotSealed.into());
    };
    let device = r.device(document.device_id)?.ok_or(Code::NotFound)?;
    Ok(Proof::of(document, serde_json::from_str(&device.certificate)?, Some(receipt)))
}
