//! A finding with its evidence side by side, and what a conflict grew from. Shapes only.

use gongdan_domain::fact::PhotoKind;
use gongdan_domain::id::{JobId, OrderId};
use gongdan_domain::obligation::Obligation;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::Ink;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{FindingRow, PersonName};

/// One of the signatures that were compared.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignatureSide {
    pub order: OrderId,
    pub number: String,
    pub customer: String,
    pub signed_by: String,
    pub technician: PersonName,
    #[ts(type = "string")]
    pub signed_at: Instant,
    pub ink: Ink,
}

/// One of the photos that were compared.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PhotoSide {
    pub hash: String,
    pub job: JobId,
    pub customer: String,
    pub kind: Option<PhotoKind>,
    pub taken_by: PersonName,
    #[ts(type = "string")]
    pub taken_at: Instant,
    /// Still on its way, or lost: there is nothing to show.
    pub here: bool,
    pub url: String,
}

/// H4: a finding as the manager looks at it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenedFinding {
    pub row: FindingRow,
    /// This order's first, then the other's.
    pub signatures: Vec<SignatureSide>,
    pub photos: Vec<PhotoSide>,
    /// Others about the same visit.
    pub others: Vec<FindingRow>,
    /// BR-06: the remedial callbacks that were made from it, oldest first.
    pub callbacks: Vec<RemedialView>,
}

/// A remedial callback and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemedialView {
    pub obligation: Obligation,
    pub about: String,
    pub by: PersonName,
    #[ts(type = "string")]
    pub at: Instant,
    /// What was said when the customer was reached.
    pub result: Option<RemedialResult>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemedialResult {
    pub by: PersonName,
    #[ts(type = "string")]
    pub at: Instant,
    pub satisfied: Option<bool>,
    pub note: String,
}

/// I5: the value that all sides of a conflict had seen.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BaseView {
    #[ts(type = "unknown")]
    pub value: Value,
    pub by: PersonName,
    #[ts(type = "string")]
    pub at: Instant,
}
