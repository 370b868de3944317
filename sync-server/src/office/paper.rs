//! Documents as PDF for the console, set from the exact bytes that were sealed, with the company's templates.

use gongdan_documents::{Document, Language, Printed, SealInfo, Templates, file_name, order_file_no, render};
use gongdan_domain::fact::{FactBody, SigningChoice};
use gongdan_domain::id::{JobId, OrderId, PaperId};
use gongdan_domain::paper::{Paper, PaperKind, VoidedPaper};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::SealPayload;
use gongdan_domain::seal::code::verify_address;
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::OrderDocument;
use serde_json::json;

use crate::core::Core;
use crate::error::Result;
use crate::index;
use crate::office::download::PdfWish;
use crate::storage::{Reader, SealedRow};
use crate::sync::attachment;

/// The file's name and its bytes.
pub fn order(core: &Core, r: &dyn Reader, order: OrderId, wish: &PdfWish) -> Result<(String, Vec<u8>)> {
    let language = language(wish)?;
    let chosen = chosen(r, order, wish)?;
    let RecordBody::Sealed { document, .. } = &chosen.body else { return Err(Code::NotSealed.into()) };
    let payload: SealPayload = serde_json::from_str(&document.payload)?;
    let at = payload.sealed_at;
    let content: OrderDocument = serde_json::from_value(payload.content)?;
    // G5: one that another revision replaced, or that was not named the valid one, says so.
    let state = index::visit_state(r, chosen.visit, &index::facts(r, chosen.job)?)?;
    let superseded = state.sealed().is_some_and(|counts| counts.revision > document.revision);
    let outvoted = state.beaten(&document.hash);
    let seal = SealInfo { superseded, outvoted, ..seal(core, r, &chosen)? };
    let pdf = print(core, r, &Document::WorkOrder(&content), Some(&seal), language)?;
    let at = content.times.arrived.or(content.times.started).unwrap_or(at);
    let no = order_file_no(&content.order_no, (superseded || outvoted).then_some(content.revision));
    Ok((named(&no, &content.customer.name, at, &content.zone), pdf))
}

/// A receipt, slip or notice; void where it was voided since.
pub fn paper(core: &Core, r: &dyn Reader, paper: PaperId, wish: &PdfWish) -> Result<(String, Vec<u8>)> {
    let language = language(wish)?;
    let kept = r.sealed_of(paper.0)?;
    let kept = kept.last().ok_or(Code::NotFound)?;
    let RecordBody::Sealed { document, .. } = &kept.body else { return Err(Code::NotFound.into()) };
    PaperKind::named(&document.kind).ok_or(Code::NotFound)?;
    let payload: SealPayload = serde_json::from_str(&document.payload)?;
    let at = payload.sealed_at;
    let content: Paper = serde_json::from_value(payload.content)?;
    let voided = voidings(r, content.job_id, paper)?.pop();
    let seal = seal(core, r, kept)?;
    let pdf = print(core, r, &Document::Paper { paper: &content, voided: voided.as_ref() }, Some(&seal), language)?;
    Ok((named(&content.no, &content.customer.name, at, &content.zone), pdf))
}

