//! Papers of a visit beside the work order: receipt, workshop slip, loaner slip, hazard notice, declined replacement. Each is one value,
//! exactly as the customer saw it when he signed, and is sealed like an order. Refuses to hold anything that is not printed.

pub mod invoice;
pub mod templates;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Words;
use crate::id::{DeviceId, JobId, PaperId, VisitId, derived};
use crate::time::Instant;
use crate::work_order::{Letterhead, OrderCustomer, OrderMachine, OrderPhoto, OrderTechnician, PayMethod, Signing};

/// The form's name and version inside the seal.
pub const FORM: &str = "gongdan.paper/1";

/// Which paper; the name of its kind inside the seal and of its count of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum PaperKind {
    /// F3: 收据.
    Receipt,
    /// E4: 返厂交接单.
    HandoverSlip,
    /// E4: 备用机借用单.
    LoanerSlip,
    /// E6: 安全隐患告知书.
    HazardNotice,
    /// E7: 客户拒换说明.
    DeclinedReplacement,
}

impl PaperKind {
    pub const ALL: [PaperKind; 5] = [
        PaperKind::Receipt,
        PaperKind::HandoverSlip,
        PaperKind::LoanerSlip,
        PaperKind::HazardNotice,
        PaperKind::DeclinedReplacement,
    ];

    /// The kind inside [`crate::seal::SealPayload`] and in the device's counts.
    pub fn name(self) -> &'static str {
        match self {
            PaperKind::Receipt => "receipt",
            PaperKind::HandoverSlip => "handover_slip",
            PaperKind::LoanerSlip => "loaner_slip",
            PaperKind::HazardNotice => "hazard_notice",
            PaperKind::DeclinedReplacement => "declined_replacement",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The mark before the device's prefix: `SJ-A7-2611-0019`.
    pub fn mark(self) -> &'static str {
        match self {
            PaperKind::Receipt => "SJ",
            PaperKind::HandoverSlip => "FC",
            PaperKind::LoanerSlip => "JY",
            PaperKind::HazardNotice => "YH",
            PaperKind::DeclinedReplacement => "JH",
        }
    }

    /// The `n`-th paper of this kind that a device makes in a visit, counted from 1: a second look at a paper that was not
    /// sealed is the same paper with the same number.
    pub fn id(self, visit: VisitId, device: DeviceId, n: u32) -> PaperId {
        PaperId(derived(visit.0, &format!("{}-{device}-{n}", self.name())))
    }

    /// Whether the customer is asked to sign; a receipt is signed by whoever took the money.
    pub fn asks_signature(self) -> bool {
        self != PaperKind::Receipt
    }
}

/// The whole paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Paper {
    pub form: String,
    pub id: PaperId,
    pub job_id: JobId,
    pub visit_id: VisitId,
    /// Final, device-prefixed: `SJ-A7-2611-0019`.
    pub no: String,
    /// The work order of the same visit; empty while it has no number.
    pub order_no: String,
    /// IANA name of the site's zone; all times print in it.
    pub zone: String,
    pub company: Letterhead,
    pub customer: OrderCustomer,
    pub machine: OrderMachine,
    pub warranty: Words,
    pub technician: OrderTechnician,
    /// When its number was drawn.
    #[ts(type = "string")]
    pub made_at: Instant,
    pub photos: Vec<OrderPhoto>,
    pub body: PaperBody,
    /// The customer's; empty while the paper is a draft, and on a receipt.
    pub signing: Option<Signing>,
}

impl Paper {
    pub fn kind(&self) -> PaperKind {
        self.body.kind()
    }
}

/// What makes a paper of its kind: typed in or computed, nothing of it stands on the job already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum PaperBody {
    Receipt(ReceiptBody),
    HandoverSlip(HandoverBody),
    LoanerSlip(LoanerBody),
    HazardNotice(HazardBody),
    DeclinedReplacement(DeclinedBody),
}

impl PaperBody {
    pub fn kind(&self) -> PaperKind {
        match self {
            PaperBody::Receipt(_) => PaperKind::Receipt,
            PaperBody::HandoverSlip(_) => PaperKind::HandoverSlip,
            PaperBody::LoanerSlip(_) => PaperKind::LoanerSlip,
            PaperBody::HazardNotice(_) => PaperKind::HazardNotice,
            PaperBody::DeclinedReplacement(_) => PaperKind::DeclinedReplacement,
        }
    }

    /// What must be said before the paper means anything; the names of the fields.
    pub fn missing(&self) -> Vec<&'static str> {
        let fields: &[(&'static str, bool)] = &match self {
            PaperBody::Receipt(b) => {
                [("payer", !said(&b.payer)), ("sum_fen", b.sum_fen <= 0), ("method", b.method.is_promise())]
            }
            PaperBody::HandoverSlip(b) => [
                ("fault", !said(&b.fault)),
                ("items", b.items.is_empty()),
                ("name", b.items.iter().any(|i| !said(&i.name))),
            ],
            PaperBody::LoanerSlip(b) => {
                [("asset", !said(&b.asset)), ("due", b.due.is_none()), ("hours_out", !said(&b.hours_out))]
            }
            PaperBody::HazardNotice(b) => [
                ("hazards", b.hazards.is_empty()),
                ("what", b.hazards.iter().any(|h| !said(&h.what))),
                ("remedy", b.hazards.iter().any(|h| !said(&h.remedy))),
            ],
            PaperBody::DeclinedReplacement(b) => {
                [("part", !said(&b.part)), ("condition", !said(&b.condition)), ("benefits", !said(&b.benefits))]
            }
        };
        fields.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect()
    }
}

