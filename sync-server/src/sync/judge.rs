//! What the server finds odd about what was done in the field. It asks the same rules as the device and refuses nothing.

use gongdan_domain::catalogue::{Drive, MachineType, ServiceKind};
use gongdan_domain::entity::{job, kind, machine};
use gongdan_domain::fact::{FactBody, TickList};
use gongdan_domain::finding::{Breach, FindingCode};
use gongdan_domain::id::VisitId;
use gongdan_domain::kit::{KitContext, KitIncomplete, KitRelease, KitRole, ReleasedBy, kit_list};
use gongdan_domain::safety::SafetyAnswer;
use gongdan_domain::seal::{SealPayload, SealedDocument};
use gongdan_domain::sync::change::{EntityRef, Fact, SealOp};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::{Instant, Stamp};
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::breach::{self, Circumstances};
use gongdan_domain::visit::revision::outside;
use serde_json::{Value, json};

use crate::core::Env;
use crate::error::Result;
use crate::storage::Reader;
use crate::sync::apply::Author;

/// The visit as it stood when the fact was stated.
fn state_before(r: &dyn Reader, fact: &Fact, visit: VisitId) -> Result<VisitState> {
    let Some(job) = fact.job else { return Ok(VisitState::default()) };
    let at = fact.at.corrected();
    let earlier: Vec<Fact> =
        r.facts(job)?.into_iter().filter(|f| !f.retracted && f.fact.at.corrected() <= at).map(|f| f.fact).collect();
    Ok(VisitState::of(visit, &earlier, &r.fields(&EntityRef::new(kind::VISIT, visit.0))?))
}

/// Rules that this fact breaks.
pub fn breaches(r: &dyn Reader, env: &Env, fact: &Fact, body: &FactBody) -> Result<Vec<Breach>> {
    let Some(visit) = fact.visit else { return Ok(Vec::new()) };
    // Ticks and photos break nothing and come by the dozen.
    if matches!(body, FactBody::Ticked { .. } | FactBody::NoteAdded { .. }) {
        return Ok(Vec::new());
    }
    let state = state_before(r, fact, visit)?;
    let now = circumstances(r, env, fact, body, &state)?;
    let mut found = breach::breaches(&state, body, &now);
    if let FactBody::OrderSealed { total_fen, .. } = body
        && *total_fen > 0
        && state.consent.is_none()
    {
        let details = json!({ "total_fen": total_fen });
        found.push(Breach { finding: FindingCode::WorkedWithoutConsent, refusal: None, details });
    }
    Ok(found)
}

fn circumstances(r: &dyn Reader, env: &Env, fact: &Fact, body: &FactBody, state: &VisitState) -> Result<Circumstances> {
    let at = fact.at.judged_at(env.now);
    let mut now = Circumstances::default();
    match body {
        FactBody::Departed { kit_version, released } => now.kit = kit(r, env, fact, state, kit_version, released)?,
        FactBody::KitReleased { .. } => {
            let items = env.reference.kit_template(at).map(|t| t.items.as_slice()).unwrap_or_default();
            let fixed = |i: &&gongdan_domain::kit::KitItem| !i.releasable || i.role == Some(KitRole::CleaningRag);
            now.unreleasable = items.iter().filter(fixed).map(|i| i.code.clone()).collect();
        }
        FactBody::SafetySigned { .. } | FactBody::WorkStarted {} | FactBody::WorkFinished {} => {
            if let Some(template) = env.reference.safety_template(at) {
                let answers: Vec<SafetyAnswer> = state
                    .safety
                    .iter()
                    .map(|(code, a)| SafetyAnswer { code: code.clone(), choice: a.answer })
                    .collect();
                now.safety = template.safe(&answers).err();
                now.power_on = template.safe_to_power_on(&answers).err();
            }
        }
        _ => {}
    }
    Ok(now)
}

