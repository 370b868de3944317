//! The order of a visit: the draft made of everything entered, what was sealed, how far it has been delivered.

use gongdan_domain::catalogue::{CompanyProfile, Words};
use gongdan_domain::id::{JobId, VisitId};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::{SealPayload, canonical, sha256_hex};
use gongdan_domain::visit::VisitState;
use gongdan_domain::work_order::draft::{DraftInput, draft};
use gongdan_domain::work_order::{OrderDocument, Supersedes, WORK_ORDER};

use super::Case;
use super::people::technicians;
use crate::error::Result;
use crate::store::Reader;
use crate::store::file::FileStage;
use crate::store::sealed::Sealed;
use crate::view::job::{Delivery, HistoryLine};

/// The seal of a visit's order that counts by its facts; where it is not here, the highest revision that is.
pub fn counting_seal(sealed: Vec<Sealed>, visit: VisitId, state: &VisitState) -> Option<Sealed> {
    let counts = state.sealed().map(|s| s.hash.clone());
    let orders = sealed.into_iter().filter(|s| s.visit == visit && s.document.kind == WORK_ORDER);
    orders.max_by_key(|s| (Some(&s.document.hash) == counts.as_ref(), s.document.revision))
}

pub fn payload(sealed: &Sealed) -> Option<SealPayload> {
    serde_json::from_str(&sealed.document.payload).ok()
}

/// What a sealed order says; `None` for a form of a newer version.
pub fn document_of(sealed: &Sealed) -> Option<OrderDocument> {
    serde_json::from_value(payload(sealed)?.content).ok()
}

/// The order as it would be sealed now, without rating and signature: the first revision, or the next one that is open.
pub fn drafted(r: &Reader, case: &Case, order_no: &str) -> Result<OrderDocument> {
    let company = match &case.references.company {
        Some(company) => company.as_ref().clone(),
        None => unpublished(r),
    };
    let (warranty, sheet, readings) = (case.warranty(), case.estimate().sheet, case.readings());
    let plan = warranty.judgement.plan.as_deref().and_then(|code| case.references.warranty.as_ref()?.plan(code));
    Ok(draft(&DraftInput {
        job: case.job,
        visit: case.visit,
        order_no,
        revision: case.state.revising.as_ref().map_or(1, |open| open.revision),
        supersedes: case.state.revising.as_ref().map(|open| Supersedes {
            revision: open.revision - 1,
            hash: open.supersedes.clone(),
            reason: open.reason.clone(),
        }),
        company: &company,
        state: &case.state,
        job_fields: &case.fields,
        customer: &case.customer,
        machine: &case.machine,
        categories: case.references.categories.as_deref(),
        warranty: &warranty.judgement,
        plan,
        fees: &sheet,
        readings: &readings,
        parts: &case.references.catalogue(),
        knowledge: case.references.knowledge.as_deref(),
        deadlines: case.references.deadlines.as_deref(),
        technicians: technicians(r, case)?,
    }))
}

/// A letterhead before the company's profile has come: the name that enrolled this device.
fn unpublished(r: &Reader) -> CompanyProfile {
    let name = &r.identity().certificate.company;
    CompanyProfile {
        version: String::new(),
        valid_from: r.today(),
        name: Words::new(name, name),
        hotline: String::new(),
        address: Words::default(),
        email: String::new(),
        mark: name.chars().next().map(String::from).unwrap_or_default(),
        public_address: None,
        zone: r.zone().name().to_owned(),
        own_brands: Vec::new(),
        sample: false,
    }
}

/// The hash of what the customer reads before rating and signing: sealing names it, so that exactly this is sealed.
pub fn shown(document: &OrderDocument) -> Result<String> {
    let mut read = document.clone();
    (read.rating, read.signing) = (None, None);
    Ok(sha256_hex(canonical(&read)?.as_bytes()))
}

/// H1: how far the sealed order is on its way.
pub fn delivery(r: &Reader, case: &Case) -> Result<Option<Delivery>> {
    let Some(sealed) = &case.sealed else { return Ok(None) };
    let mut files_sent = 0;
    for file in &sealed.files {
        // What this device does not hold came from the office or is wanted from there.
        files_sent += u32::from(r.file_state(&file.hash)?.state != FileStage::Local);
    }
    let files_total = u32::try_from(sealed.files.len()).unwrap_or(u32::MAX);
    let noted = case.state.seals.iter().find(|s| s.hash == sealed.document.hash).map(|s| s.order_no.clone());
    Ok(Some(Delivery {
        order_no: case.order.as_ref().map(|o| o.order_no.clone()).or(noted).unwrap_or_default(),
        revision: sealed.document.revision,
        hash: sealed.document.hash.clone(),
        sealed_at: payload(sealed).map(|p| p.sealed_at.to_rfc3339()).unwrap_or_default(),
        complete: sealed.receipt.is_some() && files_sent == files_total,
        receipt: sealed.receipt.clone(),
        files_total,
        files_sent,
    }))
}

/// Past visits that ended with an order, from jobs in the order given; the job on the screen is not its own past.
pub fn history(r: &Reader, jobs: Vec<JobId>, except: Option<JobId>, most: usize) -> Result<Vec<HistoryLine>> {
    let mut lines = Vec::new();
    for job in jobs.into_iter().filter(|job| Some(*job) != except) {
        let orders = r.sealed(job)?;
        let mut documents: Vec<(&Sealed, OrderDocument)> =
            orders.iter().filter_map(|sealed| Some((sealed, document_of(sealed)?))).collect();
        documents.sort_by_key(|(sealed, _)| std::cmp::Reverse(sealed.document.revision));
        let mut seen = Vec::new();
        for (sealed, document) in documents {
            if seen.contains(&sealed.visit) {
                continue;
            }
            seen.push(sealed.visit);
            lines.push(line(job, sealed, &document));
        }
        if lines.len() >= most {
            break;
        }
    }
    lines.truncate(most);
    Ok(lines)
}

fn line(job: JobId, sealed: &Sealed, document: &OrderDocument) -> HistoryLine {
    let at = document.times.finished.or(document.times.arrived).or_else(|| payload(sealed).map(|p| p.sealed_at));
    let names: Vec<&str> = document.technicians.iter().map(|t| t.name.as_str()).collect();
    HistoryLine {
        job,
        at: at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        order_no: document.order_no.clone(),
        symptom: document.fault.symptom.clone(),
        cause: document.fault.causes.first().map(|c| c.zh.clone()).unwrap_or_default(),
        technician: names.join("、"),
    }
}

/// The number that was drawn when the order was first shown, and that all its revisions bear; an order that nobody was shown cannot be
/// sealed.
pub fn number(r: &Reader, case: &Case) -> Result<String> {
    if let Some(sealed) = case.state.sealed() {
        return Ok(sealed.order_no.clone());
    }
    r.number(WORK_ORDER, case.visit.order().0)?.ok_or_else(|| Code::OrderChanged.into())
}
