//! The rows of the console's lists, computed from facts and registers at every change of a job. They hold no truth of their own
//! and can be dropped and built again.

use gongdan_domain::entity::{Fields, customer as cf, job as jf, kind, machine as mf, person as pf};
use gongdan_domain::fact::{FactBody, Rating, SigningChoice};
use gongdan_domain::id::{CustomerId, JobId, MachineId, PersonId, VisitId};
use gongdan_domain::obligation::{Obligation, ObligationState, obligations};
use gongdan_domain::sync::change::{EntityRef, Fact};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::step::VisitStage;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::core::Env;
use crate::error::Result;
use crate::reference::ReferenceSet;
use crate::storage::{Reader, Tx, VisitRow};

/// What the lists show of one visit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub customer_name: String,
    /// Brand and model.
    pub machine_name: String,
    pub serial_no: String,
    pub symptom: String,
    pub wishes: String,
    pub address: String,
    pub distance_km: String,
    pub contact_name: String,
    pub phone: String,
    pub service_kind: String,
    pub category: String,
    pub urgency: String,
    pub technicians: Vec<PersonId>,
    pub leader: Option<PersonId>,
    pub stage: VisitStage,
    pub seal: Option<RowSeal>,
    pub archive_no: Option<String>,
    /// Hashes that must be here before the order is complete.
    pub files: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RowSeal {
    pub number: String,
    pub revision: u32,
    pub hash: String,
    pub choice: SigningChoice,
    pub quality: Rating,
    pub attitude: Rating,
    pub total_fen: i64,
    pub sealed_at: Instant,
    pub received_at: Option<Instant>,
    /// Several documents claim one revision: its amounts count nowhere until the manager names the valid one.
    #[serde(default)]
    pub contested: bool,
}

