//! What an action would break. The device refuses where a person on the spot can still do it right; the server, which learns of it
//! later, turns the same breach into a finding and refuses nothing (invariant `poison_passes`).

use serde_json::json;

use crate::fact::{FactBody, SigningChoice, TickList};
use crate::finding::{Breach, FindingCode};
use crate::kit::KitIncomplete;
use crate::problem::{Code, Problem};
use crate::safety::NotSafe;
use crate::visit::VisitState;

/// What the rules need besides the visit itself.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// What the kit lacks, if anything.
    pub kit: Option<KitIncomplete>,
    /// Codes of the kit that no reason releases: the rag.
    pub unreleasable: Vec<String>,
    /// What the safety checklist before work lacks, if anything.
    pub safety: Option<NotSafe>,
    /// What the checklist before power returns lacks, if anything.
    pub power_on: Option<NotSafe>,
    /// What the customer would have to pay as of now, fen.
    pub total_fen: i64,
}

fn refused(finding: FindingCode, code: Code, details: serde_json::Value) -> Breach {
    Breach { finding, refusal: Some(Problem::with(code, &details)), details }
}

/// The breaches of taking this fact in this state. Empty: all is well.
pub fn breaches(state: &VisitState, body: &FactBody, now: &Circumstances) -> Vec<Breach> {
    let mut found = Vec::new();
    let closed = state.sealed().is_some() && changes_sealed_content(body);
    if closed && (state.revising.is_none() || !revisable(body)) {
        found.push(refused(FindingCode::StepSkipped, Code::AlreadySealed, json!({})));
        return found;
    }
    if state.cancelled.is_some() && matches!(body, FactBody::Departed { .. }) {
        found.push(refused(FindingCode::JobWasCancelled, Code::JobCancelled, json!({ "reason": state.cancelled })));
    }
    match body {
        FactBody::Departed { released, .. } => departing(state, released, now, &mut found),
        FactBody::KitReleased { items, reason } => {
            if items.iter().any(|code| now.unreleasable.contains(code)) {
                found.push(refused(FindingCode::KitReleased, Code::RagNotReleasable, json!({})));
            } else if reason.trim().is_empty() {
                found.push(refused(FindingCode::KitReleased, Code::ReasonMissing, json!({ "items": items })));
            } else {
                let details = json!({ "items": items, "reason": reason });
                found.push(Breach { finding: FindingCode::KitReleased, refusal: None, details });
            }
        }
        FactBody::CheckedIn { .. } => {
            if state.arrived_at.is_none() {
                found.push(refused(FindingCode::StepSkipped, Code::NotArrived, json!({})));
            }
            let unticked = state.unticked(TickList::Door);
            if !unticked.is_empty() {
                found.push(refused(FindingCode::DoorSkipped, Code::DoorIncomplete, json!({ "missing": unticked })));
            }
        }
        FactBody::SafetySigned { .. } => unsafe_because(now.safety.as_ref(), &mut found),
        FactBody::WorkStarted {} => starting(state, now, &mut found),
        FactBody::WorkFinished {} => {
            unsafe_because(now.power_on.as_ref(), &mut found);
            let missing = state.repair_missing();
            if !missing.is_empty() {
                found.push(refused(FindingCode::StepSkipped, Code::RepairIncomplete, json!({ "missing": missing })));
            }
        }
        FactBody::ConsentRefused { reason, .. } | FactBody::NotAdmitted { reason } if reason.trim().is_empty() => {
            found.push(refused(FindingCode::StepSkipped, Code::ReasonMissing, json!({})));
        }
        FactBody::ReadingTaken { key, value, confirmed: true, .. } => {
            let details = json!({ "key": key, "value": value });
            found.push(Breach { finding: FindingCode::UnusualReading, refusal: None, details });
        }
        FactBody::RevisionOpened { revision, supersedes, reason, .. } => {
            opening_revision(state, *revision, supersedes, reason, &mut found);
        }
        FactBody::RatingGiven { revision, .. } if state.rated(*revision).is_some() => {
            found.push(refused(FindingCode::RatingAltered, Code::RatingConfirmed, json!({ "revision": revision })));
        }
        FactBody::OrderAttested { order_hash, choice, .. } => {
            let open = state.sealed().is_some_and(|s| s.hash == *order_hash) && state.may_be_attested();
            if !open || !matches!(choice, SigningChoice::Signed | SigningChoice::Declined) {
                found.push(refused(FindingCode::StepSkipped, Code::OrderChanged, json!({ "order_hash": order_hash })));
            }
        }
        FactBody::OrderSealed { revision, choice, quality, attitude, total_fen, .. } => {
            sealing(state, *choice, *total_fen, &mut found);
            // G2: what the customer confirmed is what is sealed. His words are in the seal alone: the command compares them.
            if let Some(rated) = state.rated(*revision)
                && (rated.quality, rated.attitude) != (*quality, *attitude)
            {
                let details = json!({
                    "confirmed_quality": rated.quality, "confirmed_attitude": rated.attitude,
                    "quality": quality, "attitude": attitude,
                });
                found.push(refused(FindingCode::RatingAltered, Code::RatingConfirmed, details));
            }
            use crate::fact::Rating::Dissatisfied;
            if *quality == Dissatisfied || *attitude == Dissatisfied {
                let details = json!({ "quality": quality, "attitude": attitude });
                found.push(Breach { finding: FindingCode::Dissatisfied, refusal: None, details });
            }
        }
        _ => {}
    }
    found
}

