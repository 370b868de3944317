//! One job with one of its visits, read once: fields, facts, archive, people and the published data in force.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use gongdan_domain::entity::{Fields, job as job_field, kind, machine as machine_field};
use gongdan_domain::fact::{FactBody, TickList};
use gongdan_domain::id::{CustomerId, JobId, MachineId, PersonId, VisitId};
use gongdan_domain::kit::KitLoaner;
use gongdan_domain::obligation::{Obligation, obligations};
use gongdan_domain::problem::Code;
use gongdan_domain::reading::ReadingSpec;
use gongdan_domain::sync::change::{EntityRef, Fact};
use gongdan_domain::time::Instant;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::breach::Circumstances;
use gongdan_domain::visit::step::StepState;
use gongdan_domain::work_order::OrderDocument;
use uuid::Uuid;

use super::fees::{FeeFacts, estimate};
use super::kit::{KitCheck, loaner};
use super::machine::{self, judge_warranty};
use super::references::{Pinned, References};
use super::{order, safety};
use crate::error::Result;
use crate::store::Reader;
use crate::store::sealed::Sealed;
use crate::view::job::{EstimateView, WarrantyView};

pub struct Case {
    pub job: JobId,
    pub visit: VisitId,
    /// 1 for the first going there.
    pub visit_no: u32,
    pub fields: Fields,
    pub visit_fields: Fields,
    pub customer_id: Option<CustomerId>,
    pub machine_id: Option<MachineId>,
    /// The archive's customer and machine; empty where the job has none.
    pub customer: Fields,
    pub machine: Fields,
    pub facts: Vec<Fact>,
    pub state: VisitState,
    /// Everyone on the visit; this person where nobody is named yet.
    pub people: BTreeMap<PersonId, Fields>,
    pub loaner: Option<KitLoaner>,
    pub references: References,
    /// The latest sealed revision of this visit's order, and what it says where this version understands its form; nothing while it is
    /// open for its next revision.
    pub sealed: Option<Sealed>,
    pub order: Option<OrderDocument>,
    pub me: PersonId,
    pub now: Instant,
    pub zone: Tz,
}

fn linked(fields: &Fields, field: &str) -> Option<Uuid> {
    Uuid::parse_str(fields.text(field)).ok()
}

impl Case {
    /// `visit`: the current one where absent. A job that is not on this device is not found.
    pub fn load(r: &Reader, job: JobId, visit: Option<VisitId>) -> Result<Self> {
        let of = |kind: &str, id: Option<Uuid>| match id {
            Some(id) => r.fields(&EntityRef::new(kind, id)),
            None => Ok(Fields::default()),
        };
        let fields = of(kind::JOB, Some(job.0))?;
        let facts = r.facts(job)?;
        if fields.0.is_empty() && facts.is_empty() {
            return Err(Code::NotFound.into());
        }
        let (visit, visit_no) = match visit {
            None => r.current_visit(job)?,
            Some(visit) => {
                let place = r.visits(job)?.iter().position(|v| *v == visit).ok_or(Code::NotFound)?;
                (visit, u32::try_from(place).unwrap_or(0) + 1)
            }
        };
        let visit_fields = of(kind::VISIT, Some(visit.0))?;
        let state = VisitState::of(visit, &facts, &visit_fields);
        let machine_id = linked(&fields, job_field::MACHINE);
        let machine = of(kind::MACHINE, machine_id)?;
        let customer_id = linked(&fields, job_field::CUSTOMER).or_else(|| linked(&machine, machine_field::CUSTOMER));
        let customer = of(kind::CUSTOMER, customer_id)?;
        let crew = if state.technicians.is_empty() { vec![r.me()] } else { state.technicians.clone() };
        let person = |id: PersonId| Ok((id, of(kind::PERSON, Some(id.0))?));
        let people = crew.into_iter().map(person).collect::<Result<_>>()?;
        let zone = r.zone();
        let references = References::load(r, day(&state, r.now(), zone), &pinned(visit, &state, &facts))?;
        let sealed = order::counting_seal(r.sealed(job)?, visit, &state);
        // While the order is open for its next revision, what is shown is the draft of that one.
        let shown = sealed.as_ref().filter(|_| state.revising.is_none());
        Ok(Self {
            job,
            visit,
            visit_no,
            loaner: loaner(r, &state)?,
            fields,
            visit_fields,
            customer_id: customer_id.map(CustomerId),
            machine_id: machine_id.map(MachineId),
            customer,
            machine,
            facts,
            state,
            people,
            references,
            order: shown.and_then(order::document_of),
            sealed,
            me: r.me(),
            now: r.now(),
            zone,
        })
    }

    /// Sealed, and not open for its next revision.
    pub fn closed(&self) -> bool {
        (self.sealed.is_some() || self.state.sealed().is_some()) && self.state.revising.is_none()
    }

