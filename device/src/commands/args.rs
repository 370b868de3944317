//! What the commands take, and the small replies that are no screen.

use gongdan_domain::fact::{About, FactBody, PhotoKind, Position, ReadingPhase};
use gongdan_domain::id::{CustomerId, FactId, JobId, MachineId, PaperId, WriteId};
use gongdan_domain::paper::PaperBody;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::work_order::{Ink, OrderRating, Signing};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::view::app::{Language, Theme};

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(export, type = "Record<string, never>")]
pub struct Nothing {}

#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Enrol {
    /// `http://127.0.0.1:8610`; not looked at where `code` is the whole enrolment text.
    pub server: String,
    /// The one-time code, or the whole text that the console shows: address, the server's key and the code.
    pub code: String,
    /// At least four digits; only needed where there is no OS key store.
    pub pin: String,
    pub device_name: String,
}

/// A device whose data was copied: the new one-time code, or the whole text that the console shows.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EnrolAgain {
    pub code: String,
}

#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Unlock {
    pub pin: String,
}

/// The PIN was forgotten: the code that the company read out, and a new PIN.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Recover {
    pub code: String,
    pub pin: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Preference {
    #[serde(default)]
    #[ts(optional)]
    pub language: Option<Language>,
    #[serde(default)]
    #[ts(optional)]
    pub theme: Option<Theme>,
    /// Minutes without a touch after which the screen locks; 0 never.
    #[serde(default)]
    #[ts(optional)]
    pub lock_after: Option<u32>,
}

/// A half-written text and the place where it is written; an empty one is thrown away.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeepDraft {
    pub key: String,
    pub text: String,
}

/// Every half-written text by its place.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Drafts {
    #[ts(type = "Record<string, string>")]
    pub drafts: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Day {
    /// `YYYY-MM-DD` in the company's zone; today where absent.
    #[serde(default)]
    #[ts(optional)]
    pub day: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfJob {
    pub job: JobId,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfCustomer {
    pub customer: CustomerId,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfFault {
    pub fault: String,
}

/// A6: on the road; fields by name of domain `entity::job`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RegisterJob {
    pub customer: Option<CustomerId>,
    pub machine: Option<MachineId>,
    #[ts(type = "Record<string, unknown>")]
    pub fields: std::collections::BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CopyFromArchive {
    pub job: JobId,
    pub fields: Vec<String>,
}

/// `seen`: the heads that were on the screen when this editing began (from the view's `heads`), plus the ids that earlier
/// `write_field` calls of this editing session answered.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WriteField {
    pub entity: EntityRef,
    pub field: String,
    #[ts(type = "unknown")]
    pub value: Value,
    pub seen: Vec<WriteId>,
}

/// The state of the field after the write: pass `heads` as `seen` of the next one.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Written {
    pub write: WriteId,
    pub heads: Vec<WriteId>,
    pub conflict: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Record {
    pub about: About,
    pub fact: FactBody,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecordAll {
    pub about: About,
    pub facts: Vec<FactBody>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Retract {
    pub about: About,
    pub facts: Vec<FactId>,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TakeReading {
    pub about: About,
    pub key: String,
    pub phase: ReadingPhase,
    /// Decimal text or the option's Chinese text. Empty: takes the reading back.
    pub value: String,
    /// The person was asked about an unusual value and said yes.
    pub confirmed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TakePhoto {
    pub about: About,
    pub photo: PhotoKind,
    pub caption: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PhotoBytes {
    pub hash: String,
    /// The small picture (long side 320) instead of the stored one.
    pub thumb: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SealOrder {
    pub job: JobId,
    /// The `shown` of the preview that the customer saw.
    pub shown: String,
    /// Where the customer confirmed it before, exactly that.
    pub rating: OrderRating,
    pub signing: Signing,
    /// Where the device is, if its platform says so. Never waited for.
    #[serde(default)]
    #[ts(optional)]
    pub position: Option<Position>,
}

/// None: not drawn yet, or taken away again.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OwnSignature {
    pub ink: Option<Ink>,
}

/// G2: the customer confirms what he chose, before he signs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConfirmRating {
    pub job: JobId,
    pub rating: OrderRating,
}

/// The sealed order is corrected; why goes on the next revision.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenRevision {
    pub job: JobId,
    pub reason: String,
}

/// Signed, or declined, after the order was sealed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AttestOrder {
    pub job: JobId,
    /// The hash of the order that the customer saw.
    pub order_hash: String,
    pub signing: Signing,
    /// Where the device is, if its platform says so. Never waited for.
    #[serde(default)]
    #[ts(optional)]
    pub position: Option<Position>,
}

/// The order's number that was shown leads to no order.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VoidNumber {
    pub job: JobId,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum PdfLanguage {
    Zh,
    En,
    Both,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderPdf {
    pub job: JobId,
    pub language: PdfLanguage,
}

/// What somebody typed on the screen that he signs: name, role, words, opinion.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Typed {
    pub texts: Vec<String>,
}

/// Characters that print as 〔U+…〕.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Unprintable {
    pub characters: Vec<String>,
}

/// A paper as it was typed; `photos` names those of the visit that belong to it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftPaper {
    pub job: JobId,
    pub body: PaperBody,
    #[serde(default)]
    pub photos: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SealPaper {
    pub job: JobId,
    /// As previewed, with the customer's decision where the paper asks for one.
    pub body: PaperBody,
    #[serde(default)]
    pub photos: Vec<String>,
    /// The `shown` of the preview that the customer saw.
    pub shown: String,
    /// The customer's; none on a receipt.
    pub signing: Option<Signing>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VoidReceipt {
    pub job: JobId,
    pub paper: PaperId,
    pub reason: String,
}

/// Which document of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "which", rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum DocumentRef {
    /// The revision that counts.
    Order,
    /// G5: any sealed revision, by the hash of its seal; one that was replaced says so.
    Revision {
        hash: String,
    },
    Paper {
        paper: PaperId,
    },
    Invoice,
    ServiceCard,
    WorkId,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfDocument {
    pub job: JobId,
    pub document: DocumentRef,
    pub language: PdfLanguage,
}

/// Where a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum SavePlace {
    /// The app's own folder, for the system's viewer, which prints and shares.
    App,
    Downloads,
    Documents,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SaveDocument {
    pub of: OfDocument,
    pub place: SavePlace,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SavedFile {
    pub path: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Search {
    pub text: String,
    /// Only this kind; all where absent.
    #[serde(default)]
    #[ts(optional)]
    pub kind: Option<crate::view::find::HitKind>,
}

/// A refused change, by the number it was sent with.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfRefused {
    pub device_seq: u64,
}

/// Gives a photo up that cannot be delivered any more.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeclareLost {
    pub hash: String,
    pub reason: String,
}

/// Settles a conflict: the value of one head, or a sentence of both.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Settle {
    pub entity: EntityRef,
    pub field: String,
    #[ts(type = "unknown")]
    pub value: Value,
    /// All heads that were on the screen.
    pub seen: Vec<WriteId>,
}
