//! The order of a visit: shown, sealed exactly as shown, printed. Refuses to seal what nobody was shown, and to seal twice.

use gongdan_documents::difference::{ChangedField, between_revisions};
use gongdan_documents::unprintable;
use gongdan_domain::fact::{About, FactBody, SigningChoice};
use gongdan_domain::id::JobId;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::code::qr_text;
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::time::Instant;
use gongdan_domain::visit::breach::breaches;
use gongdan_domain::visit::{Rated, VisitState};
use gongdan_domain::work_order::{DeclineReason, OrderDocument, OrderRating, Signing, WORK_ORDER};
use serde_json::{Value, json};

use crate::assemble::order::{drafted, number, payload, shown};
use crate::assemble::{Case, missing};
use crate::commands::{args, document, job};
use crate::device::Device;
use crate::error::Result;
use crate::store::Reader;
use crate::view::job::{JobView, OrderPreview};

/// The order as the customer reads it. Showing it for the first time draws its final number.
pub fn preview(device: &Device, args: args::OfJob) -> Result<OrderPreview> {
    // Whether it has one is asked in the snapshot that shows it: a number voided in between leaves no order without.
    let numbered = device.read(|r| {
        let case = Case::load(r, args.job, None)?;
        let numbered = case.sealed.is_some()
            || case.state.sealed().is_some()
            || r.number(WORK_ORDER, case.visit.order().0)?.is_some();
        numbered.then(|| previewed(r, args.job)).transpose()
    })?;
    match numbered {
        Some(preview) => Ok(preview),
        None => device.write(|tx| {
            let visit = Case::load(tx, args.job, None)?.visit;
            tx.draw_number(About { job: args.job, visit: Some(visit) }, WORK_ORDER, visit.order().0)?;
            previewed(tx, args.job)
        }),
    }
}

fn previewed(r: &Reader, job: JobId) -> Result<OrderPreview> {
    let case = Case::load(r, job, None)?;
    let document = match &case.order {
        Some(sealed) => sealed.clone(),
        None => drafted(r, &case, &number(r, &case)?)?,
    };
    let shown = shown(&document)?;
    let sealed = case.sealed.as_ref().filter(|_| case.closed());
    let before = case.sealed.as_ref().filter(|_| !case.closed()).and_then(payload);
    Ok(OrderPreview {
        // The proof of an order begins with its seal: before it there is no address that leads anywhere.
        qr: sealed.map(|s| qr_text(public(&document), &document.order_no, &s.document.hash)).unwrap_or_default(),
        unprintable: unprintable(&document).into_iter().map(|(c, _)| String::from(c)).collect(),
        missing: if sealed.is_some() { Vec::new() } else { missing::before_seal(&case.state) },
        changes: before.map(|before| changed(&before.content, &document)).transpose()?.unwrap_or_default(),
        sheet: document::sheet(r, &document)?,
        shown,
        document,
    })
}

/// G7: what a customer types as he signs is on no draft yet, so it is asked about as it is typed.
pub fn check_print(_: &Device, args: args::Typed) -> Result<args::Unprintable> {
    Ok(args::Unprintable { characters: unprintable(&args.texts).into_iter().map(|(c, _)| String::from(c)).collect() })
}

/// G5, G6: seals exactly what was shown, with rating and signature, as the next link of this device's chain.
pub fn seal(device: &Device, args: args::SealOrder) -> Result<JobView> {
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        if case.closed() {
            return Err(Code::AlreadySealed.into());
        }
        let mut document = drafted(tx, &case, &number(tx, &case)?)?;
        if shown(&document)? != args.shown {
            return Err(Code::OrderChanged.into());
        }
        rating_stands(&case.state, document.revision, &args.rating)?;
        let signing = given(args.signing, tx.now())?;
        let about = About { job: case.job, visit: Some(case.visit) };
        let mut sealed = FactBody::OrderSealed {
            order: document.order_id,
            revision: document.revision,
            order_no: document.order_no.clone(),
            hash: String::new(),
            choice: choice(&signing),
            quality: args.rating.quality,
            attitude: args.rating.attitude,
            total_fen: document.fees.total_fen.0,
            supersedes: document.supersedes.as_ref().map(|before| before.hash.clone()),
            position: args.position,
        };
        if let Some(problem) = breaches(&case.state, &sealed, &case.circumstances()).into_iter().find_map(|b| b.refusal)
        {
            return Err(problem.into());
        }
        (document.rating, document.signing) = (Some(args.rating), Some(signing));
        let (id, revision) = (document.order_id.0, document.revision);
        let content = serde_json::to_value(&document)?;
        let link = tx.seal(id, revision, WORK_ORDER, about, content, photos(&case.state))?;
        if let FactBody::OrderSealed { hash, .. } = &mut sealed {
            *hash = link.hash;
        }
        tx.fact(about, sealed, Vec::new())
    })?;
    job::view(device, args.job)
}

