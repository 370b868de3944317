//! A visit: one going there. Its progress is computed from facts, in whatever order they arrive, never stored.
//! This file reads the facts into a state; `step` says where it stands, `breach` what an action would break,
//! `revision` which of several seals counts.

pub mod breach;
pub mod handover;
mod papers;
pub mod revision;
pub mod step;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::entity::{Fields, visit as field};
use crate::fact::{
    Confidence, ContactOutcome, FactBody, PhotoKind, Rating, ReadingPhase, SigningChoice, TestRun, TickList,
};
use crate::id::{FactId, OrderId, PersonId, VisitId};
use crate::paper::IssuedPaper;
use crate::paper::invoice::InvoiceRequest;
use crate::safety::SafetyChoice;
use crate::sync::change::{Fact, FileRef};
use crate::time::Instant;
use crate::visit::handover::Handover;
use crate::visit::revision::{Attested, Revising};
use crate::work_order::{DocType, OldPart, PayMethod};

/// A picked cause: from the knowledge base (`fault` and `order` given) or in the technician's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CausePick {
    pub fault: Option<String>,
    pub order: Option<u32>,
    pub zh: String,
    pub en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartPick {
    pub code: String,
    /// Decimal text.
    pub quantity: String,
}

/// A5, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Triage {
    pub by_phone: bool,
    pub repairable: bool,
    pub on_site: bool,
    pub workshop: bool,
    pub loaner: Option<String>,
}

/// A3: what was thought before leaving.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Analysis {
    pub causes: Vec<CausePick>,
    pub parts: Vec<PartPick>,
    pub triage: Option<Triage>,
}

/// E2: was the earlier analysis right?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum AnalysisRight {
    Right,
    Partly,
    Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum CauseType {
    Product,
    Wear,
    Upkeep,
    Misuse,
    Installation,
    Environment,
    /// All was well.
    NoFault,
    /// Not found out on this visit.
    NotFound,
}

/// E2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Diagnosis {
    pub causes: Vec<CausePick>,
    pub cause_type: Option<CauseType>,
    pub analysis_right: Option<AnalysisRight>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UsedPart {
    pub code: String,
    /// Decimal text.
    pub quantity: String,
    pub old_part: OldPart,
    /// `None`: as the warranty rules say.
    #[serde(default)]
    pub covered: Option<bool>,
}

/// Work of one technician, minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Labour {
    pub person: PersonId,
    pub minutes: u32,
}

/// F2: what the technician adds to the computed fees.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Charges {
    /// Codes of the schedule's other fees with quantities (decimal text).
    #[serde(default)]
    pub other: Vec<PartPick>,
    /// Percent off as decimal text, with its reason.
    #[serde(default)]
    pub discount_pct: Option<String>,
    #[serde(default)]
    pub waive_fen: Option<i64>,
    #[serde(default)]
    pub reason: String,
    /// The customer accepted the repair (the diagnosis fee is then waived).
    #[serde(default)]
    pub repair_declined: bool,
}

