//! The result of a calculation: lines, totals, deviations; and why a calculation is refused.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Words;
use crate::money::{Fen, Qty};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FeeLineKind {
    CallOut,
    Labour,
    Part,
    Item,
    MinimumTopUp,
    RoundOff,
}

/// Who pays for a line that the customer does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Cover {
    Warranty,
    /// Free repair of other makers' machines; the cost is tracked.
    MarketSupport,
    /// Given away against the rule; a manager's decision.
    Goodwill,
}

/// One line; `payable = gross − discount`, or zero when covered; `net + tax = payable`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeLine {
    pub kind: FeeLineKind,
    pub code: String,
    pub words: Words,
    pub unit: Words,
    pub unit_fen: Fen,
    pub qty: Qty,
    pub factor: Qty,
    /// Which rule makes the factor: night, holiday, a machine above a power. Absent where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub factor_words: Option<Words>,
    pub tax_code: String,
    pub rate_pct: u32,
    pub gross_fen: Fen,
    pub discount_fen: Fen,
    pub cover: Option<Cover>,
    pub covered_by_warranty: bool,
    pub payable_fen: Fen,
    pub net_fen: Fen,
    pub tax_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum DeviationKind {
    Discount {
        bp: u32,
        limit_bp: u32,
    },
    RoundOff {
        fen: Fen,
        limit_fen: Fen,
    },
    /// Given free although the rule charges it.
    Waived,
    /// Charged although the warranty would cover it.
    ChargedWithinWarranty,
    CostOverCap {
        fen: Fen,
        cap_fen: Fen,
    },
    /// Misuse within warranty: photo, acknowledgement and approval are owed.
    MisuseCharged,
}

/// A departure from the schedule; shows on reconciliation (F2, H3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeDeviation {
    pub deviation: DeviationKind,
    /// The line's code; absent: the whole order.
    pub code: Option<String>,
    pub reason: String,
    pub needs_manager: bool,
    pub manager_approved: bool,
}

/// Reproducible from the versions named in it and its input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeSheet {
    pub schedule_version: String,
    pub parts_version: String,
    pub calendar_version: String,
    pub lines: Vec<FeeLine>,
    pub total_fen: Fen,
    pub net_fen: Fen,
    pub tax_fen: Fen,
    /// The total in capital characters.
    pub total_capitals: String,
    pub deviations: Vec<FeeDeviation>,
    /// Warranty undecided: quoted as out of warranty until the manager decides.
    pub warranty_pending: bool,
}

impl FeeSheet {
    /// Anything to pay needs the customer's consent before work (E3, BR-10).
    pub fn needs_consent(&self) -> bool {
        self.total_fen > Fen::ZERO
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[ts(export)]
pub enum FeeError {
    #[error("{item} is not in the schedule or catalogue")]
    UnknownItem { item: String },
    #[error("{item} has an unknown tax code {tax_code}")]
    UnknownTaxCode { item: String, tax_code: String },
    #[error("no travel band for {km} km")]
    NoTravelBand { km: Qty },
    #[error("{item} needs the distance")]
    TravelMissing { item: String },
    #[error("{item} needs a quoted price or real cost")]
    PriceMissing { item: String },
    #[error("{item} needs grade and minutes")]
    TimeMissing { item: String },
    #[error("{item} needs a positive quantity")]
    QuantityNotPositive { item: String },
    #[error("a discount lies between 1 and 10000 basis points")]
    DiscountOutOfRange,
    #[error("a discount or rounding off needs a reason")]
    ReasonMissing,
    #[error("cannot round off {fen:?} of {payable:?}")]
    RoundOffTooLarge { fen: Fen, payable: Fen },
    #[error("the calendar is not usable")]
    CalendarUnusable,
    #[error("the amounts exceed what can be calculated")]
    TooLarge,
}
