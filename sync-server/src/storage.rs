//! What the server asks of a database, and what the database promises. SQL lives only below this file.
//!
//! Promises, tested by `contract` for every backend:
//! 1. A `write` that returned `Ok` is committed and on the disk (invariant `acknowledged_is_durable`).
//! 2. A `write` whose work returned `Err` or panicked changed nothing, and disturbed no other write of its commit.
//! 3. Positions grow in the order in which commits become visible: whoever read up to the head skips nothing
//!    (`late_commit_seen`). Every commit has a random nonce.
//! 4. A `read` sees one snapshot from its first to its last question.

pub mod again;
pub mod evidence;
pub mod file;
pub mod mail;
pub mod sqlite;
pub mod tablet;

#[cfg(test)]
pub mod contract;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use gongdan_domain::entity::Fields;
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::{
    ChangeId, CustomerId, DeviceId, FactId, FindingId, JobId, MachineId, OrderId, PersonId, VisitId, WriteId,
};
use gongdan_domain::number::NumberState;
use gongdan_domain::permission::Role;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::{EntityRef, Fact, FileRef, Scope};
use gongdan_domain::sync::wire::{RecordBody, Verdict};
use gongdan_domain::time::Instant;
use uuid::Uuid;

use crate::error::Result;

/// A record as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: String,
    /// When its content changed last.
    pub position: u64,
    pub body: RecordBody,
}

#[derive(Debug, Clone)]
pub struct StoredFact {
    pub fact: Fact,
    pub received_at: Instant,
    pub by_office: bool,
    pub retracted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    pub id: DeviceId,
    pub name: String,
    pub person: PersonId,
    pub public_key: String,
    /// JSON of the signed certificate.
    pub certificate: String,
    pub number_prefix: String,
    pub token_hash: String,
    pub app: String,
    /// `active`, `unconfirmed`, `quarantined`, `collect`, `collected`, `erase`, `erased`.
    pub state: String,
    pub enrolled_at: Instant,
    pub last_seen_at: Option<Instant>,
    pub acked_through: u64,
    pub safe_through: u64,
}

/// A change as it came, with its first verdict.
#[derive(Debug, Clone)]
pub struct StoredChange {
    pub device: DeviceId,
    pub device_seq: u64,
    pub change_id: Option<ChangeId>,
    pub payload: String,
    pub signature: String,
    pub verdict: Verdict,
    pub received_at: Instant,
}

#[derive(Debug, Clone)]
pub struct SealedRow {
    pub hash: String,
    pub job: JobId,
    pub visit: VisitId,
    pub received_at: Instant,
    pub body: RecordBody,
}

/// A number of a document and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRow {
    pub number: String,
    /// The enrolment whose prefix it bears, if there is one.
    pub device: Option<DeviceId>,
    pub mark: String,
    pub count: u32,
    pub owner: Option<Uuid>,
    pub state: NumberState,
    pub reason: String,
    pub by: PersonId,
    pub job: Option<JobId>,
    pub claimed_at: Instant,
    pub changed_at: Instant,
}

/// Which findings a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FindingQuery {
    /// Only those without an answer.
    pub open_only: bool,
    /// Only of one kind.
    pub code: Option<FindingCode>,
}

impl FindingQuery {
    pub const OPEN: Self = Self { open_only: true, code: None };
    pub const ALL: Self = Self { open_only: false, code: None };
}

#[derive(Debug, Clone)]
pub struct FindingState {
    pub id: FindingId,
    pub by: Option<PersonId>,
    pub answered_by: Option<PersonId>,
    pub answered_at: Option<Instant>,
    pub body: RecordBody,
}

#[derive(Debug, Clone)]
pub struct Published {
    pub kind: ReferenceKind,
    pub version: String,
    pub body: serde_json::Value,
    pub published_at: Instant,
    pub published_by: Option<PersonId>,
}

#[derive(Debug, Clone)]
pub struct User {
    pub login: String,
    pub person: PersonId,
    pub role: Role,
    pub password_hash: String,
    /// He may not sign in any more; what he did stays his.
    pub disabled_at: Option<Instant>,
}

