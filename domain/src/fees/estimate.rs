//! The calculation: call-out, labour, parts, items, small materials, minimum, discounts, tax (F2).

use super::cover::{Coverable, cover};
use super::discount;
use super::draft::{Draft, Factor};
use super::input::{FeeInput, LabourInput, OtherUse, PartUse, TravelInput, WorkScope};
use super::labour::{ChargedTime, charged_hours, factor_at, split};
use super::schedule::{FeeItem, FeePrice, FeeSchedule, PowerStep};
use super::sheet::{Cover, DeviationKind, FeeDeviation, FeeError, FeeLine, FeeLineKind, FeeSheet};
use crate::calendar::{Calendar, Clock};
use crate::catalogue::{CategoryCharging, PartCatalogue, Words};
use crate::money::{Fen, Qty, basis_points, capitals};
use crate::warranty::WarrantyStatus;

/// Calculates by one schedule, one catalogue and one calendar; the same versions and input give the same sheet.
pub fn estimate(
    schedule: &FeeSchedule,
    parts: &PartCatalogue,
    calendar: &Calendar,
    input: &FeeInput,
) -> Result<FeeSheet, FeeError> {
    let clock = calendar.clock().map_err(|_| FeeError::CalendarUnusable)?;
    let mut bill = Bill { schedule, parts, clock, input, drafts: Vec::new(), deviations: Vec::new() };
    bill.collect()?;
    bill.deviations.extend(discount::deviations(schedule, input)?);
    let mut lines = Vec::with_capacity(bill.drafts.len());
    for draft in std::mem::take(&mut bill.drafts) {
        let off = discount::of_line(input, &draft)?;
        lines.push(draft.finish(schedule, off)?);
    }
    if let Some(wanted) = &input.round_off {
        let (line, deviation) = discount::round_off(schedule, &lines, wanted)?;
        lines.push(line);
        bill.deviations.push(deviation);
    }
    let sum = |of: fn(&FeeLine) -> Fen| Fen::sum(lines.iter().map(of)).ok_or(FeeError::TooLarge);
    let (total_fen, net_fen, tax_fen) = (sum(|l| l.payable_fen)?, sum(|l| l.net_fen)?, sum(|l| l.tax_fen)?);
    if total_fen > Fen::ZERO {
        bill.deviations.extend(charged_against_term(schedule, input));
    }
    Ok(FeeSheet {
        schedule_version: schedule.version.clone(),
        parts_version: parts.version.clone(),
        calendar_version: calendar.version.clone(),
        lines,
        total_fen,
        net_fen,
        tax_fen,
        total_capitals: capitals(total_fen),
        deviations: bill.deviations,
        warranty_pending: input.warranty == WarrantyStatus::Pending,
    })
}

/// Charging a machine within its term is never silent: misuse and a "paid" category both ask for the manager.
fn charged_against_term(schedule: &FeeSchedule, input: &FeeInput) -> Option<FeeDeviation> {
    let covered_kind = schedule.rules.warranty_covers.contains(&input.service_kind);
    let deviation = match (input.warranty, input.charging) {
        (WarrantyStatus::Misuse, _) => DeviationKind::MisuseCharged,
        (WarrantyStatus::InWarranty, CategoryCharging::Chargeable) if covered_kind => {
            DeviationKind::ChargedWithinWarranty
        }
        _ => return None,
    };
    Some(FeeDeviation { deviation, code: None, reason: String::new(), needs_manager: true, manager_approved: false })
}

fn power_factor(step: &PowerStep) -> Factor {
    let why = Words::new(format!("{} kW 以上", step.over_kw), format!("above {} kW", step.over_kw));
    Factor::of(step.factor, why)
}

struct Bill<'a> {
    schedule: &'a FeeSchedule,
    parts: &'a PartCatalogue,
    clock: Clock<'a>,
    input: &'a FeeInput,
    drafts: Vec<Draft>,
    deviations: Vec<FeeDeviation>,
}

