//! What each kind of reference may not contain. Every fault is named, not only the first.

use std::collections::BTreeSet;

use super::ReferenceError;
use crate::catalogue::{CompanyProfile, JobCategories, PartCatalogue};
use crate::deadline::{DeadlineClock, DeadlineRules};
use crate::fees::{FeePrice, FeeSchedule};
use crate::kit::{KitItem, KitRole, KitTemplate};
use crate::knowledge::FaultKnowledge;
use crate::money::{Fen, Qty};
use crate::reading::FormFields;
use crate::warranty::WarrantyPlans;

pub(super) type Checks = Vec<ReferenceError>;

pub(super) fn unique<'a>(codes: impl Iterator<Item = &'a String>, found: &mut Checks) {
    let mut seen = BTreeSet::new();
    for code in codes {
        if code.trim().is_empty() {
            found.push(ReferenceError::Empty { item: "code".into() });
        } else if !seen.insert(code) {
            found.push(ReferenceError::DuplicateCode { item: code.clone() });
        }
    }
}

fn known(item: &str, missing: &str, exists: bool, found: &mut Checks) {
    if !exists {
        found.push(ReferenceError::UnknownCode { item: item.to_owned(), missing: missing.to_owned() });
    }
}

fn in_range(item: &str, holds: bool, found: &mut Checks) {
    if !holds {
        found.push(ReferenceError::OutOfRange { item: item.to_owned() });
    }
}

fn price(item: &str, fen: Fen, found: &mut Checks) {
    if fen < Fen::ZERO {
        found.push(ReferenceError::NegativePrice { item: item.to_owned() });
    }
}

pub(super) fn fee_schedule(b: &FeeSchedule, found: &mut Checks) {
    if b.valid_until.is_some_and(|end| end < b.valid_from) {
        found.push(ReferenceError::DatesReversed);
    }
    let codes = b.travel.iter().map(|t| &t.code).chain(b.labour.iter().map(|l| &l.code));
    unique(codes.chain(b.overtime.iter().map(|o| &o.code)).chain(b.items.iter().map(|i| &i.code)), found);
    unique(b.tax_codes.iter().map(|t| &t.code), found);
    for band in &b.travel {
        price(&band.code, band.fee_fen, found);
        price(&band.code, band.per_km_beyond_fen.unwrap_or_default(), found);
        known(&band.code, &band.tax_code, b.tax(&band.tax_code).is_some(), found);
    }
    travel_bands(b, found);
    for grade in &b.labour {
        price(&grade.code, grade.fen_per_hour, found);
        known(&grade.code, &grade.tax_code, b.tax(&grade.tax_code).is_some(), found);
    }
    for item in &b.items {
        match item.price {
            FeePrice::Fixed { fen } | FeePrice::AtCost { cap_fen: fen } => price(&item.code, fen, found),
            FeePrice::CallOutPercent { percent } => in_range(&item.code, percent <= 1000, found),
            FeePrice::Quoted | FeePrice::LabourRate { .. } => {}
        }
        known(&item.code, &item.tax_code, b.tax(&item.tax_code).is_some(), found);
        let ascending = item.power_steps.windows(2).all(|w| w[0].over_kw < w[1].over_kw);
        in_range(&item.code, ascending && item.power_steps.iter().all(|s| s.factor > Qty::ZERO), found);
    }
    for factor in &b.overtime {
        in_range(&factor.code, factor.factor >= Qty::ONE, found);
    }
    for tax in &b.tax_codes {
        in_range(&tax.code, tax.rate_pct <= 100, found);
    }
    fee_rules(b, found);
}

fn travel_bands(b: &FeeSchedule, found: &mut Checks) {
    let mut edge = None;
    for (place, band) in b.travel.iter().enumerate() {
        let starts = if place == 0 { band.over_km.is_none_or(|k| k == Qty::ZERO) } else { band.over_km == edge };
        let runs_on = band.up_to_km.is_none_or(|up| up > band.over_km.unwrap_or_default());
        let last = place + 1 == b.travel.len();
        if !starts || !runs_on || band.up_to_km.is_none() != last {
            found.push(ReferenceError::BandsBroken { band: band.code.clone() });
        }
        edge = band.up_to_km;
    }
}

fn fee_rules(b: &FeeSchedule, found: &mut Checks) {
    let rules = &b.rules;
    price("minimum_visit_fen", rules.minimum_visit_fen, found);
    price("technician_round_off_fen", rules.technician_round_off_fen, found);
    in_range("labour_step_hours", rules.labour_step_hours > Qty::ZERO, found);
    in_range("labour_minimum_hours", rules.labour_minimum_hours >= Qty::ZERO, found);
    in_range("technician_discount_bp", rules.technician_discount_bp <= 10_000, found);
    in_range("day_until", rules.day_from < rules.day_until, found);
    for code in [&rules.diagnosis_item, &rules.small_materials_item, &rules.phone_advice_item] {
        known("rules", code, b.item(code).is_some(), found);
    }
}

