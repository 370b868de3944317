//! What the fee calculation needs, gathered from the visit (F2): nothing is priced here, and nothing is asked that is known.
//! Before work the estimate counts the parts that were picked and the usual time of the fault; afterwards what was really used and worked.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use gongdan_domain::calendar::Calendar;
use gongdan_domain::catalogue::{CategoryCharging, JobCategories, PartCatalogue, ServiceKind};
use gongdan_domain::entity::{Fields, customer as customer_field, job as job_field, machine as machine_field, person};
use gongdan_domain::fact::ContactOutcome;
use gongdan_domain::fees::{
    self, FeeError, FeeInput, FeePrice, FeeSchedule, FeeSheet, LabourInput, ManualDiscount, OtherUse, PartUse,
    RoundOff, TravelInput, WorkScope,
};
use gongdan_domain::id::PersonId;
use gongdan_domain::money::{Fen, Qty, capitals};
use gongdan_domain::seal::{canonical, sha256_hex};
use gongdan_domain::time::Instant;
use gongdan_domain::visit::{PartPick, VisitState};
use gongdan_domain::warranty::{WarrantyPlans, WarrantyStatus};
use gongdan_domain::work_order::words::service_kind_of;

use super::machine::warranty_dates;
use crate::view::job::EstimateView;

/// Minutes of work where neither a fault nor a register says how long it takes: the schedule's minimum is charged anyway.
const UNKNOWN_WORK_MINUTES: u32 = 60;

/// What the sheet is made of.
pub struct FeeFacts<'a> {
    pub state: &'a VisitState,
    pub job: &'a Fields,
    pub customer: &'a Fields,
    pub machine: &'a Fields,
    pub warranty: WarrantyStatus,
    pub plans: Option<&'a WarrantyPlans>,
    pub on: NaiveDate,
    pub schedule: Option<&'a FeeSchedule>,
    pub parts: Arc<PartCatalogue>,
    pub categories: Option<&'a JobCategories>,
    pub people: &'a BTreeMap<PersonId, Fields>,
    /// Of the found or suspected faults.
    pub typical_minutes: Option<u32>,
    pub expected_at: Option<Instant>,
    pub now: Instant,
}

/// How the job's category is charged; an unknown category leaves it to the warranty.
pub fn charging(categories: Option<&JobCategories>, code: &str) -> CategoryCharging {
    categories.and_then(|c| c.category(code)).map_or(CategoryCharging::ByContract, |c| c.charging)
}

/// SHA-256 of the sheet's canonical JSON: what a consent names.
pub fn hash(sheet: &FeeSheet) -> String {
    canonical(sheet).map(|text| sha256_hex(text.as_bytes())).unwrap_or_default()
}

/// The sheet as of now, or an empty one with the reason why it cannot be calculated.
pub fn estimate(facts: &FeeFacts<'_>, calendar: Option<&Calendar>) -> EstimateView {
    let calculated = match (facts.schedule, calendar) {
        (Some(schedule), Some(calendar)) => input(facts, schedule)
            .and_then(|input| {
                let sheet = fees::estimate(schedule, &facts.parts, calendar, &input)?;
                let distance_unknown = input.travel.is_none() && input.work != WorkScope::PhoneAdvice;
                let asked = facts.state.work_started_at.is_none() && input.work != WorkScope::PhoneAdvice;
                // A rounding off that was meant for the whole repair may be more than a no costs: then no price of it is named.
                let no = || fees::estimate(schedule, &facts.parts, calendar, &input.declined()).ok();
                let declined_fen = if asked { no().map(|sheet| sheet.total_fen) } else { None };
                Ok((sheet, declined_fen, distance_unknown))
            })
            .map_err(|error| code(&error)),
        _ => Err("no_schedule".to_owned()),
    };
    let (sheet, declined_fen, problem) = match calculated {
        Ok((sheet, no, distance_unknown)) => (sheet, no, distance_unknown.then(|| "distance_unknown".to_owned())),
        Err(problem) => (empty(), None, Some(problem)),
    };
    EstimateView { hash: hash(&sheet), sheet, declined_fen, problem }
}