    pub fn date(&self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// When the customer expects somebody, else the plan, else the wish.
    pub fn expected_at(&self) -> Option<Instant> {
        let wished = || self.fields.text(job_field::REQUESTED_AT).parse().ok();
        self.agreed_at().or(self.state.planned_at).or_else(wished)
    }

    pub fn agreed_at(&self) -> Option<Instant> {
        self.state.agreed_at(&self.fields)
    }

    pub fn warranty(&self) -> WarrantyView {
        let reported = self.fields.text(job_field::REPORTED_AT).parse::<Instant>().ok();
        let on = self.date(reported.unwrap_or(self.now));
        judge_warranty(self.references.warranty.as_deref(), &self.fields, &self.machine, &self.state, on)
    }

    pub fn readings(&self) -> Vec<ReadingSpec> {
        let electrical = self.fault_tags().iter().any(|tag| tag == "electrical");
        let form = self.references.form.as_ref();
        form.map(|f| f.readings_for(&machine::nameplate(&self.machine), electrical)).unwrap_or_default()
    }

    /// Codes of the faults that were found, else of those that were suspected.
    pub fn faults(&self) -> Vec<&str> {
        let causes = |found: bool| match found {
            true => self.state.diagnosis.as_ref().map(|d| &d.causes),
            false => self.state.analysis.as_ref().map(|a| &a.causes),
        };
        let mut codes: Vec<&str> = Vec::new();
        for cause in causes(true).filter(|c| !c.is_empty()).or_else(|| causes(false)).into_iter().flatten() {
            if let Some(code) = cause.fault.as_deref().filter(|code| !codes.contains(code)) {
                codes.push(code);
            }
        }
        codes
    }

    fn fault_tags(&self) -> Vec<String> {
        let knowledge = self.references.knowledge.as_ref();
        let faults = self.faults().into_iter().filter_map(|code| knowledge?.fault(code));
        faults.flat_map(|fault| fault.tags.iter().cloned()).collect()
    }

    pub fn kit(&self) -> KitCheck {
        KitCheck::of(self)
    }

    pub fn steps(&self, kit: &KitCheck) -> Vec<StepState> {
        self.state.steps(kit.ready_at)
    }

    /// The fees as of now; of a sealed order exactly those that were signed.
    pub fn estimate(&self) -> EstimateView {
        match &self.order {
            Some(order) => {
                let hash = super::fees::hash(&order.fees);
                EstimateView { hash, sheet: order.fees.clone(), declined_fen: None, problem: None }
            }
            None => estimate(&self.fee_facts(), self.references.calendar.as_deref()),
        }
    }

    fn fee_facts(&self) -> FeeFacts<'_> {
        FeeFacts {
            state: &self.state,
            job: &self.fields,
            customer: &self.customer,
            machine: &self.machine,
            warranty: self.warranty().judgement.status,
            plans: self.references.warranty.as_deref(),
            on: self.date(self.now),
            schedule: self.references.fees.as_deref(),
            parts: self.references.catalogue(),
            categories: self.references.categories.as_deref(),
            people: &self.people,
            typical_minutes: self.typical_minutes(),
            expected_at: self.expected_at(),
            now: self.now,
        }
    }

    /// How long the found or suspected faults usually take: the longest of them counts.
    pub fn typical_minutes(&self) -> Option<u32> {
        let knowledge = self.references.knowledge.as_ref()?;
        self.faults().into_iter().filter_map(|code| knowledge.fault(code)).map(|fault| fault.minutes.typical).max()
    }

    pub fn obligations(&self) -> Vec<Obligation> {
        let (Some(rules), Some(calendar)) = (&self.references.deadlines, &self.references.calendar) else {
            return Vec::new();
        };
        let clock = calendar.clock().ok();
        clock.map(|clock| obligations(self.job, &self.facts, rules, &clock, self.now)).unwrap_or_default()
    }

    pub fn circumstances(&self) -> Circumstances {
        let kit = self.kit();
        let safety = safety::check(self.references.safety.as_deref(), &self.state);
        let estimate = self.estimate();
        // What cannot be calculated is not free: it needs the customer's consent all the same.
        let total_fen = estimate.sheet.total_fen.0.max(i64::from(estimate.problem.is_some()));
        Circumstances {
            unreleasable: kit
                .list
                .lines
                .iter()
                .filter(|l| !l.releasable || l.is_rag())
                .map(|l| l.code.clone())
                .collect(),
            kit: kit.ready.err(),
            safety: safety.before_work.err(),
            power_on: safety.before_power_on.err(),
            total_fen,
        }
    }
}

/// The day whose published data count: of the consent, else of the arrival, else today.
fn day(state: &VisitState, now: Instant, zone: Tz) -> NaiveDate {
    let consent = state.consent.as_ref().map(|c| c.at);
    consent.or(state.arrived_at).unwrap_or(now).with_timezone(&zone).date_naive()
}

/// A check keeps the version it was begun with (C4), a price the version that was agreed to (F2).
fn pinned(visit: VisitId, state: &VisitState, facts: &[Fact]) -> Pinned {
    let mut pinned = Pinned { fees: state.consent.as_ref().map(|c| c.schedule_version.clone()), ..Pinned::default() };
    for fact in facts.iter().filter(|f| f.visit == Some(visit)) {
        match FactBody::of(fact) {
            Some(FactBody::Ticked { list: TickList::Kit, template_version, .. }) => {
                pinned.kit.get_or_insert(template_version);
            }
            Some(FactBody::SafetyAnswered { template_version, .. }) => {
                pinned.safety.get_or_insert(template_version);
            }
            _ => {}
        }
    }
    pinned
}
