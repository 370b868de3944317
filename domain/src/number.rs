//! Numbers of documents as they are read back: `GD-A7-2611-0032` is mark, prefix of the enrolment, month and place in its sequence.
//! Drawing one is the device's; here is what a number says about itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum NumberState {
    /// Shown to somebody; no document yet.
    Drawn,
    Sealed,
    /// It leads to no document and is never used again.
    Void,
}

/// The parts of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// `GD` for work orders, `SJ` for receipts.
    pub mark: String,
    /// The enrolment's, never reused.
    pub prefix: String,
    /// `YYMM` in the company's zone.
    pub month: String,
    /// 1, 2, 3 … over all months.
    pub count: u32,
}

impl Numbered {
    pub fn read(number: &str) -> Option<Self> {
        let mut parts = number.split('-');
        let mut next =
            || parts.next().filter(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()));
        let (mark, prefix, month, count) = (next()?, next()?, next()?, next()?);
        let digits =
            month.len() == 4 && count.len() >= 4 && month.chars().chain(count.chars()).all(|c| c.is_ascii_digit());
        if !digits || number.split('-').count() != 4 {
            return None;
        }
        let [mark, prefix, month] = [mark, prefix, month].map(str::to_owned);
        Some(Self { mark, prefix, month, count: count.parse().ok().filter(|count| *count > 0)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g1_a_number_says_whose_it_is_and_where_it_stands() {
        let read = Numbered::read("GD-A7-2611-0032").expect("a number");
        assert_eq!(
            (read.mark.as_str(), read.prefix.as_str(), read.month.as_str(), read.count),
            ("GD", "A7", "2611", 32)
        );
        assert_eq!(Numbered::read("SJ-B12-2701-12345").map(|n| n.count), Some(12345));
        for text in [
            "",
            "GD",
            "GD-A7-2611",
            "GD-A7-2611-32",
            "GD-A7-2611-0000",
            "GD-A7-26-0032",
            "GD-A7-2611-0032-1",
            "存-2611-0001",
            "GD--2611-0001",
        ] {
            assert_eq!(Numbered::read(text), None, "{text}");
        }
    }
}
