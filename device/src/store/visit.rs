//! Which visits a job has, which jobs this person has, and what was done at a machine before. Visit ids are derived from their job.

use gongdan_domain::entity::{job, kind};
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::{CustomerId, JobId, MachineId, PersonId, VisitId};
use gongdan_domain::sync::change::{EntityRef, Fact};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use crate::error::Result;
use crate::store::{Reader, id_rows};

/// More visits than any job has; a visit id beyond is one that this device cannot place.
const MOST_VISITS: u32 = 200;

impl Reader<'_> {
    pub fn jobs(&self) -> Result<Vec<JobId>> {
        Ok(id_rows(self.conn(), "SELECT id FROM entity WHERE kind = 'job' ORDER BY id", [])?
            .into_iter()
            .map(JobId)
            .collect())
    }

    /// Jobs whose latest assignment names this person.
    pub fn jobs_assigned(&self) -> Result<Vec<JobId>> {
        // The text search only narrows: every candidate's latest assignment is read.
        let sql = "SELECT DISTINCT job FROM fact WHERE kind = 'job_assigned' AND job IS NOT NULL AND instr(body, ?1) > 0 ORDER BY job";
        let candidates = id_rows(self.conn(), sql, [self.me().to_string()])?;
        let mut mine = Vec::new();
        for id in candidates.into_iter().map(JobId) {
            if self.latest_assignment(id)?.is_some_and(|(_, people)| people.contains(&self.me())) {
                mine.push(id);
            }
        }
        Ok(mine)
    }

    /// The visit that the office's latest decision names and who goes.
    fn latest_assignment(&self, job: JobId) -> Result<Option<(VisitId, Vec<PersonId>)>> {
        let latest = self.facts(job)?.iter().rev().find_map(|fact| match FactBody::of(fact) {
            Some(FactBody::JobAssigned { visit, technicians, .. }) => Some((visit, technicians)),
            _ => None,
        });
        Ok(latest)
    }

    /// The visits of a job that are known here, in order; at least the first.
    pub fn visits(&self, job: JobId) -> Result<Vec<VisitId>> {
        let sql = "SELECT id FROM visit WHERE job = ?1 ORDER BY n";
        let known: Vec<VisitId> = id_rows(self.conn(), sql, [job.to_string()])?.into_iter().map(VisitId).collect();
        Ok(if known.is_empty() { vec![job.visit(1)] } else { known })
    }

    /// The visit that is on, and its number.
    pub fn current_visit(&self, job: JobId) -> Result<(VisitId, u32)> {
        let visit = self.latest_assignment(job)?.map_or(job.visit(1), |(visit, _)| visit);
        let sql = "SELECT n FROM visit WHERE id = ?1";
        let n = self.conn().prepare_cached(sql)?.query_row([visit.to_string()], |row| row.get(0)).optional()?;
        Ok((visit, n.unwrap_or(1)))
    }

    pub fn job_of(&self, visit: VisitId) -> Result<Option<JobId>> {
        Ok(id_rows(self.conn(), "SELECT job FROM visit WHERE id = ?1", [visit.to_string()])?.pop().map(JobId))
    }

    /// The jobs at a machine, newest first.
    pub fn machine_history(&self, machine: MachineId) -> Result<Vec<JobId>> {
        self.jobs_showing(job::MACHINE, machine.0)
    }

    pub fn customer_history(&self, customer: CustomerId) -> Result<Vec<JobId>> {
        self.jobs_showing(job::CUSTOMER, customer.0)
    }

    fn jobs_showing(&self, field: &str, id: Uuid) -> Result<Vec<JobId>> {
        let sql = "SELECT r.entity FROM register r
                   LEFT JOIN register at ON at.kind = r.kind AND at.entity = r.entity AND at.field = 'reported_at'
                   WHERE r.kind = 'job' AND r.field = ?1 AND r.shown = ?2 ORDER BY at.shown DESC, r.entity DESC";
        Ok(id_rows(self.conn(), sql, [field, &id.to_string()])?.into_iter().map(JobId).collect())
    }

    pub(super) fn learn_visit_of(&self, entity: &EntityRef) -> Result<()> {
        if entity.kind == kind::JOB { self.learn_visit(JobId(entity.id), JobId(entity.id).visit(1)) } else { Ok(()) }
    }

    pub(super) fn learn_visits_of(&self, fact: &Fact) -> Result<()> {
        let Some(job) = fact.job else { return Ok(()) };
        if let Some(visit) = fact.visit {
            self.learn_visit(job, visit)?;
        }
        match FactBody::of(fact) {
            Some(FactBody::JobAssigned { visit, .. }) => self.learn_visit(job, visit),
            _ => Ok(()),
        }
    }

    fn learn_visit(&self, job: JobId, visit: VisitId) -> Result<()> {
        if self.conn().prepare_cached("SELECT 1 FROM visit WHERE id = ?1")?.exists([visit.to_string()])? {
            return Ok(());
        }
        let Some(n) = (1..=MOST_VISITS).find(|n| job.visit(*n) == visit) else { return Ok(()) };
        let sql = "INSERT INTO visit (id, job, n) VALUES (?1, ?2, ?3)";
        self.conn().prepare_cached(sql)?.execute(params![visit.to_string(), job.to_string(), n])?;
        Ok(())
    }
}
