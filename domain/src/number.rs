//! Numbers of documents as they are read back: `GD-A7-2611-0032` is mark, prefix of the enrolment, month and place in its sequence.
//! Drawing one is the device's; here is what a number says about itself, and what a fact says about a number.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::fact::FactBody;
use crate::paper::PaperKind;
use crate::work_order::WORK_ORDER;

/// The mark of a work order; papers name theirs.
const ORDER_MARK: &str = "GD";

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

/// What a fact says about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    pub number: &'a str,
    /// What it stands on; a voiding does not say it.
    pub owner: Option<Uuid>,
    pub state: NumberState,
    /// Of a void one.
    pub reason: &'a str,
}

impl<'a> Claim<'a> {
    /// The kinds of facts that claim something, for looking them up.
    pub const KINDS: [&'static str; 9] = [
        "number_drawn",
        "number_voided",
        "order_sealed",
        "receipt_issued",
        "receipt_voided",
        "taken_to_workshop",
        "loaner_handed_out",
        "hazard_stated",
        "replacement_declined",
    ];

    pub fn of(body: &'a FactBody) -> Option<Self> {
        let (number, owner, state, reason) = match body {
            FactBody::NumberDrawn { number, owner } => (number, Some(*owner), NumberState::Drawn, ""),
            FactBody::OrderSealed { order_no, order, .. } => (order_no, Some(order.0), NumberState::Sealed, ""),
            FactBody::NumberVoided { number, reason } => (number, None, NumberState::Void, reason.as_str()),
            FactBody::ReceiptVoided { no, paper, reason, .. } => {
                (no, Some(paper.0), NumberState::Void, reason.as_str())
            }
            FactBody::ReceiptIssued { no, paper, .. }
            | FactBody::TakenToWorkshop { no, paper, .. }
            | FactBody::LoanerHandedOut { no, paper, .. }
            | FactBody::HazardStated { no, paper, .. }
            | FactBody::ReplacementDeclined { no, paper, .. } => (no, Some(paper.0), NumberState::Sealed, ""),
            _ => return None,
        };
        Some(Self { number, owner, state, reason })
    }
}

/// The mark before the prefix of a kind's numbers.
pub fn mark_of(kind: &str) -> &'static str {
    PaperKind::named(kind).map_or(ORDER_MARK, PaperKind::mark)
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

    /// The kind whose numbers bear this mark.
    pub fn kind(&self) -> Option<&'static str> {
        let paper = PaperKind::ALL.into_iter().find(|kind| kind.mark() == self.mark).map(PaperKind::name);
        paper.or((self.mark == ORDER_MARK).then_some(WORK_ORDER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g1_a_mark_and_a_kind_name_each_other() {
        for kind in PaperKind::ALL.map(PaperKind::name).into_iter().chain([WORK_ORDER]) {
            let read = Numbered::read(&format!("{}-A7-2611-0001", mark_of(kind))).expect("a number");
            assert_eq!(read.kind(), Some(kind));
        }
        assert_eq!(Numbered::read("XX-A7-2611-0001").and_then(|n| n.kind()), None);
    }

    #[test]
    fn g1_every_kind_that_claims_a_number_is_listed() {
        let id = Uuid::nil();
        let drawn = FactBody::NumberDrawn { number: "GD-A7-2611-0001".to_owned(), owner: id };
        let void = FactBody::NumberVoided { number: "GD-A7-2611-0001".to_owned(), reason: "写错".to_owned() };
        for (body, state, owner) in [(drawn, NumberState::Drawn, Some(id)), (void, NumberState::Void, None)] {
            let claim = Claim::of(&body).expect("it claims one");
            assert_eq!((claim.state, claim.owner), (state, owner));
            assert!(Claim::KINDS.contains(&body.parts().0.as_str()));
        }
    }

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
