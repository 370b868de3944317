//! The order's tables: readings before and after against their usual range, and parts with what became of the old ones.

use std::cmp::Ordering;

use super::DraftInput;
use crate::catalogue::Words;
use crate::fact::ReadingPhase;
use crate::reading::{Decimal, ReadingSpec, ValueRange};
use crate::visit::VisitState;
use crate::work_order::{OrderPart, OrderReading, ReadingFlag};

/// The option of a choice that is as it should be (oil level); what stands before it is low, after it high.
const USUAL_OPTION: &str = "正常";

/// One row per reading that was taken, in the form's order; readings of another form's version keep their key as name.
pub(super) fn readings(state: &VisitState, specs: &[ReadingSpec]) -> Vec<OrderReading> {
    let mut keys: Vec<&str> = specs.iter().map(|s| s.key.as_str()).collect();
    for taken in &state.readings {
        if !keys.contains(&taken.key.as_str()) {
            keys.push(&taken.key);
        }
    }
    keys.into_iter().filter_map(|key| row(state, key, specs.iter().find(|s| s.key == key))).collect()
}

fn row(state: &VisitState, key: &str, spec: Option<&ReadingSpec>) -> Option<OrderReading> {
    let before = state.reading(key, ReadingPhase::Before);
    let after = state.reading(key, ReadingPhase::After);
    let any = before.or(after)?;
    let usual = spec.map(usual).unwrap_or_default();
    let flag = |value: Option<&str>| value.map_or(ReadingFlag::Usual, |v| flag(v, &usual, spec));
    let text = |bound: Option<Decimal>| bound.map(|b| b.to_string());
    let (before, after) = (before.map(|r| r.value.clone()), after.map(|r| r.value.clone()));
    Some(OrderReading {
        key: key.to_owned(),
        words: spec.map_or_else(|| Words::new(key, key), |s| s.words.clone()),
        unit: spec.map_or_else(|| any.unit.clone(), |s| s.unit.clone()),
        before_flag: flag(before.as_deref()),
        after_flag: flag(after.as_deref()),
        before,
        after,
        typical: (text(usual.min), text(usual.max)),
    })
}

/// What is usual; where only the nameplate bounds a reading, its limit is the bound.
fn usual(spec: &ReadingSpec) -> ValueRange {
    ValueRange { min: spec.typical.min.or(spec.warn.min), max: spec.typical.max.or(spec.warn.max) }
}

fn flag(value: &str, usual: &ValueRange, spec: Option<&ReadingSpec>) -> ReadingFlag {
    if let Ok(number) = value.parse::<Decimal>() {
        if usual.min.is_some_and(|min| number.compare(&min) == Ordering::Less) {
            return ReadingFlag::Low;
        }
        if usual.max.is_some_and(|max| number.compare(&max) == Ordering::Greater) {
            return ReadingFlag::High;
        }
        return ReadingFlag::Usual;
    }
    let place = |wanted: &str| spec.and_then(|s| s.options.iter().position(|o| o.zh == wanted || o.en == wanted));
    match (place(value), place(USUAL_OPTION)) {
        (Some(found), Some(usual)) if found < usual => ReadingFlag::Low,
        (Some(found), Some(usual)) if found > usual => ReadingFlag::High,
        _ => ReadingFlag::Usual,
    }
}

/// The parts that were really used. Whether warranty pays is what the fee sheet says, so that both tables agree.
pub(super) fn parts(input: &DraftInput<'_>) -> Vec<OrderPart> {
    let used = input.state.parts_used.iter().flatten();
    used.map(|used| {
        let known = input.parts.part(&used.code);
        OrderPart {
            code: used.code.clone(),
            words: known.map_or_else(|| Words::new(&used.code, &used.code), |p| p.words.clone()),
            quantity: used.quantity.clone(),
            unit: known.map(|p| p.unit.clone()).unwrap_or_default(),
            old_part: used.old_part,
            covered_by_warranty: input.fees.lines.iter().any(|l| l.code == used.code && l.covered_by_warranty),
        }
    })
    .collect()
}
