//! E-mail that waits to leave, and what became of it. A message is taken out of the queue by one sender at a time.

use gongdan_domain::id::{OrderId, PersonId};
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::error::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum MailState {
    Queued,
    /// Handed to the mail server just now.
    Sending,
    Sent,
    /// Given up until a person tries again.
    Failed,
    Cancelled,
}

/// Why a try failed. Words are in the interface's catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum MailTrouble {
    /// No mail server is set.
    NotSet,
    /// The mail server could not be reached, or hung up.
    NoConnection,
    /// It says nothing.
    NoAnswer,
    /// Its certificate is not trusted.
    Untrusted,
    /// It does not offer the encryption that the settings demand.
    NotEncrypted,
    /// It wants another user or password.
    SignIn,
    /// It does not take mail for this address.
    Recipient,
    /// It refuses for another reason.
    Refused,
    /// The order cannot be printed.
    NotPrinted,
    /// Another document claims the revision, or was named the valid one.
    Contested,
    /// The database was restored from a backup: nobody knows whether it was sent meanwhile.
    Restored,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub id: Uuid,
    /// `None`: a test of the settings.
    pub order: Option<OrderId>,
    pub revision: Option<u32>,
    /// The sealed document; `None` also for mail of a version before it was noted.
    pub hash: Option<String>,
    /// The order's number.
    pub number: String,
    pub recipient: String,
    /// `zh` or `en`.
    pub language: String,
    pub state: MailState,
    pub attempts: u32,
    pub next_at: Instant,
    pub why: Option<MailTrouble>,
    /// What the mail server answered.
    pub said: Option<String>,
    /// The same for every try, so that a mailbox can tell a second copy.
    pub message_id: String,
    pub by: PersonId,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
}

pub trait MailReader {
    fn mail(&self, id: Uuid) -> Result<Option<Mail>>;
    /// Newest first.
    fn mails_of(&self, order: OrderId) -> Result<Vec<Mail>>;
    /// Newest first.
    fn mails(&self, limit: u32) -> Result<Vec<Mail>>;
    /// The one whose turn is next, whether or not its time has come.
    fn next_mail(&self) -> Result<Option<Mail>>;
}

pub trait MailTx {
    /// Keeps a message as it stands now.
    fn put_mail(&mut self, mail: &Mail) -> Result<()>;
    /// What was being sent when the server stopped waits again.
    fn requeue_mail(&mut self, now: Instant) -> Result<()>;
    /// What waited in a restored backup may have been sent since: a person decides.
    fn hold_mail(&mut self) -> Result<()>;
}
