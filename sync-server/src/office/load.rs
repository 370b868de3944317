//! What several screens load the same way: names, rows of the lists, moments, findings. It decides nothing.

use std::collections::{BTreeMap, HashMap};

use gongdan_domain::entity::{Fields, kind, machine, person};
use gongdan_domain::id::{JobId, MachineId, OrderId, PersonId, VisitId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use gongdan_domain::visit::{Charges, VisitState};
use gongdan_domain::warranty::{WarrantyDates, WarrantyJudgement};
use serde_json::Value;

use crate::error::Result;
use crate::index::Row;
use crate::office::view as v;
use crate::reference::ReferenceSet;
use crate::storage::{FindingState, Reader, RowQuery, StoredFact, VisitRow};

/// Rows of one page.
pub const PAGE: u32 = 50;

/// Names of people, each read once.
pub struct Names<'r> {
    pub r: &'r dyn Reader,
    known: HashMap<PersonId, String>,
}

impl<'r> Names<'r> {
    pub fn new(r: &'r dyn Reader) -> Self {
        Self { r, known: HashMap::new() }
    }

    pub fn of(&mut self, id: PersonId) -> Result<v::PersonName> {
        if !self.known.contains_key(&id) {
            let fields = self.r.fields(&EntityRef::new(kind::PERSON, id.0))?;
            self.known.insert(id, fields.text(person::NAME).to_owned());
        }
        Ok(v::PersonName { id, name: self.known.get(&id).cloned().unwrap_or_default() })
    }

    pub fn maybe(&mut self, id: Option<PersonId>) -> Result<Option<v::PersonName>> {
        id.map(|id| self.of(id)).transpose()
    }
}

pub fn job_entity(job: JobId) -> EntityRef {
    EntityRef::new(kind::JOB, job.0)
}

/// A row of the list with what it shows, read.
#[derive(Clone)]
pub struct Listed {
    pub at: VisitRow,
    pub row: Row,
}

pub fn rows(r: &dyn Reader, query: &RowQuery) -> Result<Vec<Listed>> {
    r.rows(query)?.into_iter().map(|at| Ok(Listed { row: serde_json::from_str(&at.row)?, at })).collect()
}

/// Where a job stands now.
pub fn current(r: &dyn Reader, job: JobId) -> Result<Listed> {
    let query = RowQuery { job: Some(job), current_only: true, limit: 1, ..RowQuery::default() };
    Ok(rows(r, &query)?.pop().ok_or(Code::NotFound)?)
}

pub fn of_order(r: &dyn Reader, order: OrderId) -> Result<Listed> {
    let query = RowQuery { order: Some(order), limit: 1, ..RowQuery::default() };
    Ok(rows(r, &query)?.pop().ok_or(Code::NotFound)?)
}

pub fn title(r: &dyn Reader, job: JobId) -> Result<Option<v::JobTitle>> {
    let query = RowQuery { job: Some(job), current_only: true, limit: 1, ..RowQuery::default() };
    Ok(rows(r, &query)?.pop().map(|listed| listed.title()))
}

impl Listed {
    pub fn title(&self) -> v::JobTitle {
        v::JobTitle {
            job: self.at.job,
            customer: self.row.customer_name.clone(),
            machine: self.row.machine_name.clone(),
            serial_no: self.row.serial_no.clone(),
            symptom: self.row.symptom.clone(),
        }
    }

    /// The job in one line of the audit trail.
    pub fn line(&self) -> String {
        format!("{} {}", self.row.customer_name, self.row.machine_name).trim().to_owned()
    }

    pub fn job_row(self, names: &mut Names<'_>) -> Result<v::JobRow> {
        Ok(v::JobRow {
            title: self.title(),
            customer: self.at.customer,
            machine: self.at.machine,
            address: self.row.address,
            distance_km: self.row.distance_km,
            contact_name: self.row.contact_name,
            phone: self.row.phone,
            service_kind: self.row.service_kind,
            category: self.row.category,
            urgency: self.row.urgency,
            wishes: self.row.wishes,
            reported_at: self.at.reported_at,
            requested_at: self.at.requested_at,
            planned_at: self.at.planned_at,
            stage: self.row.stage,
            visit: self.at.visit,
            order: self.at.order,
            technicians: self.row.technicians.into_iter().map(|id| names.of(id)).collect::<Result<_>>()?,
            leader: self.row.leader,
            order_no: self.row.seal.map(|seal| seal.number),
        })
    }
}

