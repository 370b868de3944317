//! Papers of a visit as its facts tell them, taken in the order of corrected time: a void or a return comes after its paper.

use chrono::NaiveDate;

use crate::fact::FactBody;
use crate::id::PaperId;
use crate::paper::{IssuedPaper, PaperKind, ReturnedPaper, VoidedPaper};
use crate::time::Instant;

/// Takes one fact about papers, in the order of time.
pub fn take(papers: &mut Vec<IssuedPaper>, at: Instant, body: FactBody) {
    use FactBody as B;
    let mut issued = |kind, paper, no, hash, sum_fen, about, due| {
        let paper = IssuedPaper { paper, kind, no, hash, at, sum_fen, about, due, voided: None, returned: None };
        papers.push(paper);
    };
    let none: Option<NaiveDate> = None;
    match body {
        B::ReceiptIssued { paper, no, hash, sum_fen, .. } => {
            issued(PaperKind::Receipt, paper, no, hash, sum_fen, String::new(), none);
        }
        B::TakenToWorkshop { paper, no, hash, machine, expected_back, estimate_fen } => {
            issued(PaperKind::HandoverSlip, paper, no, hash, estimate_fen, machine, expected_back);
        }
        B::LoanerHandedOut { paper, no, hash, asset, due, .. } => {
            issued(PaperKind::LoanerSlip, paper, no, hash, 0, asset, due);
        }
        B::HazardStated { paper, no, hash, hazards, .. } => {
            issued(PaperKind::HazardNotice, paper, no, hash, 0, hazards.join("；"), none);
        }
        B::ReplacementDeclined { paper, no, hash, part, .. } => {
            issued(PaperKind::DeclinedReplacement, paper, no, hash, 0, part, none);
        }
        B::ReceiptVoided { paper, reason, successor, .. } => {
            // The successor is named later; void it was from the first word.
            let void = |p: &mut IssuedPaper| {
                let at = p.voided.as_ref().map_or(at, |first| first.at);
                p.voided = Some(VoidedPaper { at, reason, successor });
            };
            change(papers, paper, void);
        }
        B::WorkshopReturned { paper, note } => {
            change(papers, paper, |p| p.returned = Some(ReturnedPaper { at, hours: String::new(), note }));
        }
        B::LoanerReturned { paper, hours_back, note } => {
            change(papers, paper, |p| p.returned = Some(ReturnedPaper { at, hours: hours_back, note }));
        }
        _ => {}
    }
}

/// The facts are taken by corrected time: what is about a paper comes after it. A fact about a paper of nobody changes nothing.
fn change(papers: &mut [IssuedPaper], paper: PaperId, put: impl FnOnce(&mut IssuedPaper)) {
    if let Some(found) = papers.iter_mut().find(|p| p.paper == paper) {
        put(found);
    }
}
