//! Receipts, slips and notices through the commands, without any network: their numbers, their seals, what was shown is what is sealed.

use std::collections::BTreeSet;

use gongdan_domain::entity::kind;
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::JobId;
use gongdan_domain::paper::invoice::InvoiceRequest;
use gongdan_domain::paper::{HazardDecision, Paper, PaperBody, PaperKind, place_of};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::{ChainHead, SealPayload};
use gongdan_domain::sync::change::Scope;
use gongdan_domain::work_order::{DocType, PayMethod};
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixture::{Office, demo, entity};
use crate::commands::args::SavedFile;
use crate::view::job::{JobView, OrderPreview};
use crate::view::paper::{PaperPreview, PaperProposals};

fn job(office: &Office) -> JobId {
    office.clock("09:00");
    let loaner = entity(kind::LOANER, Uuid::from_u128(0x10a), &demo()["loaners"][0]["fields"]);
    office.send(Scope::Company, vec![loaner]);
    office.assign("J01", None, json!({}))
}

fn signed() -> Value {
    let stroke: Vec<Value> = (0..8).map(|i| json!({ "x": i * 20, "y": 100 + i, "t": i * 16, "p": 500 })).collect();
    let ink = json!({ "height": 400, "strokes": [stroke] });
    json!({ "choice": "signed", "name": "陈喆", "role": "", "is_contact": true, "ink": ink, "at": "2026-11-23T00:00:00Z" })
}

/// One whole paper of each kind, from what is proposed.
fn bodies(office: &Office, job: JobId) -> Vec<PaperBody> {
    let PaperProposals { mut receipt, mut handover, mut loaner, mut hazard, mut declined, loaners, .. } =
        office.call("propose_papers", json!({ "job": job })).expect("proposed");
    receipt.sum_fen = 35_000;
    receipt.method = PayMethod::Cash;
    handover.fault = "主机异响".to_owned();
    let lent = loaners.first().expect("the company has loaners");
    (loaner.asset, loaner.hours_out) = (lent.asset.clone(), lent.hours.clone());
    loaner.due = "2026-11-28".parse().ok();
    loaner.fees = lent.rent.iter().chain(&lent.deposit).cloned().collect();
    let seen: Value = json!({ "level": "now", "due": null, "what": "安全阀过期", "measured": "", "consequence": "", "remedy": "换新" });
    hazard.hazards = vec![serde_json::from_value(seen).expect("a hazard")];
    (declined.part, declined.condition, declined.benefits) =
        ("油分芯".to_owned(), "压差高".to_owned(), "省电".to_owned());
    vec![
        PaperBody::Receipt(receipt),
        PaperBody::HandoverSlip(handover),
        PaperBody::LoanerSlip(loaner),
        PaperBody::HazardNotice(hazard),
        PaperBody::DeclinedReplacement(declined),
    ]
}

fn preview(office: &Office, job: JobId, body: &PaperBody) -> PaperPreview {
    office.call("preview_paper", json!({ "job": job, "body": body })).expect("previewed")
}

fn seal(office: &Office, job: JobId, body: &PaperBody, shown: &str) -> Result<JobView, Code> {
    let signing = if body.kind().asks_signature() { signed() } else { Value::Null };
    let args = json!({ "job": job, "body": body, "shown": shown, "signing": signing });
    office.call("seal_paper", args).map_err(|problem| problem.code)
}

fn issue(office: &Office, job: JobId, body: &PaperBody) -> JobView {
    let shown = preview(office, job, body).shown;
    seal(office, job, body, &shown).expect("sealed")
}

