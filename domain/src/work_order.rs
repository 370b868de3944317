//! The work order 空气压缩机检测维修工作单 (G1): everything on it as one value, exactly as the customer saw it when he signed.
//! It is filled from what was already entered; nothing is typed twice. Decimals are text, money integer fen: the seal has no floats.

pub mod attestation;
pub mod difference;
pub mod draft;
pub mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{CompanyProfile, Words};
use crate::fact::{Confidence, ConsentHow, PhotoKind, Rating, TestRun};
use crate::fees::FeeSheet;
use crate::id::{JobId, OrderId, PersonId, VisitId};
use crate::time::Instant;

/// The kind under which orders are sealed and numbered.
pub const WORK_ORDER: &str = "work_order";
/// The form's name and version inside the seal.
pub const FORM: &str = "gongdan.work-order/1";

/// The whole order. What a part needs is in the part; the document prints nothing that is not here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderDocument {
    pub form: String,
    pub order_id: OrderId,
    pub job_id: JobId,
    pub visit_id: VisitId,
    /// Final, device-prefixed: `GD-A7-2611-0032`.
    pub order_no: String,
    /// 1, 2, 3 …
    pub revision: u32,
    /// The revision that this one replaces (G5).
    pub supersedes: Option<Supersedes>,
    /// IANA name of the site's zone; all times print in it.
    pub zone: String,
    pub company: Letterhead,
    pub head: OrderHead,
    pub customer: OrderCustomer,
    pub machine: OrderMachine,
    pub fault: OrderFault,
    pub readings: Vec<OrderReading>,
    pub times: OrderTimes,
    pub technicians: Vec<OrderTechnician>,
    pub parts: Vec<OrderPart>,
    pub fees: FeeSheet,
    #[ts(type = "string | null")]
    pub fees_shown_at: Option<Instant>,
    pub consent: Option<OrderConsent>,
    pub payment: OrderPayment,
    pub test: Option<OrderTest>,
    pub confidence: Option<Confidence>,
    pub follow_ups: Vec<OrderFollowUp>,
    pub handover: OrderHandover,
    pub photos: Vec<OrderPhoto>,
    /// The customer's; empty while the order is a draft.
    pub rating: Option<OrderRating>,
    pub signing: Option<Signing>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Supersedes {
    pub revision: u32,
    pub hash: String,
    pub reason: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Letterhead {
    pub name: Words,
    /// One character in the letterhead's mark.
    pub mark: String,
    pub hotline: String,
    pub address: Words,
    /// Where the QR leads, if the company has a public address.
    pub public_address: Option<String>,
}

impl Letterhead {
    pub fn of(company: &CompanyProfile) -> Self {
        Self {
            name: company.name.clone(),
            mark: company.mark.clone(),
            hotline: company.hotline.clone(),
            address: company.address.clone(),
            public_address: company.public_address.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderHead {
    pub category: Words,
    pub service_kind: Words,
    pub warranty: Words,
    pub urgency: Words,
    #[ts(type = "string | null")]
    pub reported_at: Option<Instant>,
    pub reporter: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderCustomer {
    pub name: String,
    pub address: String,
    pub contact: String,
    pub phone: String,
    pub wishes: String,
    pub distance_km: String,
}

/// The nameplate; empty text where unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderMachine {
    pub brand: String,
    pub model: String,
    pub serial_no: String,
    pub machine_type: String,
    pub power_kw: String,
    pub pressure_mpa: String,
    pub fad_m3min: String,
    pub voltage_v: String,
    pub frequency_hz: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub rated_current_a: String,
    pub cooling: String,
    pub drive: String,
    pub manufacture_date: String,
    pub purchase_date: String,
    pub commission_date: String,
    pub run_hours: String,
    pub load_hours: String,
    /// "12 个月,已过" / "12 months, over" …
    pub warranty_term: Words,
    /// There is no plate to read; a photo shows where it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub nameplate_missing: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderFault {
    pub symptom: String,
    pub alarm_code: String,
    pub found_condition: String,
    /// The first is the main cause.
    pub causes: Vec<Words>,
    pub cause_type: Option<Words>,
    pub measures: Vec<Words>,
    pub hidden_defects: String,
    pub suggestions: String,
}

/// One row of readings. `typical` is lower and upper bound, either may be open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderReading {
    pub key: String,
    pub words: Words,
    pub unit: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub typical: (Option<String>, Option<String>),
    pub before_flag: ReadingFlag,
    pub after_flag: ReadingFlag,
}

/// Where a reading lies against its usual range; printed as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum ReadingFlag {
    Usual,
    Low,
    High,
}

/// Leaving comes after the seal and stays outside of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderTimes {
    #[ts(type = "string | null")]
    pub agreed: Option<Instant>,
    #[ts(type = "string | null")]
    pub departed: Option<Instant>,
    #[ts(type = "string | null")]
    pub arrived: Option<Instant>,
    #[ts(type = "string | null")]
    pub started: Option<Instant>,
    #[ts(type = "string | null")]
    pub finished: Option<Instant>,
    /// How far a time may be off, milliseconds, by the name of the field above; a time whose clock was never measured has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub uncertainty_ms: Option<BTreeMap<String, i64>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderTechnician {
    pub person: PersonId,
    pub name: String,
    pub number: String,
    pub grade: Words,
    pub leader: bool,
    /// G1: his own strokes, taken once on the device that sealed; what signs is the device's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub ink: Option<Ink>,
}

/// What became of the old part (E11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum OldPart {
    Returned,
    TakenBack,
    Scrapped,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderPart {
    pub code: String,
    pub words: Words,
    /// Decimal text.
    pub quantity: String,
    pub unit: Words,
    pub old_part: OldPart,
    pub covered_by_warranty: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderConsent {
    pub by_name: String,
    #[ts(type = "string")]
    pub at: Instant,
    pub how: ConsentHow,
    pub total_fen: i64,
    pub schedule_version: String,
}

/// F3: receipt or invoice as the customer wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum DocType {
    Receipt,
    GeneralInvoice,
    SpecialInvoice,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum PayMethod {
    Cash,
    Wechat,
    Alipay,
    Transfer,
    Monthly,
    Unpaid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderPayment {
    pub doc_type: DocType,
    pub method: PayMethod,
    pub paid_fen: i64,
    /// Terms or the reason for unpaid.
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderTest {
    pub result: TestRun,
    pub minutes: u32,
    pub reason: String,
}

/// What is owed after leaving; paper says "within 2 hours after leaving".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderFollowUp {
    /// BR-02, BR-03 …
    pub rule: String,
    pub words: Words,
    pub hours_after_leaving: u32,
    pub by_company: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderHandover {
    pub reinspected: bool,
    pub training: bool,
    pub equipment_count: bool,
    pub cleaning: bool,
    pub service_card: bool,
    pub business_card: bool,
    /// What the training was about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Words>>")]
    pub topics: Vec<Words>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderPhoto {
    pub hash: String,
    pub kind: PhotoKind,
    pub caption: String,
    #[ts(type = "string")]
    pub taken_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrderRating {
    pub quality: Rating,
    pub attitude: Rating,
    pub opinion: String,
}

/// One point of a stroke: position in thousandths of the pad's width, milliseconds since the first point, pressure in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InkPoint {
    pub x: i32,
    pub y: i32,
    pub t: i32,
    pub p: i32,
}

/// A signature as strokes, not pixels: sharp at any size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Ink {
    /// The pad's height in thousandths of its width.
    pub height: i32,
    pub strokes: Vec<Vec<InkPoint>>,
}

impl Ink {
    /// Whether there is something on the pad that can be called a signature: more than a dot.
    pub fn is_empty(&self) -> bool {
        self.strokes.iter().map(Vec::len).sum::<usize>() < 3
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum DeclineReason {
    Unwilling,
    Dissatisfied,
    NoElectronic,
    Other,
}

/// G3: four equal ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "choice", rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum Signing {
    Signed {
        name: String,
        role: String,
        is_contact: bool,
        ink: Ink,
        #[ts(type = "string")]
        at: Instant,
    },
    Declined {
        reason: DeclineReason,
        words: String,
        #[ts(type = "string")]
        at: Instant,
    },
    Absent {
        words: String,
        #[ts(type = "string")]
        at: Instant,
    },
    Later {
        words: String,
        #[ts(type = "string")]
        at: Instant,
    },
}
