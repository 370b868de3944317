//! Decimal numbers of readings: compared as numbers, printed as typed. No exponent, no floating point.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

/// A decimal number exactly as typed: `0.032` stays `0.032`, `1.50` stays `1.50`. At most nine places, no exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, TS)]
#[ts(export, type = "string")]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
    negative_zero: bool,
}

const MAX_PLACES: usize = 9;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: {0:?}")]
pub struct NotADecimal(pub String);

impl Decimal {
    pub fn whole(n: i64) -> Self {
        Self { mantissa: n, scale: 0, negative_zero: false }
    }

    /// Compares the numbers, not the spelling: `1.0` and `1` are equal here.
    pub fn compare(&self, other: &Decimal) -> Ordering {
        let places = self.scale.max(other.scale);
        self.scaled(places).cmp(&other.scaled(places))
    }

    fn scaled(&self, places: u8) -> i128 {
        i128::from(self.mantissa) * 10i128.pow(u32::from(places - self.scale))
    }

    /// The number in `10^-places` units, rounded half up: for ratios and sums.
    pub(super) fn units(&self, places: u8) -> i128 {
        if self.scale <= places {
            return self.scaled(places);
        }
        let step = 10i128.pow(u32::from(self.scale - places));
        (i128::from(self.mantissa) * 2 + step).div_euclid(2 * step)
    }

    pub(super) fn from_units(units: i128, places: u8) -> Option<Self> {
        let mut mantissa = i64::try_from(units).ok()?;
        let mut scale = places;
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Some(Self { mantissa, scale, negative_zero: false })
    }
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || NotADecimal(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = match digits.split_once('.') {
            Some((_, "")) => return Err(refused()),
            Some(pair) => pair,
            None => (digits, ""),
        };
        let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || !numeric(whole) || !numeric(part) || part.len() > MAX_PLACES || leading_zero {
            return Err(refused());
        }
        let mantissa: i64 = format!("{whole}{part}").parse().map_err(|_| refused())?;
        Ok(Self {
            mantissa: if negative { -mantissa } else { mantissa },
            scale: part.len() as u8,
            negative_zero: negative && mantissa == 0,
        })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 || self.negative_zero { "-" } else { "" };
        let places = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        if places == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{part}") }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