/// The wire name of a stage.
pub fn stage_name(stage: VisitStage) -> String {
    serde_json::to_value(stage).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Everything that is known of a job, unretracted.
pub fn facts(r: &dyn Reader, job: JobId) -> Result<Vec<Fact>> {
    Ok(r.facts(job)?.into_iter().filter(|f| !f.retracted).map(|f| f.fact).collect())
}

/// The visits of a job in the order of their assignments, and the current one.
pub fn visits(job: JobId, facts: &[Fact]) -> (Vec<VisitId>, VisitId) {
    let mut ordered: Vec<&Fact> = facts.iter().collect();
    ordered.sort_by_key(|f| (f.at.corrected(), f.id));
    let mut known = vec![];
    let mut current = job.visit(1);
    for fact in ordered {
        let assigned = match FactBody::of(fact) {
            Some(FactBody::JobAssigned { visit, .. }) => Some(visit),
            _ => None,
        };
        current = assigned.unwrap_or(current);
        for visit in assigned.into_iter().chain(fact.visit) {
            if !known.contains(&visit) {
                known.push(visit);
            }
        }
    }
    if !known.contains(&current) {
        known.push(current);
    }
    (known, current)
}

pub fn visit_state(r: &dyn Reader, visit: VisitId, facts: &[Fact]) -> Result<VisitState> {
    Ok(VisitState::of(visit, facts, &r.fields(&EntityRef::new(kind::VISIT, visit.0))?))
}

/// What a job's facts oblige somebody to, now.
pub fn owed(reference: &ReferenceSet, job: JobId, facts: &[Fact], now: Instant) -> Vec<Obligation> {
    let rules = reference.deadline_rules(now);
    let clock = reference.calendar(now).and_then(|c| c.clock().ok());
    rules.zip(clock).map(|(rules, clock)| obligations(job, facts, rules, &clock, now)).unwrap_or_default()
}

pub fn is_open(obligation: &Obligation) -> bool {
    !matches!(obligation.state, ObligationState::Done | ObligationState::Waived)
}

/// Computes the rows of one job again.
pub fn job(tx: &mut dyn Tx, env: &Env, of: JobId) -> Result<()> {
    let fields = tx.fields(&EntityRef::new(kind::JOB, of.0))?;
    let facts = facts(tx, of)?;
    let (visits, current) = visits(of, &facts);
    let owes = owed(&env.reference, of, &facts, env.now).iter().any(is_open);
    let customer: Option<CustomerId> = fields.text(jf::CUSTOMER).parse().ok();
    let machine: Option<MachineId> = fields.text(jf::MACHINE).parse().ok();
    let of_customer = read(tx, kind::CUSTOMER, customer.map(|c| c.0))?;
    let of_machine = read(tx, kind::MACHINE, machine.map(|m| m.0))?;
    for visit in visits {
        let state = visit_state(tx, visit, &facts)?;
        let row = row(tx, visit, &fields, &of_customer, &of_machine, &state)?;
        let text = search_text(tx, &row)?;
        tx.put_row(&VisitRow {
            visit,
            job: of,
            current: visit == current,
            stage: stage_name(row.stage),
            order: visit.order(),
            planned_at: state.planned_at,
            requested_at: fields.read(jf::REQUESTED_AT),
            reported_at: fields.read(jf::REPORTED_AT),
            received_at: row.seal.as_ref().and_then(|s| s.received_at),
            owes,
            technician: state.leader.or(state.technicians.first().copied()),
            customer,
            machine,
            text,
            row: serde_json::to_string(&row)?,
        })?;
    }
    Ok(())
}

fn read(r: &dyn Reader, kind: &str, id: Option<Uuid>) -> Result<Fields> {
    id.map_or(Ok(Fields::default()), |id| r.fields(&EntityRef::new(kind, id)))
}

fn row(
    r: &dyn Reader,
    visit: VisitId,
    fields: &Fields,
    customer: &Fields,
    machine: &Fields,
    state: &VisitState,
) -> Result<Row> {
    // The job's own words first, the archive's where it has none.
    let either = |own: &str, archive: &Fields, field: &str| {
        let own = fields.text(own);
        if own.is_empty() { archive.text(field).to_owned() } else { own.to_owned() }
    };
    let brand = either(jf::BRAND, machine, mf::BRAND);
    let model = either(jf::MODEL, machine, mf::MODEL);
    let phone = either(jf::PHONE, customer, cf::PHONE);
    let sealed = r.sealed_of(visit.order().0)?;
    let seal = state.sealed().map(|seal| RowSeal {
        number: seal.order_no.clone(),
        revision: seal.revision,
        hash: seal.hash.clone(),
        choice: seal.choice,
        quality: seal.quality,
        attitude: seal.attitude,
        total_fen: seal.total_fen,
        sealed_at: seal.at,
        received_at: sealed.iter().find(|s| s.hash == seal.hash).map(|s| s.received_at),
        contested: state.contested(),
    });
    let mut files: Vec<String> = sealed
        .iter()
        .flat_map(|s| if let RecordBody::Sealed { files, .. } = &s.body { files.as_slice() } else { &[] })
        .map(|file| file.hash.clone())
        .chain(state.photos.iter().map(|p| p.file.hash.clone()))
        .collect();
    files.sort();
    files.dedup();
    Ok(Row {
        customer_name: either(jf::CUSTOMER_NAME, customer, cf::NAME),
        machine_name: format!("{brand} {model}").trim().to_owned(),
        serial_no: either(jf::SERIAL_NO, machine, mf::SERIAL_NO),
        symptom: fields.text(jf::SYMPTOM).to_owned(),
        wishes: fields.text(jf::WISHES).to_owned(),
        address: either(jf::ADDRESS, customer, cf::ADDRESS),
        distance_km: customer.text(cf::DISTANCE_KM).to_owned(),
        contact_name: either(jf::CONTACT_NAME, customer, cf::CONTACT_NAME),
        phone: if phone.is_empty() { customer.text(cf::MOBILE).to_owned() } else { phone },
        service_kind: fields.text(jf::SERVICE_KIND).to_owned(),
        category: fields.text(jf::CATEGORY).to_owned(),
        urgency: fields.text(jf::URGENCY).to_owned(),
        technicians: state.technicians.clone(),
        leader: state.leader,
        stage: state.stage(),
        seal,
        archive_no: state.archived.clone(),
        files,
    })
}

fn search_text(r: &dyn Reader, row: &Row) -> Result<String> {
    let mut words =
        vec![row.customer_name.clone(), row.machine_name.clone(), row.serial_no.clone(), row.symptom.clone()];
    words.extend([row.phone.clone(), row.address.clone(), row.contact_name.clone(), initials(&row.customer_name)]);
    words.extend(row.seal.as_ref().map(|s| s.number.clone()));
    words.extend(row.archive_no.clone());
    for person in &row.technicians {
        words.push(r.fields(&EntityRef::new(kind::PERSON, person.0))?.text(pf::NAME).to_owned());
    }
    Ok(words.join("\n").to_lowercase())
}

/// What a dispatcher may type to find a customer (A2): also its machines, digits of phones without hyphens, pinyin initials.
pub fn customer(tx: &mut dyn Tx, of: CustomerId) -> Result<()> {
    let fields = tx.fields(&EntityRef::new(kind::CUSTOMER, of.0))?;
    let name = fields.text(cf::NAME).to_owned();
    let mut words = vec![initials(&name)];
    for field in [cf::NAME, cf::NAME_EN, cf::ADDRESS, cf::CONTACT_NAME, cf::PHONE, cf::MOBILE] {
        words.push(fields.text(field).to_owned());
    }
    for field in [cf::PHONE, cf::MOBILE] {
        words.push(fields.text(field).chars().filter(char::is_ascii_digit).collect());
    }
    for machine in tx.entities_where(kind::MACHINE, mf::CUSTOMER, &of.to_string())? {
        let machine = tx.fields(&EntityRef::new(kind::MACHINE, machine))?;
        words.extend([mf::BRAND, mf::MODEL, mf::SERIAL_NO].map(|field| machine.text(field).to_owned()));
    }
    tx.put_customer_text(of, &name, &words.join("\n").to_lowercase())
}

/// First letters of the pinyin: 样例星河 → `ylxh`.
fn initials(text: &str) -> String {
    use pinyin::ToPinyin as _;
    text.chars().filter_map(|c| c.to_pinyin().map(|p| p.first_letter())).collect()
}
