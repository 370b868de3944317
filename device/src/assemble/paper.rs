//! Papers of a visit: what is proposed from everything entered, and the whole paper around what was typed. Refuses to price beyond the
//! schedule and to invent: what nobody said stays empty.

use chrono::NaiveDate;
use gongdan_domain::catalogue::Words;
use gongdan_domain::entity::{Fields, customer as customer_field, kind, machine as machine_field};
use gongdan_domain::fees::FeePrice;
use gongdan_domain::money::{Fen, capitals};
use gongdan_domain::paper::invoice::InvoiceRequest;
use gongdan_domain::paper::{
    DeclinedBody, FORM, HandedItem, HandoverBody, HazardBody, LoanerBody, PaidFor, Paper, PaperBody, PaperKind,
    ReceiptBody, SlipEstimate, SlipFee,
};
use gongdan_domain::seal::{canonical, sha256_hex};
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{DocType, OrderDocument, OrderTechnician, PayMethod, WORK_ORDER};
use serde_json::Value;

use super::{Case, order};
use crate::error::Result;
use crate::store::Reader;
use crate::view::paper::{LoanerChoice, PaperProposals};

/// What the forms begin with.
pub fn proposals(r: &Reader, case: &Case) -> Result<PaperProposals> {
    let doc = document(r, case)?;
    Ok(PaperProposals {
        receipt: receipt(case, &doc),
        handover: handover(case, &doc),
        loaner: loaner(case),
        hazard: HazardBody {
            wish: doc.customer.wishes.clone(),
            hazards: Vec::new(),
            decision: None,
            words: String::new(),
        },
        declined: DeclinedBody {
            part: String::new(),
            condition: String::new(),
            benefits: String::new(),
            risk: String::new(),
            price_fen: None,
            instead: String::new(),
            reason: String::new(),
        },
        loaners: loaners(r, case)?,
        invoice: invoice(case, &doc),
        customer: doc.customer,
        sum_fen: doc.fees.total_fen.0,
    })
}

/// The order of the visit: as sealed, else as it would be now.
pub fn document(r: &Reader, case: &Case) -> Result<OrderDocument> {
    match &case.order {
        Some(sealed) => Ok(sealed.clone()),
        None => order::drafted(r, case, &order_no(r, case)?),
    }
}

fn order_no(r: &Reader, case: &Case) -> Result<String> {
    Ok(r.number(WORK_ORDER, case.visit.order().0)?.unwrap_or_default())
}

fn receipt(case: &Case, doc: &OrderDocument) -> ReceiptBody {
    let given: i64 = case
        .state
        .papers
        .iter()
        .filter(|p| p.kind == PaperKind::Receipt && p.voided.is_none())
        .map(|p| p.sum_fen)
        .sum();
    let paid = if doc.payment.paid_fen > 0 { doc.payment.paid_fen } else { doc.fees.total_fen.0 };
    let sum = paid.saturating_sub(given).max(0);
    let whole = sum == doc.fees.total_fen.0;
    let lines = doc.fees.lines.iter().filter(|l| l.payable_fen.0 != 0);
    let lines: Vec<PaidFor> = lines.map(|l| PaidFor { words: l.words.clone(), amount_fen: l.payable_fen.0 }).collect();
    let brief = vec![PaidFor { words: Words::new("空压机检测维修费", "Compressor service"), amount_fen: sum }];
    ReceiptBody {
        payer: doc.customer.name.clone(),
        // More lines than fit beside the label are one sum: the order beside it has them all.
        lines: if whole && lines.len() <= 4 { lines } else { brief },
        sum_fen: sum,
        capitals: capitals(Fen(sum)),
        method: if doc.payment.method.is_promise() { PayMethod::Cash } else { doc.payment.method },
        reference: String::new(),
        paid_by: doc.customer.contact.clone(),
    }
}

