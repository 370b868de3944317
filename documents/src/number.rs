//! Numbers on paper: thousands grouped, a change with its sign, the place on a strip. Exact decimals; only drawing uses fractions.

/// A decimal text as units and places: `0.040` is (40, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    units: i128,
    places: u32,
}

impl Decimal {
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.trim().strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.trim()),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || digits.len() > 20 || !numeric(whole) || !numeric(part) {
            return None;
        }
        let units: i128 = format!("{whole}{part}").parse().ok()?;
        Some(Self { units: if negative { -units } else { units }, places: part.len() as u32 })
    }

    fn at(self, places: u32) -> i128 {
        self.units * 10i128.pow(places - self.places)
    }

    pub fn value(self) -> f64 {
        self.units as f64 / 10f64.powi(self.places as i32)
    }

    /// With thousands grouped and a true minus sign.
    pub fn grouped(self) -> String {
        let sign = if self.units < 0 { "−" } else { "" };
        let digits = format!("{:0>1$}", self.units.unsigned_abs(), self.places as usize + 1);
        let (whole, part) = digits.split_at(digits.len() - self.places as usize);
        let point = if part.is_empty() { "" } else { "." };
        format!("{sign}{}{point}{part}", group(whole))
    }

    /// The mean change of pairs (before, after), rounded to the places they were written with.
    pub fn change(pairs: &[(Self, Self)]) -> Option<Self> {
        let places = pairs.iter().map(|(b, a)| b.places.max(a.places)).max()?;
        let sum: i128 = pairs.iter().map(|(b, a)| a.at(places) - b.at(places)).sum();
        let count = pairs.len() as i128;
        let half = if sum < 0 { -count } else { count };
        Some(Self { units: (2 * sum + half) / (2 * count), places })
    }

    /// `+0.05`, `−24`, `0`.
    pub fn signed(self) -> String {
        match self.units {
            0 => "0".to_owned(),
            n if n > 0 => format!("+{}", self.grouped()),
            _ => self.grouped(),
        }
    }
}

fn group(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number with grouped thousands; what is no number stays as it was written.
pub fn grouped(text: &str) -> String {
    Decimal::parse(text).map_or_else(|| text.to_owned(), Decimal::grouped)
}

/// Fen as `1,619.47`.
pub fn money(fen: i64) -> String {
    Decimal { units: i128::from(fen), places: 2 }.grouped()
}

/// Where a value lies on a strip whose middle half is the usual range: 0 left, 1 right. One open bound: the other decides.
pub fn place(value: f64, lower: Option<f64>, upper: Option<f64>) -> Option<f64> {
    let at = match (lower, upper) {
        (Some(low), Some(high)) if high > low => 0.25 + 0.5 * (value - low) / (high - low),
        (None, Some(high)) if high > 0.0 => 0.75 * value / high,
        (Some(low), None) if low > 0.0 => 0.25 * value / low,
        _ => return None,
    };
    Some(at.clamp(0.03, 0.97))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a decimal")
    }

    #[test]
    fn numbers_are_grouped_and_keep_their_places() {
        assert_eq!(grouped("28812"), "28,812");
        assert_eq!(grouped("0.040"), "0.040");
        assert_eq!(grouped("-5"), "−5");
        assert_eq!(grouped("偏低"), "偏低");
        assert_eq!(grouped("386/384"), "386/384");
        assert_eq!(money(183_000), "1,830.00");
        assert_eq!(money(-5), "−0.05");
        assert_eq!(money(i64::MIN), "−92,233,720,368,547,758.08");
    }

    #[test]
    fn changes_are_exact() {
        let change = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(b, a)| (decimal(b), decimal(a))).collect();
            Decimal::change(&pairs).expect("pairs").signed()
        };
        assert_eq!(change(&[("0.040", "0.032")]), "−0.008");
        assert_eq!(change(&[("0.62", "0.67")]), "+0.05");
        assert_eq!(change(&[("108", "84")]), "−24");
        assert_eq!(change(&[("33", "33")]), "0");
        assert_eq!(change(&[("386", "387"), ("384", "385"), ("385", "386")]), "+1");
        assert_eq!(change(&[("71", "66"), ("70", "66"), ("72", "67")]), "−5");
    }

    #[test]
    fn the_middle_half_of_a_strip_is_the_usual_range() {
        assert_eq!(place(75.0, Some(75.0), Some(95.0)), Some(0.25));
        assert_eq!(place(95.0, Some(75.0), Some(95.0)), Some(0.75));
        assert_eq!(place(1e9, Some(75.0), Some(95.0)), Some(0.97));
        assert_eq!(place(71.0, None, Some(71.0)), Some(0.75));
        assert_eq!(place(1.0, None, None), None);
    }
}
