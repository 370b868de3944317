//! The case: head facts, customer, machine, fault and remedy, times (sections 1–3 and 5).

use gongdan_domain::catalogue::{Cooling, Drive, MachineType, Words};
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Desk, Entry, Field, Run, with_unit};
use crate::Language;
use crate::strings::{listed, same};

pub fn head(desk: &Desk<'_>) -> Vec<Field> {
    let head = &desk.doc.head;
    let words = |key: &str, words: &Words| Field::runs(desk.w(key), 1, vec![Run::plain(words.clone())]);
    let reported = head.reported_at.map(|at| desk.clock(at)).unwrap_or_default();
    let names: Vec<&str> = desk.doc.technicians.iter().map(|t| t.name.as_str()).collect();
    let (names, count) = (same(names.join("、")), same(names.len().to_string()));
    let technicians = match desk.doc.technicians.len() {
        0 => same(""),
        _ => {
            let value = desk.strings.fill("head.technicians.value", &[("names", &names), ("count", &count)]);
            desk.glue(&value.zh, &value.en)
        }
    };
    vec![
        words("head.category", &head.category),
        words("head.service_kind", &head.service_kind),
        words("head.warranty", &head.warranty),
        words("head.urgency", &head.urgency),
        Field::text(desk.w("head.reported"), 1, format!("{reported} {}", head.reporter).trim()),
        words("head.technicians", &technicians),
    ]
}

pub fn customer(desk: &Desk<'_>) -> Vec<Field> {
    let c = &desk.doc.customer;
    let name = Field::text(desk.w("customer.name"), 2, &c.name);
    let address = Field::runs(desk.w("customer.address"), 2, address(desk));
    let contact = Field::text(desk.w("customer.contact"), 1, &c.contact);
    let phone = Field::text(desk.w("customer.phone"), 1, &c.phone);
    let wishes = Field::text(desk.w("customer.wishes"), 3, &c.wishes);
    // Three columns: name and contact share a line. Two columns: the long ones come first.
    match desk.language {
        Language::Zh | Language::En => vec![name, contact, address, phone, wishes],
        Language::Both => vec![name, address, contact, phone, wishes],
    }
}

/// The way there belongs to the place, also where nothing is charged for it.
fn address(desk: &Desk<'_>) -> Vec<Run> {
    let c = &desk.doc.customer;
    let mut runs = vec![Run::plain(same(&c.address))];
    if !c.distance_km.is_empty() {
        let way = desk.strings.fill("customer.distance", &[("km", &same(with_unit(&c.distance_km, "km")))]);
        runs.push(Run::soft(desk.glue(&way.zh, &way.en)));
    }
    runs
}

pub fn machine(desk: &Desk<'_>) -> Vec<Field> {
    let m = &desk.doc.machine;
    let text = |key: &str, value: &str| Field::text(desk.w(key), 1, value);
    let words = |key: &str, words: Words| Field::runs(desk.w(key), 1, vec![Run::plain(words)]);
    let figures = [(&m.voltage_v, "V"), (&m.frequency_hz, "Hz"), (&m.rated_current_a, "A")];
    let supply = figures.map(|(figure, unit)| with_unit(figure, unit));
    let supply: Vec<String> = supply.into_iter().filter(|s| !s.is_empty()).collect();
    vec![
        text("machine.brand", &m.brand),
        text("machine.model", &m.model),
        Field::runs(desk.w("machine.serial_no"), 1, serial_no(desk, &m.serial_no, m.nameplate_missing)),
        words("machine.type", machine_type(desk, &m.machine_type)),
        text("machine.power", &with_unit(&m.power_kw, "kW")),
        text("machine.pressure", &with_unit(&m.pressure_mpa, "MPa")),
        text("machine.fad", &with_unit(&m.fad_m3min, "m³/min")),
        text("machine.supply", &supply.join(" ")),
        words("machine.cooling_drive", cooling_and_drive(desk, &m.cooling, &m.drive)),
        text("machine.manufactured", &m.manufacture_date),
        text("machine.purchased", &m.purchase_date),
        text("machine.commissioned", &m.commission_date),
        text("machine.run_hours", &with_unit(&m.run_hours, "h")),
        text("machine.load_hours", &with_unit(&m.load_hours, "h")),
        words("machine.warranty", m.warranty_term.clone()),
    ]
}

/// The number, and that there was no plate to read it from.
fn serial_no(desk: &Desk<'_>, number: &str, missing: bool) -> Vec<Run> {
    let mut runs: Vec<Run> = (!number.is_empty()).then(|| Run::mono(number)).into_iter().collect();
    if missing {
        let gap = if runs.is_empty() { "" } else { " " };
        let word = desk.w("machine.no_plate");
        runs.push(Run::strong(Words::new(format!("{gap}{}", word.zh), format!("{gap}{}", word.en))));
    }
    runs
}

/// The document carries the form's Chinese word; a known one has an English word in the catalogue, any other stays as typed.
fn translated(desk: &Desk<'_>, text: &str, key: Option<&str>) -> Words {
    key.map_or_else(|| same(text), |key| Words::new(text, desk.w(key).en))
}

