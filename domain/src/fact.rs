//! What can happen, as typed facts. The envelope ([`crate::sync::change::Fact`]) keeps `kind` and `body` as they came, so that a
//! kind of a newer version passes through untouched; here the known kinds get their meaning.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use crate::finding::FindingDecision;
use crate::id::{FactId, FindingId, JobId, ObligationId, OrderId, PaperId, PersonId, VisitId};
use crate::paper::HazardDecision;
use crate::paper::invoice::InvoiceRequest;
use crate::safety::SafetyChoice;
use crate::sync::change::Fact;
use crate::time::Instant;
use crate::work_order::PayMethod;

/// How a call to the customer ended (B1–B7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum ContactOutcome {
    Confirmed,
    Rescheduled,
    DataDiffer,
    OutOfWarranty,
    Advised,
    Refused,
    Unreachable,
}

impl ContactOutcome {
    /// Whether the visit goes on as agreed.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::Confirmed | Self::Rescheduled | Self::DataDiffer | Self::OutOfWarranty | Self::Unreachable)
    }
}

/// Lists whose items are ticked one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum TickList {
    /// B1: what the customer confirmed: visit_time, address, model, purchase_date, symptom.
    Contact,
    /// C1: kit item codes.
    Kit,
    /// D1: appearance, introduced, work_id_shown.
    Door,
    /// E11, E12, G8: reinspected, training, equipment_count, cleaning, service_card, business_card.
    Handover,
}

/// What training may be about: ticked on the hand-over list beside its `training`, none of them obligatory (E11).
pub const TRAINING_TOPICS: [&str; 4] = ["start_stop", "oil_level", "cooler", "drain"];

impl TickList {
    /// The items that the standard demands; the kit's come from its template.
    pub fn required(self) -> &'static [&'static str] {
        match self {
            TickList::Contact => &["visit_time", "address", "model", "purchase_date", "symptom"],
            TickList::Kit => &[],
            TickList::Door => &["appearance", "introduced", "work_id_shown"],
            TickList::Handover => {
                &["reinspected", "training", "equipment_count", "cleaning", "service_card", "business_card"]
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum ReadingPhase {
    Before,
    After,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum PhotoKind {
    Nameplate,
    Before,
    Fault,
    After,
    /// The service card left at a closed door (B7, D4).
    Card,
    Other,
}

/// E11: 试机.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum TestRun {
    /// Run under full load, normal.
    FullLoad,
    /// Not run, or not under load: a follow-up after 2 hours (BR-02).
    NotRun,
}

/// E11: 修复把握.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Confidence {
    Certain,
    Mostly,
    /// A callback by the company after 3 hours (BR-03).
    NotSure,
}

/// How consent to a chargeable estimate was given (BR-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum ConsentHow {
    OnScreen,
    /// In an emergency; signed before leaving.
    Spoken,
}

/// G2: a rating by the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Rating {
    VerySatisfied,
    Satisfied,
    Fair,
    Dissatisfied,
    NotRated,
}

/// G3: the four equal ways to end an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum SigningChoice {
    Signed,
    Declined,
    Absent,
    Later,
}

/// Where the device was, if it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Position {
    /// Degrees, decimal text (signed content has no floats).
    pub lat: String,
    pub lon: String,
    pub accuracy_m: String,
}

