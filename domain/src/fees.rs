//! Fees strictly by the published schedule (F1, F2): estimate before work, settlement after it, the same calculation.
//!
//! No price, factor or limit is written here. A deviation in the field is recorded with its reason, not refused;
//! what cannot be calculated is refused with the reason named.

mod cover;
mod discount;
mod draft;
mod estimate;
mod input;
mod labour;
mod schedule;
mod sheet;

pub use estimate::estimate;
pub use input::{FeeInput, LabourInput, ManualDiscount, OtherUse, PartUse, RoundOff, TravelInput, WorkScope};
pub use schedule::{
    FeeItem, FeePrice, FeeRules, FeeSchedule, LabourGrade, OvertimeFactor, OvertimeWhen, PowerStep, TaxCode, TravelBand,
};
pub use sheet::{Cover, DeviationKind, FeeDeviation, FeeError, FeeLine, FeeLineKind, FeeSheet};
