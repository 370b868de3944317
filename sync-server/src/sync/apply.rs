//! Takes the operations of one change in: registers merge, facts are kept, seals are countersigned. What is applied here has been
//! checked before (`reach`); nothing here refuses. Device and office changes take the same road.

use std::collections::BTreeSet;

use ed25519_dalek::VerifyingKey;
use gongdan_domain::entity::{customer, job, kind, machine};
use gongdan_domain::fact::FactBody;
use gongdan_domain::finding::{Finding, FindingCode, FindingDecision};
use gongdan_domain::id::{CustomerId, DeviceId, FindingId, JobId, PersonId, VisitId, WriteId, derived};
use gongdan_domain::seal::{ChainHead, Receipt};
use gongdan_domain::sync::change::{Change, EntityRef, Fact, FileRef, Op, Retraction, Scope, SealOp, Write};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::sync::wire::RecordBody;
use serde_json::{Value, json};

use crate::core::Env;
use crate::error::Result;
use crate::storage::evidence::KnownWrite;
use crate::storage::{Tx, record_id};
use crate::sync::reach::Reach;
use crate::sync::{again, falsified, handover, judge, number, rejudge};
use crate::{auth, grant, index};

/// Values that never came and that a finding names one by one; it counts the others.
const NAMED: usize = 20;

/// Whose change it is.
pub struct Author {
    pub person: PersonId,
    pub device: DeviceId,
    pub office: bool,
    /// The device's key; seals are checked with it.
    pub key: VerifyingKey,
    /// Where the device's seal chain begins.
    pub genesis: Option<ChainHead>,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Applied {
    pub findings: Vec<Finding>,
    pub receipts: Vec<Receipt>,
}

/// What a change touched, to be worked out once after all of its operations.
#[derive(Default)]
struct Touched {
    jobs: BTreeSet<JobId>,
    customers: BTreeSet<CustomerId>,
    /// Jobs whose customer, machine or people may have changed.
    granting: BTreeSet<JobId>,
    assigned: BTreeSet<JobId>,
    /// Visits that somebody agreed to hand over.
    handed: BTreeSet<VisitId>,
    /// Departures, which the office may not have known of when it gave the visit to others.
    departed: Vec<Fact>,
}

struct Taking<'a> {
    tx: &'a mut dyn Tx,
    env: &'a Env,
    author: &'a Author,
    change: &'a Change,
    applied: Applied,
    touched: Touched,
}

/// Applies a checked change.
pub fn apply(tx: &mut dyn Tx, env: &Env, change: &Change, author: &Author) -> Result<Applied> {
    let mut taking = Taking { tx, env, author, change, applied: Applied::default(), touched: Touched::default() };
    for job in super::reach::jobs_of(change) {
        taking.tx.know_job(job, author.person, env.now)?;
    }
    if !author.office {
        taking.circumstances()?;
    }
    for (n, op) in change.ops.iter().enumerate() {
        match op {
            Op::Write(write) => taking.write(write)?,
            Op::Fact(fact) => taking.fact(fact)?,
            Op::Retract(retraction) => taking.retract(n, retraction)?,
            Op::Seal(seal) => taking.seal(seal)?,
            Op::Unknown(value) => taking.unknown(n, op, value)?,
        }
    }
    taking.finish()
}

fn set(scopes: &[Scope]) -> BTreeSet<Scope> {
    scopes.iter().cloned().collect()
}

