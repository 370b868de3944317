//! Revisions of a sealed order (G5): when one is open, which of several seals counts, and what a revision may never change. Nothing that
//! was sealed is ever lost: what does not count stays and stays readable.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::fact::SigningChoice;
use crate::id::FactId;
use crate::time::Instant;
use crate::visit::{Seal, VisitState};
use crate::work_order::difference::differences;

/// The order is open for its next revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Revising {
    pub fact: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    pub revision: u32,
    /// Hash of the seal that it will replace.
    pub supersedes: String,
    pub reason: String,
}

/// G3: a signature that was made later, over the hash of an order that stays as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Attested {
    pub order_hash: String,
    pub hash: String,
    #[ts(type = "string")]
    pub at: Instant,
    pub choice: SigningChoice,
    /// Who signed; empty where he declined.
    pub name: String,
}

/// What no revision changes: which order it is, where and when people were, who they were. Facts of the day stay facts of the day.
const FIXED: [&str; 12] = [
    "form",
    "order_id",
    "job_id",
    "visit_id",
    "order_no",
    "zone",
    "times.departed",
    "times.arrived",
    "times.started",
    "times.finished",
    "technicians",
    "fees_shown_at",
];

/// The fields outside of what a revision may change; photos may be added, never taken away or exchanged.
pub fn outside(before: &Value, after: &Value) -> Vec<String> {
    let fixed =
        |path: &str| FIXED.iter().any(|f| path == *f || path.strip_prefix(f).is_some_and(|rest| rest.starts_with('.')));
    let found = differences(before, after).into_iter();
    found
        .filter(|d| {
            fixed(&d.path.join(".")) || (d.path.first().is_some_and(|top| top == "photos") && !d.before.is_null())
        })
        .map(|d| d.path.join("."))
        .collect()
}

impl VisitState {
    /// Seals that are not beaten: neither voted out by the company's choice nor a revision of one that was.
    pub fn standing(&self) -> Vec<&Seal> {
        let mut beaten: BTreeSet<&str> = BTreeSet::new();
        for named in &self.named {
            let Some(winner) = self.seals.iter().find(|s| s.hash == *named) else { continue };
            beaten.remove(winner.hash.as_str());
            let losers = self.seals.iter().filter(|s| s.revision == winner.revision && s.hash != winner.hash);
            beaten.extend(losers.map(|s| s.hash.as_str()));
        }
        loop {
            let follow = |s: &&Seal| {
                !beaten.contains(s.hash.as_str())
                    && s.supersedes.as_deref().is_some_and(|before| beaten.contains(before))
            };
            let more: Vec<&str> = self.seals.iter().filter(follow).map(|s| s.hash.as_str()).collect();
            if more.is_empty() {
                break;
            }
            beaten.extend(more);
        }
        self.seals.iter().filter(|s| !beaten.contains(s.hash.as_str())).collect()
    }

    /// Whether it is a seal of this visit that does not stand: it is kept and counts for nothing.
    pub fn beaten(&self, hash: &str) -> bool {
        self.seals.iter().any(|s| s.hash == hash) && !self.standing().iter().any(|s| s.hash == hash)
    }

    /// The latest sealed revision: of several that claim one place the later, until the company names the valid one.
    pub fn sealed(&self) -> Option<&Seal> {
        self.standing().into_iter().max_by_key(|s| (s.revision, s.at, s.hash.as_str()))
    }

    /// Several documents claim one revision, and nobody has named the valid one: none of them counts in money or statistics.
    pub fn contested(&self) -> bool {
        let standing = self.standing();
        standing.iter().any(|a| standing.iter().any(|b| a.revision == b.revision && a.hash != b.hash))
    }

    /// What counts: nothing while it is contested.
    pub fn counting(&self) -> Option<&Seal> {
        if self.contested() { None } else { self.sealed() }
    }

    /// Whether the customer can still sign the latest revision: he has not, and nobody made up for it.
    pub fn may_be_attested(&self) -> bool {
        let sealed = self.sealed().filter(|s| s.choice != SigningChoice::Signed);
        sealed.is_some_and(|s| self.revising.is_none() && self.attestation(&s.hash).is_none())
    }

    /// The signature that was made later for a seal.
    pub fn attestation(&self, hash: &str) -> Option<&Attested> {
        self.attested.iter().rev().find(|a| a.order_hash == hash)
    }
}
