//! The words that stand on documents, in both languages, from one catalogue (`templates/strings.json`).
//! A company may replace words; it cannot remove one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use gongdan_domain::catalogue::Words;

use crate::DocumentError;

/// The product's own catalogue.
pub const CATALOGUE: &str = include_str!("../templates/strings.json");

/// The catalogue in use: the product's words, with a company's over them.
pub struct Strings(Cow<'static, BTreeMap<String, Words>>);

type Read = Result<BTreeMap<String, Words>, DocumentError>;

/// Read once: it is the same on every document.
static OWN: LazyLock<Read> = LazyLock::new(|| parse(CATALOGUE));

fn parse(text: &str) -> Read {
    serde_json::from_str(text).map_err(|e| DocumentError::Template(format!("strings: {e}")))
}

impl Strings {
    pub fn read(company: Option<&str>) -> Result<Self, DocumentError> {
        let own = OWN.as_ref().map_err(Clone::clone)?;
        let Some(company) = company else { return Ok(Self(Cow::Borrowed(own))) };
        let mut all = own.clone();
        all.extend(parse(company)?);
        Ok(Self(Cow::Owned(all)))
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

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: [&str; 19] = [
        include_str!("order.rs"),
        include_str!("order/case.rs"),
        include_str!("order/close.rs"),
        include_str!("order/fee.rs"),
        include_str!("order/reading.rs"),
        include_str!("paper.rs"),
        include_str!("paper/receipt.rs"),
        include_str!("paper/slip.rs"),
        include_str!("paper/hazard.rs"),
        include_str!("invoice.rs"),
        include_str!("card.rs"),
        include_str!("cover.rs"),
        include_str!("../templates/page.typ"),
        include_str!("../templates/work-order.typ"),
        include_str!("../templates/receipt.typ"),
        include_str!("../templates/slip.typ"),
        include_str!("../templates/hazard.typ"),
        include_str!("../templates/card.typ"),
        include_str!("../templates/cover.typ"),
    ];

    fn catalogue() -> Strings {
        Strings::read(None).expect("the catalogue")
    }

    #[test]
    fn every_word_is_there_in_both_languages_with_the_same_marks() {
        let marks = |text: &str| {
            let mut found: Vec<String> =
                text.split('{').skip(1).filter_map(|p| p.split_once('}')).map(|(m, _)| m.to_owned()).collect();
            found.sort();
            found
        };
        // English amounts are figures; the capitals are Chinese alone.
        let optional = "capitals";
        for (key, words) in catalogue().all() {
            assert!(!words.zh.trim().is_empty() && !words.en.trim().is_empty(), "{key} lacks a language");
            let (zh, en) = (marks(&words.zh), marks(&words.en));
            let zh: Vec<_> = zh.into_iter().filter(|m| m != optional).collect();
            assert_eq!(zh, en, "{key} says different things");
            assert!(
                !words.en.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)),
                "{key} has Chinese in its English"
            );
        }
    }

    #[test]
    fn every_key_that_is_used_exists_and_every_key_that_exists_is_used() {
        let strings = catalogue();
        let sources = USERS.concat();
        let quoted: Vec<&str> = sources.split('"').collect();
        let shaped = |s: &str| {
            s.contains('.')
                && s.split('.').all(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        for key in quoted.iter().filter(|s| shaped(s) && !s.ends_with(".typ")) {
            assert!(strings.all().contains_key(*key), "{key} is used but not in the catalogue");
        }
        for key in strings.all().keys() {
            let used = quoted.contains(&key.as_str()) || sources.contains(&format!("t.{key}"));
            assert!(used, "{key} is in the catalogue but on no document");
        }
    }

    #[test]
    fn marks_are_filled_in_each_language() {
        let words = catalogue().fill("consent.shown", &[("version", &same("A")), ("shown", &same("10:02"))]);
        assert_eq!(words, Words::new("A 版，10:02 出示", "version A, shown 10:02"));
        assert_eq!(listed(&[Words::new("甲", "a"), Words::new("乙", "")]), Words::new("甲，乙", ""));
    }
}
