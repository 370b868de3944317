//! Papers on the screen: what the forms begin with, and the paper as the customer reads it.

use gongdan_documents::PaperSheet;
use gongdan_domain::paper::invoice::InvoiceRequest;
use gongdan_domain::paper::{DeclinedBody, HandoverBody, HazardBody, LoanerBody, ReceiptBody, SlipFee};
use gongdan_domain::work_order::OrderCustomer;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Filled from what was entered; nothing is typed twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperProposals {
    pub receipt: ReceiptBody,
    pub handover: HandoverBody,
    pub loaner: LoanerBody,
    pub hazard: HazardBody,
    pub declined: DeclinedBody,
    pub invoice: InvoiceRequest,
    /// The company's loaners.
    pub loaners: Vec<LoanerChoice>,
    pub customer: OrderCustomer,
    /// What the order comes to.
    pub sum_fen: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LoanerChoice {
    pub asset: String,
    pub model: String,
    pub power_kw: String,
    pub pressure_mpa: String,
    pub hours: String,
    /// Rent of a day.
    pub rent: Option<SlipFee>,
    pub deposit: Option<SlipFee>,
}

/// The paper as it will be sealed, to be read before it is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperPreview {
    pub sheet: PaperSheet,
    /// Sealing names it.
    pub shown: String,
    /// Names of the fields that are still empty; while there are some, no number is drawn.
    pub missing: Vec<String>,
    /// Characters that no font has: they print as their code.
    pub unprintable: Vec<String>,
}
