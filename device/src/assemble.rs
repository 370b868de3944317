//! From records to what a screen or a rule needs: pure assembly of views from fields, facts and published data. One job is loaded once
//! as a [`Case`]; everything else is computed from it. Refuses to write, and to decide what the domain's rules decide.

pub mod agenda;
pub mod archive;
pub mod case;
pub mod fees;
pub mod job;
pub mod kit;
pub mod machine;
pub mod missing;
pub mod order;
pub mod paper;
pub mod people;
pub mod references;
pub mod safety;
pub mod travel;

use gongdan_domain::fact::About;
use gongdan_domain::kit::{KitIncomplete, KitReady};
use gongdan_domain::obligation::{Obligation, ObligationState};
use gongdan_domain::reading::ReadingSpec;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::breach::Circumstances;

use crate::error::Result;
use crate::store::Reader;
pub use case::Case;

/// The visit and what the rules need besides it, as of now.
pub fn circumstances(r: &Reader, about: About) -> Result<(VisitState, Circumstances)> {
    let case = Case::load(r, about.job, about.visit)?;
    let circumstances = case.circumstances();
    Ok((case.state, circumstances))
}

/// The readings asked on this job's machine, their ranges scaled to its nameplate.
pub fn readings(r: &Reader, about: About) -> Result<Vec<ReadingSpec>> {
    Ok(Case::load(r, about.job, about.visit)?.readings())
}

/// C1: the proof that the kit is complete, or what is missing.
pub fn kit_ready(r: &Reader, about: About) -> Result<std::result::Result<KitReady, KitIncomplete>> {
    Ok(Case::load(r, about.job, about.visit)?.kit().ready)
}

/// What this person owes and has not done, over all jobs, by deadline (I1).
pub fn owed(r: &Reader) -> Result<Vec<Obligation>> {
    let me = r.me();
    let mut owed = Vec::new();
    for job in r.live_jobs()? {
        let case = Case::load(r, job, None)?;
        owed.extend(case.obligations().into_iter().filter(|o| o.owner == Some(me) && is_open(o.state)));
    }
    owed.sort_by_key(|o| (o.due_at, o.id));
    Ok(owed)
}

/// Whether something is still to be done about it.
pub fn is_open(state: ObligationState) -> bool {
    !matches!(state, ObligationState::Done | ObligationState::Waived)
}

#[cfg(test)]
mod tests;