impl Bill<'_> {
    fn collect(&mut self) -> Result<(), FeeError> {
        let input = self.input;
        let abortive = input.others.iter().any(|o| self.replaces_call_out(o));
        if let Some(travel) = input.travel.as_ref().filter(|_| !abortive) {
            self.call_out(travel)?;
        }
        for labour in &input.labour {
            self.labour(labour)?;
        }
        for part in &input.parts {
            self.part(part)?;
        }
        for other in &input.others {
            self.other(other)?;
        }
        self.implied_items()?;
        if !abortive {
            self.minimum()?;
        }
        Ok(())
    }

    fn replaces_call_out(&self, used: &OtherUse) -> bool {
        let price = self.schedule.item(&used.code).map(|i| &i.price);
        matches!(price, Some(FeePrice::CallOutPercent { .. }))
    }

    fn cover(&mut self, code: &str, line: &Coverable, decided: Option<bool>) -> Option<Cover> {
        let (cover, deviation) = cover(self.schedule, self.input, code, line, decided);
        self.deviations.extend(deviation);
        cover
    }

    fn call_out(&mut self, travel: &TravelInput) -> Result<(), FeeError> {
        if travel.km < Qty::ZERO {
            return Err(FeeError::NoTravelBand { km: travel.km });
        }
        let schedule = self.schedule;
        let band = schedule.band(travel.km).ok_or(FeeError::NoTravelBand { km: travel.km })?;
        let factor = travel.at.map_or(Factor::ONE, |at| factor_at(schedule, &self.clock, at));
        let line = Coverable { by_warranty: true, own_warranty: false, may_be_charged: false };
        let cover = self.cover(&band.code, &line, travel.covered);
        let base = Draft {
            kind: FeeLineKind::CallOut,
            code: band.code.clone(),
            words: band.words.clone(),
            unit: Words::new("次", "visit"),
            unit_fen: band.fee_fen,
            qty: Qty::ONE,
            factor,
            tax_code: band.tax_code.clone(),
            cover,
        };
        let beyond = Qty(travel.km.0 - band.over_km.unwrap_or_default().0);
        if let Some(per_km) = band.per_km_beyond_fen.filter(|_| beyond > Qty::ZERO) {
            let unit = Words::new("公里", "km");
            let extra = Draft { unit, unit_fen: per_km, qty: beyond, ..base.clone() };
            self.push_with_overtime(base);
            self.push_with_overtime(extra);
        } else {
            self.push_with_overtime(base);
        }
        Ok(())
    }

    /// A covered overtime line is charged for the overtime share alone where the contract says so.
    fn push_with_overtime(&mut self, draft: Draft) {
        let share = Qty(draft.factor.by.0 - Qty::ONE.0);
        let billed = self.input.bill_after_hours && draft.cover == Some(Cover::Warranty) && share > Qty::ZERO;
        if billed {
            self.drafts.push(Draft { factor: Factor::ONE, ..draft.clone() });
            let factor = Factor { by: share, ..draft.factor.clone() };
            self.drafts.push(Draft { factor, cover: None, ..draft });
        } else {
            self.drafts.push(draft);
        }
    }

    fn labour(&mut self, labour: &LabourInput) -> Result<(), FeeError> {
        let schedule = self.schedule;
        let unknown = || FeeError::UnknownItem { item: labour.grade.clone() };
        let grade = schedule.grade(&labour.grade).ok_or_else(unknown)?;
        if labour.people == 0 || labour.minutes == 0 {
            return Err(FeeError::QuantityNotPositive { item: labour.grade.clone() });
        }
        let hours = charged_hours(schedule, labour.minutes, labour.additional).ok_or(FeeError::TooLarge)?;
        let line = Coverable { by_warranty: true, own_warranty: false, may_be_charged: labour.additional };
        let cover = self.cover(&grade.code, &line, labour.covered);
        for ChargedTime { factor, hours } in split(schedule, &self.clock, labour.start_at, hours)? {
            let qty = hours.0.checked_mul(i64::from(labour.people)).map(Qty).ok_or(FeeError::TooLarge)?;
            self.push_with_overtime(Draft {
                kind: FeeLineKind::Labour,
                code: grade.code.clone(),
                words: grade.words.clone(),
                unit: Words::new("小时", "h"),
                unit_fen: grade.fen_per_hour,
                qty,
                factor,
                tax_code: grade.tax_code.clone(),
                cover,
            });
        }
        Ok(())
    }

    fn part(&mut self, used: &PartUse) -> Result<(), FeeError> {
        let parts = self.parts;
        let part = parts.part(&used.code).ok_or_else(|| FeeError::UnknownItem { item: used.code.clone() })?;
        if used.qty <= Qty::ZERO {
            return Err(FeeError::QuantityNotPositive { item: used.code.clone() });
        }
        let own_warranty = used.own_warranty;
        let line = Coverable { by_warranty: !part.consumable, own_warranty, may_be_charged: false };
        let cover = self.cover(&part.code, &line, used.covered);
        self.drafts.push(Draft {
            kind: FeeLineKind::Part,
            code: part.code.clone(),
            words: part.words.clone(),
            unit: part.unit.clone(),
            unit_fen: part.price_fen,
            qty: used.qty,
            factor: Factor::ONE,
            tax_code: part.tax_code.clone(),
            cover,
        });
        Ok(())
    }

    fn other(&mut self, used: &OtherUse) -> Result<(), FeeError> {
        let (schedule, input) = (self.schedule, self.input);
        let item = schedule.item(&used.code).ok_or_else(|| FeeError::UnknownItem { item: used.code.clone() })?;
        // The diagnosis is free once the repair is accepted.
        if item.code == schedule.rules.diagnosis_item && input.repair_accepted == Some(true) {
            return Ok(());
        }
        let (unit_fen, qty) = self.price(item, used)?;
        if qty == Qty::ZERO && matches!(item.price, FeePrice::LabourRate { .. }) {
            return Ok(());
        }
        if qty <= Qty::ZERO {
            return Err(FeeError::QuantityNotPositive { item: used.code.clone() });
        }
        let long_enough = item.free_if_repair_over_hours.is_none_or(|h| used.repair_hours.is_some_and(|r| r > h));
        let by_warranty = item.free_in_warranty && long_enough;
        let line = Coverable { by_warranty, own_warranty: false, may_be_charged: false };
        let cover = self.cover(&item.code, &line, used.covered);
        self.push_item(item, unit_fen, qty, cover);
        Ok(())
    }

    fn push_item(&mut self, item: &FeeItem, unit_fen: Fen, qty: Qty, cover: Option<Cover>) {
        let kw = self.input.machine_kw.unwrap_or_default();
        let step = item.power_steps.iter().rfind(|s| kw > s.over_kw);
        self.drafts.push(Draft {
            kind: FeeLineKind::Item,
            code: item.code.clone(),
            words: item.words.clone(),
            unit: item.unit.clone(),
            unit_fen,
            qty,
            factor: step.map_or(Factor::ONE, power_factor),
            tax_code: item.tax_code.clone(),
            cover,
        });
    }

    /// Unit price and quantity of an item by its kind of price.
    fn price(&mut self, item: &FeeItem, used: &OtherUse) -> Result<(Fen, Qty), FeeError> {
        let code = || item.code.clone();
        let told = || used.unit_fen.filter(|f| *f >= Fen::ZERO).ok_or(FeeError::PriceMissing { item: code() });
        match item.price {
            FeePrice::Fixed { fen } => Ok((fen, used.qty)),
            FeePrice::Quoted => Ok((told()?, used.qty)),
            FeePrice::AtCost { cap_fen } => {
                let fen = told()?;
                if fen > cap_fen {
                    self.deviations.push(FeeDeviation {
                        deviation: DeviationKind::CostOverCap { fen, cap_fen },
                        code: Some(code()),
                        reason: String::new(),
                        needs_manager: true,
                        manager_approved: false,
                    });
                }
                Ok((fen, used.qty))
            }
            FeePrice::CallOutPercent { percent } => {
                let travel = self.input.travel.as_ref().ok_or(FeeError::TravelMissing { item: code() })?;
                let band = self.schedule.band(travel.km).ok_or(FeeError::NoTravelBand { km: travel.km })?;
                let bp = percent.checked_mul(100).ok_or(FeeError::TooLarge)?;
                Ok((basis_points(band.fee_fen, bp).ok_or(FeeError::TooLarge)?, used.qty))
            }
            FeePrice::LabourRate { free_minutes } => {
                let (Some(grade), Some(minutes)) = (&used.grade, used.minutes) else {
                    return Err(FeeError::TimeMissing { item: code() });
                };
                let unknown = FeeError::UnknownItem { item: grade.clone() };
                let rate = self.schedule.grade(grade).ok_or(unknown)?.fen_per_hour;
                let waited = minutes.saturating_sub(free_minutes);
                Ok((rate, charged_hours(self.schedule, waited, true).ok_or(FeeError::TooLarge)?))
            }
        }
    }

    /// Lines the rules add by themselves: phone advice, diagnosis of a declined repair, small materials.
    fn implied_items(&mut self) -> Result<(), FeeError> {
        let (rules, input) = (&self.schedule.rules, self.input);
        let chargeable_part = self.drafts.iter().any(|d| d.kind == FeeLineKind::Part && d.cover.is_none());
        let implied = [
            (&rules.phone_advice_item, input.work == WorkScope::PhoneAdvice),
            (&rules.diagnosis_item, input.work != WorkScope::PhoneAdvice && input.repair_accepted == Some(false)),
            (&rules.small_materials_item, input.work == WorkScope::OnSiteRepair && chargeable_part),
        ];
        for (code, wanted) in implied {
            if wanted && !input.others.iter().any(|o| &o.code == code) {
                self.other(&OtherUse {
                    code: code.clone(),
                    qty: Qty::ONE,
                    unit_fen: None,
                    grade: None,
                    minutes: None,
                    repair_hours: None,
                    covered: None,
                })?;
            }
        }
        Ok(())
    }

    /// A charged visit with work costs at least the minimum; the difference is a line of its own.
    fn minimum(&mut self) -> Result<(), FeeError> {
        let charged = |d: &&Draft| d.cover.is_none();
        let Some(call_out) = self.drafts.iter().filter(charged).find(|d| d.kind == FeeLineKind::CallOut) else {
            return Ok(());
        };
        let tax_code = call_out.tax_code.clone();
        let gross = self.drafts.iter().filter(charged).map(Draft::gross).collect::<Result<Vec<_>, _>>()?;
        let sum = Fen::sum(gross).ok_or(FeeError::TooLarge)?;
        let missing = self.schedule.rules.minimum_visit_fen.checked_sub(sum).ok_or(FeeError::TooLarge)?;
        if missing > Fen::ZERO {
            self.drafts.push(Draft {
                kind: FeeLineKind::MinimumTopUp,
                code: "MINIMUM".to_owned(),
                words: Words::new("最低上门收费补差", "Top-up to the minimum charge of a visit"),
                unit: Words::new("单", "order"),
                unit_fen: missing,
                qty: Qty::ONE,
                factor: Factor::ONE,
                tax_code,
                cover: None,
            });
        }
        Ok(())
    }
}