pub(super) fn warranty_plans(b: &WarrantyPlans, found: &mut Checks) {
    unique(b.plans.iter().map(|p| &p.code), found);
    unique(b.components.iter().map(|c| &c.component), found);
    known("default_plan", &b.default_plan, b.plan(&b.default_plan).is_some(), found);
    for plan in &b.plans {
        let capped = plan.cap_months_from_manufacture.is_none_or(|cap| cap >= plan.months);
        in_range(&plan.code, (1..=600).contains(&plan.months) && capped, found);
    }
}

pub(super) fn kit_template(b: &KitTemplate, found: &mut Checks) {
    unique(b.items.iter().map(|i| &i.code), found);
    unique(b.groups.iter().map(|g| &g.code), found);
    for item in &b.items {
        known(&item.code, &item.group, b.groups.iter().any(|g| g.code == item.group), found);
        in_range(&item.code, item.qty > 0, found);
    }
    let rags: Vec<_> = b.items.iter().filter(|i| i.role == Some(KitRole::CleaningRag)).collect();
    let sound = |i: &KitItem| i.level.is_mandatory() && i.conditions.is_empty() && !i.releasable;
    if rags.len() != 1 || !rags.iter().all(|i| sound(i)) {
        found.push(ReferenceError::RagReleasable);
    }
}

pub(super) fn fault_knowledge(b: &FaultKnowledge, found: &mut Checks) {
    unique(b.faults.iter().map(|f| &f.code), found);
    unique(b.faults.iter().flat_map(|f| f.causes.iter().map(|c| &c.code)), found);
    if b.notice.zh.trim().is_empty() {
        found.push(ReferenceError::Empty { item: "notice".into() });
    }
    for fault in &b.faults {
        for part in fault.causes.iter().flat_map(|c| &c.parts) {
            known(&fault.code, part, fault.parts.contains(part), found);
        }
    }
}

pub(super) fn parts(b: &PartCatalogue, found: &mut Checks) {
    unique(b.parts.iter().map(|p| &p.code), found);
    for part in &b.parts {
        price(&part.code, part.price_fen, found);
    }
}

pub(super) fn form_fields(b: &FormFields, found: &mut Checks) {
    unique(b.fields.iter().map(|f| &f.key), found);
    for field in &b.fields {
        known(&field.key, &field.group, b.groups.iter().any(|g| g.code == field.group), found);
        let ordered = [field.typical, field.warn, field.hard].iter().all(|r| match (&r.min, &r.max) {
            (Some(min), Some(max)) => min.compare(max).is_le(),
            _ => true,
        });
        in_range(&field.key, ordered, found);
    }
}

pub(super) fn deadline_rules(b: &DeadlineRules, found: &mut Checks) {
    unique(b.rules.iter().map(|r| &r.id), found);
    for rule in &b.rules {
        for clock in std::iter::once(&rule.due).chain(&rule.opens).chain(&rule.overdue) {
            let holds = match clock {
                DeadlineClock::WeekdayAt { weekday, .. } => (1..=7).contains(weekday),
                DeadlineClock::NextMonthDay { day } => (1..=31).contains(day),
                DeadlineClock::DayAt { days, .. } => *days <= 366,
                DeadlineClock::AfterMinutes { minutes }
                | DeadlineClock::BeforeMinutes { minutes }
                | DeadlineClock::AfterWorkingMinutes { minutes } => *minutes <= 527_040,
                DeadlineClock::AtOnce | DeadlineClock::EndOfDay => true,
            };
            in_range(&rule.id, holds, found);
        }
    }
}

pub(super) fn job_categories(b: &JobCategories, found: &mut Checks) {
    unique(b.categories.iter().map(|c| &c.code), found);
    for category in &b.categories {
        for other in &category.excludes {
            known(&category.code, other, b.category(other).is_some(), found);
        }
    }
}

pub(super) fn company_profile(b: &CompanyProfile, found: &mut Checks) {
    if b.zone.parse::<chrono_tz::Tz>().is_err() {
        found.push(ReferenceError::UnknownCode { item: "zone".into(), missing: b.zone.clone() });
    }
    for (item, text) in [("name", &b.name.zh), ("hotline", &b.hotline), ("mark", &b.mark)] {
        if text.trim().is_empty() {
            found.push(ReferenceError::Empty { item: item.into() });
        }
    }
}
