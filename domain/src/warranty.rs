//! Is a machine within warranty, until when, and why: from dates and a plan alone.
//!
//! Lengths are company data. Missing dates never become a guess: the answer is then "pending", quoted as out
//! of warranty until the manager decides.

use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Words;

/// What the customer is told and what fees follow (B4, F2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WarrantyStatus {
    InWarranty,
    OutOfWarranty,
    /// Dates missing: quoted as out, the manager decides within a day.
    Pending,
    /// Within the term, but the customer caused it: charged, with photo, acknowledgement and approval.
    Misuse,
}

/// months from start, capped by months from manufacture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WarrantyPlan {
    pub code: String,
    pub words: Words,
    pub months: u32,
    pub cap_months_from_manufacture: Option<u32>,
}

/// A component with a term of its own, counted from the machine's start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ComponentTerm {
    pub component: String,
    pub words: Words,
    pub months: u32,
    /// Part tags that belong to the component.
    pub part_tags: Vec<String>,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WarrantyPlans {
    pub version: String,
    pub valid_from: NaiveDate,
    pub plans: Vec<WarrantyPlan>,
    /// Used for a machine without a plan of its own.
    pub default_plan: String,
    /// Start when only the manufacture date is known: manufacture + these months.
    pub months_after_manufacture: u32,
    pub components: Vec<ComponentTerm>,
    /// A part replaced within warranty: rest of the machine's term or these months, whichever is longer.
    pub replaced_part_months: u32,
    /// The same fault within these days is free rework.
    pub rework_days: u32,
    pub excluded: Vec<Words>,
    pub charging_notes: Vec<Words>,
}

/// What is known about a machine's dates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WarrantyDates {
    pub plan: Option<String>,
    pub manufactured_on: Option<NaiveDate>,
    pub purchased_on: Option<NaiveDate>,
    pub commissioned_on: Option<NaiveDate>,
}

/// Which date started the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WarrantyStart {
    Commissioning,
    Purchase,
    ManufacturePlusMonths,
}

/// Why the status is what it is, in words the UI can say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[ts(export)]
pub enum WarrantyReason {
    WithinTerm {
        days_left: i64,
    },
    TermOver {
        days_over: i64,
    },
    /// The cap from manufacture ended it earlier than the term would have.
    CapOver {
        days_over: i64,
    },
    NoStartDate,
    /// The double limit cannot be told without the manufacture date.
    ManufactureDateUnknown,
    UnknownPlan {
        plan: String,
    },
    CustomerCaused,
}

/// Status with its explanation. `until` is the last day that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WarrantyJudgement {
    pub status: WarrantyStatus,
    pub plan: Option<String>,
    pub start: Option<NaiveDate>,
    pub start_from: Option<WarrantyStart>,
    pub term_until: Option<NaiveDate>,
    pub cap_until: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub why: WarrantyReason,
}

impl WarrantyPlans {
    pub fn plan(&self, code: &str) -> Option<&WarrantyPlan> {
        self.plans.iter().find(|p| p.code == code)
    }

    /// Start precedence: commissioning → purchase → manufacture + configured months.
    pub fn start(&self, dates: &WarrantyDates) -> Option<(NaiveDate, WarrantyStart)> {
        let from_manufacture =
            || dates.manufactured_on.and_then(|d| d.checked_add_months(Months::new(self.months_after_manufacture)));
        dates
            .commissioned_on
            .map(|d| (d, WarrantyStart::Commissioning))
            .or_else(|| dates.purchased_on.map(|d| (d, WarrantyStart::Purchase)))
            .or_else(|| from_manufacture().map(|d| (d, WarrantyStart::ManufacturePlusMonths)))
    }

    /// Warranty of the machine on a day. `customer_caused`: the technician found misuse.
    pub fn judge(&self, dates: &WarrantyDates, on: NaiveDate, customer_caused: bool) -> WarrantyJudgement {
        self.judge_months(dates, on, customer_caused, None)
    }

