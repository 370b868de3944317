//! The simulator's own account of what people entered, kept where they entered it. Nothing here is read back from the stores but what
//! stood on a screen, because that is what a person had seen.

use std::collections::{BTreeMap, BTreeSet};

use gongdan_domain::id::{FactId, JobId, PersonId};
use gongdan_domain::seal::SealedDocument;

/// Who entered something: a device by its place in the world, or the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hand {
    Device(usize),
    Office,
}

/// A text that says by itself where and when it was entered, so that it stands once in the world.
#[derive(Debug)]
pub struct Note {
    pub text: String,
    pub job: JobId,
    pub fact: FactId,
    pub by: Hand,
    /// Who took it back.
    pub taken_back: Vec<Hand>,
}

/// One write of one field, and which values its author had on the screen.
#[derive(Debug)]
pub struct Written {
    pub field: usize,
    pub value: String,
    pub saw: BTreeSet<String>,
    pub by: Hand,
}

#[derive(Debug)]
pub struct Sealing {
    pub job: JobId,
    pub by: usize,
    pub document: SealedDocument,
}

#[derive(Debug)]
pub struct Photo {
    pub job: JobId,
    pub by: usize,
    pub hash: String,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Default)]
pub struct Account {
    pub notes: Vec<Note>,
    pub writes: Vec<Written>,
    pub seals: Vec<Sealing>,
    pub photos: Vec<Photo>,
    /// Whom the office has given a job.
    pub holders: BTreeMap<JobId, BTreeSet<PersonId>>,
    /// Who set out to a job, by the fact that says so.
    pub departed: Vec<(JobId, FactId)>,
    /// Requests of the office to hand a job over, and whom it would go to.
    pub asked: BTreeMap<JobId, (FactId, BTreeSet<PersonId>)>,
    /// Answers that were yes, by their fact: they count once they have arrived.
    pub agreed: Vec<(FactId, JobId, FactId)>,
    /// Requests that were answered.
    pub answered: BTreeSet<FactId>,
    /// Changes that the server must refuse, by device.
    pub poison: BTreeMap<usize, u32>,
}

impl Account {
    pub fn holds(&self, job: JobId, person: PersonId) -> bool {
        self.holders.get(&job).is_some_and(|people| people.contains(&person))
    }

    /// What an answer that has arrived comes to: the job goes to whom the office asked for, if it still asks.
    pub fn arrived(&mut self, acknowledged: &BTreeSet<FactId>) {
        for (_, job, request) in self.agreed.extract_if(.., |(fact, ..)| acknowledged.contains(fact)) {
            let still = self.asked.remove_entry(&job);
            match still {
                Some((_, (open, who))) if open == request => _ = self.holders.insert(job, who),
                Some((job, other)) => _ = self.asked.insert(job, other),
                None => {}
            }
        }
    }

    /// The values of a field that must stand as heads, and those that may: `sure` says whose writes surely arrived.
    pub fn heads(&self, field: usize, sure: impl Fn(Hand) -> bool) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let of: Vec<&Written> = self.writes.iter().filter(|w| w.field == field).collect();
        let unseen =
            |value: &str, only_sure: bool| !of.iter().any(|w| (!only_sure || sure(w.by)) && w.saw.contains(value));
        let must = of.iter().filter(|w| sure(w.by) && unseen(&w.value, false)).map(|w| w.value.as_str()).collect();
        let may = of.iter().filter(|w| unseen(&w.value, true)).map(|w| w.value.as_str()).collect();
        (must, may)
    }
}
