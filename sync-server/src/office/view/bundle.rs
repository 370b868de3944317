//! Bundles as the console shows them. Shapes only.

use gongdan_domain::id::OrderId;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::PersonName;
use crate::bundle::BundleCopy;
use crate::bundle::desk::BundleState;

/// An order whose files are not all here.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BundleMissing {
    pub order: OrderId,
    pub number: String,
    pub customer: String,
    pub files: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BundleMonth {
    pub month: String,
    pub orders: u32,
    /// About what a bundle weighs.
    pub photo_bytes: u64,
    /// Orders with missing files; the first hundred are named.
    pub incomplete: u32,
    pub missing: Vec<BundleMissing>,
    /// Which copies this person may take.
    pub full: bool,
    pub technical: bool,
    /// Of any month, newest first.
    pub bundles: Vec<BundleView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BundleView {
    #[ts(type = "string")]
    pub bundle: Uuid,
    pub month: String,
    pub copy: BundleCopy,
    pub by: PersonName,
    #[ts(type = "string")]
    pub asked_at: Instant,
    pub orders: u32,
    pub done: u32,
    pub missing: u32,
    pub state: BundleState,
    pub bytes: u64,
    /// Where it is fetched once it is ready.
    pub url: String,
}
