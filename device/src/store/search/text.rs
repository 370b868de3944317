//! What of a text is matched: letters and digits alone, lower case, full-width as half-width; Chinese also by pinyin initials.
//! Punctuation, blanks and hyphens never count, so `0000-5550101` is found by `5550101` and `00005550`.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;

/// Ends a segment: nothing matches across it.
const SEGMENT: char = '\u{1f}';
/// Begins a segment that is also matched by pinyin initials.
const NAMED: char = '\u{1e}';

/// Characters of the longest token.
const LONGEST_TOKEN: usize = 3;

/// Collects the segments of a document.
#[derive(Default)]
pub(super) struct Segments(String);

impl Segments {
    /// Matched as written.
    pub fn plain(&mut self, text: &str) {
        let folded: String = fold(text).collect();
        if !folded.is_empty() {
            self.0.push_str(&folded);
            self.0.push(SEGMENT);
        }
    }

    /// Matched as written and by pinyin initials: names.
    pub fn named(&mut self, text: &str) {
        let folded: String = fold(text).collect();
        if !folded.is_empty() {
            self.0.push(NAMED);
            self.0.push_str(&folded);
            self.0.push(SEGMENT);
        }
    }

    pub fn text(self) -> String {
        self.0
    }
}

/// Letters and digits as they are compared.
fn fold(text: &str) -> impl Iterator<Item = char> + '_ {
    let half_width = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// First letters of all readings of a character; a letter or digit stands for itself.
fn initials(c: char) -> Vec<char> {
    if c.is_ascii() {
        return vec![c];
    }
    let mut found = Vec::new();
    if let Some(readings) = c.to_pinyin_multi() {
        for reading in readings {
            if let Some(letter) = reading.plain().chars().next()
                && !found.contains(&letter)
            {
                found.push(letter);
            }
        }
    }
    found
}

fn segments(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split(SEGMENT)
        .filter(|s| !s.is_empty())
        .map(|s| s.strip_prefix(NAMED).map_or((false, s), |named| (true, named)))
}

/// The tokens of a document, each with its kind's letter, separated by blanks.
pub(super) fn tokens(kind: char, text: &str) -> String {
    let mut set: BTreeSet<String> = BTreeSet::new();
    for (named, segment) in segments(text) {
        let chars: Vec<char> = segment.chars().collect();
        add(&mut set, kind, &chars.iter().map(|c| vec![*c]).collect::<Vec<_>>());
        if named && !segment.is_ascii() {
            add(&mut set, kind, &chars.iter().map(|c| initials(*c)).collect::<Vec<_>>());
        }
    }
    set.into_iter().collect::<Vec<_>>().join(" ")
}

/// Singles, pairs and triples: a single character is searched as it is typed, a triple leaves little to look at twice.
fn add(set: &mut BTreeSet<String>, kind: char, places: &[Vec<char>]) {
    for i in 0..places.len() {
        let mut begun = vec![String::from(kind)];
        for place in places.iter().skip(i).take(LONGEST_TOKEN) {
            begun = begun.iter().flat_map(|start| place.iter().map(move |c| format!("{start}{c}"))).collect();
            set.extend(begun.iter().cloned());
        }
    }
}

/// A search: words that all have to be found.
pub(super) struct Query(Vec<Vec<char>>);

