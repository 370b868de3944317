//! Published data as the console shows them. Shapes only.

use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::PersonName;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReferenceRow {
    pub kind: ReferenceKind,
    pub version: String,
    pub valid_from: chrono::NaiveDate,
    pub valid_until: Option<chrono::NaiveDate>,
    /// In force today.
    pub in_force: bool,
    #[ts(type = "string")]
    pub published_at: Instant,
    pub published_by: Option<PersonName>,
    /// Mistakes in templates of documents that are in force: documents are set with the product's own meanwhile.
    pub warnings: Vec<String>,
    /// The body; left out in a list over all kinds.
    #[ts(type = "unknown")]
    pub body: Option<Value>,
}

/// What a company that begins can take from the product.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Starter {
    /// Kinds that it has published nothing of.
    pub lacking: Vec<ReferenceKind>,
}
