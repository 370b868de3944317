//! The signature under a sealed document, whatever was signed: an order, a paper beside it, or the attestation of a customer who signed
//! later. It judges nothing, and what no customer signed has none.

use gongdan_domain::id::OrderId;
use gongdan_domain::paper::{Paper, PaperKind};
use gongdan_domain::seal::{SealPayload, SealedDocument};
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::attestation::{ATTESTATION, Attestation};
use gongdan_domain::work_order::{Ink, OrderDocument, Signing};
use serde_json::Value;

#[derive(Debug, Clone)]
pub struct SignedUnder {
    /// The order of the visit: what is signed in one visit is signed by one hand.
    pub order: OrderId,
    pub number: String,
    /// Empty under an attestation, which names none.
    pub customer: String,
    /// The sealed order that an attestation stands over.
    pub over: Option<String>,
    pub name: String,
    pub at: Instant,
    pub ink: Ink,
}

impl SignedUnder {
    /// `None` where no customer signed, and for forms of a newer version.
    pub fn of(document: &SealedDocument) -> Option<Self> {
        let payload: SealPayload = serde_json::from_str(&document.payload).ok()?;
        let (order, number, customer, over, signing) = read(&payload.kind, payload.content)?;
        let Signing::Signed { name, ink, at, .. } = signing else { return None };
        Some(Self { order, number, customer, over, name, at, ink })
    }
}

fn read(kind: &str, content: Value) -> Option<(OrderId, String, String, Option<String>, Signing)> {
    if kind == ATTESTATION {
        let said: Attestation = serde_json::from_value(content).ok()?;
        return Some((said.order_id, said.order_no, String::new(), Some(said.order_hash), said.signing));
    }
    if PaperKind::named(kind).is_some() {
        let paper: Paper = serde_json::from_value(content).ok()?;
        return Some((paper.visit_id.order(), paper.no, paper.customer.name, None, paper.signing?));
    }
    let order: OrderDocument = serde_json::from_value(content).ok()?;
    Some((order.order_id, order.order_no, order.customer.name, None, order.signing?))
}
