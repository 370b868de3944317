//! What a device's person reaches (invariant `scope_is_tight`), and which operations lie outside of it. From the field, facts and
//! seals about a job are never refused for assignment: that becomes a finding.

use std::collections::BTreeSet;

use gongdan_domain::entity::{kind, person};
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::{JobId, PersonId, TeamId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{Change, EntityRef, Fact, Op, Retraction, Scope};
use serde_json::{Value, json};

use crate::error::Result;
use crate::storage::{Reader, record_id};

/// Why a change is refused.
pub type Refusal = (Code, Value);

pub struct Reach {
    person: PersonId,
    team: Option<TeamId>,
}

impl Reach {
    pub fn of(r: &dyn Reader, who: PersonId) -> Result<Self> {
        let fields = r.fields(&EntityRef::new(kind::PERSON, who.0))?;
        Ok(Self { person: who, team: fields.text(person::TEAM).parse().ok() })
    }

    /// The scopes that a device of this person may hold now.
    pub fn scopes(&self, r: &dyn Reader) -> Result<Vec<Scope>> {
        let mut scopes = vec![Scope::Company, Scope::Person(self.person)];
        scopes.extend(self.team.map(Scope::Team));
        scopes.extend(r.jobs_of(self.person)?.into_iter().map(Scope::Job));
        Ok(scopes)
    }

    /// May he write into this scope? A job that is not known here yet is his to make known.
    fn writes(&self, r: &dyn Reader, scope: &Scope) -> Result<bool> {
        Ok(match scope {
            Scope::Company => false,
            Scope::Team(team) => self.team == Some(*team),
            Scope::Person(person) => *person == self.person,
            Scope::Job(job) => self.ever_had(r, *job)?,
            // A scope of a newer app: nobody here reads it, so nobody gains by it.
            Scope::Other(_) => true,
        })
    }

    fn ever_had(&self, r: &dyn Reader, job: JobId) -> Result<bool> {
        Ok(r.job_known(job)?.is_none() || r.had_job(job, self.person, gongdan_domain::time::Instant::MIN_UTC)?.0)
    }

    /// Whether this person's devices hold, or held, a record.
    pub fn holds(&self, r: &dyn Reader, id: &str) -> Result<bool> {
        for scope in r.scopes_of(id)? {
            let reached = match &scope {
                Scope::Company => true,
                Scope::Job(job) => r.job_known(*job)?.is_some() && self.ever_had(r, *job)?,
                other => self.writes(r, other)?,
            };
            if reached {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Checks a change before anything of it is applied. `Some`: refused, and why.
    pub fn refusal(&self, r: &dyn Reader, change: &Change) -> Result<Option<Refusal>> {
        if change.author != self.person {
            return Ok(Some((Code::AuthorMismatch, Value::Null)));
        }
        for (n, op) in change.ops.iter().enumerate() {
            let found = match op {
                Op::Write(write) => {
                    self.by_himself(write.by).or(self.write_refusal(r, &write.entity, &write.scopes)?)
                }
                Op::Fact(fact) => self.by_himself(fact.by).or(self.fact_refusal(r, fact)?),
                Op::Retract(retraction) => self.by_himself(retraction.by).or(self.retraction_refusal(r, retraction)?),
                Op::Seal(seal) => self.by_himself(seal.by).or(self.seal_refusal(r, &seal.scopes)?),
                Op::Unknown(_) => self.all_written(r, &op.scopes())?,
            };
            if let Some((code, details)) = found {
                return Ok(Some((code, json!({ "op": n, "why": details }))));
            }
        }
        Ok(None)
    }

    fn by_himself(&self, by: PersonId) -> Option<Refusal> {
        (by != self.person).then_some((Code::AuthorMismatch, Value::Null))
    }

    fn all_written(&self, r: &dyn Reader, scopes: &[Scope]) -> Result<Option<Refusal>> {
        for scope in scopes {
            if !self.writes(r, scope)? {
                return Ok(Some((Code::ScopeViolation, json!({ "scope": scope }))));
            }
        }
        Ok(None)
    }

    fn write_refusal(&self, r: &dyn Reader, entity: &EntityRef, scopes: &[Scope]) -> Result<Option<Refusal>> {
        if scopes.is_empty() {
            return Ok(Some((Code::ChangeMalformed, json!({ "missing": "scopes" }))));
        }
        let office_only = matches!(entity.kind.as_str(), kind::PERSON | kind::TEAM | kind::LOANER);
        let id = record_id::entity(entity);
        let foreign = r.record(&id)?.is_some() && !self.holds(r, &id)?;
        if office_only || foreign {
            return Ok(Some((Code::ScopeViolation, json!({ "entity": entity }))));
        }
        self.all_written(r, scopes)
    }

    fn fact_refusal(&self, r: &dyn Reader, fact: &Fact) -> Result<Option<Refusal>> {
        if r.fact(fact.id)?.is_some() {
            return Ok(Some((Code::ChangeMalformed, json!({ "twice": fact.id }))));
        }
        match FactBody::of(fact) {
            Some(body) if body.by_office_only() => {
                return Ok(Some((Code::ScopeViolation, json!({ "kind": fact.kind }))));
            }
            // Only who registers a call on the road says by himself who goes (A6).
            Some(FactBody::JobAssigned { .. }) => {
                let maker = fact.job.map(|job| r.job_known(job)).transpose()?.flatten();
                if maker.is_some_and(|maker| maker != self.person) {
                    return Ok(Some((Code::ScopeViolation, json!({ "kind": fact.kind }))));
                }
            }
            _ => {}
        }
        self.only_jobs_may_be_foreign(r, &fact.scopes)
    }

    fn seal_refusal(&self, r: &dyn Reader, scopes: &[Scope]) -> Result<Option<Refusal>> {
        self.only_jobs_may_be_foreign(r, scopes)
    }

    fn only_jobs_may_be_foreign(&self, r: &dyn Reader, scopes: &[Scope]) -> Result<Option<Refusal>> {
        if scopes.is_empty() {
            return Ok(Some((Code::ChangeMalformed, json!({ "missing": "scopes" }))));
        }
        let others: Vec<Scope> = scopes.iter().filter(|s| !matches!(s, Scope::Job(_))).cloned().collect();
        self.all_written(r, &others)
    }

    /// He takes back what was said in the field where he was; never a decision of the office.
    fn retraction_refusal(&self, r: &dyn Reader, retraction: &Retraction) -> Result<Option<Refusal>> {
        for target in &retraction.targets {
            if let Some(stored) = r.fact(*target)?
                && (stored.by_office || !self.holds(r, &record_id::fact(*target))?)
            {
                return Ok(Some((Code::ScopeViolation, json!({ "fact": target }))));
            }
        }
        self.only_jobs_may_be_foreign(r, &retraction.scopes)
    }
}

/// The jobs that a change speaks about.
pub fn jobs_of(change: &Change) -> BTreeSet<JobId> {
    let mut jobs = BTreeSet::new();
    for op in &change.ops {
        jobs.extend(op.scopes().into_iter().filter_map(|scope| match scope {
            Scope::Job(job) => Some(job),
            _ => None,
        }));
        match op {
            Op::Fact(fact) => jobs.extend(fact.job),
            Op::Seal(seal) => _ = jobs.insert(seal.job),
            Op::Write(write) if write.entity.kind == kind::JOB => _ = jobs.insert(JobId(write.entity.id)),
            _ => {}
        }
    }
    jobs
}
