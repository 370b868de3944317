//! A change: one user action as an atomic group of operations, signed by the device that made it, numbered without gaps.
//! What this version does not know is kept as it came: `extra` fields, unknown operations, unknown fact kinds.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use ts_rs::TS;
use uuid::Uuid;

use crate::id::{ChangeId, DeviceId, FactId, JobId, PersonId, TeamId, VisitId, WriteId};
use crate::problem::Code;
use crate::seal::SealedDocument;
use crate::time::{Instant, Stamp};

/// Fields of a newer version, kept byte for byte in meaning and passed on.
pub type Extra = Map<String, Value>;

/// The tag under which a change is signed, so that its signature serves nowhere else.
const CHANGE_TAG: &[u8] = b"gongdan-change/1\n";

/// Who may hold a record: `company`, `team:…`, `job:…`, `person:…` (invariant `scope_is_tight`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(export, type = "string")]
pub enum Scope {
    Company,
    Team(TeamId),
    Job(JobId),
    Person(PersonId),
    /// A scope of a newer version.
    Other(String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Company => f.write_str("company"),
            Scope::Team(id) => write!(f, "team:{id}"),
            Scope::Job(id) => write!(f, "job:{id}"),
            Scope::Person(id) => write!(f, "person:{id}"),
            Scope::Other(text) => f.write_str(text),
        }
    }
}

impl FromStr for Scope {
    type Err = std::convert::Infallible;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let id = |text: &str| Uuid::parse_str(text).ok();
        Ok(match s.split_once(':') {
            None if s == "company" => Scope::Company,
            Some(("team", rest)) => id(rest).map_or_else(|| Scope::Other(s.to_owned()), |u| Scope::Team(TeamId(u))),
            Some(("job", rest)) => id(rest).map_or_else(|| Scope::Other(s.to_owned()), |u| Scope::Job(JobId(u))),
            Some(("person", rest)) => {
                id(rest).map_or_else(|| Scope::Other(s.to_owned()), |u| Scope::Person(PersonId(u)))
            }
            _ => Scope::Other(s.to_owned()),
        })
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(text.parse().unwrap_or(Scope::Other(text)))
    }
}

/// A thing whose fields are registers: `customer`, `machine`, `job`, `visit`, `person`, `team` … (see [`crate::entity`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntityRef {
    pub kind: String,
    #[ts(type = "string")]
    pub id: Uuid,
}

impl EntityRef {
    pub fn new(kind: &str, id: Uuid) -> Self {
        Self { kind: kind.to_owned(), id }
    }
}

/// One write of one field. `seen` names the heads that were on the screen when its editing began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Write {
    pub id: WriteId,
    pub entity: EntityRef,
    pub field: String,
    #[ts(type = "unknown")]
    pub value: Value,
    #[serde(default)]
    pub seen: Vec<WriteId>,
    pub scopes: Vec<Scope>,
    pub at: Stamp,
    pub by: PersonId,
    #[serde(flatten)]
    #[ts(skip)]
    pub extra: Extra,
}

/// A file that a record names. Access to a file goes by such a record, never by knowing its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileRef {
    /// SHA-256 of the stored (scaled) file, lower-case hex.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    pub mime: String,
}

/// Something that happened. Append-only; undone by a [`Retraction`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Fact {
    pub id: FactId,
    /// The `kind` of [`crate::fact::FactBody`]; an unknown one is kept and passed on.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub job: Option<JobId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub visit: Option<VisitId>,
    pub scopes: Vec<Scope>,
    pub at: Stamp,
    pub by: PersonId,
    #[ts(type = "Record<string, unknown>")]
    pub body: Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRef>,
    #[serde(flatten)]
    #[ts(skip)]
    pub extra: Extra,
}

/// Takes facts back. A set of ids: it may arrive before them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Retraction {
    pub targets: Vec<FactId>,
    pub scopes: Vec<Scope>,
    pub at: Stamp,
    pub by: PersonId,
    #[serde(default)]
    pub reason: String,
    #[serde(flatten)]
    #[ts(skip)]
    pub extra: Extra,
}

/// A sealed document on its way, with the scopes that may hold it and the files it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SealOp {
    pub document: SealedDocument,
    pub scopes: Vec<Scope>,
    pub job: JobId,
    pub visit: VisitId,
    pub at: Stamp,
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRef>,
    #[serde(flatten)]
    #[ts(skip)]
    pub extra: Extra,
}

/// One operation of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Write(Write),
    Fact(Fact),
    Retract(Retraction),
    Seal(SealOp),
    /// An operation of a newer version, kept and passed on.
    Unknown(Value),
}

impl Op {
    fn tagged<T: Serialize>(tag: &str, inner: &T) -> Result<Value, serde_json::Error> {
        let mut map = Map::new();
        map.insert("op".to_owned(), Value::String(tag.to_owned()));
        if let Value::Object(fields) = serde_json::to_value(inner)? {
            map.extend(fields);
        }
        Ok(Value::Object(map))
    }

