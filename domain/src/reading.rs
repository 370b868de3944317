//! Fields of the work order and the judgement of a typed reading: quiet, "really?", or refused with the range named.
//!
//! The value stays as it was typed; judging never changes it and never fills one in.

mod decimal;

use std::cmp::Ordering;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{Cooling, MachineType, Words};
pub use decimal::{Decimal, NotADecimal};

/// Bounds of a reading; an absent bound does not bound. Both bounds belong to the range.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ValueRange {
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
}

impl ValueRange {
    pub fn is_open(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    pub fn holds(&self, value: &Decimal) -> bool {
        self.min.is_none_or(|m| value.compare(&m) != Ordering::Less)
            && self.max.is_none_or(|m| value.compare(&m) != Ordering::Greater)
    }

    /// The range for another nameplate value, e.g. 380 V figures on a 400 V machine; three places.
    fn scaled_to(&self, reference: &Decimal, nameplate: &Decimal) -> ValueRange {
        let scale = |bound: Decimal| {
            let divisor = reference.units(3);
            if divisor <= 0 {
                return None;
            }
            let product = bound.units(3) * nameplate.units(3);
            Decimal::from_units((product * 2 + divisor).div_euclid(2 * divisor), 3)
        };
        ValueRange { min: self.min.and_then(scale), max: self.max.and_then(scale) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FieldType {
    Text,
    Number,
    Whole,
    Choice,
    Date,
    DateTime,
    Phone,
    Photo,
    YesNo,
    Signature,
    List,
    Table,
    Group,
    Checklist,
}

/// When a field must be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FieldRequirement {
    Always,
    Optional,
    OilScrew,
    ElectricalWork,
    Dryer,
    RefrigeratedDryer,
    WaterCooled,
    PartsReplaced,
    Chargeable,
    InvoiceWanted,
    TestRun,
    NoTestRun,
    Signed,
    Unsigned,
    AfterSealing,
}

/// How a field's ranges follow the machine's nameplate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum RangeScale {
    Absolute,
    /// Typical and warn are figures for `reference` volts.
    NameplateVoltage {
        reference: Decimal,
    },
    /// Above the rated pressure is worth a question.
    RatedPressure,
    /// Above the rated current is worth a question.
    RatedCurrent,
}

/// One field of the 空气压缩机检测维修工作单 (G1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FormField {
    pub key: String,
    /// Letter of the section, `E` are the readings taken before and after.
    pub group: String,
    pub words: Words,
    pub field_type: FieldType,
    pub unit: String,
    pub required: FieldRequirement,
    pub typical: ValueRange,
    pub warn: ValueRange,
    pub hard: ValueRange,
    pub scale: RangeScale,
    /// Machines on which the field makes no sense.
    pub not_for: Vec<MachineType>,
    pub options: Vec<Words>,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FieldGroup {
    pub code: String,
    pub words: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FormFields {
    pub version: String,
    pub valid_from: NaiveDate,
    pub title: Words,
    pub groups: Vec<FieldGroup>,
    pub fields: Vec<FormField>,
}

/// What of the machine decides which readings are asked and how they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Nameplate {
    pub machine_type: Option<MachineType>,
    pub cooling: Option<Cooling>,
    pub voltage: Option<Decimal>,
    pub rated_pressure_mpa: Option<Decimal>,
    pub rated_current: Option<Decimal>,
}

/// A reading to be asked on this machine, its ranges already scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReadingSpec {
    pub key: String,
    pub words: Words,
    pub field_type: FieldType,
    pub unit: String,
    pub required: bool,
    pub typical: ValueRange,
    /// Outside: ask. Already includes the nameplate's limit.
    pub warn: ValueRange,
    pub warn_because: AskWhy,
    pub hard: ValueRange,
    pub options: Vec<Words>,
    pub note: String,
}

/// Why a value is questioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AskWhy {
    OutsideUsual,
    AboveRatedPressure,
    AboveRatedCurrent,
    VoltageUnbalance,
    CurrentUnbalance,
    LoadAboveUnload,
}

/// Answer to a typed value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[ts(export)]
pub enum Judgement {
    Quiet,
    Ask { why: AskWhy, range: ValueRange },
    Refuse { range: ValueRange },
}

impl FormFields {
    pub fn field(&self, key: &str) -> Option<&FormField> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// Readings (group E) to ask on this machine; `electrical_work` makes the insulation reading mandatory.
    pub fn readings_for(&self, nameplate: &Nameplate, electrical_work: bool) -> Vec<ReadingSpec> {
        self.fields
            .iter()
            .filter(|f| f.group == "E")
            .filter_map(|f| {
                let required = f.asked(nameplate, electrical_work)?;
                Some(f.spec(nameplate, required))
            })
            .collect()
    }
}