#[derive(Debug, Clone)]
pub struct Session {
    pub token_hash: String,
    pub login: String,
    pub csrf: String,
    pub expires_at: Instant,
}

#[derive(Debug, Clone)]
pub struct FileState {
    pub file: FileRef,
    pub complete_at: Option<Instant>,
}

#[derive(Debug, Clone)]
pub struct AuditEntry {
    pub at: Instant,
    pub by: Option<PersonId>,
    /// From which address; empty where it was done on the server itself.
    pub address: String,
    pub action: String,
    pub about: String,
}

/// A record that a device holds and this server does not: it waits for the office.
#[derive(Debug, Clone)]
pub struct Offered {
    pub id: String,
    pub device: DeviceId,
    pub record: gongdan_domain::sync::wire::Record,
    pub offered_at: Instant,
}

/// Which lines of the audit trail are asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    pub action: Option<String>,
    pub by: Option<PersonId>,
}

/// A row of the console's lists; see `index`.
#[derive(Debug, Clone)]
pub struct VisitRow {
    pub visit: VisitId,
    pub job: JobId,
    pub current: bool,
    pub stage: String,
    pub order: OrderId,
    pub planned_at: Option<Instant>,
    pub requested_at: Option<Instant>,
    pub reported_at: Option<Instant>,
    pub received_at: Option<Instant>,
    /// Whether somebody still owes something.
    pub owes: bool,
    pub technician: Option<PersonId>,
    pub customer: Option<CustomerId>,
    pub machine: Option<MachineId>,
    /// Lower-case text for searching.
    pub text: String,
    /// JSON of `index::Row`.
    pub row: String,
}

/// Which rows of the list. Every given condition must hold.
#[derive(Debug, Clone, Default)]
pub struct RowQuery {
    pub current_only: bool,
    pub stages: Option<Vec<&'static str>>,
    /// These stages count only where the visit was planned before this instant.
    pub stages_planned_before: Option<(Vec<&'static str>, Instant)>,
    pub planned_between: Option<(Instant, Instant)>,
    /// Words that all occur.
    pub words: Vec<String>,
    pub technician: Option<PersonId>,
    pub customer: Option<CustomerId>,
    pub machine: Option<MachineId>,
    pub job: Option<JobId>,
    pub order: Option<OrderId>,
    pub owing: bool,
    pub newest_received_first: bool,
    pub limit: u32,
    pub offset: u32,
}

/// One snapshot of everything.
pub trait Reader: again::AgainReader + evidence::EvidenceReader + file::FileReader + mail::MailReader {
    fn epoch(&self) -> Result<String>;
    /// The last position of the last commit (within a write: given out so far).
    fn head(&self) -> Result<u64>;
    /// The nonce of the commit that holds a position.
    fn nonce(&self, position: u64) -> Result<Option<String>>;

    fn record(&self, id: &str) -> Result<Option<Stored>>;
    fn scopes_of(&self, id: &str) -> Result<BTreeSet<Scope>>;
    /// The same with the position from which each holds it as it is.
    fn holders(&self, id: &str) -> Result<Vec<(Scope, u64)>>;
    /// Records of a scope after a position, in order, with their position in the scope.
    fn page(&self, scope: &Scope, after: u64, limit: u32) -> Result<Vec<(u64, Stored)>>;
    /// The scopes in which something stands after a position.
    fn scopes_after(&self, position: u64) -> Result<BTreeSet<Scope>>;

    fn fields(&self, entity: &EntityRef) -> Result<Fields>;
    fn entities(&self, kind: &str) -> Result<Vec<Uuid>>;
    /// Entities whose field shows this text.
    fn entities_where(&self, kind: &str, field: &str, value: &str) -> Result<Vec<Uuid>>;
    fn conflicts(&self) -> Result<Vec<(EntityRef, String)>>;
    fn write_known(&self, id: WriteId) -> Result<bool>;
    /// What a refused write had seen.
    fn refused_write(&self, id: WriteId) -> Result<Option<Vec<WriteId>>>;