/// G2: what the customer confirmed is what is sealed, to the word.
fn rating_stands(state: &VisitState, revision: u32, given: &OrderRating) -> Result<()> {
    let same = |rated: &Rated| {
        (rated.quality, rated.attitude, rated.opinion.as_str()) == (given.quality, given.attitude, &given.opinion)
    };
    if state.rated(revision).is_none_or(same) { Ok(()) } else { Err(Code::RatingConfirmed.into()) }
}

/// G2: the customer confirms his rating. From here on nobody on this side of the table changes it; sealing takes it as it is.
pub fn confirm_rating(device: &Device, args: args::ConfirmRating) -> Result<JobView> {
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        let (order, revision) = (case.visit.order(), case.state.writing());
        // Confirmed twice with the same words is confirmed once: a tap that was not answered is tapped again.
        rating_stands(&case.state, revision, &args.rating)?;
        if case.state.rated(revision).is_some() {
            return Ok(());
        }
        let OrderRating { quality, attitude, opinion } = args.rating;
        let body = FactBody::RatingGiven { order, revision, quality, attitude, opinion };
        super::record::take(tx, About { job: case.job, visit: Some(case.visit) }, body)
    })?;
    job::view(device, args.job)
}

/// G2: begun anew on the customer's page. Who tapped it nobody knows, so what was confirmed stays on record, and a rating that comes back
/// different stands out at the office.
pub fn reopen_rating(device: &Device, args: args::OfJob) -> Result<JobView> {
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        let (order, revision) = (case.visit.order(), case.state.writing());
        if case.state.rated(revision).is_none() {
            return Ok(());
        }
        let body = FactBody::RatingReopened { order, revision };
        super::record::take(tx, About { job: case.job, visit: Some(case.visit) }, body)
    })?;
    job::view(device, args.job)
}

/// What the next revision will say differently; rating and signature are given anew.
fn changed(before: &Value, draft: &OrderDocument) -> Result<Vec<ChangedField>> {
    let mut after = serde_json::to_value(draft)?;
    for given in ["rating", "signing"] {
        after[given] = before[given].clone();
    }
    Ok(between_revisions(before, &after))
}

/// The number was shown, and no order will come of it: it stays as void. The next time the order is shown it gets a new one.
pub fn void_number(device: &Device, args: args::VoidNumber) -> Result<JobView> {
    if args.reason.trim().is_empty() {
        return Err(Problem::with(Code::ReasonMissing, json!({ "field": "reason" })).into());
    }
    device.write(|tx| {
        let case = Case::load(tx, args.job, None)?;
        if case.sealed.is_some() || case.state.sealed().is_some() {
            return Err(Code::AlreadySealed.into());
        }
        let about = About { job: case.job, visit: Some(case.visit) };
        tx.void_number(about, WORK_ORDER, case.visit.order().0, args.reason.trim())?.ok_or(Code::NotFound)?;
        Ok(())
    })?;
    job::view(device, args.job)
}

/// G2, G3: a signature has ink, "other" has words; the device's clock says when.
pub(super) fn given(mut signing: Signing, now: Instant) -> Result<Signing> {
    match &mut signing {
        Signing::Signed { ink, at, .. } => {
            if ink.is_empty() {
                return Err(Code::SignatureEmpty.into());
            }
            *at = now;
        }
        Signing::Declined { reason, words, at } => {
            if *reason == DeclineReason::Other && words.trim().is_empty() {
                return Err(Problem::with(Code::ReasonMissing, json!({ "field": "words" })).into());
            }
            *at = now;
        }
        Signing::Absent { at, .. } | Signing::Later { at, .. } => *at = now,
    }
    Ok(signing)
}

pub(super) fn choice(signing: &Signing) -> SigningChoice {
    match signing {
        Signing::Signed { .. } => SigningChoice::Signed,
        Signing::Declined { .. } => SigningChoice::Declined,
        Signing::Absent { .. } => SigningChoice::Absent,
        Signing::Later { .. } => SigningChoice::Later,
    }
}

/// The photos that the order names; each file once.
fn photos(state: &VisitState) -> Vec<FileRef> {
    let mut files: Vec<FileRef> = Vec::new();
    for photo in &state.photos {
        if !files.contains(&photo.file) {
            files.push(photo.file.clone());
        }
    }
    files
}

/// Where the company can be reached from outside, as the order's own letterhead says.
fn public(document: &OrderDocument) -> Option<&str> {
    document.company.public_address.as_deref()
}

/// G7: the sealed order as a document, made here, without a network.
pub fn pdf(device: &Device, args: args::OrderPdf) -> Result<Vec<u8>> {
    document::pdf(device, &document_of(&args)).map(|(_, bytes)| bytes)
}

/// Into the app's own folder, for the system's viewer.
pub fn save_pdf(device: &Device, args: args::OrderPdf) -> Result<args::SavedFile> {
    document::save(device, args::SaveDocument { of: document_of(&args), place: args::SavePlace::App })
}

fn document_of(args: &args::OrderPdf) -> args::OfDocument {
    args::OfDocument { job: args.job, document: args::DocumentRef::Order, language: args.language }
}
