//! Papers of a visit as its facts tell them. A void or a return is told of a paper whatever the order in which the two arrived, and also
//! where both happened in one instant.

use chrono::NaiveDate;

use crate::fact::FactBody;
use crate::paper::{IssuedPaper, PaperKind, ReturnedPaper, VoidedPaper};
use crate::sync::change::Fact;
use crate::time::Instant;

/// All papers, in the order they were made; facts come by corrected time.
pub fn of(facts: &[&Fact]) -> Vec<IssuedPaper> {
    let told: Vec<(Instant, FactBody)> =
        facts.iter().filter_map(|fact| Some((fact.at.corrected(), FactBody::of(fact)?))).collect();
    let mut papers: Vec<IssuedPaper> = told.iter().filter_map(|(at, body)| issued(*at, body)).collect();
    papers.sort_by(|a, b| (a.at, &a.no).cmp(&(b.at, &b.no)));
    for (at, body) in &told {
        change(&mut papers, *at, body);
    }
    papers
}

fn issued(at: Instant, body: &FactBody) -> Option<IssuedPaper> {
    use FactBody as B;
    let none: Option<NaiveDate> = None;
    let (kind, paper, no, hash, sum_fen, about, due) = match body {
        B::ReceiptIssued { paper, no, hash, sum_fen, .. } => {
            (PaperKind::Receipt, paper, no, hash, *sum_fen, String::new(), none)
        }
        B::TakenToWorkshop { paper, no, hash, machine, expected_back, estimate_fen } => {
            (PaperKind::HandoverSlip, paper, no, hash, *estimate_fen, machine.clone(), *expected_back)
        }
        B::LoanerHandedOut { paper, no, hash, asset, due, .. } => {
            (PaperKind::LoanerSlip, paper, no, hash, 0, asset.clone(), *due)
        }
        B::HazardStated { paper, no, hash, hazards, .. } => {
            (PaperKind::HazardNotice, paper, no, hash, 0, hazards.join("；"), none)
        }
        B::ReplacementDeclined { paper, no, hash, part, .. } => {
            (PaperKind::DeclinedReplacement, paper, no, hash, 0, part.clone(), none)
        }
        _ => return None,
    };
    let (paper, no, hash) = (*paper, no.clone(), hash.clone());
    Some(IssuedPaper { paper, kind, no, hash, at, sum_fen, about, due, voided: None, returned: None })
}

/// A fact about a paper of nobody changes nothing.
fn change(papers: &mut [IssuedPaper], at: Instant, body: &FactBody) {
    use FactBody as B;
    let (B::ReceiptVoided { paper, .. } | B::WorkshopReturned { paper, .. } | B::LoanerReturned { paper, .. }) = body
    else {
        return;
    };
    let Some(found) = papers.iter_mut().find(|p| p.paper == *paper) else { return };
    match body {
        B::ReceiptVoided { reason, successor, .. } => match &mut found.voided {
            // Void it was from the first word; the successor is named later.
            Some(void) if !successor.is_empty() => void.successor.clone_from(successor),
            Some(_) => {}
            None => {
                found.voided = Some(VoidedPaper { at, reason: reason.clone(), successor: successor.clone() });
            }
        },
        B::WorkshopReturned { note, .. } => {
            found.returned = Some(ReturnedPaper { at, hours: String::new(), note: note.clone() });
        }
        B::LoanerReturned { hours_back, note, .. } => {
            found.returned = Some(ReturnedPaper { at, hours: hours_back.clone(), note: note.clone() });
        }
        _ => {}
    }
}