    /// All facts of a job, retracted ones marked, by time.
    fn facts(&self, job: JobId) -> Result<Vec<StoredFact>>;
    fn fact(&self, id: FactId) -> Result<Option<StoredFact>>;
    /// Unretracted facts of a kind, newest receipt first.
    fn facts_of_kind(&self, kind: &str, limit: u32) -> Result<Vec<StoredFact>>;
    /// What came from the field last, without the single ticks.
    fn arrived(&self, limit: u32) -> Result<Vec<StoredFact>>;

    fn sealed(&self, hash: &str) -> Result<Option<SealedRow>>;
    /// Revisions of a document, oldest first.
    fn sealed_of(&self, document: Uuid) -> Result<Vec<SealedRow>>;
    fn sealed_of_job(&self, job: JobId) -> Result<Vec<SealedRow>>;
    fn sealed_by_device(&self, device: DeviceId, seal_no: u64) -> Result<Vec<SealedRow>>;

    /// The newest sealed document whose hash begins so.
    fn sealed_beginning(&self, hash: &str) -> Result<Option<SealedRow>>;
    fn number(&self, number: &str) -> Result<Option<NumberRow>>;
    /// The highest place in a device's sequence that is known; 0 where there is none.
    fn last_number(&self, device: DeviceId, mark: &str) -> Result<u32>;
    /// Last changed first; `None`: all.
    fn numbers(&self, state: Option<NumberState>, limit: u32, offset: u32) -> Result<Vec<NumberRow>>;
    fn count_numbers(&self, state: Option<NumberState>) -> Result<u32>;

    /// Newest first.
    fn findings(&self, which: FindingQuery, limit: u32, offset: u32) -> Result<Vec<FindingState>>;
    fn findings_of_job(&self, job: JobId) -> Result<Vec<FindingState>>;
    fn finding(&self, id: FindingId) -> Result<Option<FindingState>>;
    fn count_findings(&self, which: FindingQuery) -> Result<u32>;
    /// How many there are of each kind, the most frequent first; kinds of a newer version are left out.
    fn finding_kinds(&self, open_only: bool) -> Result<Vec<(FindingCode, u32)>>;

    fn published(&self, kind: Option<ReferenceKind>) -> Result<Vec<Published>>;
    /// Grows with every version, which never changes once published.
    fn count_published(&self) -> Result<u32>;

    fn job_known(&self, job: JobId) -> Result<Option<PersonId>>;
    /// Jobs that a person has now: given to him and not taken away, or made known by him and given to nobody.
    fn jobs_of(&self, person: PersonId) -> Result<Vec<JobId>>;
    /// Whether a person ever had a job, and whether he had it at an instant.
    fn had_job(&self, job: JobId, person: PersonId, at: Instant) -> Result<(bool, bool)>;

    fn rows(&self, query: &RowQuery) -> Result<Vec<VisitRow>>;
    fn count_rows(&self, query: &RowQuery) -> Result<u32>;
    fn customers_matching(&self, words: &[String], limit: u32) -> Result<Vec<CustomerId>>;

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRecord>>;
    fn device_by_token(&self, token_hash: &str) -> Result<Option<DeviceRecord>>;
    fn devices(&self) -> Result<Vec<DeviceRecord>>;
    fn change(&self, device: DeviceId, device_seq: u64) -> Result<Option<StoredChange>>;
    /// The changes of a device after a number, in order.
    fn changes_after(&self, device: DeviceId, after: u64) -> Result<Vec<StoredChange>>;
    /// The last number of a device; 0 where there is none.
    fn last_seq(&self, device: DeviceId) -> Result<u64>;
    fn change_by_id(&self, id: ChangeId) -> Result<Option<StoredChange>>;
    /// Refused and quarantined changes, newest first; `true`: quarantined.
    fn refused_changes(&self) -> Result<Vec<(StoredChange, bool)>>;
    fn holes(&self) -> Result<Vec<(DeviceId, u64, u64)>>;
    /// What waits for the office's decision, oldest first.
    fn offered(&self) -> Result<Vec<Offered>>;

