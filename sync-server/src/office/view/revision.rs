//! What the console shows of one revision of an order.

use gongdan_documents::difference::ChangedField;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PersonName;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RevisionView {
    pub revision: u32,
    pub hash: String,
    #[ts(type = "string")]
    pub sealed_at: Instant,
    pub reason: String,
    pub by: PersonName,
    pub number: String,
    /// Another document claims the same revision.
    pub rival: bool,
    /// Voted out: another one of the same revision was named, or it follows one that was voted out.
    pub beaten: bool,
    /// Against the revision that it replaced; between rivals against the first of them.
    pub changes: Vec<ChangedField>,
}