fn code(error: &FeeError) -> String {
    let named = serde_json::to_value(error).ok();
    named.and_then(|v| v["code"].as_str().map(str::to_owned)).unwrap_or_else(|| "fees_unknown".to_owned())
}

fn empty() -> FeeSheet {
    FeeSheet {
        schedule_version: String::new(),
        parts_version: String::new(),
        calendar_version: String::new(),
        lines: Vec::new(),
        total_fen: Fen::ZERO,
        net_fen: Fen::ZERO,
        tax_fen: Fen::ZERO,
        total_capitals: capitals(Fen::ZERO),
        deviations: Vec::new(),
        warranty_pending: false,
    }
}

/// The calculation's input. A quantity that is no number is refused with its code.
pub fn input(facts: &FeeFacts<'_>, schedule: &FeeSchedule) -> Result<FeeInput, FeeError> {
    let state = facts.state;
    let service_kind = service_kind_of(facts.job.text(job_field::SERVICE_KIND)).unwrap_or(ServiceKind::Repair);
    let advised =
        state.attempts.last().is_some_and(|a| a.outcome == ContactOutcome::Advised) && state.departed_at.is_none();
    let work = match service_kind {
        _ if advised => WorkScope::PhoneAdvice,
        ServiceKind::Repair | ServiceKind::Rework => WorkScope::OnSiteRepair,
        ServiceKind::Inspection => WorkScope::InspectionOnly,
        _ => WorkScope::OnSiteService,
    };
    let declined = state.charges.repair_declined || state.consent_refused.is_some();
    let mut input = FeeInput::new(facts.warranty, service_kind, work);
    input.charging = charging(facts.categories, facts.job.text(job_field::CATEGORY));
    input.repair_accepted = Some(true);
    input.machine_kw = facts.machine.text(machine_field::POWER_KW).parse().ok();
    if work != WorkScope::PhoneAdvice {
        input.travel = facts.customer.text(customer_field::DISTANCE_KM).parse().ok().map(|km| TravelInput {
            km,
            at: state.arrived_at.or(facts.expected_at),
            covered: None,
        });
        input.labour = labour(facts, schedule);
        input.parts = parts(facts)?;
    }
    input.others = others(facts, schedule, &input.labour)?;
    deductions(state, &mut input)?;
    if !declined {
        return Ok(input);
    }
    // Work that was begun is charged although the customer changed his mind.
    let begun = state.work_started_at.is_some();
    Ok(if begun { FeeInput { repair_accepted: Some(false), ..input } } else { input.declined() })
}

/// People of one grade with the same minutes are one line.
fn labour(facts: &FeeFacts<'_>, schedule: &FeeSchedule) -> Vec<LabourInput> {
    let state = facts.state;
    let start_at = state.work_started_at.or(state.arrived_at).or(facts.expected_at);
    let each: Vec<(PersonId, u32)> = match &state.labour {
        Some(register) => register.iter().map(|l| (l.person, l.minutes)).collect(),
        None => facts.people.keys().map(|person| (*person, minutes(facts))).collect(),
    };
    let mut lines: Vec<LabourInput> = Vec::new();
    for (person, minutes) in each.into_iter().filter(|(_, minutes)| *minutes > 0) {
        let grade = grade(facts, schedule, person);
        match lines.iter_mut().find(|l| l.grade == grade && l.minutes == minutes) {
            Some(line) => line.people += 1,
            None => lines.push(LabourInput { grade, people: 1, minutes, start_at, additional: false, covered: None }),
        }
    }
    lines
}

/// A person without a grade is charged at the schedule's first, the lowest.
fn grade(facts: &FeeFacts<'_>, schedule: &FeeSchedule, person: PersonId) -> String {
    let own = facts.people.get(&person).map(|fields| fields.text(person::GRADE)).unwrap_or_default();
    let lowest = || schedule.labour.first().map(|g| g.code.clone()).unwrap_or_default();
    if own.is_empty() { lowest() } else { own.to_owned() }
}