    fn user(&self, login: &str) -> Result<Option<User>>;
    fn users(&self) -> Result<Vec<User>>;
    fn session(&self, token_hash: &str) -> Result<Option<Session>>;
    fn enrolment_code(&self, code_hash: &str) -> Result<Option<(PersonId, Instant, Option<Instant>)>>;
    fn archive_count(&self, month: &str) -> Result<u32>;
    /// Newest first.
    fn audit(&self, query: &AuditQuery, limit: u32, offset: u32) -> Result<Vec<AuditEntry>>;
    fn count_audit(&self, query: &AuditQuery) -> Result<u32>;
    /// Every action that stands in the trail, and everybody who did one.
    fn audit_choices(&self) -> Result<(Vec<String>, Vec<PersonId>)>;
}

/// One write: everything in it or nothing.
pub trait Tx: Reader + again::AgainTx + evidence::EvidenceTx + file::FileTx + mail::MailTx {
    /// Stores the current state of a record and adds scopes; answers its new position. Everybody in its scopes learns of it.
    fn put(&mut self, id: &str, body: &RecordBody, scopes: &BTreeSet<Scope>) -> Result<u64>;
    /// Lets a scope hold a record that exists.
    fn grant(&mut self, id: &str, scope: &Scope) -> Result<()>;
    fn withdraw(&mut self, id: &str, scope: &Scope) -> Result<()>;

    /// Indexes what a register shows.
    fn put_field(
        &mut self,
        entity: &EntityRef,
        field: &str,
        shown: &serde_json::Value,
        in_conflict: bool,
    ) -> Result<()>;
    fn refuse_write(&mut self, id: WriteId, seen: &[WriteId]) -> Result<()>;
    fn put_fact(&mut self, fact: &Fact, by_office: bool, at: Instant, received_at: Instant) -> Result<()>;
    fn retract(&mut self, fact: FactId, by: PersonId, at: Instant) -> Result<()>;
    fn put_sealed(&mut self, body: &RecordBody, received_at: Instant) -> Result<()>;
    /// Keeps what is known of a number; its first claim and its device stay.
    fn put_number(&mut self, row: &NumberRow) -> Result<()>;
    fn put_finding(
        &mut self,
        id: FindingId,
        code: FindingCode,
        job: Option<JobId>,
        visit: Option<VisitId>,
        by: Option<PersonId>,
        found_at: Instant,
    ) -> Result<()>;
    fn answer_finding(&mut self, id: FindingId, by: PersonId, at: Instant) -> Result<()>;
    fn publish(&mut self, published: &Published, valid_from: chrono::NaiveDate) -> Result<()>;
    fn know_job(&mut self, job: JobId, by: PersonId, at: Instant) -> Result<()>;
    /// Replaces who has a job, from an instant on.
    fn assign(&mut self, job: JobId, people: &BTreeSet<PersonId>, at: Instant) -> Result<()>;
    fn put_row(&mut self, row: &VisitRow) -> Result<()>;
    fn put_customer_text(&mut self, customer: CustomerId, name: &str, text: &str) -> Result<()>;

    fn put_device(&mut self, device: &DeviceRecord) -> Result<()>;
    fn put_change(&mut self, change: &StoredChange) -> Result<()>;
    /// Another verdict on a change that is kept.
    fn judge_again(&mut self, change: &StoredChange) -> Result<()>;
    fn quarantine(&mut self, device: DeviceId, seq: u64, payload: &str, signature: &str, at: Instant) -> Result<()>;
    fn put_hole(&mut self, device: DeviceId, from: u64, to: u64, at: Instant) -> Result<()>;
    /// Keeps a record for the office to decide about; once from each device.
    fn offer(&mut self, offered: &Offered) -> Result<()>;
    /// The office has decided about a record, whoever offered it.
    fn settle_offer(&mut self, id: &str, by: PersonId, at: Instant) -> Result<()>;

