//! The fonts inside the product and what they can print. Refuses to look for fonts on the machine: a page is the same everywhere.

use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

static FILES: [&[u8]; 4] = [
    include_bytes!("../fonts/NotoSansSC-Regular.ttf"),
    include_bytes!("../fonts/NotoSansSC-SemiBold.ttf"),
    include_bytes!("../fonts/NotoSansMono-Regular.ttf"),
    include_bytes!("../fonts/NotoSansMono-SemiBold.ttf"),
];

/// The loaded fonts and Typst's index of them.
pub struct Fonts {
    pub fonts: Vec<Font>,
    pub book: LazyHash<FontBook>,
    /// One bit for each character that prints: a font's own list is walked from its start for every question.
    printing: Vec<u64>,
}

/// One past the last character there is.
const CHARACTERS: usize = char::MAX as usize + 1;

/// The characters that both weights of one of the two families have.
fn printing(fonts: &[Font]) -> Vec<u64> {
    let bits = |font: &Font| {
        let mut bits = vec![0_u64; CHARACTERS.div_ceil(64)];
        for c in font.info().coverage.iter().map(|c| c as usize).filter(|c| *c < CHARACTERS) {
            bits[c / 64] |= 1 << (c % 64);
        }
        bits
    };
    let both = |mut all: Vec<u64>, weights: &[Font]| {
        let each: Vec<Vec<u64>> = weights.iter().map(bits).collect();
        for (n, word) in all.iter_mut().enumerate() {
            *word |= each.iter().fold(u64::MAX, |both, one| both & one[n]);
        }
        all
    };
    fonts.chunks(2).fold(vec![0; CHARACTERS.div_ceil(64)], both)
}

/// Loaded at first use and kept: reading 21 MB of tables takes longer than a page.
pub fn fonts() -> &'static Fonts {
    static LOADED: OnceLock<Fonts> = OnceLock::new();
    LOADED.get_or_init(|| {
        let fonts: Vec<Font> = FILES.iter().flat_map(|file| Font::iter(Bytes::new(*file))).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        let printing = printing(&fonts);
        Fonts { fonts, book, printing }
    })
}

/// Whether a character prints in both weights of one of the two families.
pub fn prints(c: char) -> bool {
    let c = c as usize;
    fonts().printing.get(c / 64).is_some_and(|word| word >> (c % 64) & 1 == 1)
}

/// What becomes of one character on paper.
enum Fate {
    Stays,
    Becomes(char),
    Dropped,
    /// No font has it: its code is printed instead.
    Missing,
}

fn fate(c: char) -> Fate {
    match c {
        '\n' => Fate::Stays,
        '\u{2028}' | '\u{2029}' => Fate::Becomes('\n'),
        '\t' => Fate::Becomes(' '),
        c if c.is_control() || invisible(c) => Fate::Dropped,
        c if prints(c) => Fate::Stays,
        _ => Fate::Missing,
    }
}

/// Marks that have no picture of their own: joiners, direction marks, variation selectors. On paper they would only reorder or hide text.
pub fn invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A row of letters and digits longer than this may break anywhere: nothing runs over the edge of the paper.
const UNBROKEN: usize = 28;

/// The text as it can be printed: a character without a glyph becomes 〔U+20BB7〕, control characters go.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut unbroken = 0;
    for c in text.chars() {
        unbroken = if c.is_ascii_graphic() { unbroken + 1 } else { 0 };
        if unbroken > UNBROKEN {
            out.push('\u{200B}');
            unbroken = 1;
        }
        match fate(c) {
            Fate::Stays => out.push(c),
            Fate::Becomes(other) => out.push(other),
            Fate::Dropped => {}
            Fate::Missing => out.push_str(&format!("〔U+{:04X}〕", c as u32)),
        }
    }
    out
}

/// The characters of a text that no font has, in order of appearance.
pub fn missing(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| matches!(fate(*c), Fate::Missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_rare_characters_of_names_print_and_others_show_their_code() {
        assert_eq!(printable("镕喆堃龘㛃"), "镕喆堃龘㛃");
        assert_eq!(printable("𠮷田"), "〔U+20BB7〕田");
        assert_eq!(missing("𠮷田𠮷").collect::<String>(), "𠮷𠮷");
    }

    #[test]
    fn control_and_direction_marks_do_not_reach_paper() {
        assert_eq!(printable("甲\u{1}\u{202E}乙\r\n\t丙\u{FE0F}\u{2028}丁"), "甲乙\n 丙\n丁");
    }

    #[test]
    fn an_endless_word_may_break() {
        let printed = printable(&"x".repeat(70));
        assert_eq!(printed.matches('\u{200B}').count(), 2);
        assert_eq!(printable("gongdan-seal.json of GD-A7-2611-0032"), "gongdan-seal.json of GD-A7-2611-0032");
    }

    #[test]
    fn what_prints_is_what_both_weights_of_a_family_have() {
        let has = |font: &Font, c: char| font.info().coverage.contains(c as u32);
        for c in (0..0x3_0000).step_by(7).filter_map(char::from_u32).chain(['\u{10FFFF}', '𠮷', '龘', 'A']) {
            let by_the_fonts = fonts().fonts.chunks(2).any(|weights| weights.iter().all(|font| has(font, c)));
            assert_eq!(prints(c), by_the_fonts, "{c:?}");
        }
    }

    #[test]
    fn the_marks_of_the_templates_print() {
        for c in "·…—−–×¥³°℃Ω≤≥〔〕“”①Δ\u{A0}".chars() {
            assert!(prints(c), "no glyph for {c:?}");
        }
    }
}
