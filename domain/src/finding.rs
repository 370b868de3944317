//! A finding: a rule that was broken in the field, or evidence that something does not fit. It refuses nothing; the office answers it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::id::{FactId, FindingId, JobId, VisitId};
use crate::time::Instant;

/// What was found. Words are in the interface's catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum FindingCode {
    /// C1: departed with a released or missing mandatory item.
    DepartedIncomplete,
    /// C1: the kit was released with a reason.
    KitReleased,
    /// D1: entered without the check at the door.
    DoorSkipped,
    /// E1: worked without a complete safety checklist.
    WorkedUnsafe,
    /// E3, F2: worked without consent to a chargeable estimate.
    WorkedWithoutConsent,
    /// E3: the fee schedule was not shown before work.
    FeesNotShown,
    /// F2: a discount or waiver over the technician's limit.
    OverDiscount,
    /// F2: sealed total differs from the estimate that the customer agreed to.
    TotalDiffersFromConsent,
    /// E2: an unusual reading was confirmed.
    UnusualReading,
    /// A step was recorded before the one it needs.
    StepSkipped,
    /// The job was given to somebody else meanwhile.
    NotAssigned,
    /// The job had been cancelled.
    JobWasCancelled,
    /// G3: not signed, with reason.
    NotSigned,
    /// G2: the customer is not satisfied.
    Dissatisfied,
    /// G5: two first revisions of one order.
    TwoFirstRevisions,
    /// G6: a link of the seal chain is missing.
    ChainBroken,
    /// G6: the seal's hash or signature is wrong.
    SealInvalid,
    /// A write named predecessors that never arrived.
    SeenUnknown,
    /// The device's clock differed by more than five minutes.
    ClockSkewed,
    /// A fact was taken back after the order had been sealed.
    RetractedAfterSeal,
    /// Numbers of a device are missing; what they said is lost unless it is found.
    Hole,
}

/// One finding and, later, the office's answer to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Finding {
    pub id: FindingId,
    pub code: FindingCode,
    #[serde(default)]
    pub job: Option<JobId>,
    #[serde(default)]
    pub visit: Option<VisitId>,
    #[serde(default)]
    pub fact: Option<FactId>,
    #[ts(type = "string")]
    pub found_at: Instant,
    /// Evidence: names, numbers, hashes.
    #[serde(default)]
    #[ts(type = "unknown")]
    pub details: Value,
    /// The office's answer, once there is one.
    #[serde(default)]
    pub answer: Option<String>,
}

/// A rule that an action breaks. The device refuses where it can; the server, which learns of it later, makes a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    pub finding: FindingCode,
    /// The refusal at the device; `None` where the device lets it pass.
    pub refusal: Option<crate::problem::Problem>,
    pub details: Value,
}
