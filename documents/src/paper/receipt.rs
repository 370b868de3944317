//! 收据 (F3): what was paid, by whom, how; struck and stamped where it was voided, for the number stays.

use gongdan_domain::catalogue::Words;
use gongdan_domain::paper::{ReceiptBody, VoidedPaper, place_of};
use gongdan_domain::work_order::PayMethod;
use serde::Serialize;

use super::{Frame, PaperSheet, Section, Writer, person, some};
use crate::field::{Entry, Field, JOIN, Run};
use crate::number::money;
use crate::strings::same;

#[derive(Debug, Serialize)]
pub struct Receipt {
    payer: Words,
    /// What was paid for; the order's number stands after it in its own type.
    lines: Words,
    machine: String,
    order_no: String,
    sum: String,
    capitals: String,
    method: Field,
    reference: Option<Words>,
    taken_by: Words,
    paid_by: Words,
    mark: Option<String>,
    at: String,
    /// That its number is one of an unbroken row.
    place: Option<Words>,
    voided: Option<Voided>,
}

#[derive(Debug, Serialize)]
struct Voided {
    at: String,
    reason: String,
    successor: String,
}

const METHODS: [(PayMethod, &str); 4] = [
    (PayMethod::Cash, "payment.cash"),
    (PayMethod::Wechat, "payment.wechat"),
    (PayMethod::Alipay, "payment.alipay"),
    (PayMethod::Transfer, "payment.transfer"),
];

pub fn view<'a>(writer: &'a Writer<'a>, body: &ReceiptBody, voided: Option<&VoidedPaper>) -> Frame<'a, Receipt> {
    let tongue = &writer.tongue;
    let paid = |sum: i64, words: &Words| {
        let of = |text: &str| format!("{text}{JOIN}{}", money(sum));
        Words::new(of(&words.zh), if words.en.is_empty() { String::new() } else { of(&words.en) })
    };
    let lines: Vec<Words> = body.lines.iter().map(|line| paid(line.amount_fen, &line.words)).collect();
    let chosen = METHODS.iter().position(|(method, _)| *method == body.method);
    let options = METHODS.iter().map(|(_, key)| tongue.w(key)).collect();
    let paid_by = if body.paid_by.trim().is_empty() {
        same("")
    } else {
        tongue.strings.fill("receipt.paid_by", &[("name", &same(&body.paid_by))])
    };
    let at = writer.seal.map_or(writer.paper.made_at, |s| s.sealed_at);
    let receipt = Receipt {
        payer: same(&body.payer),
        lines: crate::strings::listed(&lines),
        machine: writer.machine_name(),
        order_no: writer.paper.order_no.clone(),
        sum: tongue.yuan(body.sum_fen).zh,
        capitals: body.capitals.trim_start_matches("人民币").to_owned(),
        method: Field { label: tongue.w("receipt.method"), span: 3, entry: Entry::Choice { options, chosen } },
        reference: some(&body.reference).map(|no| tongue.strings.fill("receipt.reference", &[("no", &no)])),
        taken_by: person(tongue, &writer.paper.technician),
        paid_by,
        mark: writer.seal.map(|s| format!("ed25519 {}", s.short_signature())),
        at: tongue.full(at, false),
        place: place_of(&writer.paper.no).map(|(_, device, count)| {
            let (device, count) = (same(device), same(count.to_string()));
            tongue.strings.fill("receipt.place", &[("device", &device), ("count", &count)])
        }),
        voided: voided.map(|v| Voided {
            at: tongue.full(v.at, false),
            reason: v.reason.clone(),
            successor: v.successor.clone(),
        }),
    };
    writer.frame("receipt.title", Vec::new(), None, receipt)
}

pub fn on_screen(writer: &Writer<'_>, body: &ReceiptBody) -> PaperSheet {
    let w = |key: &str| writer.w(key);
    let sheet = view(writer, body, None).on_screen(|receipt| {
        let strong = |key: &str, text: String| Field::runs(w(key), 3, vec![Run::strong(same(text))]);
        let mut fields = vec![
            Field::runs(w("receipt.from"), 3, vec![Run::strong(receipt.payer)]),
            Field::runs(w("receipt.for"), 3, vec![Run::plain(receipt.lines)]),
            Field::runs(w("paper.order"), 3, vec![Run::mono(receipt.order_no)]),
            writer.field("section.machine", 3, receipt.machine),
            strong("receipt.sum", receipt.sum),
            strong("fee.capitals", receipt.capitals),
            receipt.method,
        ];
        fields.extend(receipt.reference.map(|no| Field::runs(same(""), 3, vec![Run::soft(no)])));
        fields.push(Field::runs(w("receipt.taken_by"), 3, vec![Run::plain(receipt.taken_by)]));
        fields.push(Field::runs(w("receipt.payer"), 3, vec![Run::plain(receipt.paid_by)]));
        fields.extend(receipt.place.map(|place| Field::runs(same(""), 3, vec![Run::soft(place)])));
        fields.retain(|field| !field.is_empty());
        (vec![Section::Fields { name: same(""), fields }], Vec::new())
    });
    PaperSheet { note: Some(w("receipt.note")), ..sheet }
}
