//! What goes over the wire: the exchange, its verdicts and pages, enrolment. Shapes only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use uuid::Uuid;

use crate::finding::Finding;
use crate::id::{ChangeId, DeviceId, FactId, JobId, PersonId};
use crate::problem::Code;
use crate::seal::{Receipt, SealedDocument};
use crate::sync::again::Former;
use crate::sync::change::{EntityRef, Extra, Fact, FileRef, Scope, SignedChange};
use crate::sync::merge::Register;
use crate::time::Instant;

/// In `extra` of a request: the code by which the company opens this device when its PIN was forgotten, wrapped to the company's recovery
/// key. In `extra` of an answer: which one the office holds.
pub const RECOVERY_CODE: &str = "recovery_code";
/// In `extra` of an answer: the code that was shown to somebody in the office. A device that was opened without it makes a new one.
pub const RECOVERY_CODE_SHOWN: &str = "recovery_code_shown";

/// In `extra` of a request: a revoked device has handed everything over and erases itself next.
pub const COLLECTED: &str = "collected";

/// `POST /sync/v1/exchange`: one round trip is a whole small sync.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExchangeRequest {
    /// The server's epoch as last seen; `None` at the first contact.
    #[serde(default)]
    pub epoch: Option<String>,
    /// One opaque cursor per scope; none at all beside `covered`.
    #[serde(default)]
    pub cursors: BTreeMap<Scope, String>,
    /// What the last answer gave in place of a cursor for every scope, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<String>,
    /// The first number in `changes`; where empty, the next one the device will use.
    pub first_seq: u64,
    /// The oldest number the device still holds.
    pub oldest_held: u64,
    #[serde(default)]
    pub changes: Vec<SignedChange>,
    pub app: String,
    pub schema: u32,
    /// Roughly how many bytes of pages the device wants at most.
    pub max_bytes: u64,
    /// The file that was whole at the server last. A file moves no position: by this the server learns that it went back behind one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_file: Option<String>,
    /// Numbers up to the newest that the device no longer holds, as ranges from … to. An older app says it by `oldest_held` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<(u64, u64)>,
    /// Numbers that the device holds as refused: those that the office accepted since are answered with their verdicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<u64>,
    /// After a restore: records that the device holds and the server did not send again. The office decides about them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered: Vec<Record>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// The answer. A 2xx means: every verdict in it is committed and on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExchangeReply {
    pub epoch: String,
    /// Everything up to this number has a verdict.
    pub acked_through: u64,
    /// Everything up to this number is also in a server backup; the device may forget it.
    pub safe_through: u64,
    pub verdicts: Vec<Verdict>,
    /// The device must send again from here: its numbers did not connect.
    #[serde(default)]
    pub gap_from: Option<u64>,
    /// The scopes that this device may hold now; others are dropped once their outbox is empty. `None`: those of `covered`, unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Scope>>,
    pub pages: Vec<Page>,
    /// One opaque text in place of a cursor for every scope: thousands of jobs in a few hundred bytes. To be kept once all pages are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<String>,
    /// `covered` of the request fits no longer, mostly because the scopes are others now: exchange again with the cursors.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cursors_wanted: bool,
    /// More pages wait: exchange again.
    pub more: bool,
    pub time: Instant,
    /// The oldest app version that is still good for everything.
    pub min_app: String,
    /// Why cursors were not taken: pull from zero and reconcile.
    #[serde(default)]
    pub reset: Option<String>,
    /// The device has been revoked: `collect` lets it push once before it erases itself, `erase` does not.
    #[serde(default)]
    pub revoked: Option<String>,
    /// The device's data was copied: nothing under this identity counts any more, what comes is kept apart. Only a new enrolment helps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copied: bool,
    /// The server takes what the device sends and tells it nothing until an admin has looked: what the device holds stays as it is.
    #[serde(default)]
    pub unconfirmed: bool,
    #[serde(flatten)]
    pub extra: Extra,
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub device_seq: u64,
    pub change_id: Option<ChangeId>,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The position of the commit that holds it.
    pub position: u64,
    /// Rules that were broken: the office answers them, nothing is refused for it.
    #[serde(default)]
    pub findings: Vec<Finding>,
    #[serde(default)]
    pub receipts: Vec<Receipt>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Accepted,
    /// Only for authenticity, form or size. Both sides keep it and show it.
    Refused {
        code: Code,
        details: Value,
    },
    /// Same number, other content: kept apart until an admin decides.
    Quarantined,
}

/// Records of one scope and the cursor after them; applied in one transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page {
    pub scope: Scope,
    pub records: Vec<Record>,
    pub cursor: String,
}

/// The current state of one record, however often it changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    pub position: u64,
    pub scopes: Vec<Scope>,
    #[serde(flatten)]
    pub body: RecordBody,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum RecordBody {
    /// All fields of one entity.
    Entity { entity: EntityRef, fields: BTreeMap<String, Register> },
    /// A fact and when the server received it.
    Fact { fact: Fact, received_at: Instant },
    /// Facts that were taken back.
    Retraction { targets: Vec<FactId> },
    /// An immutable document with the server's receipt.
    Sealed { document: SealedDocument, files: Vec<FileRef>, job: Uuid, visit: Uuid, receipt: Receipt },
    /// Published reference data.
    Reference { kind: String, id: String, version: String, body: Value },
    /// A broken rule and the office's answer to it.
    Finding { finding: Finding },
    /// A kind of a newer version, kept and passed on.
    Opaque { value: Value },
}

impl RecordBody {
    /// The job that it tells something of.
    pub fn job(&self) -> Option<JobId> {
        match self {
            RecordBody::Fact { fact, .. } => fact.job,
            RecordBody::Sealed { job, .. } => Some(JobId(*job)),
            _ => None,
        }
    }
}

/// `POST /sync/v1/enrol`: a one-time code for a certificate and a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub code: String,
    /// The device's Ed25519 public key, base64.
    pub public_key: String,
    pub device_name: String,
    pub app: String,
    /// A device whose data was copied shows which enrolment this one continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<Former>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolReply {
    pub certificate: SignedCertificate,
    /// The random bearer token; the server keeps only its hash.
    pub token: String,
    /// X25519 public key of the company's recovery key, base64.
    pub recovery_key: String,
    pub epoch: String,
    pub time: Instant,
}

/// What the server says about a device. Its hash is the genesis of the device's seal chain; a restored server re-admits the device by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub device_id: DeviceId,
    pub person: PersonId,
    pub person_name: String,
    /// The prefix of this enrolment's order and receipt numbers; never reused.
    pub number_prefix: String,
    /// Ed25519, base64.
    pub device_key: String,
    /// Ed25519, base64: signs certificates and receipts.
    pub server_key: String,
    pub company: String,
    pub issued_at: Instant,
}

/// The certificate's exact JSON text and the server's signature over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedCertificate {
    pub payload: String,
    pub signature: String,
}

/// Live wake-up (`GET /sync/v1/events`) says no more than this.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WakeUp {
    pub position: u64,
}