/// That a paper is void, as it was known after each word about it: it may have been printed after any of them. The first word counts, with
/// the last name of what took its place.
pub fn voidings(r: &dyn Reader, job: JobId, of: PaperId) -> Result<Vec<VoidedPaper>> {
    let mut facts = index::facts(r, job)?;
    facts.sort_by_key(|f| (f.at.corrected(), f.id));
    let mut found: Vec<VoidedPaper> = Vec::new();
    for fact in facts {
        let Some(FactBody::ReceiptVoided { paper, reason, successor, .. }) = FactBody::of(&fact) else { continue };
        if paper != of {
            continue;
        }
        found.push(match found.last() {
            None => VoidedPaper { at: fact.at.corrected(), reason, successor },
            Some(first) if successor.is_empty() => first.clone(),
            Some(first) => VoidedPaper { successor, ..first.clone() },
        });
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

fn seal(core: &Core, r: &dyn Reader, row: &SealedRow) -> Result<SealInfo> {
    let RecordBody::Sealed { document, receipt, .. } = &row.body else { return Err(Code::NotSealed.into()) };
    // The sealed letterhead says where the proof is, as on the device; a paper without one gets the address of today.
    let payload: serde_json::Value = serde_json::from_str(&document.payload)?;
    let today = core.reference(r)?.company_profile(core.now()).and_then(|p| p.public_address.clone());
    let sealed = payload["content"]["company"]["public_address"].as_str();
    let public = verify_address(sealed.or(today.as_deref()), &document.hash);
    let incomplete = |_| Problem::new(Code::Internal);
    let seal = SealInfo::of(document, Some(receipt), public).map_err(incomplete)?;
    Ok(match proof(r, row)? {
        Some(proof) => seal.proven(&proof).map_err(incomplete)?,
        None => seal,
    })
}

/// What proves a sealed document, and the signature that was made later over it; `None` where its device is not known here.
pub fn proof(r: &dyn Reader, row: &SealedRow) -> Result<Option<Proof>> {
    let RecordBody::Sealed { document, receipt, .. } = &row.body else { return Ok(None) };
    let Some(device) = r.device(document.device_id)? else { return Ok(None) };
    let Ok(certificate) = serde_json::from_str(&device.certificate) else { return Ok(None) };
    let later = match signed_later(r, row)? {
        Some(row) => proof(r, &row)?,
        None => None,
    };
    Ok(Some(Proof::of(document.clone(), certificate, Some(receipt.clone())).attested(later)))
}

/// The attestation of a customer who signed after the order was sealed.
pub fn signed_later(r: &dyn Reader, row: &SealedRow) -> Result<Option<SealedRow>> {
    let state = index::visit_state(r, row.visit, &index::facts(r, row.job)?)?;
    match state.attestation(&row.hash).filter(|a| a.choice == SigningChoice::Signed) {
        Some(attested) => r.sealed(&attested.hash),
        None => Ok(None),
    }
}

/// With the company's templates; where they have a mistake, with the product's own.
pub fn print(
    core: &Core,
    r: &dyn Reader,
    document: &Document<'_>,
    seal: Option<&SealInfo>,
    language: Language,
) -> Result<Vec<u8>> {
    let own = core.reference(r)?.document_templates(core.now()).map_or_else(Templates::default, Templates::published);
    let photo = |hash: &str| r.file(hash).ok().flatten().and_then(|state| attachment::read(core, &state).ok());
    let Printed { pdf, warning } = render(document, seal, &photo, language, &own).map_err(|why| {
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

/// The very document, else a revision, else the newest. What was beaten is taken only where nothing else is meant.
fn chosen(r: &dyn Reader, order: OrderId, wish: &PdfWish) -> Result<SealedRow> {
    let wanted = |s: &SealedRow| {
        wish.hash.as_ref().is_none_or(|hash| s.hash == *hash)
            && wish
                .revision
                .is_none_or(|n| matches!(&s.body, RecordBody::Sealed { document, .. } if document.revision == n))
    };
    let mut meant: Vec<SealedRow> = r.sealed_of(order.0)?.into_iter().filter(wanted).collect();
    let Some(last) = meant.last() else { return Err(Code::NotSealed.into()) };
    let state = index::visit_state(r, last.visit, &index::facts(r, last.job)?)?;
    // As the lists choose: the same order everywhere.
    let place = |row: &SealedRow| {
        let standing = state.standing().into_iter().find(|s| s.hash == row.hash);
        standing.map(|s| (s.revision, s.at, s.hash.clone()))
    };
    let at = (0..meant.len()).max_by_key(|at| (place(&meant[*at]), *at)).unwrap_or_default();
    Ok(meant.swap_remove(at))
}

pub fn exported(r: &dyn Reader, order: OrderId, wish: &PdfWish) -> Result<Proof> {
    proof(r, &chosen(r, order, wish)?)?.ok_or_else(|| Code::NotFound.into())
}
