//! Shapes of the fault knowledge base.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{MachineType, Words};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FaultSeverity {
    Minor,
    Major,
    Critical,
}

/// Can it be repaired at the customer's?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OnSite {
    Yes,
    Partly,
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FaultMinutes {
    pub min: u32,
    pub typical: u32,
    pub max: u32,
}

/// One probable cause, in the order of how often it is met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Cause {
    /// `F01.02`: fault and order.
    pub code: String,
    pub order: u32,
    pub words: Words,
    /// Parts of the fault that cure this cause.
    pub parts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "FaultStep")]
pub struct Step {
    pub order: u32,
    pub words: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Fault {
    pub code: String,
    pub words: Words,
    /// How customers say it; the office adds to these.
    pub aliases: Vec<String>,
    /// Texts that controllers show.
    pub alarms: Vec<String>,
    /// Empty: any machine.
    pub machine_types: Vec<MachineType>,
    pub severity: FaultSeverity,
    pub must_stop: bool,
    pub causes: Vec<Cause>,
    pub checks: Vec<Step>,
    pub remedies: Vec<Step>,
    pub parts: Vec<String>,
    /// Kit codes of special tools.
    pub tools: Vec<String>,
    /// Tags for kit conditions (`electrical`, `airend`, `refrigeration` …).
    pub tags: Vec<String>,
    pub on_site: OnSite,
    pub minutes: FaultMinutes,
    pub phone_advice: bool,
    pub warranty_hint: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FaultKnowledge {
    pub version: String,
    pub valid_from: NaiveDate,
    /// Shown wherever the knowledge base is shown: 示例数据，以厂家手册为准.
    pub notice: Words,
    pub faults: Vec<Fault>,
}

impl FaultKnowledge {
    pub fn fault(&self, code: &str) -> Option<&Fault> {
        self.faults.iter().find(|f| f.code == code)
    }
}

impl Fault {
    pub fn fits(&self, machine: Option<MachineType>) -> bool {
        self.machine_types.is_empty() || machine.is_none_or(|m| self.machine_types.contains(&m))
    }
}
