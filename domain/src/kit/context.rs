//! What of a job decides its kit. Built by the caller from job, machine, picked parts and suspected faults.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{Drive, MachineType, PartCatalogue, ServiceKind, Words};
use crate::knowledge::FaultKnowledge;

/// A picked part; a code unknown to the catalogue keeps its own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitPart {
    pub code: String,
    pub words: Words,
    pub qty: u32,
    pub tags: Vec<String>,
}

/// The loaner to take along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitLoaner {
    /// Its asset number.
    pub code: String,
    pub words: Words,
}

/// A manual or drawing of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitManual {
    pub code: String,
    pub words: Words,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct KitContext {
    /// Reference of the job, shown on merged lists (C3).
    pub job: String,
    pub machine_type: Option<MachineType>,
    pub drive: Option<Drive>,
    pub service_kind: Option<ServiceKind>,
    pub parts: Vec<KitPart>,
    pub fault_tags: Vec<String>,
    /// Kit codes that the suspected faults ask for.
    pub tools: Vec<String>,
    pub work_tags: Vec<String>,
    pub loaner: Option<KitLoaner>,
    pub take_back: bool,
    pub chargeable: bool,
    pub manuals: Vec<KitManual>,
    pub certificates: Vec<String>,
    /// Month of the visit, 1–12.
    pub month: Option<u32>,
}

impl KitContext {
    /// Adds a picked part with its catalogue words and tags.
    #[must_use]
    pub fn with_part(mut self, catalogue: &PartCatalogue, code: &str, qty: u32) -> Self {
        let known = catalogue.part(code);
        self.parts.push(KitPart {
            code: code.to_owned(),
            words: known.map_or_else(|| Words::new(code, code), |p| p.words.clone()),
            qty,
            tags: known.map(|p| p.tags.clone()).unwrap_or_default(),
        });
        self
    }

    /// Adds the tags and special tools of a suspected fault.
    #[must_use]
    pub fn with_fault(mut self, knowledge: &FaultKnowledge, code: &str) -> Self {
        if let Some(fault) = knowledge.fault(code) {
            self.fault_tags.extend(fault.tags.iter().cloned());
            self.tools.extend(fault.tools.iter().cloned());
        }
        self
    }
}