    /// The scopes that this operation claims; none for an unknown one without a `scopes` field.
    pub fn scopes(&self) -> Vec<Scope> {
        match self {
            Op::Write(w) => w.scopes.clone(),
            Op::Fact(f) => f.scopes.clone(),
            Op::Retract(r) => r.scopes.clone(),
            Op::Seal(s) => s.scopes.clone(),
            Op::Unknown(v) => serde_json::from_value(v["scopes"].clone()).unwrap_or_default(),
        }
    }

    /// The files that this operation names.
    pub fn files(&self) -> &[FileRef] {
        match self {
            Op::Fact(f) => &f.files,
            Op::Seal(s) => &s.files,
            Op::Write(_) | Op::Retract(_) | Op::Unknown(_) => &[],
        }
    }
}

impl Serialize for Op {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Op::Write(w) => Op::tagged("write", w),
            Op::Fact(f) => Op::tagged("fact", f),
            Op::Retract(r) => Op::tagged("retract", r),
            Op::Seal(s) => Op::tagged("seal", s),
            Op::Unknown(v) => Ok(v.clone()),
        };
        value.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Op {
    /// A known `op` must be whole; an unknown one is kept. (A plain untagged fall-back would silently keep malformed known ones.)
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        let tag = value.get("op").and_then(Value::as_str).map(str::to_owned);
        let Some(tag) = tag else { return Err(serde::de::Error::missing_field("op")) };
        if !matches!(tag.as_str(), "write" | "fact" | "retract" | "seal") {
            return Ok(Op::Unknown(value));
        }
        if let Some(map) = value.as_object_mut() {
            map.remove("op");
        }
        let parsed = match tag.as_str() {
            "write" => serde_json::from_value(value).map(Op::Write),
            "fact" => serde_json::from_value(value).map(Op::Fact),
            "retract" => serde_json::from_value(value).map(Op::Retract),
            _ => serde_json::from_value(value).map(Op::Seal),
        };
        parsed.map_err(serde::de::Error::custom)
    }
}

/// One user action: its operations stand or fall together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub change_id: ChangeId,
    pub device_id: DeviceId,
    /// 1, 2, 3 … without gaps, per enrolment.
    pub device_seq: u64,
    pub author: PersonId,
    pub made_at: Stamp,
    pub schema: u32,
    pub ops: Vec<Op>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A change as it travels, by any road: the exact bytes that were signed, never re-serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignedChange {
    pub device_id: DeviceId,
    pub device_seq: u64,
    /// The change as JSON text.
    pub payload: String,
    /// Ed25519 over the tag and the payload, base64.
    pub signature: String,
}

/// Why a signed change cannot be taken for what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    #[error("the signature does not fit")]
    Signature,
    #[error("the payload is not a change")]
    Malformed,
    #[error("envelope and payload name different devices or numbers")]
    Envelope,
}

impl From<NotAuthentic> for Code {
    fn from(reason: NotAuthentic) -> Self {
        match reason {
            NotAuthentic::Signature => Code::SignatureInvalid,
            NotAuthentic::Malformed | NotAuthentic::Envelope => Code::ChangeMalformed,
        }
    }
}

impl SignedChange {
    /// Signs a change with the device's key (or the server's, for office writes).
    pub fn sign(change: &Change, key: &SigningKey) -> Result<Self, serde_json::Error> {
        let payload = serde_json::to_string(change)?;
        let signature = B64.encode(key.sign(&tagged(CHANGE_TAG, payload.as_bytes())).to_bytes());
        Ok(Self { device_id: change.device_id, device_seq: change.device_seq, payload, signature })
    }

    /// Checks the signature and reads the change.
    pub fn open(&self, key: &VerifyingKey) -> Result<Change, NotAuthentic> {
        verify(CHANGE_TAG, self.payload.as_bytes(), &self.signature, key).map_err(|()| NotAuthentic::Signature)?;
        let change: Change = serde_json::from_str(&self.payload).map_err(|_| NotAuthentic::Malformed)?;
        if change.device_id != self.device_id || change.device_seq != self.device_seq {
            return Err(NotAuthentic::Envelope);
        }
        Ok(change)
    }

    /// The time that the change claims, for listing what could not be opened.
    pub fn claimed_at(&self) -> Option<Instant> {
        serde_json::from_str::<Change>(&self.payload).ok().map(|c| c.made_at.corrected())
    }
}

/// Signed is always a tag and the exact bytes.
pub(crate) fn tagged(tag: &[u8], bytes: &[u8]) -> Vec<u8> {
    [tag, bytes].concat()
}

/// Checks a base64 Ed25519 signature over tag and bytes.
pub(crate) fn verify(tag: &[u8], bytes: &[u8], signature: &str, key: &VerifyingKey) -> Result<(), ()> {
    let raw = B64.decode(signature).map_err(|_| ())?;
    let signature = Signature::from_slice(&raw).map_err(|_| ())?;
    key.verify(&tagged(tag, bytes), &signature).map_err(|_| ())
}