#[test]
fn e4_e6_e7_f3_every_paper_is_numbered_sealed_and_on_the_visit() {
    let office = Office::new();
    let job = job(&office);
    for body in bodies(&office, job) {
        let before = preview(&office, job, &body);
        assert_eq!(before.missing, Vec::<String>::new(), "{:?}", body.kind());
        assert_eq!(preview(&office, job, &body).sheet.no, before.sheet.no, "a second look draws no second number");
        assert_eq!(place_of(&before.sheet.no).map(|(kind, _, count)| (kind, count)), Some((body.kind(), 1)));
        let view = seal(&office, job, &body, &before.shown).expect("sealed");
        let mut made = view.state.papers.iter().filter(|p| p.kind == body.kind()).map(|p| p.no.as_str());
        assert_eq!((made.next(), made.next()), (Some(before.sheet.no.as_str()), None));
    }
    let order: OrderPreview = office.call("preview_order", json!({ "job": job })).expect("previewed");
    let refused = order.document.fault.measures.last().expect("E7: it stands on the order");
    assert!(refused.zh.contains("暂不更换油分芯") && refused.zh.contains("JH-"), "{refused:?}");
    let sealed = office.bench.device.read(|r| r.sealed(job)).expect("read");
    let numbers: BTreeSet<u64> = sealed.iter().map(|s| s.document.seal_no).collect();
    assert_eq!(numbers.len(), 5, "each is a link of its own in one chain");
    let mut links: Vec<_> = sealed.iter().map(|s| &s.document).collect();
    links.sort_by_key(|d| d.seal_no);
    let mut head = ChainHead { seal_no: links[0].seal_no - 1, hash: links[0].previous.clone() };
    for link in links {
        head = head.follow(link).expect("the chain holds");
        let payload: SealPayload = serde_json::from_str(&link.payload).expect("a payload");
        let paper: Paper = serde_json::from_value(payload.content).expect("a paper");
        assert_eq!(PaperKind::named(&link.kind), Some(paper.kind()));
        assert_eq!(paper.signing.is_some(), paper.kind().asks_signature());
    }
}

#[test]
fn g5_only_what_was_shown_is_sealed_and_nothing_half_said() {
    let office = Office::new();
    let job = job(&office);
    let all = bodies(&office, job);
    let mut receipt = all[0].clone();
    let shown = preview(&office, job, &receipt).shown;
    if let PaperBody::Receipt(body) = &mut receipt {
        body.sum_fen = 53_000;
    }
    assert_eq!(seal(&office, job, &receipt, &shown).err(), Some(Code::OrderChanged));
    assert_eq!(seal(&office, job, &all[1], "").err(), Some(Code::OrderChanged), "shown to nobody");
    if let PaperBody::Receipt(body) = &mut receipt {
        body.payer.clear();
    }
    let preview = preview(&office, job, &receipt);
    assert_eq!(preview.missing, ["payer"]);
    assert_eq!(seal(&office, job, &receipt, &preview.shown).err(), Some(Code::FieldInvalid));
    let forged = json!({ "about": { "job": job, "visit": null }, "fact": { "kind": "receipt_issued", "body": {
        "paper": "00000000-0000-7000-8000-000000000001", "no": "SJ-A7-2611-0009", "hash": "", "sum_fen": 1, "method": "cash" } } });
    let refused = office.call::<JobView>("record", forged).map_err(|problem| problem.code);
    assert_eq!(refused.err(), Some(Code::NotAllowed), "a receipt without its seal is none");
}

#[test]
fn e6_the_decision_is_the_customers_and_comes_with_his_signature() {
    let office = Office::new();
    let job = job(&office);
    let mut notice = bodies(&office, job).remove(3);
    let shown = preview(&office, job, &notice).shown;
    if let PaperBody::HazardNotice(body) = &mut notice {
        body.decision = Some(HazardDecision::AsWished);
    }
    assert_eq!(preview(&office, job, &notice).shown, shown, "deciding does not change what he read");
    seal(&office, job, &notice, &shown).expect("sealed");
    let sealed = office.bench.device.read(|r| r.sealed(job)).expect("read").remove(0);
    let payload: SealPayload = serde_json::from_str(&sealed.document.payload).expect("a payload");
    assert_eq!(payload.content["body"]["body"]["decision"], json!("as_wished"));
}