impl Taking<'_> {
    /// What is odd about the change as a whole: not assigned (any more), a clock far off.
    fn circumstances(&mut self) -> Result<()> {
        let at = self.change.made_at.judged_at(self.env.now);
        for job in super::reach::jobs_of(self.change) {
            if !self.tx.had_job(job, self.author.person, at)?.1 {
                let id = derived(job.0, &format!("not_assigned/{}", self.author.person));
                self.find(
                    id,
                    FindingCode::NotAssigned,
                    (Some(job), None, None),
                    json!({ "person": self.author.person }),
                )?;
            }
        }
        let skew = self.change.made_at.offset_ms.unwrap_or(0);
        if skew.abs() > 5 * 60 * 1000 {
            let day = self.env.reference.day(self.env.now);
            let id = derived(self.author.device.0, &format!("clock/{day}"));
            self.find(id, FindingCode::ClockSkewed, (None, None, None), json!({ "offset_ms": skew }))?;
        }
        Ok(())
    }

    fn find(
        &mut self,
        id: uuid::Uuid,
        code: FindingCode,
        about: (Option<JobId>, Option<VisitId>, Option<gongdan_domain::id::FactId>),
        details: Value,
    ) -> Result<()> {
        let id = FindingId(id);
        if self.tx.finding(id)?.is_some() {
            return Ok(());
        }
        let (job, visit, fact) = about;
        let finding =
            Finding { id, code, job, visit, fact, found_at: self.env.now, details, answer: None, decision: None };
        let by = self.author.person;
        keep_finding(self.tx, &finding, by)?;
        self.applied.findings.push(finding);
        self.touched.jobs.extend(job);
        Ok(())
    }

    fn write(&mut self, write: &Write) -> Result<()> {
        let id = record_id::entity(&write.entity);
        let mut fields = self.tx.fields(&write.entity)?;
        // Who could add a scope from the field would hold for ever what he had once: a record that is here keeps its own.
        let scopes = if self.author.office || fields.0.is_empty() { set(&write.scopes) } else { BTreeSet::new() };
        let mut seen = write.seen.clone();
        self.inherit(&mut seen)?;
        let unknown = self.unknown_writes(&seen)?;
        if !unknown.is_empty() {
            let named = &unknown[..unknown.len().min(NAMED)];
            let details =
                json!({ "entity": write.entity, "field": write.field, "seen": named, "count": unknown.len() });
            self.find(derived(write.id.0, "seen_unknown"), FindingCode::SeenUnknown, (None, None, None), details)?;
        }
        let register: &mut Register = fields.0.entry(write.field.clone()).or_default();
        let was_in_conflict = register.in_conflict();
        register.take(Head::of(write, write.at.judged_at(self.env.now)), &seen);
        let shown = register.shown().map_or(Value::Null, |head| head.value.clone());
        let in_conflict = register.in_conflict();
        let body = RecordBody::Entity { entity: write.entity.clone(), fields: fields.0 };
        self.tx.put(&id, &body, &scopes)?;
        self.tx.put_field(&write.entity, &write.field, &shown, in_conflict)?;
        self.tx.know_write(&KnownWrite {
            id: write.id,
            value: write.value.clone(),
            seen: write.seen.clone(),
            by: write.by,
            device: self.author.device,
            at: write.at.judged_at(self.env.now),
            received_at: self.env.now,
        })?;
        if was_in_conflict && !in_conflict && !self.author.office {
            // The console notes its own.
            let about = format!("{} {} {}", write.entity.kind, write.entity.id, write.field);
            auth::note_from(self.tx, self.env.now, Some(write.by), self.env.from, "settled", &about)?;
        }
        self.touch_entity(&write.entity, &write.field, &shown)
    }

    /// A refused write passes what it had seen on to those that name it.
    fn inherit(&self, seen: &mut Vec<WriteId>) -> Result<()> {
        let mut known: BTreeSet<WriteId> = seen.iter().copied().collect();
        let mut next = 0;
        while let Some(id) = seen.get(next).copied() {
            let more = self.tx.refused_write(id)?.unwrap_or_default();
            seen.extend(more.into_iter().filter(|write| known.insert(*write)));
            next += 1;
        }
        Ok(())
    }

    fn unknown_writes(&self, seen: &[WriteId]) -> Result<Vec<WriteId>> {
        let mut unknown = Vec::new();
        for id in seen {
            if !self.tx.write_known(*id)? && self.tx.refused_write(*id)?.is_none() {
                unknown.push(*id);
            }
        }
        Ok(unknown)
    }

    fn touch_entity(&mut self, entity: &EntityRef, field: &str, shown: &Value) -> Result<()> {
        match entity.kind.as_str() {
            kind::JOB => {
                self.touched.jobs.insert(JobId(entity.id));
                if matches!(field, job::CUSTOMER | job::MACHINE) {
                    self.touched.granting.insert(JobId(entity.id));
                }
            }
            kind::VISIT => {
                let scopes = self.tx.scopes_of(&record_id::entity(entity))?;
                self.touched
                    .jobs
                    .extend(scopes.into_iter().filter_map(|s| if let Scope::Job(j) = s { Some(j) } else { None }));
            }
            kind::CUSTOMER => {
                self.touched.customers.insert(CustomerId(entity.id));
                if field == customer::TEAM && self.author.office {
                    grant::move_to_team(self.tx, entity, shown.as_str().unwrap_or_default())?;
                }
            }
            kind::MACHINE => {
                let owner = self.tx.fields(entity)?;
                self.touched.customers.extend(owner.text(machine::CUSTOMER).parse::<CustomerId>());
                let jobs = self.tx.entities_where(kind::JOB, job::MACHINE, &entity.id.to_string())?;
                self.touched.jobs.extend(jobs.into_iter().map(JobId));
            }
            _ => {}
        }
        Ok(())
    }

    /// Keeps which files a record names, and on whose word: its author's; the holder's of the device that brought it; and of those who
    /// named the file before him, where he can see it. An order names the photos of all who worked at it, perhaps before they came.
    fn name(&mut self, files: &[FileRef], record: &str, by: PersonId) -> Result<()> {
        let mut own = BTreeSet::from([by]);
        own.extend(self.tx.device(self.author.device)?.map(|device| device.person));
        let mut reach = None;
        for file in files {
            let (mut word_of, named) = (own.clone(), self.tx.words(&file.hash)?);
            if !named.is_empty() {
                let mine = match &mut reach {
                    Some(mine) => mine,
                    none => none.insert(set(&Reach::of(self.tx, self.author.person)?.scopes(self.tx)?)),
                };
                word_of.extend(named.into_iter().filter(|(scope, _)| mine.contains(scope)).map(|(_, person)| person));
            }
            self.tx.name_file(file, record, &word_of)?;
        }
        Ok(())
    }

    fn fact(&mut self, fact: &Fact) -> Result<()> {
        let body = FactBody::of(fact);
        if let (Some(body), false) = (&body, self.author.office) {
            for breach in judge::breaches(self.tx, self.env, fact, body)? {
                let id = derived(fact.id.0, &format!("finding/{:?}", breach.finding));
                self.find(id, breach.finding, (fact.job, fact.visit, Some(fact.id)), breach.details)?;
            }
            for (code, details) in number::enter(self.tx, self.env, self.author, fact, body)? {
                let id = derived(fact.id.0, &format!("finding/{code:?}"));
                self.find(id, code, (fact.job, fact.visit, Some(fact.id)), details)?;
            }
        }
        let id = record_id::fact(fact.id);
        let record = RecordBody::Fact { fact: fact.clone(), received_at: self.env.now };
        self.tx.put(&id, &record, &set(&fact.scopes))?;
        self.tx.put_fact(fact, self.author.office, fact.at.judged_at(self.env.now), self.env.now)?;
        self.name(&fact.files, &id, fact.by)?;
        if !self.author.office {
            falsified::photo(self.tx, self.env, fact)?;
        }
        self.touched.jobs.extend(fact.job);
        match body {
            Some(FactBody::JobAssigned { .. }) => self.touched.assigned.extend(fact.job),
            Some(FactBody::ReassignAnswered { accepted: true, .. }) => self.touched.handed.extend(fact.visit),
            Some(FactBody::Departed { .. }) if !self.author.office => self.touched.departed.push(fact.clone()),
            Some(FactBody::FindingAnswered { finding, answer, decision }) => self.answer(finding, answer, decision)?,
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self, id: FindingId, answer: String, decision: Option<FindingDecision>) -> Result<()> {
        if let Some(RecordBody::Finding { mut finding }) = self.tx.finding(id)?.map(|state| state.body) {
            (finding.answer, finding.decision) = (Some(answer), decision);
            self.tx.put(&record_id::finding(id), &RecordBody::Finding { finding }, &BTreeSet::new())?;
            self.tx.answer_finding(id, self.author.person, self.env.now)?;
        }
        Ok(())
    }

    fn retract(&mut self, n: usize, retraction: &Retraction) -> Result<()> {
        let body = RecordBody::Retraction { targets: retraction.targets.clone() };
        self.tx.put(&record_id::retraction(self.change.change_id.0, n), &body, &set(&retraction.scopes))?;
        for target in &retraction.targets {
            self.tx.retract(*target, retraction.by, retraction.at.judged_at(self.env.now))?;
            let Some(stored) = self.tx.fact(*target)? else { continue };
            self.touched.jobs.extend(stored.fact.job);
            if matches!(FactBody::of(&stored.fact), Some(FactBody::JobAssigned { .. })) {
                self.touched.assigned.extend(stored.fact.job);
            }
            if !self.author.office && judge::was_sealed(self.tx, &stored.fact)? {
                let about = (stored.fact.job, stored.fact.visit, Some(*target));
                let id = derived(target.0, "finding/RetractedAfterSeal");
                self.find(id, FindingCode::RetractedAfterSeal, about, json!({ "kind": stored.fact.kind }))?;
            }
        }
        Ok(())
    }

    fn seal(&mut self, seal: &SealOp) -> Result<()> {
        let document = &seal.document;
        if let Some(known) = self.tx.sealed(&document.hash)? {
            if let RecordBody::Sealed { receipt, .. } = known.body {
                self.applied.receipts.push(receipt);
            }
            return Ok(());
        }
        if !self.author.office && again::keep_apart(self.tx, self.env, self.author.device, seal)? {
            return Ok(());
        }
        for (code, details) in judge::seal(self.tx, seal, self.author)? {
            let id = derived(derived(document.id, &document.hash), &format!("finding/{code:?}"));
            self.find(id, code, (Some(seal.job), Some(seal.visit), None), details)?;
        }
        let receipt = Receipt::sign(document, self.env.now, &self.env.keys.signing)?;
        let record = RecordBody::Sealed {
            document: document.clone(),
            files: seal.files.clone(),
            job: seal.job.0,
            visit: seal.visit.0,
            receipt: receipt.clone(),
        };
        let id = record_id::sealed(&document.hash);
        self.tx.put(&id, &record, &set(&seal.scopes))?;
        self.tx.put_sealed(&record, self.env.now)?;
        self.name(&seal.files, &id, seal.by)?;
        falsified::signature(self.tx, self.env, seal)?;
        self.applied.receipts.push(receipt);
        self.touched.jobs.insert(seal.job);
        Ok(())
    }

    /// An operation of a newer version: kept and passed on.
    fn unknown(&mut self, n: usize, op: &Op, value: &Value) -> Result<()> {
        let body = RecordBody::Opaque { value: value.clone() };
        self.tx.put(&record_id::opaque(self.change.change_id.0, n), &body, &set(&op.scopes()))?;
        Ok(())
    }

    fn finish(self) -> Result<Applied> {
        let Touched { mut jobs, customers, granting, assigned, handed, departed } = self.touched;
        for job in &assigned {
            grant::people(self.tx, *job, self.env.now)?;
        }
        for job in granting.union(&assigned) {
            grant::archive(self.tx, *job, self.author)?;
        }
        for customer in customers {
            index::customer(self.tx, customer)?;
            jobs.extend(
                self.tx.entities_where(kind::JOB, job::CUSTOMER, &customer.to_string())?.into_iter().map(JobId),
            );
        }
        for job in jobs {
            if !self.author.office {
                falsified::job(self.tx, self.env, job)?;
            }
            index::job(self.tx, self.env, job)?;
        }
        for visit in handed {
            handover::carry_out(self.tx, self.env, self.change, visit)?;
        }
        for fact in departed {
            handover::ask_after_all(self.tx, self.env, &fact)?;
        }
        if self.author.office && !assigned.is_empty() {
            rejudge::of_jobs(self.tx, self.env, &assigned)?;
        }
        Ok(self.applied)
    }
}

/// Stores a finding where the people of the job, or its author, learn of it.
pub fn keep_finding(tx: &mut dyn Tx, finding: &Finding, by: PersonId) -> Result<()> {
    let scope = finding.job.map_or(Scope::Person(by), Scope::Job);
    let body = RecordBody::Finding { finding: finding.clone() };
    tx.put(&record_id::finding(finding.id), &body, &BTreeSet::from([scope]))?;
    tx.put_finding(finding.id, finding.code, finding.job, finding.visit, Some(by), finding.found_at)
}
