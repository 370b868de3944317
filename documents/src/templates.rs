//! The templates in use: the product's own, and over them whatever a company has published. Refuses a name that is no template.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use gongdan_domain::paper::templates::DocumentTemplates;
use sha2::{Digest as _, Sha256};

use crate::strings::CATALOGUE;

/// The page system: type, rules, letterhead, foot.
pub const PAGE: &str = "page.typ";
pub const WORK_ORDER: &str = "work-order.typ";
pub const RECEIPT: &str = "receipt.typ";
/// Workshop, loaner and declined replacement, and what stands on an invoice.
pub const SLIP: &str = "slip.typ";
pub const HAZARD: &str = "hazard.typ";
pub const CARD: &str = "card.typ";
pub const COVER: &str = "cover.typ";
/// Words over those of the catalogue: `{"key": {"zh": "…", "en": "…"}}`.
pub const STRINGS: &str = "strings.json";

const OWN: [(&str, &str); 7] = [
    (PAGE, include_str!("../templates/page.typ")),
    (WORK_ORDER, include_str!("../templates/work-order.typ")),
    (RECEIPT, include_str!("../templates/receipt.typ")),
    (SLIP, include_str!("../templates/slip.typ")),
    (HAZARD, include_str!("../templates/hazard.typ")),
    (CARD, include_str!("../templates/card.typ")),
    (COVER, include_str!("../templates/cover.typ")),
];

/// The names that a company may replace; the words go over the product's own one by one.
pub const TEMPLATE_NAMES: [&str; 8] = [PAGE, WORK_ORDER, RECEIPT, SLIP, HAZARD, CARD, COVER, STRINGS];

/// The product's own text of a template.
pub fn built_in(name: &str) -> Option<&'static str> {
    if name == STRINGS {
        return Some(CATALOGUE);
    }
    OWN.iter().find(|(own, _)| *own == name).map(|(_, text)| *text)
}

/// What a company has put over the product's own; empty is the product's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    files: BTreeMap<String, Cow<'static, str>>,
    logo: Option<Vec<u8>>,
}

impl Templates {
    /// Unknown names are left out: a newer version may know them.
    pub fn of(files: impl IntoIterator<Item = (String, String)>, logo: Option<Vec<u8>>) -> Self {
        let known = files.into_iter().filter(|(name, _)| TEMPLATE_NAMES.contains(&name.as_str()));
        Self { files: known.map(|(name, text)| (name, Cow::Owned(text))).collect(), logo }
    }

    /// As the office has published them.
    pub fn published(own: &DocumentTemplates) -> Self {
        let logo = own.logo.as_ref().and_then(|text| B64.decode(text).ok());
        Self::of(own.files.clone(), logo)
    }

    /// Whether nothing was replaced.
    pub fn is_own(&self) -> bool {
        self.files.is_empty() && self.logo.is_none()
    }

    /// What the company put in the place of a template.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(Cow::as_ref)
    }

    /// The letterhead's picture, PNG or JPEG, in the place of the mark.
    pub fn logo(&self) -> Option<&Vec<u8>> {
        self.logo.as_ref()
    }

    /// Names what a document is printed with: the version, the templates and words in use, and the company's picture. Two files with the
    /// same mark and the same input are the same bytes.
    pub fn mark(&self) -> String {
        let mut hash = Sha256::new();
        let part = |hash: &mut Sha256, bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(&mut hash, env!("CARGO_PKG_VERSION").as_bytes());
        part(&mut hash, CATALOGUE.as_bytes());
        TEMPLATE_NAMES.iter().for_each(|name| part(&mut hash, self.text(name).as_bytes()));
        part(&mut hash, self.logo().map(Vec::as_slice).unwrap_or_default());
        hex::encode(&hash.finalize()[..6])
    }

    /// The text in use.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).or_else(|| built_in(name)).unwrap_or_default()
    }
}