    fn put_user(&mut self, user: &User, at: Instant) -> Result<()>;
    fn put_session(&mut self, session: &Session, at: Instant) -> Result<()>;
    fn drop_session(&mut self, token_hash: &str) -> Result<()>;
    /// Ends every session of a login but the named one.
    fn drop_sessions_of(&mut self, login: &str, but: &str) -> Result<()>;
    fn put_enrolment_code(&mut self, code_hash: &str, person: PersonId, valid_until: Instant) -> Result<()>;
    fn use_enrolment_code(&mut self, code_hash: &str, at: Instant) -> Result<()>;
    /// Forgets the codes that a person has not used.
    fn drop_enrolment_codes(&mut self, person: PersonId) -> Result<()>;
    /// The next number of a month, without gaps.
    fn draw_archive_count(&mut self, month: &str) -> Result<u32>;
    fn note_audit(&mut self, entry: &AuditEntry) -> Result<()>;
    /// After a restore: a new epoch, so that every device pulls from zero and reconciles.
    fn renew_epoch(&mut self, epoch: &str) -> Result<()>;
    /// Everything acknowledged so far is in a backup now.
    fn mark_safe(&mut self, through: &BTreeMap<DeviceId, u64>) -> Result<()>;
}

pub type ReadWork<'a> = Box<dyn FnOnce(&dyn Reader) -> Result<()> + 'a>;
pub type WriteWork = Box<dyn FnOnce(&mut dyn Tx) -> Result<()> + Send>;

/// A database.
pub trait Storage: Send + Sync {
    fn read(&self, work: ReadWork<'_>) -> Result<()>;
    /// Runs the work on the one writer and returns after it is durable. Blocking.
    fn write(&self, work: WriteWork) -> Result<()>;
    /// Called with the head after every commit.
    fn on_commit(&self, tell: Box<dyn Fn(u64) + Send + Sync>);
    /// A consistent copy of the whole database into a new file, while it is in use.
    fn copy_to(&self, file: &Path) -> Result<()>;
}

/// The storage as the rest of the server holds it: closures with results.
#[derive(Clone)]
pub struct Store(Arc<dyn Storage>);

impl Store {
    pub fn new(storage: impl Storage + 'static) -> Self {
        Self(Arc::new(storage))
    }

    pub fn read<T>(&self, work: impl FnOnce(&dyn Reader) -> Result<T>) -> Result<T> {
        let mut answer = None;
        self.0.read(Box::new(|r| {
            answer = Some(work(r)?);
            Ok(())
        }))?;
        answer.ok_or(crate::error::Error::Unfinished)
    }

    pub fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (put, get) = std::sync::mpsc::sync_channel(1);
        self.0.write(Box::new(move |tx| {
            let value = work(tx)?;
            // The receiver waits on this very call.
            _ = put.send(value);
            Ok(())
        }))?;
        get.try_recv().map_err(|_| crate::error::Error::Unfinished)
    }

    pub fn on_commit(&self, tell: impl Fn(u64) + Send + Sync + 'static) {
        self.0.on_commit(Box::new(tell));
    }

    pub fn copy_to(&self, file: &Path) -> Result<()> {
        self.0.copy_to(file)
    }
}

/// The key of a record in the store.
pub mod record_id {
    use super::{DeviceId, EntityRef, FactId, FindingId, Uuid};

    pub fn entity(entity: &EntityRef) -> String {
        format!("entity:{}:{}", entity.kind, entity.id)
    }
    pub fn fact(id: FactId) -> String {
        format!("fact:{id}")
    }
    /// Of no record: what a device's changes name that were not taken.
    pub fn apart(device: DeviceId) -> String {
        format!("apart:{device}")
    }
    pub fn retraction(change: Uuid, n: usize) -> String {
        format!("retraction:{change}:{n}")
    }
    pub fn sealed(hash: &str) -> String {
        format!("sealed:{hash}")
    }
    pub fn reference(kind: &str, version: &str) -> String {
        format!("reference:{kind}:{version}")
    }
    pub fn finding(id: FindingId) -> String {
        format!("finding:{id}")
    }
    pub fn opaque(change: Uuid, n: usize) -> String {
        format!("opaque:{change}:{n}")
    }
}
