//! One job with its current visit: everything its ten steps show.

use std::collections::BTreeMap;

use gongdan_documents::OrderSheet;
use gongdan_documents::difference::ChangedField;
use gongdan_domain::catalogue::Words;
use gongdan_domain::fees::FeeSheet;
use gongdan_domain::finding::Finding;
use gongdan_domain::id::{CustomerId, JobId, MachineId, PersonId, VisitId};
use gongdan_domain::kit::{KitGroup, KitLine};
use gongdan_domain::knowledge::RankedCause;
use gongdan_domain::money::Fen;
use gongdan_domain::obligation::Obligation;
use gongdan_domain::reading::ReadingSpec;
use gongdan_domain::safety::{NotSafe, SafetyItem};
use gongdan_domain::seal::Receipt;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::step::{Step, StepState, VisitStage};
use gongdan_domain::warranty::WarrantyJudgement;
use gongdan_domain::work_order::OrderDocument;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::FieldView;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobView {
    /// How many own changes this answer contains: of two answers the one that contains more is the newer.
    pub seq: u64,
    pub job: JobId,
    pub visit: VisitId,
    /// 1 for the first going there.
    pub visit_no: u32,
    /// The job's registers by field name (domain `entity::job`).
    pub fields: BTreeMap<String, FieldView>,
    /// The visit's registers by field name (domain `entity::visit`).
    pub visit_fields: BTreeMap<String, FieldView>,
    pub completeness: Completeness,
    /// A2: what the archive knows and the job lacks.
    pub archive: Vec<ArchiveOffer>,
    pub customer: Option<CustomerCard>,
    pub machine: Option<MachineCard>,
    /// Past orders of the machine, newest first.
    pub history: Vec<HistoryLine>,
    pub warranty: WarrantyView,
    pub state: VisitState,
    pub stage: VisitStage,
    pub steps: Vec<StepState>,
    pub current: Step,
    /// What the current step still needs, as keys for the catalogue (`step.missing.<key>`).
    pub missing: Vec<String>,
    pub kit: KitView,
    pub safety: SafetyView,
    pub readings: Vec<ReadingSpec>,
    pub estimate: EstimateView,
    /// People on this visit.
    pub crew: Vec<CrewMember>,
    /// Names of those to whom the office asks to hand the visit over.
    pub handover_to: Vec<String>,
    /// Words of causes, measures and parts for the picked codes.
    pub parts: Vec<PartWords>,
    /// Measures that the knowledge base proposes for the chosen causes.
    pub proposed_measures: Vec<Words>,
    pub obligations: Vec<Obligation>,
    pub findings: Vec<Finding>,
    pub delivery: Option<Delivery>,
    pub travel_minutes: Option<u32>,
    pub late_at: Option<String>,
}

/// A1: the meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Completeness {
    pub have: u32,
    pub total: u32,
    /// Field names.
    pub missing: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ArchiveOffer {
    /// Field of the job.
    pub field: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CustomerCard {
    pub id: CustomerId,
    pub fields: BTreeMap<String, FieldView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MachineCard {
    pub id: MachineId,
    pub fields: BTreeMap<String, FieldView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryLine {
    pub job: JobId,
    pub at: String,
    pub order_no: String,
    pub symptom: String,
    pub cause: String,
    pub technician: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WarrantyView {
    pub judgement: WarrantyJudgement,
    pub plan: Option<Words>,
    /// Decided by a person instead of computed.
    pub decided: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KitView {
    pub version: String,
    pub groups: Vec<KitGroup>,
    pub lines: Vec<KitLine>,
    /// Codes of mandatory lines neither ticked nor released.
    pub missing: Vec<String>,
    pub ready_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SafetyView {
    pub version: String,
    pub items: Vec<SafetyItem>,
    pub not_safe: Option<NotSafe>,
    pub not_safe_to_power_on: Option<NotSafe>,
}

/// F1, F2: the fees as of now, by the schedule that is or was pinned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EstimateView {
    pub sheet: FeeSheet,
    /// SHA-256 of the sheet's canonical JSON: what the consent names.
    pub hash: String,
    /// What the customer pays who says no before work has begun; absent once that is past or where it cannot be computed.
    pub declined_fen: Option<Fen>,
    /// Set where the sheet cannot be computed, with the reason's code (an unknown part, no schedule …).
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CrewMember {
    pub person: PersonId,
    pub name: String,
    pub number: String,
    pub grade: Words,
    pub leader: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartWords {
    pub code: String,
    pub words: Words,
    pub unit: Words,
    pub price_fen: i64,
}

/// H1: how far the sealed order is on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Delivery {
    pub order_no: String,
    pub revision: u32,
    pub hash: String,
    pub sealed_at: String,
    pub receipt: Option<Receipt>,
    pub files_total: u32,
    pub files_sent: u32,
    pub complete: bool,
}

/// A3: what may be wrong, ranked, with reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AnalysisView {
    pub symptom: String,
    pub causes: Vec<RankedCause>,
    /// "示例数据，以厂家手册为准" while it is the starter knowledge base.
    pub notice: Option<Words>,
    pub parts: Vec<PartWords>,
}

/// Exactly what will be sealed, except rating and signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderPreview {
    pub document: OrderDocument,
    /// The same as it stands on paper: what the customer reads, and the sentence that his signature confirms.
    pub sheet: OrderSheet,
    /// Hash of what is shown; sealing names it, so that exactly this is sealed.
    pub shown: String,
    /// Characters that no bundled font has; they print as 〔U+…〕.
    pub unprintable: Vec<String>,
    /// What is still missing before it can be sealed.
    pub missing: Vec<String>,
    /// What the QR on the screen carries.
    pub qr: String,
    /// What differs from the seal that this revision replaces.
    pub changes: Vec<ChangedField>,
}
