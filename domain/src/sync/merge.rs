//! How the values of one field merge: the set of heads = writes − everything that some write had seen.
//! Order-independent and idempotent; no clock can hide a value (invariant `no_silent_loser`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::id::{PersonId, WriteId};
use crate::sync::change::Write;
use crate::time::Instant;

/// One value that nobody who wrote later had seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Head {
    pub write: WriteId,
    #[ts(type = "unknown")]
    pub value: Value,
    /// Corrected time of the write.
    #[ts(type = "string")]
    pub at: Instant,
    pub by: PersonId,
}

impl Head {
    pub fn of(write: &Write, judged_at: Instant) -> Self {
        Self { write: write.id, value: write.value.clone(), at: judged_at, by: write.by }
    }
}

/// The state of one field of one entity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Register {
    /// Sorted by write id; more than one with different values is a conflict.
    pub heads: Vec<Head>,
    /// Writes that a successor has seen, so that a successor may arrive before its predecessor.
    #[serde(default)]
    pub superseded: BTreeSet<WriteId>,
}

impl Register {
    /// Takes one write in. Taking it again changes nothing; the order of taking does not matter.
    pub fn take(&mut self, head: Head, seen: &[WriteId]) {
        self.superseded.extend(seen.iter().copied().filter(|id| *id != head.write));
        if !self.heads.iter().any(|h| h.write == head.write) {
            self.heads.push(head);
        }
        let superseded = &self.superseded;
        self.heads.retain(|h| !superseded.contains(&h.write));
        self.heads.sort_by_key(|h| h.write);
    }

    /// The union of two replicas.
    pub fn merge(&mut self, other: &Register) {
        self.superseded.extend(other.superseded.iter().copied());
        for head in &other.heads {
            if !self.heads.iter().any(|h| h.write == head.write) {
                self.heads.push(head.clone());
            }
        }
        let superseded = &self.superseded;
        self.heads.retain(|h| !superseded.contains(&h.write));
        self.heads.sort_by_key(|h| h.write);
    }

    /// The value to show: the latest head by corrected time, the id breaking ties.
    pub fn shown(&self) -> Option<&Head> {
        self.heads.iter().max_by_key(|h| (h.at, h.write))
    }

    /// Whether a person has to choose. Equal values count once.
    pub fn in_conflict(&self) -> bool {
        self.heads.windows(2).any(|pair| pair[0].value != pair[1].value)
    }

    /// The ids that a write made now, with this state on the screen, has seen.
    pub fn seen(&self) -> Vec<WriteId> {
        self.heads.iter().map(|h| h.write).collect()
    }
}

/// What the screen shows: the server's state with the own writes that it does not contain yet.
pub fn overlay<'a>(server: &Register, pending: impl IntoIterator<Item = &'a Write>) -> Register {
    let mut register = server.clone();
    for write in pending {
        register.take(Head::of(write, write.at.corrected()), &write.seen);
    }
    register
}
