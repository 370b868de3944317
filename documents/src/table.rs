//! Words from a small table of its own: `{"key": {"zh": "…", "en": "…"}}`. A missing key shows as itself: visible, never empty.

use std::collections::BTreeMap;

use gongdan_domain::catalogue::Words;

pub struct Table(BTreeMap<String, Words>);

impl Table {
    /// Reads a table that ships with the product; a test of its user keeps it readable.
    pub fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    pub fn say(&self, key: &str, english: bool) -> String {
        let words = self.0.get(key).cloned().unwrap_or_else(|| Words::new(key, key));
        if english { words.en } else { words.zh }
    }

    /// All words in one language, as a template reads them.
    pub fn all(&self, english: bool) -> BTreeMap<&str, &str> {
        self.0
            .iter()
            .map(|(key, words)| (key.as_str(), if english { words.en.as_str() } else { words.zh.as_str() }))
            .collect()
    }
}
