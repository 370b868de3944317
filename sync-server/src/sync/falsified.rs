//! H4: what stands out about an order that came, held against its own visit and against all other orders. Facts with evidence for the
//! manager, never for a device, whose reach ends at its own jobs. It refuses nothing and concludes nothing.

use std::collections::BTreeSet;

use gongdan_domain::fact::FactBody;
use gongdan_domain::finding::ink::{self, Likeness, MARK_REACH, NEAR_PM, Shape};
use gongdan_domain::finding::{Finding, FindingCode, signed};
use gongdan_domain::id::{FactId, FindingId, JobId, PersonId, VisitId, derived};
use gongdan_domain::seal::SealPayload;
use gongdan_domain::sync::change::{Fact, SealOp};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::work_order::{Ink, OrderDocument, Signing};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::core::Env;
use crate::error::Result;
use crate::index;
use crate::storage::evidence::{KnownShape, Naming};
use crate::storage::{Reader, Tx, record_id};

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

fn ink(order: &OrderDocument) -> Option<&Ink> {
    match order.signing.as_ref()? {
        Signing::Signed { ink, .. } => Some(ink),
        _ => None,
    }
}

/// Holds the signature of a new seal against those of all other orders.
pub fn signature(tx: &mut dyn Tx, env: &Env, seal: &SealOp) -> Result<()> {
    let Some(order) = content(&seal.document.payload) else { return Ok(()) };
    let Some((strokes, shape)) = ink(&order).and_then(|ink| Some((ink, Shape::of(ink)?))) else { return Ok(()) };
    let document = seal.document.id;
    for other in tx.shapes_near(shape.marks(), MARK_REACH, document)? {
        let known = match tx.sealed(&other.hash)?.map(|row| row.body) {
            Some(RecordBody::Sealed { document, .. }) => content(&document.payload),
            _ => None,
        };
        let both = || known.as_ref().and_then(ink).map(|theirs| (strokes, theirs));
        let Some((likeness, distance_pm)) = ink::likeness(&shape, &other.shape, both) else { continue };
        let code = match likeness {
            Likeness::Identical => FindingCode::SignatureIdentical,
            Likeness::TooNear => FindingCode::SignatureTooNear,
        };
        let details = json!({
            "hash": seal.document.hash, "other_hash": other.hash, "distance_pm": distance_pm, "allowed_pm": NEAR_PM,
            "duration_ms": ink::duration_ms(strokes), "other_duration_ms": both().map(|(_, theirs)| ink::duration_ms(theirs)),
        });
        let id = derived(derived(document, &seal.document.hash), &format!("like/{}", other.hash));
        let about = About { job: seal.job, visit: Some(seal.visit), fact: None, by: Some(seal.by) };
        find(tx, env, id, code, &about, details)?;
    }
    tx.put_shape(&KnownShape { hash: seal.document.hash.clone(), document, shape })
}

/// Holds every sealed order of a job against the facts of its visit, whichever of them came last.
pub fn job(tx: &mut dyn Tx, env: &Env, job: JobId) -> Result<()> {
    let sealed = tx.sealed_of_job(job)?;
    if sealed.is_empty() {
        return Ok(());
    }
    let facts: Vec<Fact> = index::facts(tx, job)?;
    for row in sealed {
        let RecordBody::Sealed { document, .. } = &row.body else { continue };
        let Some(order) = content(&document.payload) else { continue };
        for oddity in signed::oddities(&order, &facts) {
            if oddity.code == FindingCode::PriceNotShownBefore && already_said(tx, job, row.visit)? {
                continue;
            }
            // One of a kind for an order or a photo, whatever its revision.
            let root = oddity
                .fact
                .filter(|_| oddity.code == FindingCode::PhotoOlderThanVisit)
                .map_or(document.id, |fact| fact.0);
            let id = derived(root, &format!("finding/{:?}", oddity.code));
            let by = facts.iter().find(|f| matches!(FactBody::of(f), Some(FactBody::OrderSealed { .. }))).map(|f| f.by);
            let about = About { job, visit: Some(row.visit), fact: oddity.fact, by };
            find(tx, env, id, oddity.code, &about, oddity.details)?;
        }
    }
    Ok(())
}

/// The same was found when work began.
fn already_said(r: &dyn Reader, job: JobId, visit: VisitId) -> Result<bool> {
    let same = |state: crate::storage::FindingState| matches!(state.body, RecordBody::Finding { finding } if finding.code == FindingCode::FeesNotShown && finding.visit == Some(visit));
    Ok(r.findings_of_job(job)?.into_iter().any(same))
}

/// A photo that a fact names and that another job's fact named before.
pub fn photo(tx: &mut dyn Tx, env: &Env, fact: &Fact) -> Result<()> {
    let Some(job) = fact.job else { return Ok(()) };
    for file in &fact.files {
        let Some(other) = tx.facts_naming(&file.hash)?.into_iter().find(|naming| naming.job != job) else { continue };
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
