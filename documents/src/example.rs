//! One example of each document, for whoever changes a template and wants to see what comes of it. The people, machines and companies
//! in it are invented; its seal has the right shape and proves nothing.

use chrono::Datelike as _;
use gongdan_domain::catalogue::Words;
use gongdan_domain::id::DeviceId;
use gongdan_domain::money::{Fen, capitals};
use gongdan_domain::paper::Paper;
use gongdan_domain::seal::code::verify_code;
use gongdan_domain::seal::sha256_hex;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{Letterhead, OrderDocument, Signing};
use serde::Deserialize;

use crate::seal::Later;
use crate::templates::{CARD, COVER, HAZARD, PAGE, RECEIPT, SLIP, STRINGS, WORK_ORDER};
use crate::{
    ArchiveCover, ArchiveLine, Document, DocumentError, Language, SealInfo, ServiceCard, ServiceLine, Templates,
};
use crate::{WorkId, strictly};

const EXAMPLES: &str = include_str!("../templates/examples.json");

/// An order and one of each paper, as the tests print them.
#[derive(Deserialize)]
struct Kept {
    order: OrderDocument,
    papers: Vec<Paper>,
}

/// What a template is tried on.
pub struct Examples {
    order: OrderDocument,
    papers: Vec<Paper>,
    card: ServiceCard,
    work_id: WorkId,
    cover: ArchiveCover,
}

impl Examples {
    pub fn read() -> Result<Self, DocumentError> {
        let kept: Kept = serde_json::from_str(EXAMPLES).map_err(|error| DocumentError::Template(error.to_string()))?;
        let order = kept.order;
        let at = order.times.finished.or(order.times.arrived).or(order.head.reported_at).unwrap_or_default();
        let technician = order.technicians.first().cloned();
        let technician = technician.ok_or_else(|| DocumentError::Template("nobody did the example".to_owned()))?;
        let done = ServiceLine { day: at.date_naive(), what: order.fault.symptom.clone(), next: String::new() };
        Ok(Self {
            card: ServiceCard {
                company: order.company.clone(),
                zone: order.zone.clone(),
                made_at: at,
                qr: format!("tel:{}", order.company.hotline),
                machine: format!("{} {}", order.machine.brand, order.machine.model),
                serial_no: order.machine.serial_no.clone(),
                lines: vec![done],
                technician: Some(technician.clone()),
                supervision: String::new(),
            },
            work_id: WorkId {
                company: order.company.clone(),
                zone: order.zone.clone(),
                technician,
                portrait: None,
                qualifications: Vec::new(),
                valid_until: None,
                qr: Some(format!("tel:{}", order.company.hotline)),
                updated_at: at,
            },
            cover: cover(&order, at),
            papers: kept.papers,
            order,
        })
    }

    /// Everything that a template takes part in, the most telling first.
    pub fn of(&self, template: &str) -> Vec<Document<'_>> {
        let papers = |wanted: &'static [&'static str]| {
            let named = self.papers.iter().filter(move |paper| wanted.contains(&paper.kind().name()));
            named.map(|paper| Document::Paper { paper, voided: None })
        };
        match template {
            WORK_ORDER => vec![Document::WorkOrder(&self.order)],
            RECEIPT => papers(&["receipt"]).collect(),
            SLIP => papers(&["handover_slip", "loaner_slip", "declined_replacement"]).collect(),
            HAZARD => papers(&["hazard_notice"]).collect(),
            CARD => vec![Document::ServiceCard(&self.card), Document::WorkId(&self.work_id)],
            COVER => vec![Document::ArchiveCover(&self.cover)],
            PAGE | STRINGS => {
                [WORK_ORDER, RECEIPT, SLIP, HAZARD, CARD, COVER].iter().flat_map(|t| self.of(t)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A seal of the right shape for what is sealed; on the order also the signature of a customer who came later.
    pub fn seal(&self, document: &Document<'_>) -> Option<SealInfo> {
        let content = match document {
            Document::WorkOrder(order) => serde_json::to_value(order).ok()?,
            Document::Paper { paper, .. } => serde_json::to_value(paper).ok()?,
            _ => return None,
        };
        let payload = serde_json::json!({ "previous": sha256_hex(b"the seal before"), "content": content }).to_string();
        let hash = sha256_hex(payload.as_bytes());
        let later = match document {
            Document::WorkOrder(OrderDocument { signing: Some(signing @ Signing::Signed { .. }), .. }) => {
                Some(Later { signing: signing.clone(), hash: sha256_hex(b"an attestation") })
            }
            _ => None,
        };
        Some(SealInfo {
            verify_code: verify_code(&hash),
            verify_url: None,
            payload,
            hash,
            sealed_at: self.card.made_at,
            seal_no: 32,
            device_id: DeviceId(self.order.order_id.0),
            signature: String::new(),
            receipt_at: Some(self.card.made_at),
            proof: None,
            later,
            superseded: false,
            outvoted: false,
        })
    }
}

fn cover(order: &OrderDocument, at: Instant) -> ArchiveCover {
    let total = order.fees.total_fen.0;
    let day = at.date_naive();
    ArchiveCover {
        company: order.company.clone(),
        zone: order.zone.clone(),
        year: day.year(),
        month: day.month(),
        book_no: day.format("B-%y%m").to_string(),
        scope: Words::new("示例", "Example"),
        lines: vec![ArchiveLine {
            day,
            order_no: order.order_no.clone(),
            customer: order.customer.name.clone(),
            about: order.machine.model.clone(),
            ending: Words::new("已签字 满意", "Signed, satisfied"),
            amount_fen: Some(total),
            page: None,
        }],
        person_visits: 1,
        signed: 1,
        unsigned: 0,
        total_fen: Some(total),
        total_capitals: capitals(Fen(total)),
        pages: None,
        files: Words::new("工作单 PDF，索引，封存 JSON，校验和", "Orders as PDF, index, sealed JSON, checksums"),
        hash: sha256_hex(b"a book"),
        copy_note: Words::new("", ""),
        made_by: order.technicians.first().map(|t| t.name.clone()).unwrap_or_default(),
        made_at: at,
        checked_by: String::new(),
        checked_at: None,
    }
}

/// What a template gives, on its most telling example.
pub fn preview(templates: &Templates, name: &str, language: Language) -> Result<Vec<u8>, DocumentError> {
    let examples = Examples::read()?;
    let first = examples.of(name).into_iter().next();
    let document = first.ok_or_else(|| DocumentError::Template(format!("{name} is no template")))?;
    strictly(&document, examples.seal(&document).as_ref(), &|_| None, language, templates)
}

/// The example order under a company's own letterhead.
pub fn preview_letterhead(
    templates: &Templates,
    company: &Letterhead,
    language: Language,
) -> Result<Vec<u8>, DocumentError> {
    let mut examples = Examples::read()?;
    examples.order.company = company.clone();
    let document = Document::WorkOrder(&examples.order);
    strictly(&document, examples.seal(&document).as_ref(), &|_| None, language, templates)
}
