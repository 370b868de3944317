//! Discounts in their order: list → contract → manual → tax; and rounding off as a line of its own.

use super::draft::{Draft, Factor};
use super::input::{FeeInput, RoundOff};
use super::schedule::FeeSchedule;
use super::sheet::{DeviationKind, FeeDeviation, FeeError, FeeLine, FeeLineKind};
use crate::catalogue::Words;
use crate::money::{Fen, Qty, basis_points};

const WHOLE: u32 = 10_000;

/// The discount of one line; nothing is taken off what the customer does not pay anyway.
pub(super) fn of_line(input: &FeeInput, draft: &Draft) -> Result<Fen, FeeError> {
    if draft.cover.is_some() {
        return Ok(Fen::ZERO);
    }
    let gross = draft.gross()?;
    let contract = basis_points(gross, input.contract_discount_bp).ok_or(FeeError::TooLarge)?;
    let after_contract = gross.checked_sub(contract).ok_or(FeeError::TooLarge)?;
    let by_hand = basis_points(after_contract, manual_bp(input, &draft.code)?).ok_or(FeeError::TooLarge)?;
    contract.checked_add(by_hand).ok_or(FeeError::TooLarge)
}

fn manual_bp(input: &FeeInput, code: &str) -> Result<u32, FeeError> {
    let meant = |c: &Option<String>| c.as_deref().is_none_or(|c| c == code);
    let sum = input.discounts.iter().filter(|d| meant(&d.code)).try_fold(0u32, |sum, d| sum.checked_add(d.bp));
    sum.filter(|bp| *bp <= WHOLE).ok_or(FeeError::DiscountOutOfRange)
}

/// Every discount by hand is a deviation; beyond the technician's limit it needs the manager.
pub(super) fn deviations(schedule: &FeeSchedule, input: &FeeInput) -> Result<Vec<FeeDeviation>, FeeError> {
    if input.contract_discount_bp > WHOLE {
        return Err(FeeError::DiscountOutOfRange);
    }
    let limit_bp = schedule.rules.technician_discount_bp;
    let mut found = Vec::new();
    for discount in &input.discounts {
        if !(1..=WHOLE).contains(&discount.bp) {
            return Err(FeeError::DiscountOutOfRange);
        }
        if discount.reason.trim().is_empty() {
            return Err(FeeError::ReasonMissing);
        }
        // Several discounts on one line count together towards the limit.
        let together = match &discount.code {
            Some(code) => manual_bp(input, code)?,
            None => input.discounts.iter().map(|d| d.bp).fold(0, u32::saturating_add),
        };
        found.push(FeeDeviation {
            deviation: DeviationKind::Discount { bp: discount.bp, limit_bp },
            code: discount.code.clone(),
            reason: discount.reason.clone(),
            needs_manager: together > limit_bp,
            manager_approved: discount.manager_approved,
        });
    }
    Ok(found)
}

/// The negative line of a rounding off; it carries the tax code of the largest line it reduces.
pub(super) fn round_off(
    schedule: &FeeSchedule,
    lines: &[FeeLine],
    wanted: &RoundOff,
) -> Result<(FeeLine, FeeDeviation), FeeError> {
    let payable = Fen::sum(lines.iter().map(|l| l.payable_fen)).ok_or(FeeError::TooLarge)?;
    if wanted.fen <= Fen::ZERO || wanted.fen > payable {
        return Err(FeeError::RoundOffTooLarge { fen: wanted.fen, payable });
    }
    if wanted.reason.trim().is_empty() {
        return Err(FeeError::ReasonMissing);
    }
    let largest = lines.iter().max_by(|a, b| (a.payable_fen, &b.tax_code).cmp(&(b.payable_fen, &a.tax_code)));
    let tax_code = largest.map(|l| l.tax_code.clone()).unwrap_or_default();
    let limit_fen = schedule.rules.technician_round_off_fen;
    let draft = Draft {
        kind: FeeLineKind::RoundOff,
        code: "ROUND-OFF".to_owned(),
        words: Words::new("抹零", "Rounding off"),
        unit: Words::new("单", "order"),
        unit_fen: Fen(-wanted.fen.0),
        qty: Qty::ONE,
        factor: Factor::ONE,
        tax_code,
        cover: None,
    };
    let deviation = FeeDeviation {
        deviation: DeviationKind::RoundOff { fen: wanted.fen, limit_fen },
        code: None,
        reason: wanted.reason.clone(),
        needs_manager: wanted.fen > limit_fen,
        manager_approved: wanted.manager_approved,
    };
    Ok((draft.finish(schedule, Fen::ZERO)?, deviation))
}
