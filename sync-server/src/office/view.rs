//! What the console gets: one value per screen, computed when asked. Shapes only; money is left out for roles that may not see it.

mod bundle;
mod company;
mod device;
mod evidence;
mod mail;
mod number;
mod reference;
mod revision;
mod template;

use std::collections::BTreeMap;

use gongdan_domain::catalogue::Words;
use gongdan_domain::fact::{About, Rating, SigningChoice};
use gongdan_domain::finding::{Finding, FindingCode};
use gongdan_domain::id::{CustomerId, DeviceId, FactId, JobId, MachineId, OrderId, PersonId, VisitId, WriteId};
use gongdan_domain::obligation::Obligation;
use gongdan_domain::permission::{Permission, Role};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{EntityRef, FileRef};
use gongdan_domain::time::Instant;
use gongdan_domain::visit::step::VisitStage;
use gongdan_domain::visit::{Question, VisitState};
use gongdan_domain::warranty::WarrantyJudgement;
use gongdan_domain::work_order::{Ink, OrderDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

pub use bundle::*;
pub use company::*;
pub use device::{DeviceList, DeviceRow, DeviceState, EnrolmentCode, HoleRange, ImportedWork, OfferedRow};
pub use evidence::*;
pub use mail::*;
pub use number::{NumberCounts, NumberLine, NumberList};
pub use reference::{ReferenceRow, Starter};
pub use revision::RevisionView;
pub use template::*;

/// Who is signed in and what he may do.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeMe {
    pub person: PersonId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub permissions: Vec<Permission>,
    /// The company's name once its profile is published.
    pub company: Option<Words>,
    /// IANA name; all times of the console are shown in it.
    pub zone: String,
    #[ts(type = "string")]
    pub now: Instant,
}

/// A person as a list shows him.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonName {
    pub id: PersonId,
    pub name: String,
}

/// Customer, machine and symptom of a job in one line.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobTitle {
    pub job: JobId,
    pub customer: String,
    /// Brand and model.
    pub machine: String,
    pub serial_no: String,
    pub symptom: String,
}

