//! The state of sync as a sentence, and the list behind it (L4).

use gongdan_domain::catalogue::Words;
use gongdan_domain::finding::Finding;
use gongdan_domain::id::{JobId, WriteId};
use gongdan_domain::obligation::Obligation;
use gongdan_domain::problem::Problem;
use gongdan_domain::sync::change::EntityRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum SyncMood {
    /// Everything is delivered.
    Delivered,
    /// Going on right now.
    Sending,
    Offline,
    /// Something needs this person.
    NeedsYou,
    /// The server answered with a problem; tried again by itself.
    Trouble,
    /// The data of this device was copied: only a new enrolment helps, and until then nothing counts.
    Copied,
    /// Never synced yet.
    New,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncSentence {
    pub mood: SyncMood,
    /// Changes and files that the office has not got.
    pub waiting: u32,
    pub needs_you: u32,
    /// When everything was last delivered.
    pub delivered_at: Option<String>,
    pub offline_since: Option<String>,
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncList {
    pub sentence: SyncSentence,
    pub conflicts: Vec<ConflictView>,
    pub refused: Vec<RefusedView>,
    /// About this person's own work, until the office has answered. Nothing waits for them.
    pub findings: Vec<FindingView>,
    pub questions: Vec<QuestionView>,
    /// Visits under way that the office asks to have handed over.
    pub handovers: Vec<HandoverView>,
    pub owed: Vec<Obligation>,
    pub waiting: Vec<WaitingView>,
    pub files: FilesView,
    /// Photos that this device cannot read any more: a person has to say why.
    pub lost: Vec<LostPhotoView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LostPhotoView {
    pub hash: String,
    pub job: JobId,
    pub about: String,
    /// What it showed: `before`, `fault` …
    pub photo: String,
    pub caption: String,
    pub at: Option<String>,
}

/// A field that two people changed without seeing each other's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConflictView {
    pub entity: EntityRef,
    /// Name of the customer, machine or job concerned.
    pub about: String,
    pub field: String,
    #[ts(type = "unknown")]
    pub base: Value,
    pub choices: Vec<ConflictChoice>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConflictChoice {
    pub write: WriteId,
    #[ts(type = "unknown")]
    pub value: Value,
    pub by_name: String,
    pub mine: bool,
    pub at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RefusedView {
    pub device_seq: u64,
    pub at: String,
    /// What it was, as keys: `write:customer.phone`, `fact:contact_attempt`, `seal`.
    pub what: Vec<String>,
    pub about: String,
    pub problem: Problem,
    /// What was entered: it stands nowhere else any more.
    pub entered: Vec<EnteredView>,
    /// The person has seen it; it is kept, and asks for nothing any more.
    pub read: bool,
}

/// One value of a refused change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EnteredView {
    /// Name of the field; of a record the name of its text.
    pub field: String,
    #[ts(type = "unknown")]
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindingView {
    pub finding: Finding,
    /// Name of the customer concerned.
    pub about: String,
    /// What was measured, where it is about a reading.
    pub reading: Option<ReadingName>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReadingName {
    pub words: Words,
    pub unit: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QuestionView {
    pub job: JobId,
    pub order_no: String,
    pub customer: String,
    pub at: String,
    pub question: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HandoverView {
    pub job: JobId,
    pub customer: String,
    /// To whom, the leader.
    pub to: String,
    pub at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WaitingView {
    pub device_seq: u64,
    pub at: String,
    pub what: Vec<String>,
    pub about: String,
    /// Sent, its verdict not known yet.
    pub sent: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FilesView {
    pub total: u32,
    pub sent: u32,
    pub bytes_total: u64,
    pub bytes_sent: u64,
}