#[test]
fn f3_a_void_number_stays_and_names_what_took_its_place() {
    let office = Office::new();
    let job = job(&office);
    let receipt = bodies(&office, job).remove(0);
    let first = issue(&office, job, &receipt).state.papers.remove(0);
    let void = |reason: &str| {
        office.call::<JobView>("void_receipt", json!({ "job": job, "paper": first.paper, "reason": reason }))
    };
    assert_eq!(void(" ").map_err(|p| p.code).err(), Some(Code::ReasonMissing));
    let view = void("金额录错").expect("void");
    assert_eq!(view.state.papers[0].voided.as_ref().map(|v| v.reason.as_str()), Some("金额录错"));
    let view = issue(&office, job, &receipt);
    let [void, valid] = view.state.papers.as_slice() else { panic!("both numbers stay: {:?}", view.state.papers) };
    assert_eq!(place_of(&valid.no).map(|(_, _, count)| count), Some(2), "no number is missing between them");
    assert_eq!(void.voided.as_ref().map(|v| v.successor.as_str()), Some(valid.no.as_str()));
    let wish = json!({ "job": job, "document": { "which": "paper", "paper": void.paper }, "language": "zh" });
    let pdf = crate::commands::download(&office.bench.device, "document_pdf", wish).expect("printed");
    assert!(pdf.starts_with(b"%PDF-"));
}

#[test]
fn e4_machine_and_loaner_come_back() {
    let office = Office::new();
    let job = job(&office);
    let all = bodies(&office, job);
    issue(&office, job, &all[1]);
    let papers = issue(&office, job, &all[2]).state.papers;
    let note = "已复位".to_owned();
    office.at("16:00", job, FactBody::WorkshopReturned { paper: papers[0].paper, note });
    let back = FactBody::LoanerReturned { paper: papers[1].paper, hours_back: "6200".to_owned(), note: String::new() };
    let papers = office.at("16:05", job, back).state.papers;
    assert_eq!(papers[0].returned.as_ref().map(|r| r.note.as_str()), Some("已复位"));
    assert_eq!(papers[1].returned.as_ref().map(|r| r.hours.as_str()), Some("6200"));
}

#[test]
fn g7_every_document_of_the_visit_is_saved_under_a_name_that_finds_it() {
    let office = Office::new();
    let job = job(&office);
    let request = InvoiceRequest {
        doc_type: DocType::GeneralInvoice,
        title: "样例".to_owned(),
        tax_no: String::new(),
        address: String::new(),
        phone: String::new(),
        bank: String::new(),
        account: String::new(),
        email: String::new(),
        note: String::new(),
    };
    office.at("12:05", job, FactBody::InvoiceRequested { request });
    let paper = issue(&office, job, &bodies(&office, job)[0]).state.papers.remove(0);
    let wanted = [
        (json!({ "which": "paper", "paper": paper.paper }), "SJ-"),
        (json!({ "which": "invoice" }), "-KP"),
        (json!({ "which": "service_card" }), "FWK"),
        (json!({ "which": "work_id" }), "GZZ"),
    ];
    for (document, begins) in wanted {
        let of = json!({ "job": job, "document": document, "language": "both" });
        let saved: SavedFile = office.call("save_document", json!({ "of": of, "place": "app" })).expect("saved");
        assert!(saved.name.contains(begins) && saved.name.ends_with(".pdf"), "{}", saved.name);
        assert!(std::fs::read(&saved.path).expect("a file").starts_with(b"%PDF-"));
    }
    let of = json!({ "job": job, "document": { "which": "order" }, "language": "zh" });
    let refused = office.call::<SavedFile>("save_document", json!({ "of": of, "place": "app" }));
    assert_eq!(refused.map_err(|p| p.code).err(), Some(Code::NotSealed), "a draft is no document");
}
