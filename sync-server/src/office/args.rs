//! What the console sends with each command. Shapes only; nothing here decides.

mod company;
mod template;

use std::collections::BTreeMap;

use crate::mail::settings::MailSecurity;
use gongdan_domain::finding::{FindingCode, FindingDecision};
use gongdan_domain::id::{CustomerId, DeviceId, FindingId, JobId, MachineId, ObligationId, OrderId, PersonId, WriteId};
use gongdan_domain::permission::Role;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

pub use company::*;
pub use template::*;

/// A command without arguments: `{}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeNothing {}

#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignIn {
    pub login: String,
    pub password: String,
}

/// H1, H2: which orders a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum OrderFilter {
    /// Received and not yet decided.
    ToReview,
    /// Sent back with a question that is not answered yet.
    Questioned,
    Archived,
    /// Work was done (or the visit was planned for a day that is over) and no order has arrived.
    NotReturned,
    #[default]
    All,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListOrders {
    pub filter: OrderFilter,
    /// Any fragment of customer, machine, order number, technician.
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    #[ts(optional = nullable)]
    pub technician: Option<PersonId>,
    /// Pages of 50, counted from 0.
    #[serde(default)]
    pub page: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenOrder {
    pub order: OrderId,
}

/// H2.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ArchiveOrder {
    pub order: OrderId,
    /// The revision that was on the screen: another one is a refusal.
    pub revision: u32,
}

/// H2: sent back with a question.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QuestionOrder {
    pub order: OrderId,
    pub revision: u32,
    pub question: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
