//! The order as PDF, set from the exact bytes that were sealed.

use gongdan_documents::{Language, SealInfo, work_order_pdf};
use gongdan_domain::id::OrderId;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::SealPayload;
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::work_order::OrderDocument;
use serde_json::json;

use crate::core::Core;
use crate::error::Result;
use crate::office::download::PdfWish;
use crate::storage::{Reader, SealedRow};
use crate::sync::attachment;

/// The document's number and its bytes.
pub fn order(core: &Core, r: &dyn Reader, order: OrderId, wish: &PdfWish) -> Result<(String, Vec<u8>)> {
    let language = match wish.lang.as_deref() {
        None | Some("zh") => Language::Zh,
        Some("en") => Language::En,
        Some("both") => Language::Both,
        Some(other) => return Err(Problem::with(Code::FieldInvalid, json!({ "field": "lang", "value": other })).into()),
    };
    let revisions = r.sealed_of(order.0)?;
    let wanted = |s: &&SealedRow| {
        wish.revision.is_none_or(|n| matches!(&s.body, RecordBody::Sealed { document, .. } if document.revision == n))
    };
    let chosen = revisions.iter().rev().find(wanted).ok_or(Code::NotSealed)?;
    let RecordBody::Sealed { document, receipt, .. } = &chosen.body else { return Err(Code::NotSealed.into()) };
    let payload: SealPayload = serde_json::from_str(&document.payload)?;
    let content: OrderDocument = serde_json::from_value(payload.content)?;
    let public = core.reference(r)?.company_profile(core.now()).and_then(|p| p.public_address.clone());
    let incomplete = |_| Problem::new(Code::Internal);
    let seal = SealInfo::of(document, Some(receipt), public).map_err(incomplete)?;
    let photo = |hash: &str| r.file(hash).ok().flatten().and_then(|state| attachment::read(core, &state).ok());
    let bytes = work_order_pdf(&content, Some(&seal), &photo, language).map_err(|why| {
        tracing::error!(%why, "an order could not be printed");
        Problem::new(Code::Internal)
    })?;
    Ok((content.order_no, bytes))
}