/// Whole minutes begun since the work started; before it, the usual time of the fault.
fn minutes(facts: &FeeFacts<'_>) -> u32 {
    let Some(started) = facts.state.work_started_at else {
        return facts.typical_minutes.unwrap_or(UNKNOWN_WORK_MINUTES);
    };
    let until = facts.state.work_finished_at.unwrap_or(facts.now);
    let seconds = (until - started).num_seconds().max(1);
    u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX)
}

fn quantity(code: &str, text: &str) -> Result<Qty, FeeError> {
    text.trim().parse().map_err(|_| FeeError::QuantityNotPositive { item: code.to_owned() })
}

/// What was used; until the work is finished and nothing was noted, what was picked for it.
fn parts(facts: &FeeFacts<'_>) -> Result<Vec<PartUse>, FeeError> {
    let state = facts.state;
    let used: Vec<(&str, &str, Option<bool>)> = match (&state.parts_used, &state.analysis) {
        (Some(used), _) => used.iter().map(|p| (p.code.as_str(), p.quantity.as_str(), p.covered)).collect(),
        (None, Some(analysis)) if state.work_finished_at.is_none() => {
            analysis.parts.iter().map(|p| (p.code.as_str(), p.quantity.as_str(), None)).collect()
        }
        _ => Vec::new(),
    };
    used.into_iter()
        .map(|(code, qty, covered)| {
            let own_warranty = own_warranty(facts, code);
            Ok(PartUse { code: code.to_owned(), qty: quantity(code, qty)?, own_warranty, covered })
        })
        .collect()
}

/// Whether the component that the part belongs to is still within a term of its own.
fn own_warranty(facts: &FeeFacts<'_>, code: &str) -> bool {
    let (Some(plans), Some(part)) = (facts.plans, facts.parts.part(code)) else { return false };
    let dates = warranty_dates(facts.job, facts.machine);
    let misuse = facts.warranty == WarrantyStatus::Misuse;
    let component = plans.component_of(&part.tags);
    component.is_some_and(|c| plans.judge_component(c, &dates, facts.on, misuse).status == WarrantyStatus::InWarranty)
}

/// The other fees that the technician added. A fee by time counts its quantity in hours of the first labour grade.
fn others(facts: &FeeFacts<'_>, schedule: &FeeSchedule, labour: &[LabourInput]) -> Result<Vec<OtherUse>, FeeError> {
    let worked = labour.iter().map(|l| l.minutes).max().unwrap_or(0);
    let leader = facts.state.leader.or_else(|| facts.people.keys().next().copied());
    let one = |pick: &PartPick| {
        let qty = quantity(&pick.code, &pick.quantity)?;
        let by_time = matches!(schedule.item(&pick.code).map(|i| &i.price), Some(FeePrice::LabourRate { .. }));
        Ok(OtherUse {
            code: pick.code.clone(),
            qty,
            unit_fen: None,
            grade: leader.filter(|_| by_time).map(|person| grade(facts, schedule, person)),
            minutes: by_time.then(|| u32::try_from(qty.0.max(0) * 60 / 1000).unwrap_or(u32::MAX)),
            repair_hours: Some(worked / 60),
            covered: None,
        })
    };
    facts.state.charges.other.iter().map(one).collect()
}

/// A percentage off every line and a rounding off, each with the technician's reason.
fn deductions(state: &VisitState, input: &mut FeeInput) -> Result<(), FeeError> {
    let charges = &state.charges;
    if let Some(percent) = charges.discount_pct.as_deref().map(str::trim).filter(|p| !p.is_empty()) {
        let percent: Qty = percent.parse().map_err(|_| FeeError::DiscountOutOfRange)?;
        if percent != Qty::ZERO {
            // A thousandth of a per cent is a tenth of a basis point.
            let bp = u32::try_from(percent.0 / 10).map_err(|_| FeeError::DiscountOutOfRange)?;
            let reason = charges.reason.clone();
            input.discounts.push(ManualDiscount { code: None, bp, reason, manager_approved: false });
        }
    }
    if let Some(fen) = charges.waive_fen.filter(|fen| *fen != 0) {
        input.round_off = Some(RoundOff { fen: Fen(fen), reason: charges.reason.clone(), manager_approved: false });
    }
    Ok(())
}