/// Every fact that this version understands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum FactBody {
    // Decisions of the office
    /// A6, A4: who goes, when. The latest decision counts.
    JobAssigned {
        visit: VisitId,
        technicians: Vec<PersonId>,
        leader: PersonId,
        #[ts(type = "string | null")]
        planned_at: Option<Instant>,
    },
    JobCancelled {
        reason: String,
    },
    /// A visit is under way: whoever is there is asked to hand it over.
    ReassignRequested {
        visit: VisitId,
        technicians: Vec<PersonId>,
        leader: PersonId,
        #[ts(type = "string | null")]
        planned_at: Option<Instant>,
    },
    /// H2: sent back with a question.
    OrderQuestioned {
        order: OrderId,
        revision: u32,
        question: String,
    },
    QuestionAnswered {
        order: OrderId,
        answer: String,
    },
    /// H2: archived after review.
    OrderArchived {
        order: OrderId,
        revision: u32,
        archive_no: String,
    },
    FindingAnswered {
        finding: FindingId,
        answer: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        decision: Option<FindingDecision>,
    },
    /// BR-06: the customer is called because of a finding.
    RemedialCallback {
        finding: FindingId,
        /// What to talk about.
        about: String,
    },
    /// G5: of several documents that claim one revision this one counts.
    RevisionNamed {
        order: OrderId,
        revision: u32,
        hash: String,
        reason: String,
    },

    // Before the visit
    /// The technician has read the job (接单).
    JobAccepted {},
    /// B: every attempt is logged.
    ContactAttempt {
        number: String,
        whom: String,
        outcome: ContactOutcome,
        /// B4: that the fee schedule was announced.
        fees_announced: bool,
        /// B2: the newly agreed time.
        #[ts(type = "string | null")]
        new_time: Option<Instant>,
        /// B5: what was advised.
        guidance: String,
        note: String,
    },
    /// A tick on one of the lists; unticking retracts it.
    Ticked {
        list: TickList,
        item: String,
        template_version: String,
    },
    /// C1: missing items released with a reason; never the rag.
    KitReleased {
        items: Vec<String>,
        reason: String,
    },
    Departed {
        kit_version: String,
        released: Vec<String>,
    },

    // At the door
    LateNotice {
        minutes: u32,
        note: String,
    },
    Arrived {
        position: Option<Position>,
    },
    NotAdmitted {
        reason: String,
    },
    CardLeft {
        note: String,
    },
    CheckedIn {
        position: Option<Position>,
    },
    CheckedOut {
        position: Option<Position>,
    },

    // On site
    /// E1: one answer; a later one replaces it.
    SafetyAnswered {
        item: String,
        answer: SafetyChoice,
        template_version: String,
    },
    /// E1: conditions agreed with the customer's person.
    SafetySigned {
        conditions: String,
        with_whom: String,
    },
    /// E2: `value` is decimal text or the option's text. `confirmed` where an unusual value was confirmed.
    ReadingTaken {
        key: String,
        phase: ReadingPhase,
        value: String,
        unit: String,
        confirmed: bool,
    },
    /// E2: the envelope's `files[0]` is the stored photo.
    PhotoTaken {
        photo: PhotoKind,
        caption: String,
        width: u32,
        height: u32,
        /// H4: when the camera says that it took it; absent where the file says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "string")]
        taken_at: Option<Instant>,
    },
    /// E3, F1: fee schedule and service policy shown to the customer.
    FeesShown {
        schedule_version: String,
    },
    ConsentGiven {
        total_fen: i64,
        schedule_version: String,
        estimate_hash: String,
        by_name: String,
        how: ConsentHow,
    },
    ConsentRefused {
        total_fen: i64,
        reason: String,
    },
    WorkStarted {},
    TestRunRecorded {
        result: TestRun,
        minutes: u32,
        reason: String,
    },
    ConfidenceStated {
        confidence: Confidence,
    },
    WorkFinished {},
    /// E10: no argument, the office is alerted.
    Escalated {
        what: String,
        note: String,
    },
    NoteAdded {
        text: String,
    },

    // The order
    /// In the same change as the seal, so that lists need not open it.
    OrderSealed {
        order: OrderId,
        revision: u32,
        order_no: String,
        hash: String,
        choice: SigningChoice,
        quality: Rating,
        attitude: Rating,
        total_fen: i64,
        /// Hash of the seal that this revision replaces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        supersedes: Option<String>,
        /// H4: where it was signed, if the device knew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        position: Option<Position>,
    },
    /// G2: confirmed by the customer on his own screen. From then on this is what the revision's seal says.
    RatingGiven {
        order: OrderId,
        revision: u32,
        quality: Rating,
        attitude: Rating,
        opinion: String,
    },
    /// G2: the rating was begun anew on the customer's page; what was confirmed before stays on record. Who tapped it nobody knows.
    RatingReopened {
        order: OrderId,
        revision: u32,
    },
    /// G5: the sealed order is opened for its next revision; the reason goes on it. Retracted: given up.
    RevisionOpened {
        order: OrderId,
        revision: u32,
        supersedes: String,
        reason: String,
    },
    /// G3: the customer signed, or said no, after the order was sealed; in the same change as the sealed attestation.
    OrderAttested {
        order: OrderId,
        order_hash: String,
        hash: String,
        choice: SigningChoice,
        name: String,
        /// H4: where it was signed, if the device knew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        position: Option<Position>,
    },
    /// The answer of whoever is there: handed over, or why he goes on himself.
    ReassignAnswered {
        request: FactId,
        accepted: bool,
        #[serde(default)]
        reason: String,
    },
    /// A final number was shown for the first time; `owner` is what it stands on (the order, the receipt).
    NumberDrawn {
        number: String,
        #[ts(type = "string")]
        owner: uuid::Uuid,
    },
    /// It leads to no document and stays as void.
    NumberVoided {
        number: String,
        reason: String,
    },

    // Other papers: each in the same change as its seal, so that lists need not open it
    /// F3.
    ReceiptIssued {
        paper: PaperId,
        no: String,
        hash: String,
        sum_fen: i64,
        method: PayMethod,
    },
    /// F3: the number stays as void.
    ReceiptVoided {
        paper: PaperId,
        no: String,
        reason: String,
        /// The number that took its place; empty if none did.
        successor: String,
    },
    /// F3: the latest counts.
    InvoiceRequested {
        request: InvoiceRequest,
    },
    /// E4.
    TakenToWorkshop {
        paper: PaperId,
        no: String,
        hash: String,
        machine: String,
        #[ts(type = "string | null")]
        expected_back: Option<NaiveDate>,
        estimate_fen: i64,
    },
    WorkshopReturned {
        paper: PaperId,
        note: String,
    },
    /// E4.
    LoanerHandedOut {
        paper: PaperId,
        no: String,
        hash: String,
        asset: String,
        hours_out: String,
        #[ts(type = "string | null")]
        due: Option<NaiveDate>,
    },
    LoanerReturned {
        paper: PaperId,
        hours_back: String,
        note: String,
    },
    /// E6: stated in writing; `decision` is the customer's, empty where he took none.
    HazardStated {
        paper: PaperId,
        no: String,
        hash: String,
        /// What was seen, one line each.
        hazards: Vec<String>,
        acknowledged: SigningChoice,
        decision: Option<HazardDecision>,
    },
    /// E7: benefits explained, not wanted.
    ReplacementDeclined {
        paper: PaperId,
        no: String,
        hash: String,
        part: String,
        reason: String,
    },
    /// A photo that can no longer be delivered (invariant `blob_whole`).
    DeclaredLost {
        hash: String,
        reason: String,
    },
    /// A colleague's exported work was taken along; the envelope's `files[0]` is the file, which only the company can open.
    WorkCarried {
        note: String,
    },

    // Follow-up
    /// I2: `reached: false` never counts as done.
    CallbackMade {
        obligation: ObligationId,
        reached: bool,
        satisfied: Option<bool>,
        note: String,
    },
    ObligationWaived {
        obligation: ObligationId,
        reason: String,
    },
}

