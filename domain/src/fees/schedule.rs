//! The fee schedule 收费标准 as the office publishes it: bands, grades, items, tax codes, rules (F1).

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{ServiceKind, Words};
use crate::money::{Fen, Qty};

/// Call-out fee by one-way road distance; `over_km` is excluded, `up_to_km` included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TravelBand {
    pub code: String,
    pub words: Words,
    pub over_km: Option<Qty>,
    pub up_to_km: Option<Qty>,
    pub fee_fen: Fen,
    /// For every kilometre over `over_km`, on top of the fee.
    pub per_km_beyond_fen: Option<Fen>,
    pub tax_code: String,
    pub note: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LabourGrade {
    pub code: String,
    pub words: Words,
    pub fen_per_hour: Fen,
    pub tax_code: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OvertimeWhen {
    WorkdayDay,
    /// Evening of a workday until the next morning.
    WorkdayNight,
    Weekend,
    Holiday,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OvertimeFactor {
    pub code: String,
    pub words: Words,
    pub when: OvertimeWhen,
    pub factor: Qty,
}

/// A multiplier for machines above a power.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PowerStep {
    pub over_kw: Qty,
    pub factor: Qty,
}

/// How an item's unit price comes about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum FeePrice {
    Fixed {
        fen: Fen,
    },
    /// As quoted in writing; the amount comes with the use.
    Quoted,
    /// Real cost, up to a cap per unit.
    AtCost {
        cap_fen: Fen,
    },
    /// Replaces the call-out fee: so many per cent of it.
    CallOutPercent {
        percent: u32,
    },
    /// Time at the labour rate after free minutes.
    LabourRate {
        free_minutes: u32,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeItem {
    pub code: String,
    pub words: Words,
    pub price: FeePrice,
    pub unit: Words,
    pub tax_code: String,
    /// Free within warranty like labour and call-out.
    pub free_in_warranty: bool,
    /// Only free when the repair takes longer than these hours.
    pub free_if_repair_over_hours: Option<u32>,
    /// Ascending; the highest step exceeded applies.
    pub power_steps: Vec<PowerStep>,
    pub note: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TaxCode {
    pub code: String,
    pub rate_pct: u32,
    pub words: Words,
}

/// Numbers and codes the calculation follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeRules {
    /// A charged visit on which work was done costs at least this.
    pub minimum_visit_fen: Fen,
    pub labour_minimum_hours: Qty,
    pub labour_step_hours: Qty,
    /// Workday hours without overtime.
    pub day_from: NaiveTime,
    pub day_until: NaiveTime,
    /// What a technician may give without the manager, in basis points.
    pub technician_discount_bp: u32,
    pub technician_round_off_fen: Fen,
    /// Kinds of service that the warranty pays for.
    pub warranty_covers: Vec<ServiceKind>,
    /// Waived when the repair is accepted, charged when it is declined.
    pub diagnosis_item: String,
    /// Added when chargeable parts are fitted in an on-site repair.
    pub small_materials_item: String,
    pub phone_advice_item: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeSchedule {
    pub version: String,
    pub valid_from: NaiveDate,
    /// Last day; absent: until the next version starts.
    pub valid_until: Option<NaiveDate>,
    pub title: Words,
    pub travel: Vec<TravelBand>,
    pub labour: Vec<LabourGrade>,
    pub overtime: Vec<OvertimeFactor>,
    pub items: Vec<FeeItem>,
    pub tax_codes: Vec<TaxCode>,
    pub rules: FeeRules,
}

impl FeeSchedule {
    pub fn item(&self, code: &str) -> Option<&FeeItem> {
        self.items.iter().find(|i| i.code == code)
    }

    pub fn grade(&self, code: &str) -> Option<&LabourGrade> {
        self.labour.iter().find(|l| l.code == code)
    }

    pub fn tax(&self, code: &str) -> Option<&TaxCode> {
        self.tax_codes.iter().find(|t| t.code == code)
    }

    /// The band of a distance; the upper bound belongs to the band.
    pub fn band(&self, km: Qty) -> Option<&TravelBand> {
        self.travel.iter().find(|b| b.over_km.is_none_or(|low| km > low) && b.up_to_km.is_none_or(|high| km <= high))
    }

    /// The version in force on a day: the latest that has started and has not ended.
    pub fn in_force(schedules: &[FeeSchedule], on: NaiveDate) -> Option<&FeeSchedule> {
        schedules
            .iter()
            .filter(|s| s.valid_from <= on && s.valid_until.is_none_or(|end| on <= end))
            .max_by_key(|s| s.valid_from)
    }
}
