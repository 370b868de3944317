//! Finding things offline (A2, A3, F1, J5): from the first character, by any fragment.

use gongdan_domain::catalogue::Words;
use gongdan_domain::fees::FeeSchedule;
use gongdan_domain::knowledge::Fault;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::job::{CustomerCard, HistoryLine, MachineCard, PartWords, WarrantyView};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum HitKind {
    Customer,
    Machine,
    Order,
    Fault,
    Part,
    Fee,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Hit {
    pub kind: HitKind,
    /// Id or code.
    pub id: String,
    pub title: String,
    pub line: String,
    /// Money of a part or fee, fen.
    pub price_fen: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchView {
    pub text: String,
    /// How many there are of each kind, also beyond the hits listed.
    pub counts: Vec<KindCount>,
    pub hits: Vec<Hit>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KindCount {
    pub kind: HitKind,
    pub count: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CustomerView {
    pub customer: CustomerCard,
    pub machines: Vec<MachineInArchive>,
    pub history: Vec<HistoryLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MachineInArchive {
    pub card: MachineCard,
    pub warranty: WarrantyView,
}

/// F1: shown to the customer full screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FeeScheduleView {
    pub schedule: FeeSchedule,
    pub parts: Vec<PartWords>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KnowledgeView {
    pub fault: Fault,
    pub parts: Vec<PartWords>,
    pub notice: Words,
}