/// 今天需要人处理的: each number opens its list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeHome {
    pub unassigned_jobs: u32,
    pub orders_to_review: u32,
    pub orders_questioned: u32,
    pub orders_not_returned: u32,
    pub open_findings: u32,
    pub conflicts: u32,
    pub refused_changes: u32,
    /// Owed by the office and due or overdue.
    pub callbacks_due: u32,
    /// By anybody.
    pub obligations_overdue: u32,
    /// E10: calls for help that nobody answered yet.
    pub escalations: Vec<EscalationRow>,
    /// Visits planned for today, by stage.
    pub today: BTreeMap<String, u32>,
    /// What came in last, newest first.
    pub arrived: Vec<ArrivedRow>,
    pub devices: u32,
    /// Devices whose last contact is more than a day ago.
    pub devices_silent: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EscalationRow {
    pub fact: FactId,
    pub title: JobTitle,
    pub by: PersonName,
    #[ts(type = "string")]
    pub at: Instant,
    pub what: String,
    pub note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ArrivedRow {
    #[ts(type = "string")]
    pub received_at: Instant,
    #[ts(type = "string")]
    pub at: Instant,
    pub by: PersonName,
    /// The kind of fact, e.g. `departed`.
    pub kind: String,
    pub title: Option<JobTitle>,
}

/// Where an order stands for the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum OrderState {
    /// Work was done or is overdue, no order came.
    NotReturned,
    /// Facts and seal are here, files are still on their way.
    Received,
    /// Every file is here.
    Complete,
    Questioned,
    Archived,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderRow {
    pub order: OrderId,
    pub state: OrderState,
    pub stage: VisitStage,
    pub title: JobTitle,
    pub technician: Option<PersonName>,
    /// The following are empty while no order has arrived.
    pub number: String,
    pub revision: u32,
    pub choice: Option<SigningChoice>,
    pub quality: Option<Rating>,
    pub attitude: Option<Rating>,
    /// `None` also for roles that may not see money, and while it is contested.
    pub total_fen: Option<i64>,
    /// Several documents claim one revision; none counts until the manager names the valid one.
    pub contested: bool,
    #[ts(type = "string | null")]
    pub sealed_at: Option<Instant>,
    #[ts(type = "string | null")]
    pub received_at: Option<Instant>,
    pub archive_no: Option<String>,
    pub open_findings: u32,
    /// Not returned: the end of the day on which it was owed.
    #[ts(type = "string | null")]
    pub owed_at: Option<Instant>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderList {
    pub rows: Vec<OrderRow>,
    pub total: u32,
    /// Numbers on the filter chips.
    pub counts: OrderCounts,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderCounts {
    pub to_review: u32,
    pub questioned: u32,
    pub archived: u32,
    pub not_returned: u32,
    pub all: u32,
}

/// A file and where to get it; `here: false` while it is still on the device.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderFile {
    pub file: FileRef,
    pub here: bool,
    /// Given up with a reason (invariant `blob_whole`).
    pub declared_lost: Option<String>,
    /// `/api/office/file/{hash}`.
    pub url: String,
}

/// G6: what can be said about the seal.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SealView {
    pub hash: String,
    pub seal_no: u32,
    pub device: DeviceId,
    pub device_name: String,
    /// Hash and the device's signature fit the content.
    pub content_ok: bool,
    /// It follows the device's previous seal.
    pub chain_ok: bool,
    /// The order number of the previous seal in the chain, if there is one here.
    pub follows: Option<String>,
    #[ts(type = "string")]
    pub sealed_at: Instant,
    /// The server's countersignature.
    #[ts(type = "string")]
    pub countersigned_at: Instant,
    pub countersignature_ok: bool,
}

/// One moment of the visit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TimelineRow {
    pub fact: FactId,
    pub kind: String,
    #[ts(type = "string")]
    pub at: Instant,
    #[ts(type = "string")]
    pub received_at: Instant,
    pub by: PersonName,
    #[ts(type = "unknown")]
    pub body: Value,
    pub retracted: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeOrder {
    pub row: OrderRow,
    /// The sealed content, read from the exact bytes that were signed; `None` where no order has arrived or its form is newer.
    pub document: Option<OrderDocument>,
    pub seal: Option<SealView>,
    /// The customer's strokes, if he signed.
    pub ink: Option<Ink>,
    pub files: Vec<OrderFile>,
    pub revisions: Vec<RevisionView>,
    pub findings: Vec<FindingRow>,
    pub questions: Vec<Question>,
    pub timeline: Vec<TimelineRow>,
    pub visit: VisitState,
    pub obligations: Vec<Obligation>,
    /// `/api/office/orders/{order}/pdf`; add `?lang=zh|en|both&revision=`.
    pub pdf_url: String,
    /// What archiving it now would be called, for the button.
    pub next_archive_no: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Archived {
    pub archive_no: String,
}

/// A register as a form needs it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeField {
    #[ts(type = "unknown")]
    pub value: Value,
    /// Send these as `seen` with an edit that begins now.
    pub heads: Vec<WriteId>,
    pub conflict: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CustomerHit {
    pub customer: CustomerId,
    pub name: String,
    pub address: String,
    pub contact_name: String,
    pub phone: String,
    pub distance_km: String,
    /// The machines that match, or all where the customer matched.
    pub machines: Vec<MachineHit>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MachineHit {
    pub machine: MachineId,
    pub brand: String,
    pub model: String,
    pub serial_no: String,
    pub power_kw: String,
    pub matched: bool,
    /// Jobs of this machine that are not finished: a second call may be the same fault.
    pub open_jobs: Vec<JobId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeCustomer {
    pub customer: CustomerId,
    /// By register name of the customer.
    pub fields: BTreeMap<String, OfficeField>,
    pub machines: Vec<OfficeMachine>,
    pub jobs: Vec<JobRow>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeMachine {
    pub machine: MachineId,
    pub fields: BTreeMap<String, OfficeField>,
    pub warranty: Option<WarrantyJudgement>,
    /// Newest first.
    pub history: Vec<JobRow>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobRow {
    pub title: JobTitle,
    pub customer: Option<CustomerId>,
    pub machine: Option<MachineId>,
    pub address: String,
    pub distance_km: String,
    pub contact_name: String,
    pub phone: String,
    pub service_kind: String,
    pub category: String,
    pub urgency: String,
    pub wishes: String,
    #[ts(type = "string | null")]
    pub reported_at: Option<Instant>,
    #[ts(type = "string | null")]
    pub requested_at: Option<Instant>,
    #[ts(type = "string | null")]
    pub planned_at: Option<Instant>,
    pub stage: VisitStage,
    pub visit: VisitId,
    pub order: OrderId,
    pub technicians: Vec<PersonName>,
    pub leader: Option<PersonId>,
    /// Set once an order of the visit is here.
    pub order_no: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobList {
    pub rows: Vec<JobRow>,
    pub total: u32,
    pub unassigned: u32,
    pub underway: u32,
    pub all: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeJob {
    pub row: JobRow,
    pub fields: BTreeMap<String, OfficeField>,
    pub visit: VisitState,
    pub warranty: Option<WarrantyJudgement>,
    pub timeline: Vec<TimelineRow>,
    pub findings: Vec<FindingRow>,
    pub obligations: Vec<Obligation>,
    /// Names of those for whom the visit was asked to be handed over, the leader first.
    pub handover_to: Vec<String>,
    /// Who answered, or is asked.
    pub handover_of: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Technician {
    pub person: PersonName,
    pub number: String,
    /// Labour code of the fee schedule.
    pub grade: String,
    pub phone: String,
    pub qualifications: Vec<String>,
    pub role: Role,
    /// Visits planned for the day and those underway, by planned time.
    pub visits: Vec<JobRow>,
    pub devices: u32,
    #[ts(type = "string | null")]
    pub last_seen_at: Option<Instant>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonRow {
    pub person: PersonName,
    pub role: Role,
    pub login: Option<String>,
}

/// Opens the device once; read out to the person it belongs to.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecoveryCode {
    /// `K7QM2-9TXAB-…`.
    pub code: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindingRow {
    pub finding: Finding,
    pub code: FindingCode,
    pub title: Option<JobTitle>,
    /// Whose action it is about.
    pub by: Option<PersonName>,
    pub answered_by: Option<PersonName>,
    #[ts(type = "string | null")]
    pub answered_at: Option<Instant>,
    /// Opens the order, where there is one.
    pub order: Option<OrderId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindingList {
    pub rows: Vec<FindingRow>,
    pub total: u32,
    /// Of all that the list could show: how many there are of each kind, the most frequent first.
    pub kinds: Vec<FindingKind>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindingKind {
    pub code: FindingCode,
    pub count: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HeadView {
    pub write: WriteId,
    #[ts(type = "unknown")]
    pub value: Value,
    pub by: PersonName,
    #[ts(type = "string")]
    pub at: Instant,
    /// When it came to the server; `None` for values of older versions.
    #[ts(type = "string | null")]
    pub received_at: Option<Instant>,
    /// The device it was written on; `None`: the console, or not known.
    pub device_name: Option<String>,
    /// The one that is shown meanwhile.
    pub shown: bool,
}

/// I5: one field with several values that nobody who wrote later had seen.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConflictRow {
    pub entity: EntityRef,
    /// The customer's name, or brand, model and serial no.
    pub entity_title: String,
    pub field: String,
    /// What all who wrote had seen, where that is known.
    pub base: Option<BaseView>,
    pub heads: Vec<HeadView>,
    pub about: Option<About>,
}

/// A change that could not be taken; kept with its reason.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RefusedRow {
    pub device: DeviceId,
    pub device_name: String,
    pub person: PersonName,
    pub device_seq: u64,
    pub code: Code,
    #[ts(type = "unknown")]
    pub details: Value,
    #[ts(type = "string")]
    pub received_at: Instant,
    /// `refused` or `quarantined`.
    pub outcome: String,
    /// What it said, as it came.
    pub payload: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CallbackRow {
    pub obligation: Obligation,
    pub title: JobTitle,
    pub contact_name: String,
    pub phone: String,
    /// The technician of the visit.
    pub technician: Option<PersonName>,
    /// What it is about: the advice given, the reason, the rating's words.
    pub about: String,
    /// Words of the rule in the published deadline rules.
    pub rule_words: Option<Words>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuditRow {
    #[ts(type = "string")]
    pub at: Instant,
    pub by: Option<PersonName>,
    /// From which address; empty where it was done on the server itself.
    pub address: String,
    /// `signed_in`, `sign_in_failed`, `enrolled`, `revoked`, `archived`, `settled`, `published` …
    pub action: String,
    pub about: String,
    /// What `about` names by its id, in words.
    pub thing: Option<AuditThing>,
}

/// A record or a document that a line of the trail is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuditThing {
    /// `customer`, `machine`, `job` …, or `order`.
    pub kind: String,
    pub title: String,
    /// The register that was written; empty where it is about the whole.
    pub field: String,
}

/// A page of the audit trail, newest first, and what it can be narrowed to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuditList {
    pub rows: Vec<AuditRow>,
    pub total: u32,
    pub actions: Vec<String>,
    pub people: Vec<PersonName>,
}

/// Somebody who may sign in, or might until his account was closed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccountRow {
    pub person: PersonName,
    pub login: String,
    pub role: Role,
    /// Devices in use.
    pub devices: u32,
    #[ts(type = "string | null")]
    pub disabled_at: Option<Instant>,
}

/// A password that was made just now; only its hash is kept.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NewPassword {
    pub login: String,
    pub password: String,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPassword").field("login", &self.login).finish_non_exhaustive()
    }
}

/// Nothing to say but that it is done: `{}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeDone {}
