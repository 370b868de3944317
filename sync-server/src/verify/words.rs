//! The words of the public page in one language, from the documents' string table. A key that is missing shows as itself.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gongdan_domain::catalogue::Words;

static TABLE: LazyLock<BTreeMap<String, Words>> =
    LazyLock::new(|| serde_json::from_str(gongdan_documents::VERIFY_WORDS).unwrap_or_default());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    Zh,
    En,
}

impl Tongue {
    /// What was chosen, else what the browser prefers; Chinese where it says nothing.
    pub fn of(chosen: Option<&str>, accepted: Option<&str>) -> Self {
        match chosen {
            Some("zh") => return Self::Zh,
            Some("en") => return Self::En,
            _ => {}
        }
        let mut best = (0.0_f32, Self::Zh);
        for part in accepted.unwrap_or_default().split(',') {
            let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
            let weight: f32 = weight.trim().parse().unwrap_or(0.0);
            let tag = tag.trim().to_ascii_lowercase();
            let tongue = if tag.starts_with("zh") {
                Self::Zh
            } else if tag.starts_with("en") {
                Self::En
            } else {
                continue;
            };
            if weight > best.0 {
                best = (weight, tongue);
            }
        }
        best.1
    }

    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// One side of words; a person's own words may have no English.
    pub fn of_words(self, words: &Words) -> &str {
        match self {
            Self::En if !words.en.is_empty() => &words.en,
            _ => &words.zh,
        }
    }

    pub fn t(self, key: &str) -> String {
        TABLE.get(key).map_or_else(|| key.to_owned(), |words| self.of_words(words).to_owned())
    }

    pub fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.t(key), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_in_both_languages() {
        assert!(TABLE.len() > 50, "the table is read");
        for (key, words) in TABLE.iter() {
            assert!(!words.zh.trim().is_empty() && !words.en.trim().is_empty(), "{key}");
        }
        let sources = [include_str!("page.rs"), include_str!("page/part.rs")].concat();
        for key in
            sources.split("t(\"").skip(1).chain(sources.split("fill(\"").skip(1)).filter_map(|s| s.split('"').next())
        {
            assert!(TABLE.contains_key(key), "{key} is used but has no words");
        }
    }

    #[test]
    fn g6_the_page_speaks_the_language_of_the_phone() {
        for (chosen, accepted, tongue) in [
            (None, None, Tongue::Zh),
            (None, Some("zh-CN,zh;q=0.9,en;q=0.8"), Tongue::Zh),
            (None, Some("de;q=1,en-GB;q=0.7,zh;q=0.3"), Tongue::En),
            (None, Some("fr"), Tongue::Zh),
            (Some("en"), Some("zh"), Tongue::En),
            (Some("xx"), Some("en"), Tongue::En),
        ] {
            assert_eq!(Tongue::of(chosen, accepted), tongue, "{chosen:?} {accepted:?}");
        }
    }
}
