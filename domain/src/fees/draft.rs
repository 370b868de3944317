//! A line on its way: from unit, quantity and factor to gross, discount, payable and tax.

use super::schedule::FeeSchedule;
use super::sheet::{Cover, FeeError, FeeLine, FeeLineKind};
use crate::catalogue::Words;
use crate::money::{Fen, Qty, line_amount, split_tax};

/// What an amount is multiplied by, and the rule that says so.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    pub by: Qty,
    pub why: Option<Words>,
}

impl Factor {
    pub const ONE: Factor = Factor { by: Qty::ONE, why: None };

    /// Times one is no factor and needs no reason.
    pub fn of(by: Qty, why: Words) -> Self {
        Self { by, why: (by != Qty::ONE).then_some(why) }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub kind: FeeLineKind,
    pub code: String,
    pub words: Words,
    pub unit: Words,
    pub unit_fen: Fen,
    pub qty: Qty,
    pub factor: Factor,
    pub tax_code: String,
    pub cover: Option<Cover>,
}

impl Draft {
    pub fn gross(&self) -> Result<Fen, FeeError> {
        line_amount(self.unit_fen, self.qty, self.factor.by).ok_or(FeeError::TooLarge)
    }

    pub fn finish(self, schedule: &FeeSchedule, discount: Fen) -> Result<FeeLine, FeeError> {
        let gross = self.gross()?;
        let unknown = || FeeError::UnknownTaxCode { item: self.code.clone(), tax_code: self.tax_code.clone() };
        let rate_pct = schedule.tax(&self.tax_code).ok_or_else(unknown)?.rate_pct;
        let payable = match self.cover {
            Some(_) => Fen::ZERO,
            None => gross.checked_sub(discount).ok_or(FeeError::TooLarge)?,
        };
        let split = split_tax(payable, rate_pct).ok_or(FeeError::TooLarge)?;
        Ok(FeeLine {
            kind: self.kind,
            covered_by_warranty: self.cover == Some(Cover::Warranty),
            code: self.code,
            words: self.words,
            unit: self.unit,
            unit_fen: self.unit_fen,
            qty: self.qty,
            factor: self.factor.by,
            factor_words: self.factor.why,
            tax_code: self.tax_code,
            rate_pct,
            gross_fen: gross,
            discount_fen: discount,
            cover: self.cover,
            payable_fen: payable,
            net_fen: split.net,
            tax_fen: split.tax,
        })
    }
}
