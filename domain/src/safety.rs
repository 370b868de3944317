//! Pre-work risk assessment: the checklist before the first spanner, and the one before power returns (E1).
//!
//! No answer is ever prefilled. Unanswered or a "no" on a stop item means no proof, and without the proof no work.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Words;

/// When an item is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SafetyMoment {
    BeforeWork,
    BeforePowerOn,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SafetyItem {
    pub code: String,
    pub words: Words,
    pub moment: SafetyMoment,
    pub stop_work_if_no: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SafetyTemplate {
    pub version: String,
    pub valid_from: NaiveDate,
    pub title: Words,
    pub rule: Words,
    pub items: Vec<SafetyItem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SafetyChoice {
    Yes,
    No,
    NotApplicable,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SafetyAnswer {
    pub code: String,
    pub choice: SafetyChoice,
}

/// Proof that every item of its moment was answered and nothing stops the work. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeToWork {
    template_version: String,
    moment: SafetyMoment,
    warnings: Vec<String>,
}

impl SafeToWork {
    pub fn template_version(&self) -> &str {
        &self.template_version
    }

    pub fn moment(&self) -> SafetyMoment {
        self.moment
    }

    /// Items answered "no" that do not stop the work; they belong on the order.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// Codes of items still unanswered, and of those that stop the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("not safe to work: {} unanswered, stopped by {}", unanswered.len(), stopped_by.len())]
#[ts(export)]
pub struct NotSafe {
    pub unanswered: Vec<String>,
    pub stopped_by: Vec<String>,
}

impl SafetyTemplate {
    pub fn items_at(&self, moment: SafetyMoment) -> impl Iterator<Item = &SafetyItem> {
        self.items.iter().filter(move |i| i.moment == moment)
    }

    /// The checklist before work. An item answered twice counts by its last answer.
    pub fn safe(&self, answers: &[SafetyAnswer]) -> Result<SafeToWork, NotSafe> {
        self.check(answers, SafetyMoment::BeforeWork)
    }

    /// The checklist before the machine is energised again.
    pub fn safe_to_power_on(&self, answers: &[SafetyAnswer]) -> Result<SafeToWork, NotSafe> {
        self.check(answers, SafetyMoment::BeforePowerOn)
    }

    fn check(&self, answers: &[SafetyAnswer], moment: SafetyMoment) -> Result<SafeToWork, NotSafe> {
        let mut refusal = NotSafe { unanswered: Vec::new(), stopped_by: Vec::new() };
        let mut warnings = Vec::new();
        for item in self.items_at(moment) {
            match answers.iter().rev().find(|a| a.code == item.code).map(|a| a.choice) {
                None => refusal.unanswered.push(item.code.clone()),
                Some(SafetyChoice::No) if item.stop_work_if_no => refusal.stopped_by.push(item.code.clone()),
                Some(SafetyChoice::No) => warnings.push(item.code.clone()),
                Some(SafetyChoice::Yes | SafetyChoice::NotApplicable) => {}
            }
        }
        if refusal.unanswered.is_empty() && refusal.stopped_by.is_empty() {
            Ok(SafeToWork { template_version: self.version.clone(), moment, warnings })
        } else {
            Err(refusal)
        }
    }
}
