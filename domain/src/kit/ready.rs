//! May the technician depart? Yes is a proof ([`KitReady`]) that only this module can make; no names what is missing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::list::{KitLine, KitList};

/// Who let a missing item pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReleasedBy {
    Supervisor,
    /// Offline, by the technician himself; the office answers it later.
    Technician,
}

/// One missing item let pass with a reason; always a finding for the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitRelease {
    pub code: String,
    pub by: ReleasedBy,
    pub reason: String,
}

/// Proof that the kit is complete or released. Cannot be built, deserialized or defaulted elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitReady {
    template_version: String,
    ticked: Vec<String>,
    released: Vec<KitRelease>,
}

impl KitReady {
    pub fn template_version(&self) -> &str {
        &self.template_version
    }

    pub fn ticked(&self) -> &[String] {
        &self.ticked
    }

    /// Releases that were really needed; each becomes a finding.
    pub fn released(&self) -> &[KitRelease] {
        &self.released
    }
}

/// What keeps the technician from departing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("kit incomplete: {} items missing", missing.len())]
#[ts(export)]
pub struct KitIncomplete {
    /// Mandatory lines neither ticked nor released.
    pub missing: Vec<KitLine>,
    /// Codes among them whose release does not count: the rag, items marked so, or a release without a reason.
    pub release_refused: Vec<String>,
}

impl KitList {
    /// Every mandatory line must be ticked or released with a reason. The rag can only be ticked (C1).
    pub fn ready(&self, ticks: &BTreeSet<String>, releases: &[KitRelease]) -> Result<KitReady, KitIncomplete> {
        let mut refusal = KitIncomplete { missing: Vec::new(), release_refused: Vec::new() };
        let mut released = Vec::new();
        for line in self.lines.iter().filter(|l| l.mandatory || l.is_rag()) {
            if ticks.contains(&line.code) {
                continue;
            }
            match releases.iter().find(|r| r.code == line.code) {
                Some(r) if line.releasable && !line.is_rag() && !r.reason.trim().is_empty() => released.push(r.clone()),
                Some(_) => {
                    refusal.release_refused.push(line.code.clone());
                    refusal.missing.push(line.clone());
                }
                None => refusal.missing.push(line.clone()),
            }
        }
        let rag_on_list = self.lines.iter().any(KitLine::is_rag);
        if !refusal.missing.is_empty() || !rag_on_list {
            return Err(refusal);
        }
        let ticked = self.lines.iter().map(|l| &l.code).filter(|c| ticks.contains(*c)).cloned().collect();
        Ok(KitReady { template_version: self.template_version.clone(), ticked, released })
    }
}