/// F3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Payment {
    pub doc_type: DocType,
    pub method: PayMethod,
    pub paid_fen: i64,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    #[ts(type = "unknown")]
    pub invoice: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Attempt {
    pub fact: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    pub outcome: ContactOutcome,
    pub number: String,
    pub whom: String,
    pub fees_announced: bool,
    #[ts(type = "string | null")]
    pub new_time: Option<Instant>,
    pub guidance: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Tick {
    pub fact: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    pub by: PersonId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Answer {
    pub fact: FactId,
    pub answer: SafetyChoice,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TakenReading {
    pub fact: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    pub key: String,
    pub phase: ReadingPhase,
    pub value: String,
    pub unit: String,
    pub confirmed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Photo {
    pub fact: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    pub photo: PhotoKind,
    pub caption: String,
    pub file: FileRef,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Consent {
    pub fact: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    pub total_fen: i64,
    pub schedule_version: String,
    pub by_name: String,
    pub how: crate::fact::ConsentHow,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Seal {
    pub order: OrderId,
    pub revision: u32,
    pub order_no: String,
    pub hash: String,
    #[ts(type = "string")]
    pub at: Instant,
    pub choice: SigningChoice,
    pub quality: Rating,
    pub attitude: Rating,
    pub total_fen: i64,
    /// Hash of the seal that it replaces.
    pub supersedes: Option<String>,
}

/// G2: what the customer confirmed of a revision, before it is sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Rated {
    #[ts(type = "string")]
    pub at: Instant,
    pub revision: u32,
    pub quality: Rating,
    pub attitude: Rating,
    pub opinion: String,
}

/// A question of the office about a sealed order, and the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Question {
    pub fact: FactId,
    #[ts(type = "string")]
    pub at: Instant,
    pub question: String,
    pub answer: Option<String>,
}

/// Everything that the facts of one visit (and its job's) say, newest unretracted first where only one counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VisitState {
    pub id: Option<VisitId>,
    pub technicians: Vec<PersonId>,
    pub leader: Option<PersonId>,
    #[ts(type = "string | null")]
    pub planned_at: Option<Instant>,
    pub cancelled: Option<String>,
    #[ts(type = "string | null")]
    pub accepted_at: Option<Instant>,
    pub attempts: Vec<Attempt>,
    /// Per list the newest tick of each item.
    pub ticks: BTreeMap<TickList, BTreeMap<String, Tick>>,
    pub kit_released: BTreeMap<String, String>,
    #[ts(type = "string | null")]
    pub departed_at: Option<Instant>,
    pub late_notice: bool,
    #[ts(type = "string | null")]
    pub arrived_at: Option<Instant>,
    pub not_admitted: Option<String>,
    pub card_left: bool,
    #[ts(type = "string | null")]
    pub checked_in_at: Option<Instant>,
    #[ts(type = "string | null")]
    pub checked_out_at: Option<Instant>,
    pub safety: BTreeMap<String, Answer>,
    #[ts(type = "string | null")]
    pub safety_signed_at: Option<Instant>,
    pub readings: Vec<TakenReading>,
    pub photos: Vec<Photo>,
    #[ts(type = "string | null")]
    pub fees_shown_at: Option<Instant>,
    pub consent: Option<Consent>,
    pub consent_refused: Option<String>,
    #[ts(type = "string | null")]
    pub work_started_at: Option<Instant>,
    #[ts(type = "string | null")]
    pub work_finished_at: Option<Instant>,
    pub test: Option<TestRun>,
    pub test_minutes: u32,
    pub test_reason: String,
    pub confidence: Option<Confidence>,
    pub escalated: bool,
    pub notes: Vec<String>,
    pub seals: Vec<Seal>,
    /// What the customer confirmed last, and did not begin anew.
    #[serde(default)]
    pub rated: Option<Rated>,
    pub questions: Vec<Question>,
    pub archived: Option<String>,
    /// Receipts, slips and notices, in the order they were made.
    pub papers: Vec<IssuedPaper>,
    /// F3: the latest.
    pub invoice: Option<InvoiceRequest>,
    /// The revision that was archived last; a newer one waits for its review.
    pub archived_revision: u32,
    /// The office asks whoever is there to hand the visit over.
    pub handover: Option<Handover>,
    /// Open for its next revision.
    pub revising: Option<Revising>,
    /// Hashes that the company named the valid ones, oldest first.
    pub named: Vec<String>,
    pub attested: Vec<Attested>,
    /// How far departed, arrived, started and finished may be off, milliseconds, where the device had measured its clock.
    pub uncertainty_ms: BTreeMap<String, i64>,

    // The registers of the visit, as shown.
    pub analysis: Option<Analysis>,
    pub diagnosis: Option<Diagnosis>,
    pub found_condition: String,
    pub alarm_code: String,
    pub measures: Vec<String>,
    pub parts_used: Option<Vec<UsedPart>>,
    pub labour: Option<Vec<Labour>>,
    pub charges: Charges,
    pub payment: Option<Payment>,
    pub hidden_defects: String,
    pub suggestions: String,
}

impl VisitState {
    /// Reads the unretracted facts of a job that belong to this visit (or to no visit) and the visit's registers.
    /// The order of `facts` does not matter: they are taken by corrected time, then id.
    pub fn of(visit: VisitId, facts: &[Fact], fields: &Fields) -> Self {
        let mut ordered: Vec<&Fact> = facts.iter().filter(|f| f.visit.is_none_or(|v| v == visit)).collect();
        ordered.sort_by_key(|f| (f.at.corrected(), f.id));
        let mut state = Self { id: Some(visit), ..Self::default() };
        state.papers = papers::of(&ordered);
        state.handover = handover::of(visit, &ordered);
        for fact in ordered {
            if let Some(body) = FactBody::of(fact) {
                state.take(fact, body);
            }
        }
        // What is sealed is nobody's to hand over any more.
        state.handover = state.handover.filter(|asked| asked.answer.is_some() || state.seals.is_empty());
        // What was opened is closed by its seal, whichever of the two was told first.
        let open = state.revising.take().filter(|open| state.seals.iter().all(|seal| seal.revision < open.revision));
        state.revising = open;
        state.read(fields);
        state
    }

    fn read(&mut self, fields: &Fields) {
        self.analysis = fields.read(field::ANALYSIS);
        self.diagnosis = fields.read(field::DIAGNOSIS);
        self.found_condition = fields.text(field::FOUND_CONDITION).to_owned();
        self.alarm_code = fields.text(field::ALARM_CODE).to_owned();
        self.measures = fields.read(field::MEASURES).unwrap_or_default();
        self.parts_used = fields.read(field::PARTS_USED);
        self.labour = fields.read(field::LABOUR);
        self.charges = fields.read(field::CHARGES).unwrap_or_default();
        self.payment = fields.read(field::PAYMENT);
        self.hidden_defects = fields.text(field::HIDDEN_DEFECTS).to_owned();
        self.suggestions = fields.text(field::SUGGESTIONS).to_owned();
    }

    fn take(&mut self, fact: &Fact, body: FactBody) {
        let at = fact.at.corrected();
        self.measured(fact, &body);
        match body {
            FactBody::JobAssigned { visit, technicians, leader, planned_at } if self.id == Some(visit) => {
                self.technicians = technicians;
                self.leader = Some(leader);
                self.planned_at = planned_at;
            }
            FactBody::JobCancelled { reason } => self.cancelled = Some(reason),
            FactBody::JobAccepted {} => _ = self.accepted_at.get_or_insert(at),
            FactBody::ContactAttempt { number, whom, outcome, fees_announced, new_time, guidance, note } => {
                let fact = fact.id;
                self.attempts.push(Attempt {
                    fact,
                    at,
                    outcome,
                    number,
                    whom,
                    fees_announced,
                    new_time,
                    guidance,
                    note,
                });
            }
            FactBody::Ticked { list, item, .. } => {
                self.ticks.entry(list).or_default().insert(item, Tick { fact: fact.id, at, by: fact.by });
            }
            FactBody::KitReleased { items, reason } => {
                self.kit_released.extend(items.into_iter().map(|item| (item, reason.clone())));
            }
            FactBody::Departed { .. } => self.departed_at = Some(at),
            FactBody::LateNotice { .. } => self.late_notice = true,
            FactBody::Arrived { .. } => {
                self.arrived_at = Some(at);
                self.not_admitted = None;
            }
            FactBody::NotAdmitted { reason } => self.not_admitted = Some(reason),
            FactBody::CardLeft { .. } => self.card_left = true,
            FactBody::CheckedIn { .. } => _ = self.checked_in_at.get_or_insert(at),
            FactBody::CheckedOut { .. } => self.checked_out_at = Some(at),
            FactBody::SafetyAnswered { item, answer, .. } => {
                self.safety.insert(item, Answer { fact: fact.id, answer });
            }
            FactBody::SafetySigned { .. } => self.safety_signed_at = Some(at),
            FactBody::ReadingTaken { key, phase, value, unit, confirmed } => {
                self.readings.retain(|r| (r.key.as_str(), r.phase) != (key.as_str(), phase));
                self.readings.push(TakenReading { fact: fact.id, at, key, phase, value, unit, confirmed });
            }
            FactBody::PhotoTaken { photo, caption, width, height, .. } => {
                if let Some(file) = fact.files.first().cloned() {
                    self.photos.push(Photo { fact: fact.id, at, photo, caption, file, width, height });
                }
            }
            FactBody::FeesShown { .. } => _ = self.fees_shown_at.get_or_insert(at),
            FactBody::ConsentGiven { total_fen, schedule_version, by_name, how, .. } => {
                self.consent = Some(Consent { fact: fact.id, at, total_fen, schedule_version, by_name, how });
                self.consent_refused = None;
            }
            FactBody::ConsentRefused { reason, .. } => {
                self.consent_refused = Some(reason);
                self.consent = None;
            }
            FactBody::WorkStarted {} => _ = self.work_started_at.get_or_insert(at),
            FactBody::WorkFinished {} => self.work_finished_at = Some(at),
            FactBody::TestRunRecorded { result, minutes, reason } => {
                self.test = Some(result);
                self.test_minutes = minutes;
                self.test_reason = reason;
            }
            FactBody::ConfidenceStated { confidence } => self.confidence = Some(confidence),
            FactBody::Escalated { .. } => self.escalated = true,
            FactBody::NoteAdded { text } => self.notes.push(text),
            FactBody::OrderSealed {
                order,
                revision,
                order_no,
                hash,
                choice,
                quality,
                attitude,
                total_fen,
                supersedes,
                ..
            } => {
                self.seals.push(Seal {
                    order,
                    revision,
                    order_no,
                    hash,
                    at,
                    choice,
                    quality,
                    attitude,
                    total_fen,
                    supersedes,
                });
            }
            FactBody::RatingGiven { revision, quality, attitude, opinion, .. } => {
                self.rated = Some(Rated { at, revision, quality, attitude, opinion });
            }
            FactBody::RatingReopened { revision, .. } => {
                self.rated = self.rated.take().filter(|rated| rated.revision != revision);
            }
            FactBody::RevisionOpened { revision, supersedes, reason, .. } => {
                self.revising = Some(Revising { fact: fact.id, at, revision, supersedes, reason });
            }
            FactBody::RevisionNamed { hash, .. } => self.named.push(hash),
            FactBody::OrderAttested { order_hash, hash, choice, name, .. } => {
                self.attested.push(Attested { order_hash, hash, at, choice, name });
            }
            FactBody::OrderQuestioned { question, .. } => {
                self.questions.push(Question { fact: fact.id, at, question, answer: None });
            }
            FactBody::QuestionAnswered { answer, .. } => {
                if let Some(open) = self.questions.iter_mut().rev().find(|q| q.answer.is_none()) {
                    open.answer = Some(answer);
                }
            }
            FactBody::OrderArchived { archive_no, revision, .. } => {
                self.archived = Some(archive_no);
                self.archived_revision = revision;
            }
            FactBody::InvoiceRequested { request } => self.invoice = Some(request),
            // Papers are read together: see `papers`.
            FactBody::ReceiptIssued { .. }
            | FactBody::ReceiptVoided { .. }
            | FactBody::TakenToWorkshop { .. }
            | FactBody::WorkshopReturned { .. }
            | FactBody::LoanerHandedOut { .. }
            | FactBody::LoanerReturned { .. }
            | FactBody::HazardStated { .. }
            | FactBody::ReplacementDeclined { .. } => {}
            FactBody::JobAssigned { .. }
            | FactBody::ReassignRequested { .. }
            | FactBody::ReassignAnswered { .. }
            | FactBody::FindingAnswered { .. }
            | FactBody::RemedialCallback { .. }
            | FactBody::NumberDrawn { .. }
            | FactBody::NumberVoided { .. }
            | FactBody::DeclaredLost { .. }
            | FactBody::WorkCarried { .. }
            | FactBody::CallbackMade { .. }
            | FactBody::ObligationWaived { .. } => {}
        }
    }

    /// Times are printed and sealed with what the clock knew about itself; the first check-in and start count, as their times do.
    fn measured(&mut self, fact: &Fact, body: &FactBody) {
        let (name, first) = match body {
            FactBody::Departed { .. } => ("departed", false),
            FactBody::Arrived { .. } => ("arrived", false),
            FactBody::CheckedIn { .. } => ("arrived", true),
            FactBody::WorkStarted {} => ("started", true),
            FactBody::WorkFinished {} => ("finished", false),
            _ => return,
        };
        let Some(uncertain) = fact.at.uncertainty_ms else { return };
        if !first || !self.uncertainty_ms.contains_key(name) {
            self.uncertainty_ms.insert(name.to_owned(), uncertain);
        }
    }

    /// The revision that is written now: the first, or the one that is open.
    pub fn writing(&self) -> u32 {
        self.revising.as_ref().map_or(1, |open| open.revision)
    }

    /// What the customer confirmed of a revision.
    pub fn rated(&self, revision: u32) -> Option<&Rated> {
        self.rated.as_ref().filter(|rated| rated.revision == revision)
    }

    /// The newest tick of an item, if it stands.
    pub fn ticked(&self, list: TickList, item: &str) -> Option<&Tick> {
        self.ticks.get(&list).and_then(|items| items.get(item))
    }

    /// The demanded items of a list that are not ticked.
    pub fn unticked(&self, list: TickList) -> Vec<&'static str> {
        list.required().iter().copied().filter(|item| self.ticked(list, item).is_none()).collect()
    }

    /// The newest reading of a key in a phase.
    pub fn reading(&self, key: &str, phase: ReadingPhase) -> Option<&TakenReading> {
        self.readings.iter().rev().find(|r| r.key == key && r.phase == phase)
    }

    /// Whether the last call leaves the visit as agreed.
    pub fn contacted_at(&self) -> Option<Instant> {
        self.attempts.last().filter(|a| a.outcome.goes_on()).map(|a| a.at)
    }

    pub fn has_photo(&self, kind: PhotoKind) -> bool {
        self.photos.iter().any(|p| p.photo == kind)
    }
}