pub fn job_rows(r: &dyn Reader, query: &RowQuery) -> Result<Vec<v::JobRow>> {
    let mut names = Names::new(r);
    rows(r, query)?.into_iter().map(|listed| listed.job_row(&mut names)).collect()
}

pub fn field(fields: &Fields, name: &str) -> v::OfficeField {
    let register = fields.register(name);
    v::OfficeField {
        value: fields.value(name).clone(),
        heads: register.map(|register| register.seen()).unwrap_or_default(),
        conflict: register.is_some_and(|register| register.in_conflict()),
    }
}

pub fn all_fields(fields: &Fields) -> BTreeMap<String, v::OfficeField> {
    fields.0.keys().map(|name| (name.clone(), field(fields, name))).collect()
}

/// The moments of a visit, or of a whole job, oldest first.
pub fn timeline(names: &mut Names<'_>, facts: &[StoredFact], visit: Option<VisitId>) -> Result<Vec<v::TimelineRow>> {
    let of_visit = |fact: &&StoredFact| visit.is_none() || fact.fact.visit.is_none() || fact.fact.visit == visit;
    let moments = facts.iter().filter(of_visit);
    moments
        .map(|stored| {
            Ok(v::TimelineRow {
                fact: stored.fact.id,
                kind: stored.fact.kind.clone(),
                at: stored.fact.at.judged_at(stored.received_at),
                received_at: stored.received_at,
                by: names.of(stored.fact.by)?,
                body: stored.fact.body.clone(),
                retracted: stored.retracted,
            })
        })
        .collect()
}

/// A finding with its names; `None` for one of a newer version.
pub fn finding(names: &mut Names<'_>, state: FindingState) -> Result<Option<v::FindingRow>> {
    let RecordBody::Finding { finding } = state.body else { return Ok(None) };
    let title = finding.job.map(|job| title(names.r, job)).transpose()?.flatten();
    let order = finding.visit.map(VisitId::order);
    let sealed = order.map(|order| names.r.sealed_of(order.0)).transpose()?.is_some_and(|sealed| !sealed.is_empty());
    Ok(Some(v::FindingRow {
        code: finding.code,
        title,
        by: names.maybe(state.by)?,
        answered_by: names.maybe(state.answered_by)?,
        answered_at: state.answered_at,
        order: order.filter(|_| sealed),
        finding,
    }))
}

pub fn findings(names: &mut Names<'_>, states: Vec<FindingState>) -> Result<Vec<v::FindingRow>> {
    let rows = states.into_iter().map(|state| finding(names, state)).collect::<Result<Vec<_>>>()?;
    Ok(rows.into_iter().flatten().collect())
}

/// Brand, model and serial no. of a machine.
pub fn machine_title(fields: &Fields) -> String {
    let words = [machine::BRAND, machine::MODEL, machine::SERIAL_NO].map(|field| fields.text(field));
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// B4: the machine's warranty today; `None` while no plans are published.
pub fn warranty(reference: &ReferenceSet, fields: &Fields, now: Instant) -> Option<WarrantyJudgement> {
    let date = |field: &str| fields.text(field).parse().ok();
    let plan = fields.text(machine::WARRANTY_PLAN);
    let dates = WarrantyDates {
        plan: (!plan.is_empty()).then(|| plan.to_owned()),
        manufactured_on: date(machine::MANUFACTURE_DATE),
        purchased_on: date(machine::PURCHASE_DATE),
        commissioned_on: date(machine::COMMISSION_DATE),
    };
    Some(reference.warranty_plans(now)?.judge(&dates, reference.day(now), false))
}

pub fn machine_warranty(
    r: &dyn Reader,
    reference: &ReferenceSet,
    machine: Option<MachineId>,
    now: Instant,
) -> Result<Option<WarrantyJudgement>> {
    let Some(machine) = machine else { return Ok(None) };
    Ok(warranty(reference, &r.fields(&EntityRef::new(kind::MACHINE, machine.0))?, now))
}

/// Amounts taken out of a value, for roles that may not see money.
pub fn without_money(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !name.ends_with("_fen"));
            map.values_mut().for_each(without_money);
        }
        Value::Array(list) => list.iter_mut().for_each(without_money),
        _ => {}
    }
}

/// The same for a visit, whose shape stays.
pub fn visit_without_money(visit: &mut VisitState) {
    visit.consent = None;
    visit.payment = None;
    visit.charges = Charges::default();
    visit.seals.iter_mut().for_each(|seal| seal.total_fen = 0);
}
