//! The revisions of an order: each stays readable, and what changed is said field by field.

use gongdan_documents::OrderSheet;
use gongdan_documents::difference::ChangedField;
use gongdan_domain::fact::SigningChoice;
use gongdan_domain::visit::revision::Attested;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderRevisions {
    /// Newest first.
    pub revisions: Vec<OrderRevision>,
    /// Several claim one revision and the company has not named the valid one.
    pub contested: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderRevision {
    pub hash: String,
    pub revision: u32,
    pub order_no: String,
    pub sealed_at: String,
    /// Why it replaced the one before.
    pub reason: String,
    pub choice: Option<SigningChoice>,
    /// The one that is shown as the order.
    pub current: bool,
    /// Voted out by the company.
    pub beaten: bool,
    pub attested: Option<Attested>,
    /// Against the one that it replaced.
    pub changes: Vec<ChangedField>,
    /// As it stands on paper; none of a form that is newer than this app.
    pub sheet: Option<OrderSheet>,
}
