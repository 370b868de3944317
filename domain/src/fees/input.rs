//! What was or will be done, as the calculation needs it. Prices are not part of it, save quoted and real costs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{CategoryCharging, ServiceKind};
use crate::money::{Fen, Qty};
use crate::warranty::WarrantyStatus;

/// Where and what the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WorkScope {
    OnSiteRepair,
    /// Maintenance, installation, training: no small materials.
    OnSiteService,
    InspectionOnly,
    Workshop,
    PhoneAdvice,
}

/// The call-out; `at` is the arrival and decides the overtime factor (absent: normal hours).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TravelInput {
    pub km: Qty,
    pub at: Option<DateTime<Utc>>,
    pub covered: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LabourInput {
    pub grade: String,
    pub people: u32,
    pub minutes: u32,
    /// Start of the work; absent: normal hours.
    pub start_at: Option<DateTime<Utc>>,
    /// Time beyond other labour of the same visit: the minimum is not charged again.
    pub additional: bool,
    /// `None`: as the warranty rules say.
    pub covered: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartUse {
    pub code: String,
    pub qty: Qty,
    /// The part or its component is still within a term of its own.
    pub own_warranty: bool,
    pub covered: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OtherUse {
    pub code: String,
    pub qty: Qty,
    /// Quoted price or real cost per unit.
    pub unit_fen: Option<Fen>,
    /// Labour grade and minutes of a time item (waiting).
    pub grade: Option<String>,
    pub minutes: Option<u32>,
    /// Expected or real length of the repair, for what is free only in long repairs.
    pub repair_hours: Option<u32>,
    pub covered: Option<bool>,
}

/// A discount given by hand, after the contract's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ManualDiscount {
    /// Lines of this code; absent: every line.
    pub code: Option<String>,
    pub bp: u32,
    pub reason: String,
    pub manager_approved: bool,
}

/// 抹零: rounding the total down, as a line of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RoundOff {
    pub fen: Fen,
    pub reason: String,
    pub manager_approved: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeInput {
    pub warranty: WarrantyStatus,
    /// From the job's category; `by_contract` leaves it to the warranty.
    pub charging: CategoryCharging,
    pub service_kind: ServiceKind,
    pub work: WorkScope,
    /// `Some(false)`: diagnosed, repair declined.
    pub repair_accepted: Option<bool>,
    pub machine_kw: Option<Qty>,
    pub travel: Option<TravelInput>,
    pub labour: Vec<LabourInput>,
    pub parts: Vec<PartUse>,
    pub others: Vec<OtherUse>,
    pub contract_discount_bp: u32,
    /// The contract lets overtime within warranty be charged.
    pub bill_after_hours: bool,
    pub discounts: Vec<ManualDiscount>,
    pub round_off: Option<RoundOff>,
}

impl FeeInput {
    /// Nothing done yet: fill in what was.
    pub fn new(warranty: WarrantyStatus, service_kind: ServiceKind, work: WorkScope) -> Self {
        Self {
            warranty,
            charging: CategoryCharging::ByContract,
            service_kind,
            work,
            repair_accepted: None,
            machine_kw: None,
            travel: None,
            labour: Vec::new(),
            parts: Vec::new(),
            others: Vec::new(),
            contract_discount_bp: 0,
            bill_after_hours: false,
            discounts: Vec::new(),
            round_off: None,
        }
    }

    /// The same visit where the customer says no before work has begun: the way and the diagnosis, which only an accepted repair
    /// makes free, no work and no parts (fee schedule, F-01; worked example EX8).
    pub fn declined(&self) -> Self {
        let others = self.others.iter().cloned().map(|other| OtherUse { repair_hours: None, ..other }).collect();
        Self { repair_accepted: Some(false), labour: Vec::new(), parts: Vec::new(), others, ..self.clone() }
    }
}