impl FormField {
    /// `None`: not asked on this machine. `Some(true)`: mandatory.
    fn asked(&self, nameplate: &Nameplate, electrical_work: bool) -> Option<bool> {
        use FieldRequirement as R;
        use MachineType as M;
        let is = |types: &[M]| nameplate.machine_type.is_some_and(|m| types.contains(&m));
        if nameplate.machine_type.is_some_and(|m| self.not_for.contains(&m)) {
            return None;
        }
        match self.required {
            R::Always => Some(true),
            R::OilScrew => is(&[M::Screw, M::ScrewVsd]).then_some(true),
            R::Dryer => is(&[M::DryerRefrigerated, M::DryerDesiccant]).then_some(true),
            R::RefrigeratedDryer => is(&[M::DryerRefrigerated]).then_some(true),
            R::WaterCooled => (nameplate.cooling == Some(Cooling::Water)).then_some(true),
            R::ElectricalWork => Some(electrical_work),
            _ => Some(false),
        }
    }

    fn spec(&self, nameplate: &Nameplate, required: bool) -> ReadingSpec {
        let (mut typical, mut warn, mut because) = (self.typical, self.warn, AskWhy::OutsideUsual);
        let capped = |limit: Option<Decimal>, why| (ValueRange { min: warn.min, max: limit.or(warn.max) }, why);
        match self.scale {
            RangeScale::Absolute => {}
            RangeScale::NameplateVoltage { reference } => {
                let volts = nameplate.voltage.unwrap_or(reference);
                typical = typical.scaled_to(&reference, &volts);
                warn = warn.scaled_to(&reference, &volts);
            }
            RangeScale::RatedPressure => {
                (warn, because) = capped(nameplate.rated_pressure_mpa, AskWhy::AboveRatedPressure)
            }
            RangeScale::RatedCurrent => (warn, because) = capped(nameplate.rated_current, AskWhy::AboveRatedCurrent),
        }
        // A field that names no "really?" bound at all and follows no nameplate asks outside what is usual.
        if warn.is_open() && self.scale == RangeScale::Absolute {
            warn = typical;
        }
        ReadingSpec {
            key: self.key.clone(),
            words: self.words.clone(),
            field_type: self.field_type,
            unit: self.unit.clone(),
            required,
            typical,
            warn,
            warn_because: because,
            hard: self.hard,
            options: self.options.clone(),
            note: self.note.clone(),
        }
    }
}

impl ReadingSpec {
    /// hard: refuse with the range; warn: ask; else quiet.
    pub fn judge(&self, value: &Decimal) -> Judgement {
        if !self.hard.holds(value) {
            Judgement::Refuse { range: self.hard }
        } else if !self.warn.holds(value) {
            Judgement::Ask { why: self.warn_because, range: self.warn }
        } else {
            Judgement::Quiet
        }
    }
}

/// Largest deviation from the mean of three phases in thousandths; `None` for a mean of zero or below.
pub fn phase_unbalance_per_mille(phases: &[Decimal; 3]) -> Option<i64> {
    let units = phases.map(|p| p.units(6));
    let sum: i128 = units.iter().sum();
    if sum <= 0 {
        return None;
    }
    let worst = units.iter().map(|u| (u * 3 - sum).abs()).max()?;
    i64::try_from((worst * 1000 * 2 + sum).div_euclid(2 * sum)).ok()
}

/// Voltage unbalance above 2 % is worth a question.
pub fn judge_voltages(phases: &[Decimal; 3]) -> Judgement {
    judge_unbalance(phases, 20, AskWhy::VoltageUnbalance)
}

/// Current unbalance above 10 % is worth a question.
pub fn judge_currents(phases: &[Decimal; 3]) -> Judgement {
    judge_unbalance(phases, 100, AskWhy::CurrentUnbalance)
}

fn judge_unbalance(phases: &[Decimal; 3], limit_per_mille: i64, why: AskWhy) -> Judgement {
    match phase_unbalance_per_mille(phases) {
        Some(unbalance) if unbalance > limit_per_mille => Judgement::Ask { why, range: ValueRange::default() },
        _ => Judgement::Quiet,
    }
}

/// The load setpoint lies below the unload setpoint.
pub fn judge_setpoints(load: &Decimal, unload: &Decimal) -> Judgement {
    if load.compare(unload) == Ordering::Less {
        Judgement::Quiet
    } else {
        Judgement::Ask { why: AskWhy::LoadAboveUnload, range: ValueRange { min: None, max: Some(*unload) } }
    }
}
