//! Writing one field of the archive, of a job or a visit from the console. What else was written meanwhile is never lost: heads that
//! the person had not on his screen stay beside his (I5).

use std::collections::BTreeSet;

use gongdan_domain::entity::{customer, kind, machine};
use gongdan_domain::id::WriteId;
use gongdan_domain::problem::Code;
use gongdan_domain::reading::Decimal;
use gongdan_domain::sync::change::{EntityRef, Scope};
use serde_json::Value;

use crate::error::Result;
use crate::office::act::Act;
use crate::office::context::{Context, invalid};
use crate::office::load;
use crate::office::view as v;
use crate::storage::{Tx, record_id};

const CUSTOMER_TEXTS: [&str; 12] = [
    customer::NAME,
    customer::NAME_EN,
    customer::ADDRESS,
    customer::CONTACT_NAME,
    customer::PHONE,
    customer::MOBILE,
    customer::LEVEL,
    customer::INDUSTRY,
    customer::PAYMENT_TERMS,
    customer::NOTE,
    customer::TEAM,
    customer::DISTANCE_KM,
];
const MACHINE_TEXTS: [&str; 10] = [
    machine::CUSTOMER,
    machine::BRAND,
    machine::MODEL,
    machine::MACHINE_TYPE,
    machine::SERIAL_NO,
    machine::VOLTAGE_V,
    machine::COOLING,
    machine::DRIVE,
    machine::WARRANTY_PLAN,
    machine::NOTE,
];
const FIGURES: [&str; 8] = [
    customer::DISTANCE_KM,
    machine::POWER_KW,
    machine::PRESSURE_MPA,
    machine::FAD_M3MIN,
    machine::FREQUENCY_HZ,
    machine::RATED_CURRENT_A,
    machine::RUN_HOURS,
    machine::LOAD_HOURS,
];
const DATES: [&str; 3] = [machine::MANUFACTURE_DATE, machine::PURCHASE_DATE, machine::COMMISSION_DATE];

/// Longer than anything a person writes into a field of the archive.
const LONGEST: usize = 4000;

/// Whether a field of the archive exists and its value has the form that it needs; an empty text is no value.
pub fn fits(kind: &str, field: &str, value: &Value) -> bool {
    if kind == kind::CUSTOMER && field == customer::INVOICE {
        return value.is_object();
    }
    let Some(text) = value.as_str().filter(|text| text.len() <= LONGEST) else { return false };
    let figure = text.is_empty() || text.parse::<Decimal>().is_ok();
    let date = text.is_empty() || text.parse::<chrono::NaiveDate>().is_ok();
    match kind {
        kind::CUSTOMER if FIGURES.contains(&field) => field == customer::DISTANCE_KM && figure,
        kind::CUSTOMER => CUSTOMER_TEXTS.contains(&field) && (field != customer::NAME || !text.trim().is_empty()),
        kind::MACHINE if FIGURES.contains(&field) => field != customer::DISTANCE_KM && figure,
        kind::MACHINE if DATES.contains(&field) => date,
        kind::MACHINE => MACHINE_TEXTS.contains(&field),
        _ => false,
    }
}

/// The scopes that hold a record now.
pub fn scopes(tx: &mut dyn Tx, entity: &EntityRef) -> Result<Vec<Scope>> {
    let scopes: BTreeSet<Scope> = tx.scopes_of(&record_id::entity(entity))?;
    Ok(scopes.into_iter().collect())
}

pub fn write(
    ctx: &Context,
    tx: &mut dyn Tx,
    entity: &EntityRef,
    field: &str,
    value: Value,
    seen: Vec<WriteId>,
    action: &str,
) -> Result<v::OfficeField> {
    let before = tx.fields(entity)?;
    if before.0.is_empty() {
        return Err(Code::NotFound.into());
    }
    let archive = matches!(entity.kind.as_str(), kind::CUSTOMER | kind::MACHINE);
    // A field of a job or a visit takes the shape of one of the values that stand there.
    let shaped = |now: &Value| std::mem::discriminant(now) == std::mem::discriminant(&value);
    let stands = |same: &dyn Fn(&Value) -> bool| {
        before.register(field).is_some_and(|register| register.heads.iter().any(|head| same(&head.value)))
    };
    // Choosing what somebody already wrote there is always possible.
    let good =
        stands(&|now| *now == value) || if archive { fits(&entity.kind, field, &value) } else { stands(&shaped) };
    if !good {
        return Err(invalid(field));
    }
    let mut act = Act::new(ctx);
    act.write(entity, field, value, seen, &scopes(tx, entity)?);
    ctx.state(tx, act.ops)?;
    ctx.note(tx, action, format!("{} {} {field}", entity.kind, entity.id))?;
    Ok(load::field(&tx.fields(entity)?, field))
}