fn said(text: &str) -> bool {
    !text.trim().is_empty()
}

impl PayMethod {
    /// Money that has not come: nothing to give a receipt for.
    pub fn is_promise(self) -> bool {
        matches!(self, PayMethod::Monthly | PayMethod::Unpaid)
    }
}

/// One line of what was paid for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaidFor {
    pub words: Words,
    pub amount_fen: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReceiptBody {
    /// From whom, as it shall stand on the receipt.
    pub payer: String,
    pub lines: Vec<PaidFor>,
    pub sum_fen: i64,
    pub capitals: String,
    pub method: PayMethod,
    /// The end of the payment's own number, if there is one.
    pub reference: String,
    /// Who paid, if somebody stood there.
    pub paid_by: String,
}

/// One thing that left with the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HandedItem {
    pub name: String,
    pub quantity: String,
}

/// What the work will probably cost, by the schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SlipEstimate {
    pub text: String,
    pub sum_fen: i64,
    pub schedule_version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HandoverBody {
    pub fault: String,
    /// Scratches and dents that were there before.
    pub appearance: String,
    pub items: Vec<HandedItem>,
    #[ts(type = "string | null")]
    pub expected_back: Option<NaiveDate>,
    pub estimate: Option<SlipEstimate>,
    /// Number of the loaner slip of the same visit; empty without one.
    pub loaner_no: String,
}

/// One priced line: rent, deposit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SlipFee {
    pub code: String,
    pub words: Words,
    pub unit_fen: i64,
    pub amount_fen: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LoanerBody {
    pub asset: String,
    pub model: String,
    pub power_kw: String,
    pub pressure_mpa: String,
    pub hours_out: String,
    pub condition: String,
    /// Where it may run.
    pub place: String,
    pub items: Vec<String>,
    #[ts(type = "string | null")]
    pub due: Option<NaiveDate>,
    pub days: u32,
    pub fees: Vec<SlipFee>,
    /// Receipt for the deposit; empty without one.
    pub receipt_no: String,
}

/// How soon a hazard must be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum HazardLevel {
    /// Before the machine runs.
    Now,
    /// By the day named.
    Dated,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Hazard {
    pub level: HazardLevel,
    #[ts(type = "string | null")]
    pub due: Option<NaiveDate>,
    pub what: String,
    /// What was measured or seen on the spot.
    pub measured: String,
    pub consequence: String,
    pub remedy: String,
}

/// Three equal answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum HazardDecision {
    /// Removes the hazards by the dates named.
    Removes,
    /// Wants it as wished all the same.
    AsWished,
    /// Does not agree with the notice.
    Disagrees,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HazardBody {
    /// What the customer wished.
    pub wish: String,
    pub hazards: Vec<Hazard>,
    /// The customer's; empty while the paper is a draft, and where he did not decide.
    pub decision: Option<HazardDecision>,
    /// His words, where he does not agree.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeclinedBody {
    pub part: String,
    /// What was found.
    pub condition: String,
    /// What replacing it brings; explained to the customer.
    pub benefits: String,
    /// What may come if it stays.
    pub risk: String,
    /// What it would have cost, where the schedule says so.
    pub price_fen: Option<i64>,
    /// What is done instead: a small repair, nothing.
    pub instead: String,
    /// Why the customer does not want it, in his words.
    pub reason: String,
}

/// A paper as the facts know it; the sealed content says the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IssuedPaper {
    pub paper: PaperId,
    pub kind: PaperKind,
    pub no: String,
    pub hash: String,
    #[ts(type = "string")]
    pub at: Instant,
    pub sum_fen: i64,
    /// What a list says of it: the part, the machine, the number of hazards.
    pub about: String,
    #[ts(type = "string | null")]
    pub due: Option<NaiveDate>,
    pub voided: Option<VoidedPaper>,
    pub returned: Option<ReturnedPaper>,
}

/// Why a number no longer counts; it stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VoidedPaper {
    #[ts(type = "string")]
    pub at: Instant,
    pub reason: String,
    /// The number that took its place; empty if none did.
    pub successor: String,
}

/// That the machine or the loaner is back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReturnedPaper {
    #[ts(type = "string")]
    pub at: Instant,
    /// Hours on the counter, where it has one.
    pub hours: String,
    pub note: String,
}

/// Reads the kind and the count of a final number: `SJ-A7-2611-0019` is the device A7's 19th receipt.
pub fn place_of(no: &str) -> Option<(PaperKind, &str, u64)> {
    let mut parts = no.split('-');
    let mark = parts.next()?;
    let kind = PaperKind::ALL.into_iter().find(|kind| kind.mark() == mark)?;
    let (prefix, _, count) = (parts.next()?, parts.next()?, parts.next()?);
    Some((kind, prefix, count.parse().ok()?))
}