fn handover(case: &Case, doc: &OrderDocument) -> HandoverBody {
    let causes: Vec<&str> = doc.fault.causes.iter().map(|c| c.zh.as_str()).collect();
    let said = if causes.is_empty() { doc.fault.symptom.clone() } else { causes.join("，") };
    let total = case.estimate().sheet.total_fen.0;
    let lent = case.state.papers.iter().rev().find(|p| p.kind == PaperKind::LoanerSlip && p.returned.is_none());
    HandoverBody {
        fault: said,
        appearance: String::new(),
        items: vec![HandedItem {
            name: format!("{} {}", doc.machine.brand, doc.machine.model).trim().to_owned(),
            quantity: "1 台".to_owned(),
        }],
        expected_back: None,
        estimate: (total > 0).then(|| SlipEstimate {
            text: String::new(),
            sum_fen: total,
            schedule_version: case.estimate().sheet.schedule_version,
        }),
        loaner_no: lent.map(|p| p.no.clone()).unwrap_or_default(),
    }
}

fn loaner(case: &Case) -> LoanerBody {
    let address = case.customer.text(customer_field::ADDRESS);
    LoanerBody {
        asset: case.loaner.as_ref().map(|l| l.code.clone()).unwrap_or_default(),
        model: String::new(),
        power_kw: String::new(),
        pressure_mpa: String::new(),
        hours_out: String::new(),
        condition: String::new(),
        place: address.to_owned(),
        items: Vec::new(),
        due: None,
        days: 0,
        fees: Vec::new(),
        receipt_no: String::new(),
    }
}

/// The company's loaners with their rent by the schedule and the deposit.
fn loaners(r: &Reader, case: &Case) -> Result<Vec<LoanerChoice>> {
    let known = r.entities(kind::LOANER)?;
    let choice = |(_, fields): &(uuid::Uuid, Fields)| {
        let text = |field| fields.text(field).to_owned();
        let code = text("code");
        LoanerChoice {
            model: format!("{} {}", fields.text(machine_field::BRAND), fields.text(machine_field::MODEL))
                .trim()
                .to_owned(),
            power_kw: text(machine_field::POWER_KW),
            pressure_mpa: text(machine_field::PRESSURE_MPA),
            hours: text(machine_field::RUN_HOURS),
            rent: fee(case, rent_code(fields.text(machine_field::POWER_KW))),
            deposit: fee(case, "R-9"),
            asset: code,
        }
    };
    Ok(known.iter().map(choice).filter(|l| !l.asset.is_empty()).collect())
}

/// The rent's item of the schedule: bands of power, their upper bound inclusive.
fn rent_code(power_kw: &str) -> &'static str {
    match power_kw.trim().parse::<f64>().unwrap_or_default() {
        kw if kw <= 15.0 => "R-1",
        kw if kw <= 37.0 => "R-2",
        kw if kw <= 75.0 => "R-3",
        _ => "R-4",
    }
}

fn fee(case: &Case, code: &str) -> Option<SlipFee> {
    let item = case.references.fees.as_ref()?.item(code)?;
    let FeePrice::Fixed { fen } = item.price else { return None };
    Some(SlipFee { code: code.to_owned(), words: item.words.clone(), unit_fen: fen.0, amount_fen: fen.0 })
}

/// The customer's invoice data of the archive; what was noted on this visit goes before it.
fn invoice(case: &Case, doc: &OrderDocument) -> InvoiceRequest {
    if let Some(request) = &case.state.invoice {
        return request.clone();
    }
    let archive: Value = case.customer.read("invoice").unwrap_or_default();
    let text = |name: &str| archive[name].as_str().unwrap_or_default().to_owned();
    let (address, phone) = parted(&text("addr_phone"));
    let (bank, account) = parted(&text("bank_account"));
    let doc_type = match (doc.payment.doc_type, archive["doc_type"].as_str()) {
        (DocType::SpecialInvoice, _) | (_, Some("special_invoice")) => DocType::SpecialInvoice,
        _ => DocType::GeneralInvoice,
    };
    let title = if text("title").is_empty() { doc.customer.name.clone() } else { text("title") };
    let (tax_no, email) = (text("tax_no"), text("email"));
    InvoiceRequest { doc_type, title, tax_no, address, phone, bank, account, email, note: String::new() }
}

