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

pub type Given = BTreeMap<JobId, Vec<BTreeSet<PersonId>>>;

#[derive(Debug, Clone, Copy)]
pub struct Departure {
    pub job: JobId,
    pub fact: FactId,
    pub by: PersonId,
}

#[derive(Debug, Default)]
pub struct Account {
    pub notes: Vec<Note>,
    pub writes: Vec<Written>,
    pub seals: Vec<Sealing>,
    pub photos: Vec<Photo>,
    /// Whom the office has given a job, oldest first: the last have it.
    pub given: Given,
    /// Who set out to a job, by the fact that says so; it counts once it has arrived.
    pub departed: Vec<Departure>,
    /// Jobs that somebody is known to be on his way to.
    pub under_way: BTreeSet<JobId>,
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
    pub fn holders(&self, job: JobId) -> &BTreeSet<PersonId> {
        self.given[&job].last().expect("every job is given to somebody")
    }

    pub fn holds(&self, job: JobId, person: PersonId) -> bool {
        self.holders(job).contains(&person)
    }

    /// How many decisions about a job a departure undoes: those that gave it to others before anybody was known to be on his way.
    pub fn undoes(&self, departure: Departure) -> usize {
        let given = &self.given[&departure.job];
        let his = given.iter().rposition(|people| people.contains(&departure.by));
        match his {
            Some(last) if !self.under_way.contains(&departure.job) => given.len() - 1 - last,
            _ => 0,
        }
    }

    /// What has arrived by now. Whoever set out before he could know that the job was given to others has it again, and the office asks
    /// him: those jobs are answered, with whom it would go to. Whoever said yes has it no more, if the office still asks.
    pub fn arrived(&mut self, acknowledged: &BTreeSet<FactId>) -> Vec<(JobId, BTreeSet<PersonId>)> {
        let mut asked = Vec::new();
        let there: Vec<_> = self.departed.extract_if(.., |one| acknowledged.contains(&one.fact)).collect();
        for departure in there {
            for n in 0..self.undoes(departure) {
                let others = self.given.get_mut(&departure.job).and_then(Vec::pop).expect("counted");
                if n == 0 {
                    asked.push((departure.job, others));
                }
            }
            self.under_way.insert(departure.job);
        }
        for (_, job, request) in self.agreed.extract_if(.., |(fact, ..)| acknowledged.contains(fact)) {
            let still = self.asked.remove_entry(&job);
            match still {
                Some((_, (open, who))) if open == request => self.given.entry(job).or_default().push(who),
                Some((job, other)) => _ = self.asked.insert(job, other),
                None => {}
            }
        }
        asked
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
