//! What the console sends about templates of documents. Shapes only.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReadTemplate {
    /// `work-order.typ` …
    pub name: String,
    /// The company's own where there is one; else the product's.
    pub own: bool,
}

/// A template as it was chosen from the disk.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateFile {
    pub name: String,
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NamedTemplate {
    pub name: String,
}
