//! One job: opened, registered on the road, analysed, completed from the archive.

use gongdan_domain::catalogue::MachineType;
use gongdan_domain::entity::{customer as customer_field, job as field, kind, machine as machine_field};
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::JobId;
use gongdan_domain::knowledge::{AnalysisMachine, PartChanged, analyse as rank};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::EntityRef;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::assemble::{Case, archive, job as assembled, kit, order};
use crate::commands::args;
use crate::device::Device;
use crate::error::Result;
use crate::store::{Reader, Tx};
use crate::view::job::{AnalysisView, JobView};

/// Former orders whose parts and causes help the analysis.
const FORMER_ORDERS: usize = 10;

pub fn view(device: &Device, job: JobId) -> Result<JobView> {
    device.read(|r| assembled::view(r, job))
}

pub fn open(device: &Device, args: args::OfJob) -> Result<JobView> {
    view(device, args.job)
}

/// A6: the customer asked in person. The job is this technician's until the office decides otherwise; what the archive knows is filled in.
pub fn register(device: &Device, args: args::RegisterJob) -> Result<JobView> {
    let job = JobId(Uuid::now_v7());
    device.write(|tx| {
        let entity = EntityRef::new(kind::JOB, job.0);
        for (name, value) in filled(tx, args)? {
            tx.write_field(&entity, &name, value, Vec::new())?;
        }
        let (visit, me) = (job.visit(1), tx.me());
        let planned_at = None;
        let assigned = FactBody::JobAssigned { visit, technicians: vec![me], leader: me, planned_at };
        tx.fact(About { job, visit: Some(visit) }, assigned, Vec::new())
    })?;
    view(device, job)
}

/// Names of a job's fields that a call can fill.
const FILLED: [&str; 19] = [
    field::CUSTOMER_NAME,
    field::ADDRESS,
    field::CONTACT_NAME,
    field::PHONE,
    field::BRAND,
    field::MODEL,
    field::SERIAL_NO,
    field::PURCHASE_DATE,
    field::MANUFACTURE_DATE,
    field::SYMPTOM,
    field::WISHES,
    field::SERVICE_KIND,
    field::CATEGORY,
    field::URGENCY,
    field::REPORTED_AT,
    field::REPORTER,
    field::REQUESTED_AT,
    field::AGREED_AT,
    field::TEAM,
];

fn filled(tx: &Tx, args: args::RegisterJob) -> Result<Vec<(String, Value)>> {
    let mut fields = args.fields;
    let invalid = |(name, value): &(&String, &Value)| !FILLED.contains(&name.as_str()) || !value.is_string();
    if let Some((name, _)) = fields.iter().find(invalid) {
        return Err(Problem::with(Code::FieldInvalid, json!({ "field": name })).into());
    }
    let read = |kind: &str, id: Option<Uuid>| match id {
        Some(id) => tx.fields(&EntityRef::new(kind, id)),
        None => Ok(Default::default()),
    };
    let machine = read(kind::MACHINE, args.machine.map(|m| m.0))?;
    let of_machine = Uuid::parse_str(machine.text(machine_field::CUSTOMER)).ok();
    let customer = read(kind::CUSTOMER, args.customer.map(|c| c.0).or(of_machine))?;
    for offer in archive::offers(&Default::default(), &customer, &machine) {
        let given = fields.get(&offer.field).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
        if !given {
            fields.insert(offer.field, json!(offer.value));
        }
    }
    let reporter = fields.get(field::CONTACT_NAME).cloned().unwrap_or(json!(""));
    for (name, value) in [
        (field::SERVICE_KIND, json!("repair")),
        (field::URGENCY, json!("normal")),
        (field::REPORTED_AT, json!(tx.now())),
        (field::REPORTER, reporter),
        (field::TEAM, customer.value(customer_field::TEAM).clone()),
    ] {
        fields.entry(name.to_owned()).or_insert(value);
    }
    for (name, id) in
        [(field::CUSTOMER, args.customer.map(|c| c.0).or(of_machine)), (field::MACHINE, args.machine.map(|m| m.0))]
    {
        if let Some(id) = id {
            fields.insert(name.to_owned(), json!(id));
        }
    }
    fields.retain(|_, value| !value.is_null());
    Ok(fields.into_iter().collect())
}

/// A3: what may be wrong, from the customer's words, the machine and what was done to it before.
pub fn analyse(device: &Device, args: args::OfJob) -> Result<AnalysisView> {
    device.read(|r| {
        let case = Case::load(r, args.job, None)?;
        let symptom = case.fields.text(field::SYMPTOM).to_owned();
        let Some(knowledge) = &case.references.knowledge else {
            return Ok(AnalysisView { symptom, causes: Vec::new(), notice: None, parts: Vec::new() });
        };
        let catalogue = case.references.catalogue();
        let causes = rank(knowledge, &catalogue, &symptom, &known_of(r, &case)?);
        let codes = causes.iter().flat_map(|c| &c.parts).map(|p| p.code.as_str());
        let parts = kit::part_words(&catalogue, codes);
        Ok(AnalysisView { notice: Some(knowledge.notice.clone()), symptom, parts, causes })
    })
}

/// Hours, notes and former repairs of the machine.
fn known_of(r: &Reader, case: &Case) -> Result<AnalysisMachine> {
    let mut known = AnalysisMachine {
        machine_type: MachineType::named(case.machine.text(machine_field::MACHINE_TYPE)),
        run_hours: case.machine.text(machine_field::RUN_HOURS).parse().ok(),
        changed: Vec::new(),
        notes: Vec::new(),
    };
    for note in [case.customer.text(customer_field::NOTE), case.machine.text(machine_field::NOTE)] {
        known.notes.extend((!note.is_empty()).then(|| note.to_owned()));
    }
    let Some(machine) = case.machine_id else { return Ok(known) };
    let former = r.machine_history(machine)?.into_iter().filter(|job| *job != case.job).take(FORMER_ORDERS);
    for job in former {
        for document in r.sealed(job)?.iter().filter_map(order::document_of) {
            if let Ok(at_hours) = document.machine.run_hours.parse() {
                known.changed.extend(document.parts.into_iter().map(|p| PartChanged { part: p.code, at_hours }));
            }
            known.notes.extend(document.fault.causes.into_iter().map(|cause| cause.zh));
        }
    }
    Ok(known)
}

/// A2: the archive's values into the job, as the technician's own writes.
pub fn copy_from_archive(device: &Device, args: args::CopyFromArchive) -> Result<JobView> {
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        let entity = EntityRef::new(kind::JOB, args.job.0);
        let offers = archive::offers(&case.fields, &case.customer, &case.machine);
        for offer in offers.into_iter().filter(|offer| args.fields.contains(&offer.field)) {
            let seen = case.fields.register(&offer.field).map(|register| register.seen()).unwrap_or_default();
            tx.write_field(&entity, &offer.field, json!(offer.value), seen)?;
        }
        Ok(())
    })?;
    view(device, args.job)
}
