//! A finding: a rule that was broken in the field, or evidence that something does not fit. It refuses nothing; the office answers it.

pub mod ink;
pub mod signed;

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
    /// G5: a revision changed what no revision may change.
    RevisionOutOfBounds,
    /// Two documents bear one number; both are kept.
    NumberTwice,
    /// The numbers before this one were never drawn or are missing.
    NumberGap,
    /// After a restore a device offers records that are not here.
    RecordsOffered,
    /// Work that a colleague's device carried could not be taken in.
    CarriedRefused,
    /// H4: the strokes of another order's signature, apart from place and size.
    SignatureIdentical,
    /// H4: nearer to another order's signature than a hand repeats itself.
    SignatureTooNear,
    /// H4: signed before check-in, after check-out, or without any.
    SignedOutsideVisit,
    /// H4: signed away from where the technician checked in.
    SignedElsewhere,
    /// H4: the device's clock was set around the signature.
    ClockJumped,
    /// H4: a photo of the work is older than the visit.
    PhotoOlderThanVisit,
    /// H4: the same file belongs to another order.
    PhotoOnAnotherOrder,
    /// H4: nearly the same picture belongs to another order.
    PhotoLikeAnother,
    /// H4: a good opinion without the customer's signature.
    SatisfiedUnsigned,
    /// G2: sealed with another rating than the customer had confirmed, also where it was begun anew in between.
    RatingAltered,
    /// H4, E3: the price was shown after work had begun, or never.
    PriceNotShownBefore,
}

impl FindingCode {
    /// H4: for the manager alone. Devices never get these: their evidence may speak of other people's orders.
    pub fn for_the_manager(self) -> bool {
        matches!(
            self,
            Self::SignatureIdentical
                | Self::SignatureTooNear
                | Self::SignedOutsideVisit
                | Self::SignedElsewhere
                | Self::ClockJumped
                | Self::PhotoOlderThanVisit
                | Self::PhotoOnAnotherOrder
                | Self::PhotoLikeAnother
                | Self::SatisfiedUnsigned
                | Self::RatingAltered
                | Self::PriceNotShownBefore
        )
    }
}

/// 处理结果: what the company decided about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum FindingDecision {
    /// The explanation holds.
    ExplanationAccepted,
    /// BR-06: made good by a remedial callback, which must have reached the customer.
    RemedialCallback,
    /// It is as found; dealt with under the company's rules.
    Confirmed,
    /// Said in words.
    Other,
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
    /// How it was settled; absent in answers of the first versions.
    #[serde(default)]
    pub decision: Option<FindingDecision>,
}

/// A rule that an action breaks. The device refuses where it can; the server, which learns of it later, makes a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    pub finding: FindingCode,
    /// The refusal at the device; `None` where the device lets it pass.
    pub refusal: Option<crate::problem::Problem>,
    pub details: Value,
}