impl Query {
    pub fn of(text: &str) -> Self {
        let words = text.split_whitespace().map(|w| fold(w).collect::<Vec<char>>());
        Self(words.filter(|w| !w.is_empty()).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens that every hit has.
    pub fn terms(&self, kind: char) -> Vec<String> {
        let mut terms: Vec<String> = Vec::new();
        for word in &self.0 {
            let mut covered = vec![false; word.len()];
            for length in (1..=LONGEST_TOKEN.min(word.len())).rev() {
                for (i, window) in word.windows(length).enumerate() {
                    // A Chinese character beside a letter may be a name and an initial, which are no token of the index.
                    let alike = window.iter().all(|c| c.is_ascii() == window[0].is_ascii());
                    let new = length == LONGEST_TOKEN || covered[i..i + length].contains(&false);
                    if alike && new {
                        terms.push(std::iter::once(&kind).chain(window).collect());
                        covered[i..i + length].fill(true);
                    }
                }
            }
        }
        terms.sort();
        terms.dedup();
        terms
    }

    /// Whether one token says it all: a word as long as a token.
    pub fn proven_by_token(&self) -> bool {
        let [word] = self.0.as_slice() else { return false };
        matches!(self.terms('x').as_slice(), [only] if only.chars().count() == word.len() + 1)
    }

    pub fn is_in(&self, text: &str) -> bool {
        self.0.iter().all(|word| segments(text).any(|(named, segment)| position(segment, word, named).is_some()))
    }

    /// 0: a title that begins with it, 1: that holds it, 2: found elsewhere.
    pub fn rank(&self, title: &str) -> u8 {
        let title: String = fold(title).collect();
        let places = self.0.iter().map(|word| position(&title, word, true)).collect::<Option<Vec<_>>>();
        match places {
            Some(places) if places.contains(&0) => 0,
            Some(_) => 1,
            None => 2,
        }
    }
}

/// Where a word stands in a segment, in characters.
fn position(segment: &str, word: &[char], named: bool) -> Option<usize> {
    let chars: Vec<char> = segment.chars().collect();
    let same =
        |c: char, q: char| c == q || (named && q.is_ascii_lowercase() && !c.is_ascii() && initials(c).contains(&q));
    chars.windows(word.len()).position(|window| window.iter().zip(word).all(|(c, q)| same(*c, *q)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        let mut segments = Segments::default();
        segments.named(text);
        segments.text()
    }

    #[test]
    fn a2_a_name_is_found_by_characters_fragments_and_initials() {
        let text = named("样例星河纺织有限公司（虚构）");
        for typed in ["星", "星河", "星河纺织", "xh", "xhfz", "样例 纺织", "公司虚构", "ylxh", "星河f"]
        {
            assert!(Query::of(typed).is_in(&text), "{typed}");
        }
        for typed in ["河星", "xhz", "星 蓝桥", "hx"] {
            assert!(!Query::of(typed).is_in(&text), "{typed}");
        }
    }

    #[test]
    fn a2_every_match_is_covered_by_its_tokens() {
        let text = named("重庆银行GA37");
        let index: BTreeSet<String> = tokens('c', &text).split(' ').map(str::to_owned).collect();
        for typed in ["重庆", "cq", "zq", "yh", "yx", "ga3", "hga", "银行g", "行GA37", "37"] {
            let query = Query::of(typed);
            assert!(query.is_in(&text), "{typed} is in the text");
            assert!(
                query.terms('c').iter().all(|t| index.contains(t)),
                "{typed} is in the index: {:?}",
                query.terms('c')
            );
        }
    }

    #[test]
    fn a2_hyphens_blanks_and_width_never_count() {
        let mut segments = Segments::default();
        segments.plain("0000-5550101");
        segments.plain("SAMPLE-1001");
        let text = segments.text();
        for typed in ["5550101", "00005550", "0-555", "sample1001", "ＳＡＭＰＬＥ", "e-10"] {
            assert!(Query::of(typed).is_in(&text), "{typed}");
        }
        assert!(!Query::of("0101sample").is_in(&text), "nothing matches across fields");
    }

    #[test]
    fn a2_up_to_three_characters_need_no_second_look() {
        assert!(Query::of("油").proven_by_token());
        assert!(Query::of("yf").proven_by_token());
        assert!(Query::of("油滤芯").proven_by_token());
        assert!(!Query::of("油滤芯子").proven_by_token());
        assert!(!Query::of("油f").proven_by_token());
        assert!(!Query::of("1111").proven_by_token(), "three ones are not four");
        assert!(!Query::of("油 y").proven_by_token());
        assert!(Query::of(" -，").is_empty());
    }

    proptest::proptest! {
        /// Whatever the text holds, the index lets through; nothing that is there is ever missed.
        #[test]
        fn a2_no_fragment_of_a_text_is_missed(text in "[样例重行银A-C0-2喆]{1,12}", from in 0usize..12, len in 1usize..6, initial in 0u8..64) {
            let stored = named(&text);
            let chars: Vec<char> = fold(&text).collect();
            let from = from.min(chars.len() - 1);
            let part = &chars[from..(from + len).min(chars.len())];
            // Any of its characters may be typed as one of its initials.
            let typed: String = part.iter().enumerate().map(|(i, c)| {
                let known = initials(*c);
                if initial >> i & 1 == 1 { known[usize::from(initial) % known.len()] } else { *c }
            }).collect();
            let query = Query::of(&typed);
            let index: BTreeSet<String> = tokens('c', &stored).split(' ').map(str::to_owned).collect();
            proptest::prop_assert!(query.is_in(&stored), "{typed} in {text}");
            for term in query.terms('c') {
                proptest::prop_assert!(index.contains(&term), "{term} of {typed} in {text}");
            }
        }
    }
}