fn machine_type(desk: &Desk<'_>, text: &str) -> Words {
    let key = MachineType::named(text).map(|named| match named {
        MachineType::Screw => "machine.type.screw",
        MachineType::ScrewVsd => "machine.type.screw_vsd",
        MachineType::ScrewOilFree => "machine.type.screw_oil_free",
        MachineType::Piston => "machine.type.piston",
        MachineType::Scroll => "machine.type.scroll",
        MachineType::Centrifugal => "machine.type.centrifugal",
        MachineType::DryerRefrigerated => "machine.type.dryer_refrigerated",
        MachineType::DryerDesiccant => "machine.type.dryer_desiccant",
        MachineType::Tank => "machine.type.tank",
        MachineType::Filter => "machine.type.filter",
    });
    translated(desk, text, key)
}

fn cooling_and_drive(desk: &Desk<'_>, cooling: &str, drive: &str) -> Words {
    let cooling = translated(
        desk,
        cooling,
        Cooling::named(cooling).map(|named| match named {
            Cooling::Air => "machine.cooling.air",
            Cooling::Water => "machine.cooling.water",
        }),
    );
    let drive = translated(
        desk,
        drive,
        Drive::named(drive).map(|named| match named {
            Drive::Direct => "machine.drive.direct",
            Drive::Belt => "machine.drive.belt",
            Drive::Gear => "machine.drive.gear",
            Drive::PermanentMagnet => "machine.drive.permanent_magnet",
        }),
    );
    match (cooling.zh.is_empty(), drive.zh.is_empty()) {
        (false, false) => Words::new(format!("{}，{}", cooling.zh, drive.zh), format!("{}, {}", cooling.en, drive.en)),
        (true, _) => drive,
        (_, true) => cooling,
    }
}

pub fn fault(desk: &Desk<'_>) -> Vec<Field> {
    let f = &desk.doc.fault;
    let text = |key: &str, value: &str| Field::text(desk.w(key), 3, value);
    let mut found = Vec::new();
    if !f.alarm_code.is_empty() {
        let stop = if f.found_condition.is_empty() { same("") } else { desk.glue("；", "; ") };
        let alarm = desk.w("fault.alarm");
        found.push(Run::plain(desk.glue(&alarm.zh, &alarm.en)));
        found.push(Run::strong(same(&f.alarm_code)));
        found.push(Run::plain(stop));
    }
    found.push(Run::plain(same(&f.found_condition)));

    let mut causes = Vec::new();
    if let Some((main, others)) = f.causes.split_first() {
        causes.push(Run::strong(main.clone()));
        if !others.is_empty() {
            let others = listed(others);
            causes.push(Run::plain(Words::new(format!("，{}", others.zh), format!("; {}", others.en))));
        }
        causes.push(Run::plain(Words::new("。", ". ")));
    }
    if let Some(kind) = &f.cause_type {
        causes.push(Run::soft(desk.strings.fill("fault.cause_type", &[("kind", kind)])));
    }
    let below =
        |key: &str, runs: Vec<Run>| Field { label: desk.w(key), span: 3, entry: Entry::Text { runs, below: true } };
    let measures = match f.measures.len() {
        0 => same(""),
        _ => {
            let all = listed(&f.measures);
            let zh = f.measures.iter().map(|m| m.zh.trim_end_matches('。')).collect::<Vec<_>>().join("；");
            Words::new(format!("{zh}。"), all.en)
        }
    };
    vec![
        text("fault.symptom", &f.symptom),
        Field::runs(desk.w("fault.found"), 3, found),
        below("fault.causes", causes),
        below("fault.measures", vec![Run::plain(measures)]),
        text("fault.hidden", &f.hidden_defects),
    ]
}

/// One time of the visit, label over value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetTime")]
pub struct Time {
    label: Words,
    value: Words,
    strong: bool,
}

pub fn times(desk: &Desk<'_>) -> Vec<Time> {
    let t = &desk.doc.times;
    let time = |key: &str, at: Option<Instant>, strong| {
        at.map(|at| Time { label: desk.w(key), value: same(desk.clock(at)), strong })
    };
    let mut times: Vec<Time> = [
        time("times.agreed", t.agreed, false),
        time("times.departed", t.departed, false),
        time("times.arrived", t.arrived, true),
        time("times.started", t.started, true),
        time("times.finished", t.finished, true),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let (Some(from), Some(until)) = (t.started, t.finished) {
        let minutes = (until - from).num_minutes();
        if minutes >= 0 {
            times.push(Time { label: desk.w("times.worked"), value: duration(desk, minutes), strong: false });
        }
    }
    times
}

fn duration(desk: &Desk<'_>, minutes: i64) -> Words {
    let (hours, rest) = (same((minutes / 60).to_string()), same((minutes % 60).to_string()));
    let key = if minutes < 60 { "duration.minutes" } else { "duration.hours" };
    desk.strings.fill(key, &[("hours", &hours), ("minutes", &rest)])
}
