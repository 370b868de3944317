//! Loads the starter data the product ships, so that rules are tested on what the company starts with.
#![allow(dead_code, clippy::unwrap_used)] // every test file uses its own part of this

use std::path::Path;

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

pub fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sync-server/starter").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub fn reference(kind: &str) -> Reference {
    serde_json::from_str(&text(&format!("{kind}.json"))).unwrap_or_else(|e| panic!("{kind}: {e}"))
}

pub fn demo() -> serde_json::Value {
    serde_json::from_str(&text("demo.json")).unwrap()
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
