//! What the console shows of devices, after a restore, and of exported work that came in as a file. Shapes only.

use gongdan_domain::id::DeviceId;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PersonName, PersonRow};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum DeviceState {
    Active,
    /// Came back by its certificate after a restore: it may hand over and gets nothing until an admin has confirmed it.
    Unconfirmed,
    /// Its data was copied: another device used its numbers.
    Quarantined,
    /// Revoked and not seen since.
    Revoked,
    /// Revoked, and it said that everything is handed over: it holds nothing any more.
    Collected,
    /// Told to erase itself.
    Erased,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeviceRow {
    pub device: DeviceId,
    pub name: String,
    pub person: PersonName,
    pub number_prefix: String,
    pub app: String,
    pub state: DeviceState,
    #[ts(type = "string")]
    pub enrolled_at: Instant,
    #[ts(type = "string | null")]
    pub last_seen_at: Option<Instant>,
    pub acked_through: u64,
    /// Numbers that never came and that the device no longer holds.
    pub holes: Vec<HoleRange>,
    /// Prefixes of the enrolments that continue this one, after its data was copied.
    pub continued_as: Vec<String>,
    /// Records that it offers after a restore.
    pub offered: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeviceList {
    pub devices: Vec<DeviceRow>,
    /// Whom a device can be given to.
    pub people: Vec<PersonRow>,
}

/// Shown once; only its hash is kept.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EnrolmentCode {
    /// `K7QM-29TX`.
    pub code: String,
    /// The whole enrolment text, as QR and to be typed: `GD1*<address>*<key>*<code>*<check>`.
    pub qr_text: String,
    /// The QR as an SVG image.
    pub qr_svg: String,
    #[ts(type = "string")]
    pub valid_until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HoleRange {
    pub from: u64,
    pub to: u64,
}

/// A record that is not here and that devices hold.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OfferedRow {
    pub id: String,
    /// `entity`, `fact`, `sealed`, `reference`, `retraction`.
    pub record: String,
    /// The kind of the thing or of what happened; empty where there is none.
    pub kind: String,
    /// What it says of itself: a name, an order number.
    pub title: String,
    /// Who wrote it, as far as it says.
    pub by: Option<PersonName>,
    #[ts(type = "string | null")]
    pub at: Option<Instant>,
    /// The devices that hold it.
    pub devices: Vec<String>,
    /// It bears this server's own signature.
    pub proved: bool,
}

/// What came in with a file of exported work.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportedWork {
    pub device: DeviceId,
    pub number_prefix: String,
    pub person: String,
    pub changes: u32,
    /// Of these, known before.
    pub repeated: u32,
    pub refused: u32,
    /// Files that became whole by it.
    pub files: u32,
    /// Files that no record here names.
    pub files_unknown: u32,
    /// The device has to be confirmed by an admin.
    pub unconfirmed: bool,
}