impl FactBody {
    /// The meaning of a fact; `None` for a kind, or a shape of a kind, that this version does not know.
    pub fn of(fact: &Fact) -> Option<FactBody> {
        serde_json::from_value(json!({ "kind": fact.kind, "body": fact.body })).ok()
    }

    /// Whether it only counts in the same change as the seal of a paper.
    pub fn with_its_seal(&self) -> bool {
        matches!(
            self,
            FactBody::ReceiptIssued { .. }
                | FactBody::TakenToWorkshop { .. }
                | FactBody::LoanerHandedOut { .. }
                | FactBody::HazardStated { .. }
                | FactBody::ReplacementDeclined { .. }
        )
    }

    /// Whether it is stated by a command of its own, which writes what belongs to it in the same change or asks first what must be asked:
    /// a seal, a number, a file, the judgement of a reading, the kit. Alone it would claim what nobody can look up.
    pub fn by_its_own_command(&self) -> bool {
        match self {
            FactBody::OrderSealed { .. }
            | FactBody::OrderAttested { .. }
            | FactBody::RatingGiven { .. }
            | FactBody::RatingReopened { .. }
            | FactBody::RevisionOpened { .. }
            | FactBody::NumberDrawn { .. }
            | FactBody::NumberVoided { .. }
            | FactBody::ReceiptVoided { .. }
            | FactBody::JobAssigned { .. }
            | FactBody::Departed { .. }
            | FactBody::ReadingTaken { .. }
            | FactBody::PhotoTaken { .. }
            | FactBody::DeclaredLost { .. }
            | FactBody::WorkCarried { .. } => true,
            _ => self.with_its_seal(),
        }
    }

    /// Whether whoever stated it may take it back. What is sealed or numbered, what the customer confirmed and what the office decided
    /// stays; each has its own way on.
    pub fn may_be_taken_back(&self) -> bool {
        let only_recorded =
            matches!(self, FactBody::Departed { .. } | FactBody::ReadingTaken { .. } | FactBody::PhotoTaken { .. });
        !self.by_office_only() && (only_recorded || !self.by_its_own_command())
    }

    /// Kind and body as the envelope carries them.
    pub fn parts(&self) -> (String, serde_json::Value) {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        let kind = value["kind"].as_str().unwrap_or_default().to_owned();
        (kind, value["body"].take())
    }

    /// Whether only the office may state it.
    pub fn by_office_only(&self) -> bool {
        matches!(
            self,
            FactBody::JobCancelled { .. }
                | FactBody::ReassignRequested { .. }
                | FactBody::OrderQuestioned { .. }
                | FactBody::OrderArchived { .. }
                | FactBody::FindingAnswered { .. }
                | FactBody::RemedialCallback { .. }
                | FactBody::RevisionNamed { .. }
                | FactBody::ObligationWaived { .. }
        )
    }
}

/// Names a job and perhaps a visit, as facts do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct About {
    pub job: JobId,
    #[serde(default)]
    pub visit: Option<VisitId>,
}
