//! E-mail as the console shows it. Shapes only; the password of the mail server never leaves the server.

use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::PersonName;
use crate::mail::settings::MailSecurity;
use crate::storage::mail::{MailState, MailTrouble};

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MailView {
    #[ts(type = "string")]
    pub mail: Uuid,
    pub recipient: String,
    pub language: String,
    pub revision: Option<u32>,
    pub state: MailState,
    pub attempts: u32,
    /// When it is tried next; while queued.
    #[ts(type = "string | null")]
    pub next_at: Option<Instant>,
    pub why: Option<MailTrouble>,
    /// What the mail server answered.
    pub said: Option<String>,
    pub by: PersonName,
    #[ts(type = "string")]
    pub created_at: Instant,
    #[ts(type = "string | null")]
    pub sent_at: Option<Instant>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MailServer {
    /// Nothing leaves before this.
    pub set: bool,
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub user: String,
    pub has_password: bool,
    pub from: String,
    pub from_name: String,
    /// The last tests, newest first.
    pub tests: Vec<MailView>,
}