#[ts(rename = "AskBundleMonth")]
pub struct BundleMonth {
    /// `2026-11`.
    pub month: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MakeBundle {
    pub month: String,
    /// `zh` or `en`: the words of the index.
    pub language: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NamedBundle {
    #[ts(type = "string")]
    pub bundle: uuid::Uuid,
}

/// An order's paper to its customer, by e-mail.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MailOrder {
    pub order: OrderId,
    pub revision: u32,
    pub recipient: String,
    /// `zh` or `en`.
    pub language: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NamedMail {
    #[ts(type = "string")]
    pub mail: uuid::Uuid,
}

/// The company's mail server. An absent password leaves the one that is kept.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SetMailServer {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub user: String,
    #[serde(default)]
    #[ts(optional = nullable)]
    pub password: Option<String>,
    pub from: String,
    pub from_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestMail {
    pub recipient: String,
    pub language: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchCustomers {
    /// Any fragment of name, phone, address, serial no. or model; also pinyin initials of the name.
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenCustomer {
    pub customer: CustomerId,
}

/// Who called: from the archive, or new with register names of a customer and their values.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum CustomerChoice {
    Known { customer: CustomerId },
    New { fields: BTreeMap<String, String> },
}

/// Which machine it is about.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum MachineChoice {
    Known {
        machine: MachineId,
    },
    New {
        fields: BTreeMap<String, String>,
    },
    /// The caller does not know; the technician will write it down.
    Unknown,
}

/// A6: who goes and when.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Assignment {
    /// At least one.
    pub technicians: Vec<PersonId>,
    /// J9: one of them.
    pub leader: PersonId,
    #[serde(default)]
    #[ts(optional = nullable, type = "string | null")]
    pub planned_at: Option<Instant>,
}

/// A6: a service call as it is registered.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CreateJob {
    /// Made by the form (UUIDv7): sending the same form twice registers one job.
    pub job: JobId,
    pub customer: CustomerChoice,
    pub machine: MachineChoice,
    /// Who called and under which number; empty: the archive's.
    #[serde(default)]
    pub contact_name: String,
    #[serde(default)]
    pub phone: String,
    pub symptom: String,
    #[serde(default)]
    pub wishes: String,
    /// A7: `repair`, `maintenance` …
    pub service_kind: String,
    /// `down`, `reduced`, `normal`, `flexible`.
    pub urgency: String,
    /// K1: `CAT-1` …; empty where not known yet.
    #[serde(default)]
    pub category: String,
    /// When the customer wants somebody there.
    #[serde(default)]
    #[ts(optional = nullable, type = "string | null")]
    pub requested_at: Option<Instant>,
    /// Absent: the job waits in the pool.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub assign: Option<Assignment>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssignJob {
    pub job: JobId,
    #[serde(flatten)]
    pub assign: Assignment,
    /// Also where somebody is there already and has not answered: his tablet may be broken.
    #[serde(default)]
    #[ts(optional)]
    pub at_once: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CancelJob {
    pub job: JobId,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeOpenJob {
    pub job: JobId,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum JobFilter {
    Unassigned,
    /// Assigned and not yet sealed, cancelled or advised.
    Underway,
    #[default]
    All,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfficeListJobs {
    pub filter: JobFilter,
    #[serde(default)]
    pub text: String,
    /// Pages of 50, counted from 0.
    #[serde(default)]
    pub page: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListTechnicians {
    /// `YYYY-MM-DD` in the company's zone; absent: today.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub day: Option<chrono::NaiveDate>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CreateEnrolmentCode {
    pub person: PersonId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum RevokeMode {
    /// It may push what it holds once, then erases itself.
    Collect,
    /// It erases itself at its next contact; what it had not sent is lost.
    Erase,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RevokeDevice {
    pub device: DeviceId,
    pub mode: RevokeMode,
}

/// A technician forgot the PIN of his device.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecoverPin {
    pub device: DeviceId,
    /// Of the company's recovery key.
    #[serde(default)]
    pub passphrase: String,
    /// The text on the device's screen, where the office holds no code of it.
    #[serde(default)]
    #[ts(optional)]
    pub request: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConfirmDevice {
    pub device: DeviceId,
}

/// What becomes of records that devices offer after a restore.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SettleOffered {
    pub ids: Vec<String>,
    /// Taken back into the data; else left out.
    pub take: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListFindings {
    /// Only those without an answer.
    pub open: bool,
    /// Only of one kind.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub code: Option<FindingCode>,
    #[serde(default)]
    pub page: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnswerFinding {
    pub finding: FindingId,
    pub decision: FindingDecision,
    /// In words; needed where the decision alone does not say it.
    pub answer: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenFinding {
    pub finding: FindingId,
}

/// BR-06: the customer is to be called because of a finding.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AskRemedialCallback {
    pub finding: FindingId,
    /// What to talk about.
    pub about: String,
}

/// I5: a person chooses among the values of a field, or writes another.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SettleConflict {
    pub entity: EntityRef,
    pub field: String,
    #[ts(type = "unknown")]
    pub value: Value,
    /// All heads that were on the screen.
    pub seen: Vec<WriteId>,
}

/// I5: a correction of the customer archive by the office.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CorrectArchive {
    /// A customer or a machine.
    pub entity: EntityRef,
    pub field: String,
    #[ts(type = "unknown")]
    pub value: Value,
    /// The heads that were on the screen when its editing began.
    pub seen: Vec<WriteId>,
}

/// I2: a callback of the company.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecordCallback {
    pub job: JobId,
    pub obligation: ObligationId,
    /// 未接通 never closes an obligation.
    pub reached: bool,
    #[serde(default)]
    #[ts(optional = nullable)]
    pub satisfied: Option<bool>,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListReference {
    /// Absent: the newest version of every kind.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub kind: Option<ReferenceKind>,
}

/// A whole version: `{"kind": "fee_schedule", "body": {…}}`. Checked by the rules before anyone sees it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PublishReference {
    pub kind: ReferenceKind,
    #[ts(type = "unknown")]
    pub body: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListAudit {
    #[serde(default)]
    pub page: u32,
    /// Only this action, e.g. `archived`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub action: Option<String>,
    /// Only what this person did.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub by: Option<PersonId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CreateAccount {
    pub login: String,
    pub name: String,
    pub role: Role,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChangeRole {
    pub login: String,
    pub role: Role,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfAccount {
    pub login: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DisableAccount {
    pub login: String,
    /// `false` lets him in again.
    pub disabled: bool,
}

/// One's own password; every other session of this login ends.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChangePassword {
    pub now: String,
    pub wanted: String,
}

impl std::fmt::Debug for ChangePassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangePassword").finish_non_exhaustive()
    }
}

/// The book of numbers; all states where absent.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ListNumbers {
    #[serde(default)]
    #[ts(optional)]
    pub state: Option<gongdan_domain::number::NumberState>,
    #[serde(default)]
    pub page: u32,
}

/// Of several documents that claim one revision this one counts.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NameRevision {
    pub order: OrderId,
    pub hash: String,
    pub reason: String,
}
