//! Who pays for a line: warranty, market support, goodwill or the customer.

use super::input::FeeInput;
use super::schedule::FeeSchedule;
use super::sheet::{Cover, DeviationKind, FeeDeviation};
use crate::catalogue::CategoryCharging;
use crate::warranty::WarrantyStatus;

/// What the rules know about a line before anybody decided otherwise.
pub(super) struct Coverable {
    /// Consumables and customer's wishes are never covered by warranty.
    pub by_warranty: bool,
    /// Still within a term of its own, whatever the machine's status.
    pub own_warranty: bool,
    /// Charging it within warranty needs no explanation (time for chargeable extras).
    pub may_be_charged: bool,
}

pub(super) fn cover(
    schedule: &FeeSchedule,
    input: &FeeInput,
    code: &str,
    line: &Coverable,
    decided: Option<bool>,
) -> (Option<Cover>, Option<FeeDeviation>) {
    let by_rule = rule(schedule, input, line);
    match (decided, by_rule) {
        (None, cover) | (Some(true), cover @ Some(_)) => (cover, None),
        (Some(true), None) => (Some(Cover::Goodwill), Some(deviation(code, DeviationKind::Waived))),
        (Some(false), Some(Cover::Warranty)) if !line.may_be_charged => {
            (None, Some(deviation(code, DeviationKind::ChargedWithinWarranty)))
        }
        (Some(false), _) => (None, None),
    }
}

fn rule(schedule: &FeeSchedule, input: &FeeInput, line: &Coverable) -> Option<Cover> {
    if input.charging == CategoryCharging::FreeCostTracked {
        return Some(Cover::MarketSupport);
    }
    let within = line.own_warranty || input.warranty == WarrantyStatus::InWarranty;
    let kind_covered = schedule.rules.warranty_covers.contains(&input.service_kind);
    let chargeable = input.charging == CategoryCharging::Chargeable || input.warranty == WarrantyStatus::Misuse;
    (within && kind_covered && line.by_warranty && !chargeable).then_some(Cover::Warranty)
}

fn deviation(code: &str, kind: DeviationKind) -> FeeDeviation {
    FeeDeviation {
        deviation: kind,
        code: Some(code.to_owned()),
        reason: String::new(),
        needs_manager: true,
        manager_approved: false,
    }
}