fn departing(state: &VisitState, released: &[String], now: &Circumstances, found: &mut Vec<Breach>) {
    if state.contacted_at().is_none() {
        found.push(refused(FindingCode::StepSkipped, Code::NotContacted, json!({})));
    }
    if let Some(incomplete) = &now.kit {
        let details = json!({ "missing": incomplete.missing });
        found.push(refused(FindingCode::DepartedIncomplete, Code::KitIncomplete, details));
    } else if !released.is_empty() {
        let details = json!({ "released": released });
        found.push(Breach { finding: FindingCode::DepartedIncomplete, refusal: None, details });
    }
}

fn unsafe_because(lacking: Option<&NotSafe>, found: &mut Vec<Breach>) {
    if let Some(why) = lacking {
        found.push(refused(FindingCode::WorkedUnsafe, Code::NotSafe, json!(why)));
    }
}

fn starting(state: &VisitState, now: &Circumstances, found: &mut Vec<Breach>) {
    if state.safety_signed_at.is_none() {
        found.push(refused(FindingCode::WorkedUnsafe, Code::NotSafe, json!({ "unsigned": true })));
    }
    let missing = state.diagnosis_missing();
    if !missing.is_empty() {
        found.push(refused(FindingCode::StepSkipped, Code::NotDiagnosed, json!({ "missing": missing })));
    }
    if state.fees_shown_at.is_none() {
        found.push(refused(FindingCode::FeesNotShown, Code::FeesNotShown, json!({})));
    }
    // BR-10: an amount needs consent.
    if now.total_fen > 0 && state.consent.is_none() {
        let details = json!({ "total_fen": now.total_fen });
        found.push(refused(FindingCode::WorkedWithoutConsent, Code::NoConsent, details));
    }
}

fn sealing(state: &VisitState, choice: SigningChoice, total_fen: i64, found: &mut Vec<Breach>) {
    let declined_repair = state.consent_refused.is_some();
    if state.work_finished_at.is_none() && !declined_repair {
        let missing = state.repair_missing();
        found.push(refused(FindingCode::StepSkipped, Code::RepairIncomplete, json!({ "missing": missing })));
    }
    let unticked = state.unticked(TickList::Handover);
    if !unticked.is_empty() && !declined_repair {
        found.push(refused(FindingCode::StepSkipped, Code::HandoverIncomplete, json!({ "missing": unticked })));
    }
    if let Some(consent) = &state.consent
        && consent.total_fen != total_fen
    {
        let details = json!({ "consented_fen": consent.total_fen, "sealed_fen": total_fen });
        found.push(Breach { finding: FindingCode::TotalDiffersFromConsent, refusal: None, details });
    }
    if choice != SigningChoice::Signed {
        let details = json!({ "choice": choice });
        found.push(Breach { finding: FindingCode::NotSigned, refusal: None, details });
    }
}

/// G5: a revision replaces the latest seal, is the next one, and says why.
fn opening_revision(state: &VisitState, revision: u32, supersedes: &str, reason: &str, found: &mut Vec<Breach>) {
    let Some(sealed) = state.sealed() else {
        found.push(refused(FindingCode::StepSkipped, Code::NotSealed, json!({})));
        return;
    };
    if reason.trim().is_empty() {
        found.push(refused(FindingCode::StepSkipped, Code::ReasonMissing, json!({ "field": "reason" })));
    }
    if revision != sealed.revision + 1 || supersedes != sealed.hash {
        let details = json!({ "revision": revision, "sealed": sealed.revision });
        found.push(refused(FindingCode::StepSkipped, Code::OrderChanged, details));
    }
}

/// What may be stated anew while the order is open for its next revision: what was found and done. Where people were, when, and how safe
/// it was are facts of that day.
fn revisable(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::ReadingTaken { .. }
            | FactBody::PhotoTaken { .. }
            | FactBody::ConsentGiven { .. }
            | FactBody::TestRunRecorded { .. }
            | FactBody::ConfidenceStated { .. }
            | FactBody::RatingGiven { .. }
            | FactBody::RatingReopened { .. }
    )
}

/// Whether a fact would change what a sealed order says. Leaving, callbacks, answers and notes come after the seal.
fn changes_sealed_content(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::ReadingTaken { .. }
            | FactBody::PhotoTaken { .. }
            | FactBody::ConsentGiven { .. }
            | FactBody::ConsentRefused { .. }
            | FactBody::WorkStarted {}
            | FactBody::WorkFinished {}
            | FactBody::TestRunRecorded { .. }
            | FactBody::ConfidenceStated { .. }
            | FactBody::Departed { .. }
            | FactBody::Arrived { .. }
            | FactBody::CheckedIn { .. }
            | FactBody::SafetyAnswered { .. }
            | FactBody::SafetySigned { .. }
            | FactBody::RatingGiven { .. }
            | FactBody::RatingReopened { .. }
    )
}
