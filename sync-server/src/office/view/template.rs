//! Templates of documents as the console shows them. Shapes only.

use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PersonName;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateList {
    pub templates: Vec<TemplateRow>,
    /// A file may not be larger.
    pub most_bytes: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateRow {
    /// `work-order.typ` …
    pub name: String,
    /// The company's own stands in place of the product's.
    pub own: bool,
    /// Of the text in use.
    pub bytes: u64,
    /// When the company's own was published, and by whom.
    #[ts(type = "string | null")]
    pub since: Option<Instant>,
    pub by: Option<PersonName>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateText {
    pub name: String,
    pub text: String,
}

/// A template that was tried and can be published.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateTried {
    pub name: String,
    pub bytes: u64,
    pub previews: Vec<TemplatePreview>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplatePreview {
    /// `zh`, `en`, `both`.
    pub language: String,
    /// Base64.
    pub pdf: String,
}
