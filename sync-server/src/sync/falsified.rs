//! H4: what stands out about an order that came, held against its own visit and against all other orders. Facts with evidence for the
//! manager, never for a device, whose reach ends at its own jobs. It refuses nothing and concludes nothing.

use std::collections::BTreeSet;

use gongdan_domain::finding::ink::{self, Likeness, MARK_REACH, NEAR_PM, Shape};
use gongdan_domain::finding::signed::{self, Oddity};
use gongdan_domain::finding::{Finding, FindingCode};
use gongdan_domain::id::{FactId, FindingId, JobId, PersonId, VisitId, derived};
use gongdan_domain::seal::SealPayload;
use gongdan_domain::sync::change::{Fact, SealOp};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::work_order::OrderDocument;
use gongdan_domain::work_order::attestation::{ATTESTATION, Attestation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::core::Env;
use crate::error::Result;
use crate::index;
use crate::signed_under::SignedUnder;
use crate::storage::evidence::{KnownShape, Naming};
use crate::storage::{Reader, SealedRow, Tx, record_id};

/// What a finding is about.
struct About {
    job: JobId,
    visit: Option<VisitId>,
    fact: Option<FactId>,
    by: Option<PersonId>,
}

/// The order in a sealed document; `None` for other papers and forms of a newer version.
fn content(payload: &str) -> Option<OrderDocument> {
    let payload: SealPayload = serde_json::from_str(payload).ok()?;
    serde_json::from_value(payload.content).ok()
}

/// The signature that was made later, in a sealed document.
fn attestation(payload: &str) -> Option<Attestation> {
    let payload: SealPayload = serde_json::from_str(payload).ok().filter(|p: &SealPayload| p.kind == ATTESTATION)?;
    serde_json::from_value(payload.content).ok()
}

/// Holds the signature of a new seal against those of all other visits.
pub fn signature(tx: &mut dyn Tx, env: &Env, seal: &SealOp) -> Result<()> {
    let Some(signed) = SignedUnder::of(&seal.document) else { return Ok(()) };
    let strokes = &signed.ink;
    let Some(shape) = Shape::of(strokes) else { return Ok(()) };
    // What was signed in one visit is one hand's.
    let visit = signed.order.0;
    for other in tx.shapes_near(shape.marks(), MARK_REACH, visit)? {
        let known = match tx.sealed(&other.hash)?.map(|row| row.body) {
            Some(RecordBody::Sealed { document, .. }) => SignedUnder::of(&document),
            _ => None,
        };
        let both = || known.as_ref().map(|theirs| (strokes, &theirs.ink));
        let Some((likeness, distance_pm)) = ink::likeness(&shape, &other.shape, both) else { continue };
        let code = match likeness {
            Likeness::Identical => FindingCode::SignatureIdentical,
            Likeness::TooNear => FindingCode::SignatureTooNear,
        };
        let details = json!({
            "hash": seal.document.hash, "other_hash": other.hash, "distance_pm": distance_pm, "allowed_pm": NEAR_PM,
            "duration_ms": ink::duration_ms(strokes), "other_duration_ms": both().map(|(_, theirs)| ink::duration_ms(theirs)),
        });
        let id = derived(derived(visit, &seal.document.hash), &format!("like/{}", other.hash));
        let about = About { job: seal.job, visit: Some(seal.visit), fact: None, by: Some(seal.by) };
        find(tx, env, id, code, &about, details)?;
    }
    tx.put_shape(&KnownShape { hash: seal.document.hash.clone(), document: visit, shape })
}

/// Holds every sealed order of a job against the facts of its visit, whichever of them came last.
pub fn job(tx: &mut dyn Tx, env: &Env, job: JobId) -> Result<()> {
    let sealed = tx.sealed_of_job(job)?;
    if sealed.is_empty() {
        return Ok(());
    }
    let facts: Vec<Fact> = index::facts(tx, job)?;
    let orders: Vec<(String, OrderDocument)> = sealed.iter().filter_map(read).collect();
    for row in &sealed {
        let RecordBody::Sealed { document, .. } = &row.body else { continue };
        let sealer = || Ok::<_, crate::error::Error>(tx.device(document.device_id)?.map(|device| device.person));
        let (root, by, found) = if let Some(order) = content(&document.payload) {
            let sealing = signed::sealing(&order, &document.hash, &facts);
            let by = sealing.map(|fact| fact.by).map_or_else(sealer, |by| Ok(Some(by)))?;
            (document.id, by, signed::oddities(&order, &document.hash, &facts))
        } else if let Some(later) = attestation(&document.payload)
            && let Some((_, order)) = orders.iter().find(|(hash, _)| *hash == later.order_hash)
        {
            (order.order_id.0, sealer()?, signed::attested_oddities(order, &document.hash, &facts))
        } else {
            continue;
        };
        for oddity in found {
            say(tx, env, row, root, by, oddity)?;
        }
    }
    Ok(())
}

fn read(row: &SealedRow) -> Option<(String, OrderDocument)> {
    let RecordBody::Sealed { document, .. } = &row.body else { return None };
    content(&document.payload).map(|order| (row.hash.clone(), order))
}

/// One of a kind for a sealed document; for a photo or a price, which are the visit's, whatever the revision.
fn say(tx: &mut dyn Tx, env: &Env, row: &SealedRow, root: Uuid, by: Option<PersonId>, oddity: Oddity) -> Result<()> {
    let Oddity { code, fact, details } = oddity;
    if code == FindingCode::PriceNotShownBefore && already_said(tx, row.job, row.visit)? {
        return Ok(());
    }
    let root = fact.filter(|_| code == FindingCode::PhotoOlderThanVisit).map_or(root, |fact| fact.0);
    let once = derived(root, &format!("finding/{code:?}"));
    let id = if matches!(code, FindingCode::PhotoOlderThanVisit | FindingCode::PriceNotShownBefore) {
        once
    } else {
        // Found by an earlier version, which told revisions not apart.
        let before = tx.finding(FindingId(once))?.map(|state| state.body);
        let same = |finding: &Finding| finding.fact == fact && (fact.is_some() || finding.details == details);
        if matches!(&before, Some(RecordBody::Finding { finding }) if same(finding)) {
            return Ok(());
        }
        derived(once, &row.hash)
    };
    let about = About { job: row.job, visit: Some(row.visit), fact, by };
    find(tx, env, id, code, &about, details)
}

/// The same was found when work began.
fn already_said(r: &dyn Reader, job: JobId, visit: VisitId) -> Result<bool> {
    let same = |state: crate::storage::FindingState| matches!(state.body, RecordBody::Finding { finding } if finding.code == FindingCode::FeesNotShown && finding.visit == Some(visit));
    Ok(r.findings_of_job(job)?.into_iter().any(same))
}

/// A photo that a fact names and that a fact of another visit named before.
pub fn photo(tx: &mut dyn Tx, env: &Env, fact: &Fact) -> Result<()> {
    let Some(job) = fact.job else { return Ok(()) };
    for file in &fact.files {
        let elsewhere = |naming: &Naming| {
            let visits = naming.visit.zip(fact.visit);
            naming.job != job || visits.is_some_and(|(theirs, own)| theirs != own)
        };
        let Some(other) = tx.facts_naming(&file.hash)?.into_iter().find(elsewhere) else { continue };
        let details = json!({ "photo": file.hash, "other_photo": file.hash, "other_fact": other.fact, "bits": 0 });
        let about = About { job, visit: fact.visit, fact: Some(fact.id), by: Some(fact.by) };
        let id = derived(fact.id.0, &format!("finding/{:?}", FindingCode::PhotoOnAnotherOrder));
        find(tx, env, id, FindingCode::PhotoOnAnotherOrder, &about, details)?;
    }
    Ok(())
}

/// A picture that is whole now, held against how the pictures of other jobs look.
pub fn picture(tx: &mut dyn Tx, env: &Env, hash: &str, look: u64) -> Result<()> {
    let mine = tx.facts_naming(hash)?;
    let Some(own) = mine.first().copied() else { return Ok(()) };
    for (other, bits) in tx.pictures_like(hash, look)? {
        let elsewhere = |naming: &Naming| mine.iter().all(|known| known.job != naming.job);
        let Some(theirs) = tx.facts_naming(&other)?.into_iter().find(elsewhere) else { continue };
        // The later of the two stands out.
        let (late, late_photo, early, early_photo) = if later(tx, own, theirs)? {
            (own, hash, theirs, other.as_str())
        } else {
            (theirs, other.as_str(), own, hash)
        };
        let Some(fact) = tx.fact(late.fact)?.map(|stored| stored.fact) else { continue };
        let details =
            json!({ "photo": late_photo, "other_photo": early_photo, "other_fact": early.fact, "bits": bits });
        let about = About { job: late.job, visit: fact.visit, fact: Some(fact.id), by: Some(fact.by) };
        let id = derived(fact.id.0, &format!("finding/{:?}", FindingCode::PhotoLikeAnother));
        find(tx, env, id, FindingCode::PhotoLikeAnother, &about, details)?;
    }
    tx.put_picture(hash, look)
}

fn later(r: &dyn Reader, one: Naming, other: Naming) -> Result<bool> {
    let at =
        |naming: Naming| Ok::<_, crate::error::Error>(r.fact(naming.fact)?.map(|stored| stored.fact.at.corrected()));
    Ok((at(one)?, one.fact) >= (at(other)?, other.fact))
}

/// Kept once, in no scope: it is the office's alone.
fn find(tx: &mut dyn Tx, env: &Env, id: Uuid, code: FindingCode, about: &About, details: Value) -> Result<()> {
    let id = FindingId(id);
    if tx.finding(id)?.is_some() {
        return Ok(());
    }
    let (job, visit, fact) = (Some(about.job), about.visit, about.fact);
    let finding = Finding { id, code, job, visit, fact, found_at: env.now, details, answer: None, decision: None };
    tx.put(&record_id::finding(id), &RecordBody::Finding { finding }, &BTreeSet::new())?;
    tx.put_finding(id, code, job, visit, about.by, env.now)
}
