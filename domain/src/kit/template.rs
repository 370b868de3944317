//! The company's standard kit as data: items, levels, and conditions that a machine can decide (C1, C4).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::context::KitContext;
use crate::catalogue::{Drive, MachineType, ServiceKind, Words};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitGroup {
    pub code: String,
    pub words: Words,
}

/// Why an item is taken. All but `Recommended` block departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KitLevel {
    Recommended,
    ConditionalMandatory,
    SafetyMandatory,
    SourceMandatory,
}

impl KitLevel {
    pub fn is_mandatory(self) -> bool {
        self != KitLevel::Recommended
    }
}

/// Items with a meaning to the product itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KitRole {
    /// 抹布: always taken, never released.
    CleaningRag,
    /// Stands for the job's parts; shown with them.
    Parts,
    /// Stands for the loaner.
    Loaner,
}

/// When an item is needed. A list of conditions means: any of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "when", rename_all = "snake_case")]
#[ts(export)]
pub enum KitCondition {
    MachineType {
        any_of: Vec<MachineType>,
    },
    Drive {
        any_of: Vec<Drive>,
    },
    ServiceKind {
        any_of: Vec<ServiceKind>,
    },
    /// At least one part is planned.
    PartsPlanned,
    /// A planned part carries one of these tags.
    PartTag {
        any_of: Vec<String>,
    },
    /// A suspected fault carries one of these tags.
    FaultTag {
        any_of: Vec<String>,
    },
    /// Someone said that the job means such work (`height`, `refrigerant_circuit` …).
    WorkTag {
        any_of: Vec<String>,
    },
    Loaner,
    TakeBack,
    Chargeable,
    /// Calendar months 1–12.
    Season {
        months: Vec<u32>,
    },
    TechnicianCertified {
        any_of: Vec<String>,
    },
    /// Every one of these.
    AllOf {
        conditions: Vec<KitCondition>,
    },
}

impl KitCondition {
    pub fn holds(&self, job: &KitContext) -> bool {
        let shared = |wanted: &[String], has: &[String]| wanted.iter().any(|w| has.contains(w));
        match self {
            Self::MachineType { any_of } => job.machine_type.is_some_and(|m| any_of.contains(&m)),
            Self::Drive { any_of } => job.drive.is_some_and(|d| any_of.contains(&d)),
            Self::ServiceKind { any_of } => job.service_kind.is_some_and(|k| any_of.contains(&k)),
            Self::PartsPlanned => !job.parts.is_empty(),
            Self::PartTag { any_of } => job.parts.iter().any(|p| shared(any_of, &p.tags)),
            Self::FaultTag { any_of } => shared(any_of, &job.fault_tags),
            Self::WorkTag { any_of } => shared(any_of, &job.work_tags),
            Self::Loaner => job.loaner.is_some(),
            Self::TakeBack => job.take_back,
            Self::Chargeable => job.chargeable,
            Self::Season { months } => job.month.is_some_and(|m| months.contains(&m)),
            Self::TechnicianCertified { any_of } => shared(any_of, &job.certificates),
            Self::AllOf { conditions } => conditions.iter().all(|c| c.holds(job)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitItem {
    /// `KIT-…`, a namespace of its own beside fee codes.
    pub code: String,
    pub group: String,
    pub words: Words,
    pub level: KitLevel,
    /// Empty: always. Otherwise any of these.
    pub conditions: Vec<KitCondition>,
    pub qty: u32,
    pub releasable: bool,
    pub role: Option<KitRole>,
    pub note: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitTemplate {
    pub version: String,
    pub valid_from: NaiveDate,
    pub title: Words,
    pub rule: Words,
    pub groups: Vec<KitGroup>,
    pub items: Vec<KitItem>,
}
