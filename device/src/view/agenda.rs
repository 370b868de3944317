//! Today (A4, H1, I1): the day's visits on a time axis with travel between them, what is owed, what the office has not got.

use gongdan_domain::fact::SigningChoice;
use gongdan_domain::id::{JobId, VisitId};
use gongdan_domain::obligation::Obligation;
use gongdan_domain::visit::step::{Step, VisitStage};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Agenda {
    /// `YYYY-MM-DD` in the company's zone.
    pub day: String,
    pub now: String,
    pub stops: Vec<Stop>,
    /// Callbacks this technician owes, by deadline.
    pub owed: Vec<OwedCall>,
    /// Sealed orders that the office has not confirmed.
    pub not_received: Vec<NotReceived>,
    /// Visits on the next day with any.
    pub next_day: Option<NextDay>,
    /// The one thing to do now.
    pub next: Option<AgendaNext>,
    /// Other assigned jobs without a time or on other days.
    pub others: Vec<Stop>,
}

/// One visit of the day with the way to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Stop {
    pub job: JobId,
    pub visit: VisitId,
    /// Planned or agreed time.
    pub at: Option<String>,
    /// Whether the customer has agreed to it.
    pub agreed: bool,
    pub customer: String,
    pub machine: String,
    pub symptom: String,
    pub wishes: String,
    pub urgency: String,
    pub stage: VisitStage,
    pub step: Step,
    pub arrived_at: Option<String>,
    pub left_at: Option<String>,
    pub kit_ready_at: Option<String>,
    pub signing: Option<SigningChoice>,
    /// One-way road kilometres, decimal text; empty if unknown.
    pub distance_km: String,
    /// Estimated minutes of travel (distance at the company's average speed); `None` if unknown.
    pub travel_minutes: Option<u32>,
    /// When to leave to be there in time.
    pub leave_by: Option<String>,
    /// A4: cannot be reached in time; the expected arrival.
    pub late_at: Option<String>,
    /// B: the customer should have been called by then.
    pub contact_due: Option<String>,
    pub received: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OwedCall {
    pub obligation: Obligation,
    pub customer: String,
    pub phone: String,
    /// Why: the reason for no test run, the advice given …
    pub about: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NotReceived {
    pub job: JobId,
    pub order_no: String,
    pub customer: String,
    pub sealed_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NextDay {
    pub day: String,
    pub count: u32,
    pub first_at: Option<String>,
    pub first_customer: String,
    pub first_km: String,
}

/// The next step of the day: which job and which of its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AgendaNext {
    pub job: JobId,
    pub customer: String,
    pub step: Step,
    pub overdue: bool,
}
