//! Receipts, slips and notices of a visit: proposed, shown, sealed exactly as shown, voided. Refuses a paper that says nothing, and to
//! void anything but a receipt: what was signed by a customer stands.

use gongdan_documents::unprintable;
use gongdan_domain::fact::{About, FactBody, SigningChoice};
use gongdan_domain::paper::{Paper, PaperBody, PaperKind};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::SealedDocument;
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::visit::VisitState;
use serde_json::json;

use crate::assemble::{Case, paper};
use crate::commands::{args, document, job, order};
use crate::device::Device;
use crate::error::Result;
use crate::store::{Reader, Tx};
use crate::view::job::JobView;
use crate::view::paper::{PaperPreview, PaperProposals};

pub fn propose(device: &Device, args: args::OfJob) -> Result<PaperProposals> {
    device.read(|r| paper::proposals(r, &Case::load(r, args.job, None)?))
}

/// The paper as the customer reads it. Showing a whole one for the first time draws its final number.
pub fn preview(device: &Device, args: args::DraftPaper) -> Result<PaperPreview> {
    let missing: Vec<String> = args.body.missing().into_iter().map(str::to_owned).collect();
    if missing.is_empty() {
        device.write(|tx| {
            let case = Case::load(tx, args.job, None)?;
            let kind = args.body.kind();
            let id = kind.id(case.visit, tx.identity().certificate.device_id, paper::next(&case, kind));
            tx.draw_number(About { job: args.job, visit: Some(case.visit) }, kind.name(), id.0)
        })?;
    }
    device.read(|r| {
        let case = Case::load(r, args.job, None)?;
        let paper = drafted(r, &case, args.body, &args.photos)?;
        Ok(PaperPreview {
            shown: paper::shown(&paper)?,
            unprintable: unprintable(&paper).into_iter().map(|(c, _)| String::from(c)).collect(),
            missing,
            sheet: document::paper_sheet(r, &paper)?,
        })
    })
}

fn drafted(r: &Reader, case: &Case, body: PaperBody, photos: &[String]) -> Result<Paper> {
    let kind = body.kind();
    let id = kind.id(case.visit, r.identity().certificate.device_id, paper::next(case, kind));
    let (no, drawn_at) = r.drawn(kind.name(), id.0)?.unwrap_or((String::new(), r.now()));
    paper::drafted(r, case, body, no, drawn_at, photos)
}

/// Seals exactly what was shown, with the customer's decision and signature, as the next link of this device's chain.
pub fn seal(device: &Device, args: args::SealPaper) -> Result<JobView> {
    if let Some(field) = args.body.missing().first() {
        return Err(Problem::with(Code::FieldInvalid, json!({ "field": field })).into());
    }
    if args.body.kind().asks_signature() != args.signing.is_some() {
        return Err(Problem::with(Code::FieldInvalid, json!({ "field": "signing" })).into());
    }
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        let mut paper = drafted(tx, &case, args.body.clone(), &args.photos)?;
        // A paper without a number was shown to nobody.
        if paper.no.is_empty() || paper::shown(&paper)? != args.shown {
            return Err(Code::OrderChanged.into());
        }
        if let (PaperBody::HazardNotice(shown), PaperBody::HazardNotice(given)) = (&mut paper.body, args.body) {
            (shown.decision, shown.words) = (given.decision, given.words);
        }
        paper.signing = args.signing.map(|signing| order::given(signing, tx.now())).transpose()?;
        let about = About { job: case.job, visit: Some(case.visit) };
        let content = serde_json::to_value(&paper)?;
        let files = files(&case.state, &paper);
        let sealed = tx.seal(paper.id.0, 1, paper.kind().name(), about, content, files)?;
        tx.fact(about, issued(&paper, &sealed), Vec::new())?;
        if paper.kind() == PaperKind::Receipt {
            succeeds(tx, &case.state, about, &paper.no)?;
        }
        Ok(())
    })?;
    job::view(device, args.job)
}

/// The fact that lists read, in the same change as the seal.
fn issued(paper: &Paper, sealed: &SealedDocument) -> FactBody {
    let (id, no, hash) = (paper.id, paper.no.clone(), sealed.hash.clone());
    match &paper.body {
        PaperBody::Receipt(b) => FactBody::ReceiptIssued { paper: id, no, hash, sum_fen: b.sum_fen, method: b.method },
        PaperBody::HandoverSlip(b) => FactBody::TakenToWorkshop {
            paper: id,
            no,
            hash,
            machine: format!("{} {}", paper.machine.brand, paper.machine.model).trim().to_owned(),
            expected_back: b.expected_back,
            estimate_fen: b.estimate.as_ref().map_or(0, |e| e.sum_fen),
        },
        PaperBody::LoanerSlip(b) => FactBody::LoanerHandedOut {
            paper: id,
            no,
            hash,
            asset: b.asset.clone(),
            hours_out: b.hours_out.clone(),
            due: b.due,
        },
        PaperBody::HazardNotice(b) => FactBody::HazardStated {
            paper: id,
            no,
            hash,
            hazards: b.hazards.iter().map(|h| h.what.clone()).collect(),
            acknowledged: paper.signing.as_ref().map_or(SigningChoice::Later, order::choice),
            decision: b.decision,
        },
        PaperBody::DeclinedReplacement(b) => {
            FactBody::ReplacementDeclined { paper: id, no, hash, part: b.part.clone(), reason: b.reason.clone() }
        }
    }
}

/// A receipt that follows a void one is named on it.
fn succeeds(tx: &mut Tx, state: &VisitState, about: About, no: &str) -> Result<()> {
    let open = |v: &gongdan_domain::paper::VoidedPaper| v.successor.is_empty();
    let Some(void) = state.papers.iter().find(|p| p.voided.as_ref().is_some_and(open)) else { return Ok(()) };
    let reason = void.voided.as_ref().map(|v| v.reason.clone()).unwrap_or_default();
    let named = FactBody::ReceiptVoided { paper: void.paper, no: void.no.clone(), reason, successor: no.to_owned() };
    tx.fact(about, named, Vec::new()).map(drop)
}

fn files(state: &VisitState, paper: &Paper) -> Vec<FileRef> {
    let mut files: Vec<FileRef> = Vec::new();
    for photo in state.photos.iter().filter(|p| paper.photos.iter().any(|named| named.hash == p.file.hash)) {
        if !files.contains(&photo.file) {
            files.push(photo.file.clone());
        }
    }
    files
}

/// F3: the number stays, with the reason.
pub fn void(device: &Device, args: args::VoidReceipt) -> Result<JobView> {
    if args.reason.trim().is_empty() {
        return Err(Problem::with(Code::ReasonMissing, json!({ "field": "reason" })).into());
    }
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        let receipt = |p: &&gongdan_domain::paper::IssuedPaper| p.paper == args.paper && p.kind == PaperKind::Receipt;
        let paper = case.state.papers.iter().find(receipt).ok_or(Code::NotFound)?;
        if paper.voided.is_some() {
            return Ok(());
        }
        let about = About { job: case.job, visit: Some(case.visit) };
        let void = FactBody::ReceiptVoided {
            paper: paper.paper,
            no: paper.no.clone(),
            reason: args.reason.trim().to_owned(),
            successor: String::new(),
        };
        tx.fact(about, void, Vec::new()).map(drop)
    })?;
    job::view(device, args.job)
}
