//! What the storage keeps so that one order can be held against all others (H4) and a conflict against its base (I5).

use gongdan_domain::finding::ink::{Marks, Shape};
use gongdan_domain::id::{DeviceId, FactId, JobId, PersonId, VisitId, WriteId};
use gongdan_domain::time::Instant;
use serde_json::Value;
use uuid::Uuid;

use crate::error::Result;

/// A signature as it is kept for comparison.
#[derive(Debug, Clone)]
pub struct KnownShape {
    /// Of what was sealed.
    pub hash: String,
    /// The order of the visit, also under a paper beside it.
    pub document: Uuid,
    pub shape: Shape,
}

/// A write of a register as it came.
#[derive(Debug, Clone)]
pub struct KnownWrite {
    pub id: WriteId,
    pub value: Value,
    pub seen: Vec<WriteId>,
    pub by: PersonId,
    pub device: DeviceId,
    pub at: Instant,
    pub received_at: Instant,
}

/// Where a photo was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Naming {
    pub fact: FactId,
    pub job: JobId,
    pub visit: Option<VisitId>,
}

pub trait EvidenceReader {
    /// Signatures under other visits' documents whose marks lie within reach: all that can be near, and some that are not.
    fn shapes_near(&self, marks: Marks, reach: i32, other_than: Uuid) -> Result<Vec<KnownShape>>;
    /// Facts of jobs that name a file.
    fn facts_naming(&self, hash: &str) -> Result<Vec<Naming>>;
    /// Pictures that differ from a look in at most three bits, without those of the same hash.
    fn pictures_like(&self, hash: &str, look: u64) -> Result<Vec<(String, u32)>>;
    /// `None` for one that is unknown or came to an older version.
    fn written(&self, id: WriteId) -> Result<Option<KnownWrite>>;
}

pub trait EvidenceTx {
    fn put_shape(&mut self, known: &KnownShape) -> Result<()>;
    fn put_picture(&mut self, hash: &str, look: u64) -> Result<()>;
    /// Keeps a write for those who will name it, and for people who must choose.
    fn know_write(&mut self, write: &KnownWrite) -> Result<()>;
}
