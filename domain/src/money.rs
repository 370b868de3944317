//! Money in integer fen, quantities in thousandths, VAT split and the amount in Chinese capitals.
//!
//! There is no floating point here. Arithmetic that would overflow answers `None` instead of wrapping.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

/// An amount of money in fen (1/100 yuan), tax included unless a name says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Fen(pub i64);

impl Fen {
    pub const ZERO: Fen = Fen(0);

    pub fn checked_add(self, other: Fen) -> Option<Fen> {
        self.0.checked_add(other.0).map(Fen)
    }

    pub fn checked_sub(self, other: Fen) -> Option<Fen> {
        self.0.checked_sub(other.0).map(Fen)
    }

    /// Sum of many amounts; `None` on overflow.
    pub fn sum(amounts: impl IntoIterator<Item = Fen>) -> Option<Fen> {
        amounts.into_iter().try_fold(Fen::ZERO, Fen::checked_add)
    }

    /// `1830.00` — plain digits, for documents and spreadsheets.
    pub fn yuan(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

/// A quantity or factor in thousandths; written as a decimal string (`"1.5"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, TS)]
#[ts(export, type = "string")]
pub struct Qty(pub i64);

impl Qty {
    pub const ONE: Qty = Qty(1000);
    pub const ZERO: Qty = Qty(0);

    pub fn whole(n: i64) -> Option<Qty> {
        n.checked_mul(1000).map(Qty)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number with at most three places: {0:?}")]
pub struct NotAQuantity(pub String);

impl FromStr for Qty {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || NotAQuantity(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let dotted_without_places = digits.contains('.') && part.is_empty();
        if whole.is_empty() || !numeric(whole) || !numeric(part) || part.len() > 3 || dotted_without_places {
            return Err(refused());
        }
        let whole: i64 = whole.parse().map_err(|_| refused())?;
        let part: i64 = format!("{part:0<3}").parse().map_err(|_| refused())?;
        let value = whole.checked_mul(1000).and_then(|w| w.checked_add(part)).ok_or_else(refused)?;
        Ok(Qty(if negative { -value } else { value }))
    }
}

impl fmt::Display for Qty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        let (whole, part) = (abs / 1000, abs % 1000);
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let places = format!("{part:03}");
        write!(f, "{sign}{whole}.{}", places.trim_end_matches('0'))
    }
}

impl Serialize for Qty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Qty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// `numerator / denominator`, halves towards plus infinity. `None` for a denominator below one or a result out of range.
pub fn round_half_up(numerator: i128, denominator: i128) -> Option<i64> {
    if denominator <= 0 {
        return None;
    }
    let doubled = numerator.checked_mul(2)?.checked_add(denominator)?;
    i64::try_from(doubled.div_euclid(denominator.checked_mul(2)?)).ok()
}

/// unit × quantity × factor, rounded half up to the fen (F2).
pub fn line_amount(unit: Fen, qty: Qty, factor: Qty) -> Option<Fen> {
    let product = i128::from(unit.0).checked_mul(i128::from(qty.0))?.checked_mul(i128::from(factor.0))?;
    round_half_up(product, 1_000_000).map(Fen)
}

/// A tax-included amount taken apart: `net + tax` is always the amount itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxSplit {
    pub net: Fen,
    pub tax: Fen,
}

/// net = round_half_up(gross × 100 / (100 + rate)), tax = gross − net.
pub fn split_tax(gross: Fen, rate_pct: u32) -> Option<TaxSplit> {
    let net = round_half_up(i128::from(gross.0) * 100, 100 + i128::from(rate_pct)).map(Fen)?;
    Some(TaxSplit { net, tax: gross.checked_sub(net)? })
}

/// `bp` basis points (1/10000) of an amount, rounded half up.
pub fn basis_points(amount: Fen, bp: u32) -> Option<Fen> {
    round_half_up(i128::from(amount.0) * i128::from(bp), 10_000).map(Fen)
}

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const SECTIONS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];

/// The amount in capital characters as receipts require it: 人民币壹仟捌佰叁拾元整.
pub fn capitals(amount: Fen) -> String {
    let abs = amount.0.unsigned_abs();
    let (yuan, jiao, fen) = (abs / 100, (abs / 10) % 10, abs % 10);
    let mut text = String::from(if amount.0 < 0 { "人民币负" } else { "人民币" });
    if yuan > 0 {
        text.push_str(&capital_integer(yuan));
        text.push('元');
    } else if jiao == 0 && fen == 0 {
        return text + "零元整";
    }
    if jiao > 0 {
        text.push(DIGITS[jiao as usize]);
        text.push('角');
    }
    if fen > 0 {
        if jiao == 0 && yuan > 0 {
            text.push('零');
        }
        text.push(DIGITS[fen as usize]);
        text.push('分');
    } else {
        text.push('整');
    }
    text
}

fn capital_integer(mut value: u64) -> String {
    let mut sections = Vec::new();
    while value > 0 {
        sections.push((value % 10_000) as usize);
        value /= 10_000;
    }
    let mut text = String::new();
    let mut gap = false;
    for (place, section) in sections.iter().enumerate().rev() {
        if *section == 0 {
            gap = !text.is_empty();
            continue;
        }
        if !text.is_empty() && (gap || *section < 1000) {
            text.push('零');
        }
        gap = false;
        text.push_str(&capital_section(*section));
        text.push_str(SECTIONS[place]);
    }
    text
}

fn capital_section(section: usize) -> String {
    let mut text = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = section / unit % 10;
        if digit == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        text.push(DIGITS[digit]);
        text.push_str(name);
    }
    text
}
