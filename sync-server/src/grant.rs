//! What entering a job opens: its customer, its machine and that machine's history, also for a helper of another team.

use std::collections::BTreeSet;

use gongdan_domain::entity::{job, kind};
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::{JobId, TeamId};
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_domain::time::Instant;
use uuid::Uuid;

use crate::error::Result;
use crate::storage::{Tx, record_id};
use crate::sync::apply::Author;
use crate::sync::reach::Reach;

/// Who has the job now: the people of its latest unretracted assignment.
pub fn people(tx: &mut dyn Tx, of: JobId, now: Instant) -> Result<()> {
    let latest = tx.facts(of)?.into_iter().rev().filter(|f| !f.retracted).find_map(|f| match FactBody::of(&f.fact) {
        Some(FactBody::JobAssigned { technicians, leader, .. }) => Some((technicians, leader)),
        _ => None,
    });
    let people = latest.map(|(technicians, leader)| technicians.into_iter().chain([leader]).collect());
    tx.assign(of, &people.unwrap_or_default(), now)
}

/// Lets the job's scope hold customer, machine and the machine's sealed history. A field author opens only what he holds himself,
/// or naming a stranger's customer in an own job would hand it to him.
pub fn archive(tx: &mut dyn Tx, of: JobId, author: &Author) -> Result<()> {
    let fields = tx.fields(&EntityRef::new(kind::JOB, of.0))?;
    let scope = Scope::Job(of);
    let reach = if author.office { None } else { Some(Reach::of(tx, author.person)?) };
    let named = [(kind::CUSTOMER, fields.text(job::CUSTOMER)), (kind::MACHINE, fields.text(job::MACHINE))];
    for (kind, id) in named {
        let Ok(id) = Uuid::parse_str(id) else { continue };
        let record = record_id::entity(&EntityRef::new(kind, id));
        if let Some(reach) = &reach
            && !reach.holds(tx, &record)?
        {
            continue;
        }
        tx.grant(&record, &scope)?;
        if kind == kind::MACHINE {
            history(tx, of, id, &scope)?;
        }
    }
    Ok(())
}

fn history(tx: &mut dyn Tx, of: JobId, machine: Uuid, scope: &Scope) -> Result<()> {
    for earlier in tx.entities_where(kind::JOB, job::MACHINE, &machine.to_string())? {
        if earlier == of.0 {
            continue;
        }
        let sealed = tx.sealed_of_job(JobId(earlier))?;
        if sealed.is_empty() {
            continue;
        }
        tx.grant(&record_id::entity(&EntityRef::new(kind::JOB, earlier)), scope)?;
        for document in sealed {
            tx.grant(&record_id::sealed(&document.hash), scope)?;
        }
        for fact in tx.facts(JobId(earlier))?.iter().filter(|f| f.fact.kind == "order_sealed") {
            tx.grant(&record_id::fact(fact.fact.id), scope)?;
        }
    }
    Ok(())
}

/// A customer and its machines belong to one team's area.
pub fn move_to_team(tx: &mut dyn Tx, customer: &EntityRef, team: &str) -> Result<()> {
    let wanted: BTreeSet<Scope> = team.parse::<TeamId>().ok().map(Scope::Team).into_iter().collect();
    let machines =
        tx.entities_where(kind::MACHINE, gongdan_domain::entity::machine::CUSTOMER, &customer.id.to_string())?;
    let machines = machines.into_iter().map(|id| EntityRef::new(kind::MACHINE, id));
    for entity in std::iter::once(customer.clone()).chain(machines) {
        let id = record_id::entity(&entity);
        for scope in tx.scopes_of(&id)?.iter().filter(|s| matches!(s, Scope::Team(_)) && !wanted.contains(s)) {
            tx.withdraw(&id, scope)?;
        }
        for scope in &wanted {
            tx.grant(&id, scope)?;
        }
    }
    Ok(())
}
