//! The words that stand on documents, in both languages, from one catalogue (`templates/strings.json`).
//! A company may replace words; it cannot remove one.

use std::collections::BTreeMap;

use gongdan_domain::catalogue::Words;

use crate::DocumentError;

/// The product's own catalogue.
pub const CATALOGUE: &str = include_str!("../templates/strings.json");

/// The catalogue in use: the product's words, with a company's over them.
pub struct Strings(BTreeMap<String, Words>);

impl Strings {
    pub fn read(company: Option<&str>) -> Result<Self, DocumentError> {
        let parse = |text: &str| {
            serde_json::from_str::<BTreeMap<String, Words>>(text).map_err(|e| DocumentError::Template(format!("strings: {e}")))
        };
        let mut all = parse(CATALOGUE)?;
        if let Some(company) = company {
            all.extend(parse(company)?);
        }
        Ok(Self(all))
    }

    /// The words of a key. A key that is missing prints as itself: visible, never empty.
    pub fn words(&self, key: &str) -> Words {
        self.0.get(key).cloned().unwrap_or_else(|| Words::new(key, key))
    }

    /// The words with `{name}` replaced in each language.
    pub fn fill(&self, key: &str, values: &[(&str, &Words)]) -> Words {
        let mut words = self.words(key);
        for (name, value) in values {
            let mark = format!("{{{name}}}");
            words.zh = words.zh.replace(&mark, &value.zh);
            words.en = words.en.replace(&mark, if value.en.is_empty() { &value.zh } else { &value.en });
        }
        words
    }

    /// All words, as the templates read them.
    pub fn all(&self) -> &BTreeMap<String, Words> {
        &self.0
    }
}

/// The same in both languages: names, numbers, a person's own words.
pub fn same(text: impl Into<String>) -> Words {
    let text = text.into();
    Words { en: text.clone(), zh: text }
}

/// Several names in one line.
pub fn listed(words: &[Words]) -> Words {
    let zh: Vec<&str> = words.iter().map(|w| w.zh.as_str()).collect();
    let en: Vec<&str> = words.iter().map(|w| w.en.as_str()).filter(|e| !e.is_empty()).collect();
    // An English line that says only half of it would mislead: all or nothing.
    let en = if en.len() == words.len() { en.join("; ") } else { String::new() };
    Words { zh: zh.join("，"), en }
}
