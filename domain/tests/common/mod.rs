//! Loads the starter data the product ships, so that rules are tested on what the company starts with.
#![allow(dead_code, clippy::unwrap_used)] // every test file uses its own part of this

use chrono::{DateTime, Utc};
use gongdan_domain::calendar::Calendar;
use gongdan_domain::catalogue::PartCatalogue;
use gongdan_domain::deadline::DeadlineRules;
use gongdan_domain::fees::FeeSchedule;
use gongdan_domain::kit::KitTemplate;
use gongdan_domain::knowledge::FaultKnowledge;
use gongdan_domain::reading::FormFields;
use gongdan_domain::reference::Reference;
use gongdan_domain::safety::SafetyTemplate;
use gongdan_domain::warranty::WarrantyPlans;

macro_rules! starter {
    ($($kind:literal),* $(,)?) => {
        /// Every starter reference with its file name.
        pub const STARTER: &[(&str, &str)] = &[$(($kind, include_str!(concat!("../../../sync-server/starter/", $kind, ".json")))),*];
    };
}

starter!(
    "fee_schedule",
    "warranty_plans",
    "kit_template",
    "fault_knowledge",
    "parts",
    "safety_template",
    "form_fields",
    "deadline_rules",
    "job_categories",
    "company_profile",
    "calendar",
    "maintenance",
);

pub fn reference(kind: &str) -> Reference {
    let (_, text) = STARTER.iter().find(|(name, _)| *name == kind).unwrap();
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{kind}: {e}"))
}

pub fn demo() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../sync-server/starter/demo.json")).unwrap()
}

macro_rules! loader {
    ($($name:ident: $file:literal => $variant:ident -> $type:ty),* $(,)?) => {$(
        pub fn $name() -> $type {
            match reference($file) {
                Reference::$variant(body) => body.into(),
                other => panic!("{} holds {:?}", $file, other.kind()),
            }
        }
    )*};
}

loader! {
    parts: "parts" => Parts -> PartCatalogue,
    calendar: "calendar" => Calendar -> Calendar,
    warranty: "warranty_plans" => WarrantyPlans -> WarrantyPlans,
    kit: "kit_template" => KitTemplate -> KitTemplate,
    knowledge: "fault_knowledge" => FaultKnowledge -> FaultKnowledge,
    form: "form_fields" => FormFields -> FormFields,
    safety: "safety_template" => SafetyTemplate -> SafetyTemplate,
    deadlines: "deadline_rules" => DeadlineRules -> DeadlineRules,
}

pub fn fees() -> FeeSchedule {
    match reference("fee_schedule") {
        Reference::FeeSchedule(body) => *body,
        other => panic!("fee_schedule holds {:?}", other.kind()),
    }
}

/// Wall-clock time in China, which is what the examples speak of.
pub fn at(local: &str) -> DateTime<Utc> {
    format!("{local}:00+08:00").parse().unwrap()
}