/// `样例市虚构路1号 0000-5550101` → the words and the number after the blank.
fn parted(text: &str) -> (String, String) {
    let text = text.trim();
    let number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-');
    let blank = text.char_indices().find(|(at, c)| *c == ' ' && text[*at..].chars().all(number));
    match blank {
        Some((at, _)) => (text[..at].to_owned(), text[at..].trim().to_owned()),
        None => (text.to_owned(), String::new()),
    }
}

/// The paper as it would be sealed now, without the customer's decision and signature.
pub fn drafted(
    r: &Reader,
    case: &Case,
    body: PaperBody,
    no: String,
    made_at: Instant,
    photos: &[String],
) -> Result<Paper> {
    let doc = document(r, case)?;
    let n = next(case, body.kind());
    let technician = me(r, case, &doc)?;
    Ok(Paper {
        form: FORM.to_owned(),
        id: body.kind().id(case.visit, r.identity().certificate.device_id, n),
        job_id: case.job,
        visit_id: case.visit,
        no,
        order_no: doc.order_no,
        zone: doc.zone,
        company: doc.company,
        customer: doc.customer,
        machine: doc.machine,
        warranty: doc.head.warranty,
        technician,
        made_at,
        photos: doc.photos.into_iter().filter(|p| photos.contains(&p.hash)).collect(),
        body: undecided(body),
        signing: None,
    })
}

/// The count of the next paper of a kind: those of this visit that were issued, and one.
pub fn next(case: &Case, kind: PaperKind) -> u32 {
    let issued = case.state.papers.iter().filter(|p| p.kind == kind).count();
    u32::try_from(issued).unwrap_or(u32::MAX).saturating_add(1)
}

/// Whoever holds the device makes the paper.
pub fn me(r: &Reader, case: &Case, doc: &OrderDocument) -> Result<OrderTechnician> {
    let named = doc.technicians.iter().find(|t| t.person == case.me).cloned();
    let unnamed = OrderTechnician {
        person: case.me,
        name: r.person_name(case.me)?,
        number: String::new(),
        grade: Words::default(),
        leader: false,
        ink: r.own_ink()?,
    };
    Ok(named.unwrap_or(unnamed))
}

/// Capitals follow from the sum; what the customer decides comes with his signature.
fn undecided(mut body: PaperBody) -> PaperBody {
    match &mut body {
        PaperBody::Receipt(receipt) => receipt.capitals = capitals(Fen(receipt.sum_fen)),
        PaperBody::HazardNotice(hazard) => (hazard.decision, hazard.words) = (None, String::new()),
        PaperBody::HandoverSlip(_) | PaperBody::LoanerSlip(_) | PaperBody::DeclinedReplacement(_) => {}
    }
    body
}

/// The hash of what the customer reads before he decides and signs: sealing names it, so that exactly this is sealed.
pub fn shown(paper: &Paper) -> Result<String> {
    Ok(sha256_hex(canonical(paper)?.as_bytes()))
}

/// The day of a paper's file name.
pub fn day(at: Instant, zone: chrono_tz::Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn f3_address_and_phone_in_one_text_are_parted() {
        let both = |words: &str, number: &str| (words.to_owned(), number.to_owned());
        assert_eq!(parted("样例市虚构路1号 0000-5550101"), both("样例市虚构路1号", "0000-5550101"));
        assert_eq!(parted("示例银行虚构支行 0000 0000 0000 0001"), both("示例银行虚构支行", "0000 0000 0000 0001"));
        assert_eq!(parted("样例市虚构路1号"), both("样例市虚构路1号", ""));
        assert_eq!(parted(""), both("", ""));
    }
}
