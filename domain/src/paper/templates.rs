//! A company's own templates of documents, published like every reference. The domain carries them; whoever prints judges them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Templates by their file name, in place of the product's own; what is not named stays the product's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DocumentTemplates {
    pub version: String,
    pub valid_from: NaiveDate,
    /// `work-order.typ`, `page.typ`, `strings.json` …
    pub files: BTreeMap<String, String>,
    /// PNG or JPEG, base64: in the place of the letterhead's mark.
    #[serde(default)]
    pub logo: Option<String>,
}
