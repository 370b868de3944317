//! The words of an e-mail to a customer, from a table of their own (`templates/letter.json`). Refuses to know how it is sent.

use crate::table::Table;

const TABLE: &str = include_str!("../templates/letter.json");

/// What the words speak of.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    pub english: bool,
    pub number: &'a str,
    pub company: &'a str,
    pub hotline: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterText {
    pub subject: String,
    pub body: String,
}

/// `test`: only to see that mail arrives.
pub fn letter(of: &Letter<'_>, test: bool) -> LetterText {
    let table = Table::read(TABLE);
    let say = |key: &str| {
        let text = table.say(key, of.english);
        text.replace("{number}", of.number).replace("{company}", of.company).replace("{hotline}", of.hotline)
    };
    let kind = if test { "test" } else { "order" };
    LetterText { subject: say(&format!("{kind}.subject")), body: say(&format!("{kind}.body")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_a_letter_names_order_and_company_in_both_languages() {
        for english in [false, true] {
            let of = Letter { english, number: "GD-A7-2611-0032", company: "示例公司", hotline: "0000-5550000" };
            for test in [false, true] {
                let text = letter(&of, test);
                assert!(
                    text.body.contains("示例公司") && !text.body.contains('{') && !text.subject.contains('{'),
                    "{text:?}"
                );
            }
            assert!(letter(&of, false).subject.contains("GD-A7-2611-0032"));
        }
        let zh = letter(&Letter { english: false, number: "", company: "", hotline: "" }, false);
        assert_ne!(zh.subject, letter(&Letter { english: true, number: "", company: "", hotline: "" }, false).subject);
    }
}
