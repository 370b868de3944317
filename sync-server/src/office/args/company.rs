//! What the console sends about the company itself. Shapes only.

use gongdan_domain::catalogue::Words;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who the company is, as it stands on every paper from now on.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CompanyForm {
    pub name: Words,
    pub hotline: String,
    pub address: Words,
    pub email: String,
    /// One or two characters that stand for the company where there is no logo.
    pub mark: String,
    /// `https://service.example.com`; empty while customers cannot reach the server.
    pub public_address: String,
    /// IANA.
    pub zone: String,
    pub own_brands: Vec<String>,
    /// PNG, JPEG or WebP, base64; none: the mark.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub logo: Option<String>,
}