    /// Warranty of one component; its own term replaces the plan's, the cap from manufacture stays only where it is longer.
    pub fn judge_component(
        &self,
        component: &ComponentTerm,
        dates: &WarrantyDates,
        on: NaiveDate,
        customer_caused: bool,
    ) -> WarrantyJudgement {
        self.judge_months(dates, on, customer_caused, Some(component.months))
    }

    /// The component a part belongs to, by its tags.
    pub fn component_of(&self, part_tags: &[String]) -> Option<&ComponentTerm> {
        self.components.iter().find(|c| c.part_tags.iter().any(|t| part_tags.contains(t)))
    }

    /// Last warranty day of a part replaced within warranty.
    pub fn replaced_part_until(&self, machine_until: NaiveDate, replaced_on: NaiveDate) -> NaiveDate {
        let own = replaced_on.checked_add_months(Months::new(self.replaced_part_months)).unwrap_or(NaiveDate::MAX);
        machine_until.max(own)
    }

    /// The same fault again within the rework days is repaired free of charge.
    pub fn is_rework(&self, repaired_on: NaiveDate, on: NaiveDate) -> bool {
        let last = repaired_on.checked_add_days(Days::new(u64::from(self.rework_days))).unwrap_or(NaiveDate::MAX);
        repaired_on <= on && on <= last
    }

    fn judge_months(
        &self,
        dates: &WarrantyDates,
        on: NaiveDate,
        customer_caused: bool,
        own_months: Option<u32>,
    ) -> WarrantyJudgement {
        let code = dates.plan.clone().unwrap_or_else(|| self.default_plan.clone());
        let pending = |why| WarrantyJudgement {
            status: WarrantyStatus::Pending,
            plan: Some(code.clone()),
            start: None,
            start_from: None,
            term_until: None,
            cap_until: None,
            until: None,
            why,
        };
        let Some(plan) = self.plan(&code) else {
            return pending(WarrantyReason::UnknownPlan { plan: code.clone() });
        };
        let Some((start, start_from)) = self.start(dates) else {
            return pending(WarrantyReason::NoStartDate);
        };
        let months = own_months.unwrap_or(plan.months);
        let term_until = start.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
        // A component's longer term keeps the plan's allowance for storage before commissioning.
        let cap_months = plan.cap_months_from_manufacture.map(|cap| cap.max(cap.saturating_sub(plan.months) + months));
        let cap_until = match (cap_months, dates.manufactured_on) {
            (Some(cap), Some(made)) => made.checked_add_months(Months::new(cap)),
            _ => None,
        };
        let until = cap_until.map_or(term_until, |cap| cap.min(term_until));
        let cap_unknown = cap_months.is_some() && dates.manufactured_on.is_none();
        let (status, why) = verdict(on, term_until, until, cap_unknown, customer_caused);
        WarrantyJudgement {
            status,
            plan: Some(code.clone()),
            start: Some(start),
            start_from: Some(start_from),
            term_until: Some(term_until),
            cap_until,
            until: (status != WarrantyStatus::Pending).then_some(until),
            why,
        }
    }
}

fn verdict(
    on: NaiveDate,
    term_until: NaiveDate,
    until: NaiveDate,
    cap_unknown: bool,
    customer_caused: bool,
) -> (WarrantyStatus, WarrantyReason) {
    if on > until {
        let days_over = (on - until).num_days();
        let capped = until < term_until;
        let why = if capped { WarrantyReason::CapOver { days_over } } else { WarrantyReason::TermOver { days_over } };
        (WarrantyStatus::OutOfWarranty, why)
    } else if cap_unknown {
        (WarrantyStatus::Pending, WarrantyReason::ManufactureDateUnknown)
    } else if customer_caused {
        (WarrantyStatus::Misuse, WarrantyReason::CustomerCaused)
    } else {
        (WarrantyStatus::InWarranty, WarrantyReason::WithinTerm { days_left: (until - on).num_days() })
    }
}
