//! The company as the console's settings show it. Shapes only.

use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PersonName, TemplatePreview};
use crate::office::args::CompanyForm;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CompanySettings {
    pub form: CompanyForm,
    /// Nothing was ever published: no paper has a letterhead yet.
    pub set: bool,
    /// When the name and the addresses were last published, and by whom.
    #[ts(type = "string | null")]
    pub since: Option<Instant>,
    pub by: Option<PersonName>,
    /// A picture's file may not be larger.
    pub most_bytes: u64,
}

/// An example order under this letterhead; nothing is kept.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CompanyTried {
    pub previews: Vec<TemplatePreview>,
}
