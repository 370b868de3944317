//! The app as a whole: who is signed in, which company, how it looks.

use gongdan_domain::catalogue::Words;
use gongdan_domain::id::PersonId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::sync::SyncSentence;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Gate {
    /// No enrolment yet: ask for server address and code.
    NotEnrolled,
    /// Enrolled, waiting for the PIN.
    Locked,
    Open,
    /// The database file is damaged: ask whether to rebuild it.
    Damaged,
    /// The office has revoked this device; its data is gone.
    Revoked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Language {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Theme {
    Auto,
    Day,
    Night,
}

/// How the database key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum KeyKeeping {
    /// In the operating system's key store.
    OsKeyStore,
    /// Wrapped by the PIN: a PIN only slows guessing, and the app says so.
    Pin,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppStatus {
    pub gate: Gate,
    pub version: String,
    pub language: Language,
    pub theme: Theme,
    pub key_keeping: KeyKeeping,
    /// Absent until the gate is open.
    pub person: Option<PersonCard>,
    pub company: Option<CompanyCard>,
    pub sync: Option<SyncSentence>,
    /// Count of what needs this person (the badge at 待办).
    pub needs_you: u32,
    /// IANA zone of the company.
    pub zone: String,
    /// The device's corrected clock.
    pub now: String,
    pub server: String,
    pub device_name: String,
    /// Minutes without a touch after which the screen locks; 0 never.
    pub lock_after: u32,
    /// What the office takes where it has no recovery code of this device. Only while the gate is locked.
    pub recovery_request: Option<String>,
    /// What became of a damaged database, until the person has read it.
    pub rebuilt: Option<RebuiltView>,
    /// The office asks for an app that is at least this new.
    pub update_to: Option<String>,
}

/// A damaged database was replaced: what could be read of what the office had not got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RebuiltView {
    pub at: String,
    pub kept: u32,
    /// `None` until the office was asked what it has.
    pub lost: Option<u32>,
}

/// What the work ID shows (D1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonCard {
    pub id: PersonId,
    pub name: String,
    pub number: String,
    pub grade: Words,
    pub role: String,
    pub phone: String,
    pub qualifications: Vec<String>,
    /// Hash of the portrait, if there is one.
    pub photo: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CompanyCard {
    pub name: Words,
    pub mark: String,
    pub hotline: String,
    pub address: Words,
    pub public_address: Option<String>,
    pub sample: bool,
}
