//! The machine of a job: its nameplate for the readings, and its warranty from dates, decision and cause (B4, E2).

use chrono::NaiveDate;
use gongdan_domain::catalogue::{Cooling, MachineType};
use gongdan_domain::entity::{Fields, job as job_field, machine as field};
use gongdan_domain::reading::{Decimal, Nameplate};
use gongdan_domain::visit::{CauseType, VisitState};
use gongdan_domain::warranty::{WarrantyDates, WarrantyJudgement, WarrantyPlans, WarrantyReason, WarrantyStatus};
use serde_json::Value;

use crate::view::job::WarrantyView;

/// What decides which readings are asked and how they are judged.
pub fn nameplate(machine: &Fields) -> Nameplate {
    let figure = |name| machine.text(name).parse::<Decimal>().ok();
    Nameplate {
        machine_type: MachineType::named(machine.text(field::MACHINE_TYPE)),
        cooling: Cooling::named(machine.text(field::COOLING)),
        voltage: figure(field::VOLTAGE_V),
        rated_pressure_mpa: figure(field::PRESSURE_MPA),
        rated_current: figure(field::RATED_CURRENT_A),
    }
}

/// The dates that count: what the customer said on the phone (B3) before the archive.
pub fn warranty_dates(job: &Fields, machine: &Fields) -> WarrantyDates {
    let day = |fields: &Fields, name: &str| fields.text(name).parse::<NaiveDate>().ok();
    let plan = machine.text(field::WARRANTY_PLAN);
    WarrantyDates {
        plan: (!plan.is_empty()).then(|| plan.to_owned()),
        manufactured_on: day(job, job_field::MANUFACTURE_DATE).or_else(|| day(machine, field::MANUFACTURE_DATE)),
        purchased_on: day(job, job_field::PURCHASE_DATE).or_else(|| day(machine, field::PURCHASE_DATE)),
        commissioned_on: day(machine, field::COMMISSION_DATE),
    }
}

/// The plans' judgement on the day of the call, unless a person has decided otherwise.
pub fn judge_warranty(
    plans: Option<&WarrantyPlans>,
    job: &Fields,
    machine: &Fields,
    state: &VisitState,
    on: NaiveDate,
) -> WarrantyView {
    let misuse = state.diagnosis.as_ref().is_some_and(|d| d.cause_type == Some(CauseType::Misuse));
    let dates = warranty_dates(job, machine);
    let mut judgement = plans.map_or_else(|| undecided(&dates), |plans| plans.judge(&dates, on, misuse));
    let decision = job.text(job_field::WARRANTY_DECISION);
    let decided = serde_json::from_value::<WarrantyStatus>(Value::String(decision.to_owned())).ok();
    if let Some(status) = decided {
        judgement.status = status;
    }
    let plan = judgement.plan.as_deref().and_then(|code| plans?.plan(code));
    WarrantyView { plan: plan.map(|p| p.words.clone()), judgement, decided: decided.is_some() }
}

/// Before the plans have come, nothing is guessed.
fn undecided(dates: &WarrantyDates) -> WarrantyJudgement {
    WarrantyJudgement {
        status: WarrantyStatus::Pending,
        plan: dates.plan.clone(),
        start: None,
        start_from: None,
        term_until: None,
        cap_until: None,
        until: None,
        why: WarrantyReason::UnknownPlan { plan: dates.plan.clone().unwrap_or_default() },
    }
}