/// What the kit lacked, by the template the check was made against. Only what the server knows of the job counts: fewer lines, never
/// more than the technician saw.
fn kit(
    r: &dyn Reader,
    env: &Env,
    fact: &Fact,
    state: &VisitState,
    version: &str,
    released: &[String],
) -> Result<Option<KitIncomplete>> {
    let (Some(of), Some(template)) = (fact.job, env.reference.kit_template_named(version, fact.at.judged_at(env.now)))
    else {
        return Ok(None);
    };
    let fields = r.fields(&EntityRef::new(kind::JOB, of.0))?;
    let machine_id = uuid::Uuid::parse_str(fields.text(job::MACHINE)).unwrap_or_default();
    let machine_fields = r.fields(&EntityRef::new(kind::MACHINE, machine_id))?;
    let context = KitContext {
        job: of.to_string(),
        machine_type: MachineType::named(machine_fields.text(machine::MACHINE_TYPE)),
        drive: Drive::named(machine_fields.text(machine::DRIVE)),
        service_kind: fields.read::<ServiceKind>(job::SERVICE_KIND),
        ..KitContext::default()
    };
    let ticks = state.ticks.get(&TickList::Kit).map(|items| items.keys().cloned().collect()).unwrap_or_default();
    let reason = |code: &String| state.kit_released.get(code).cloned().unwrap_or_else(|| "released".to_owned());
    let releases: Vec<KitRelease> = released
        .iter()
        .chain(state.kit_released.keys())
        .map(|code| KitRelease { code: code.clone(), by: ReleasedBy::Technician, reason: reason(code) })
        .collect();
    Ok(kit_list(template, &context).ready(&ticks, &releases).err())
}

/// Whether the order of the fact's visit is sealed.
pub fn was_sealed(r: &dyn Reader, fact: &Fact) -> Result<bool> {
    match fact.visit {
        Some(visit) if !r.sealed_of(visit.order().0)?.is_empty() => {
            let state = state_before(r, &Fact { at: Stamp::trusted(Instant::MAX_UTC), ..fact.clone() }, visit)?;
            // What is stated anew for the next revision takes the place of what was stated before; a photo is evidence.
            Ok(state.revising.is_none() || fact.kind == "photo_taken")
        }
        Some(_) => Ok(false),
        None => Ok(false),
    }
}

/// G5, G6: what does not fit about a seal.
pub fn seal(r: &dyn Reader, seal: &SealOp, author: &Author) -> Result<Vec<(FindingCode, Value)>> {
    let document = &seal.document;
    let mut found = Vec::new();
    let opened = if document.device_id == author.device {
        document.open(&author.key).err()
    } else {
        Some(gongdan_domain::seal::SealError::EnvelopeDiffers)
    };
    if let Some(why) = opened {
        found.push((FindingCode::SealInvalid, json!({ "why": why, "hash": document.hash })));
    }
    if !follows(r, document, author)? {
        let details = json!({ "seal_no": document.seal_no, "previous": document.previous });
        found.push((FindingCode::ChainBroken, details));
    }
    let same = |other: &crate::storage::SealedRow| matches!(&other.body, gongdan_domain::sync::wire::RecordBody::Sealed { document: d, .. } if d.revision == document.revision);
    if let Some(other) = r.sealed_of(document.id)?.iter().find(|o| same(o)) {
        let details = json!({ "revision": document.revision, "hashes": [other.hash, document.hash] });
        found.push((FindingCode::TwoFirstRevisions, details));
    }
    found.extend(out_of_bounds(r, document)?);
    Ok(found)
}

/// G5: what a revision changed although no revision may.
fn out_of_bounds(r: &dyn Reader, document: &SealedDocument) -> Result<Option<(FindingCode, Value)>> {
    let content = |payload: &str| serde_json::from_str::<SealPayload>(payload).map(|p| p.content).unwrap_or_default();
    if document.revision <= 1 || document.kind != "work_order" {
        return Ok(None);
    }
    let after = content(&document.payload);
    let named = after["supersedes"]["hash"].as_str().unwrap_or_default();
    let before = r.sealed_of(document.id)?.into_iter().find(|row| row.hash == named);
    let Some(RecordBody::Sealed { document: before, .. }) = before.map(|row| row.body) else {
        let details = json!({ "revision": document.revision, "missing": named });
        return Ok(Some((FindingCode::RevisionOutOfBounds, details)));
    };
    let fields = outside(&content(&before.payload), &after);
    let details = json!({ "revision": document.revision, "fields": fields });
    Ok((!fields.is_empty()).then_some((FindingCode::RevisionOutOfBounds, details)))
}

/// Whether a seal is the next link of its device's chain as far as it is known here.
pub fn follows(r: &dyn Reader, document: &gongdan_domain::seal::SealedDocument, author: &Author) -> Result<bool> {
    let twins = r.sealed_by_device(document.device_id, document.seal_no)?;
    if twins.iter().any(|t| t.hash != document.hash) {
        return Ok(false);
    }
    if document.seal_no <= 1 {
        return Ok(author.genesis.as_ref().is_some_and(|genesis| genesis.follow(document).is_ok()));
    }
    let previous = r.sealed_by_device(document.device_id, document.seal_no - 1)?;
    Ok(previous.iter().any(|p| p.hash == document.previous))
}
