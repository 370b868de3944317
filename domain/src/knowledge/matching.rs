//! Finding a knowledge-base phrase in the customer's words. Positions are characters, so the screen can underline them.

/// A phrase found in the text: characters `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    pub whole_phrase: bool,
}

impl Span {
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// One character for one character, so that positions stay those of the original.
pub(super) fn normalised(text: &str) -> Vec<char> {
    text.chars().map(plain).collect()
}

fn plain(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).map_or(c, |half| half.to_ascii_lowercase()),
        '\u{3000}' => ' ',
        '“' | '”' | '「' | '」' => '"',
        _ => c.to_ascii_lowercase(),
    }
}

/// A phrase split where a person would pause: `启动困难/星角切换跳闸` is two phrases.
pub(super) fn phrases(text: &str) -> Vec<Vec<char>> {
    let pieces = text.split(['/', '、', '(', ')', '（', '）', ':', '：', ',', '，']);
    pieces.map(|p| normalised(p.trim())).filter(|p| p.len() >= 2).collect()
}

/// Where the phrase stands in the text: whole, or (from four characters on) its longest part of at least three fifths.
pub(super) fn find(text: &[char], phrase: &[char]) -> Option<Span> {
    if let Some(start) = text.windows(phrase.len()).position(|w| w == phrase) {
        return Some(Span { start, end: start + phrase.len(), whole_phrase: true });
    }
    if phrase.len() < 4 {
        return None;
    }
    let (start, len) = longest_common(text, phrase);
    let enough = (phrase.len() * 3).div_ceil(5);
    (len >= enough && len >= 3).then_some(Span { start, end: start + len, whole_phrase: false })
}

/// Start in the first text and length of the longest run both share; the first such run wins.
pub(super) fn longest_common(text: &[char], other: &[char]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut row = vec![0usize; other.len() + 1];
    for (i, a) in text.iter().enumerate() {
        let mut diagonal = 0;
        for (j, b) in other.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if a == b && a.is_alphanumeric() { diagonal + 1 } else { 0 };
            if row[j + 1] > best.1 {
                best = (i + 1 - row[j + 1], row[j + 1]);
            }
            diagonal = above;
        }
    }
    best
}
