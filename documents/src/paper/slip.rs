//! The slips on half a sheet: 返厂交接单, 备用机借用单 (E4) and 客户拒换说明 (E7). Refuses to price: sums come with the paper.

use gongdan_domain::catalogue::Words;
use gongdan_domain::paper::{DeclinedBody, HandoverBody, LoanerBody};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Frame, Section, Writer};
use crate::field::{Entry, Field, Run, with_unit};
use crate::number::money;
use crate::order::close;
use crate::strings::same;

#[derive(Debug, Serialize)]
pub struct Slip {
    /// Whose copy it is.
    copy: Option<Words>,
    sections: Vec<Section>,
    photos: Vec<close::Photo>,
}

impl Slip {
    pub fn parts(self) -> (Vec<Section>, Vec<close::Photo>) {
        (self.sections, self.photos)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "PaperItem")]
pub struct Row {
    name: String,
    quantity: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "PaperFee")]
pub struct FeeRow {
    code: String,
    name: Words,
    unit_price: String,
    amount: String,
}

fn slip(writer: &Writer<'_>, mut sections: Vec<Section>) -> Slip {
    sections.retain(|section| match section {
        Section::Fields { fields, .. } => !fields.is_empty(),
        Section::Ticks { items, .. } => !items.is_empty(),
        Section::Handed { rows, .. } => !rows.is_empty(),
        Section::Fees { rows, .. } => !rows.is_empty(),
        _ => true,
    });
    let photos = close::photos(&writer.tongue, &writer.paper.photos);
    if !photos.is_empty() {
        sections.push(Section::Photos { name: writer.w("section.photos") });
    }
    Slip { copy: Some(writer.w("paper.copy.customer")), sections, photos }
}

pub fn handover<'a>(writer: &'a Writer<'a>, body: &HandoverBody) -> Frame<'a, Slip> {
    let w = |key: &str| writer.w(key);
    let back = body.expected_back.map(|day| day.to_string()).unwrap_or_default();
    let head = vec![
        writer.day(),
        writer.order(),
        Field::runs(w("head.warranty"), 1, vec![Run::plain(writer.paper.warranty.clone())]),
        Field::runs(w("workshop.expected_back"), 1, vec![Run::strong(same(back))]),
    ];
    let machine = vec![
        writer.field("machine.model", 1, writer.machine_name()),
        writer.serial_no(),
        writer.field("machine.power", 1, writer.power()),
        writer.field("machine.run_hours", 1, with_unit(&writer.paper.machine.run_hours, "h")),
        writer.field("workshop.fault", 2, &body.fault),
        writer.field("workshop.appearance", 2, &body.appearance),
    ];
    let rows = body.items.iter().map(|i| Row { name: i.name.clone(), quantity: i.quantity.clone() }).collect();
    let mut sections = vec![
        writer.customer(),
        writer.fields("workshop.machine", machine),
        Section::Handed { name: w("workshop.items"), rows },
    ];
    if let Some(estimate) = &body.estimate {
        sections.push(Section::Estimate {
            name: w("workshop.estimate"),
            text: same(&estimate.text),
            sum: writer.tongue.yuan(estimate.sum_fen).zh,
            note: Some(
                writer.tongue.strings.fill("workshop.estimate.note", &[("version", &same(&estimate.schedule_version))]),
            ),
        });
    }
    if !body.loaner_no.is_empty() {
        let said = writer.tongue.strings.fill("workshop.loaner", &[("no", &same(&body.loaner_no))]);
        sections.push(Section::Points { name: w("workshop.loaner.name"), points: vec![said] });
    }
    let hands = writer.hands("workshop.given_by", "workshop.taken_by", None, &["workshop.back_received", "paper.date"]);
    writer.frame("workshop.title", head, Some(hands), slip(writer, sections))
}

pub fn loaner<'a>(writer: &'a Writer<'a>, body: &LoanerBody) -> Frame<'a, Slip> {
    let w = |key: &str| writer.w(key);
    let due = body.due.map(|day| day.to_string()).unwrap_or_default();
    let days = writer.tongue.strings.fill("loaner.days", &[("days", &same(body.days.to_string()))]);
    let head = vec![
        Field::runs(
            w("loaner.out"),
            1,
            vec![Run::plain(same(writer.tongue.day().map(|d| d.to_string()).unwrap_or_default()))],
        ),
        writer.order(),
        Field::runs(w("loaner.due"), 1, vec![Run::strong(same(due))]),
        Field::runs(w("loaner.term"), 1, if body.days == 0 { Vec::new() } else { vec![Run::plain(days)] }),
    ];
    let customer = vec![
        writer.field("customer.name", 2, &writer.paper.customer.name),
        writer.field("customer.contact", 1, &writer.paper.customer.contact),
        writer.field("customer.phone", 1, &writer.paper.customer.phone),
        writer.field("loaner.place", 2, &body.place),
    ];
    let machine = vec![
        Field::runs(w("loaner.asset"), 1, vec![Run::mono(&body.asset)]),
        writer.field("machine.model", 1, &body.model),
        writer.field("machine.power", 1, with_unit(&body.power_kw, "kW")),
        writer.field("machine.pressure", 1, with_unit(&body.pressure_mpa, "MPa")),
        Field::runs(w("loaner.hours_out"), 1, vec![Run::strong(same(with_unit(&body.hours_out, "h")))]),
        Field { label: w("loaner.hours_back"), span: 1, entry: Entry::Blank },
        writer.field("loaner.condition", 2, &body.condition),
    ];
    let fee = |f: &gongdan_domain::paper::SlipFee| FeeRow {
        code: f.code.clone(),
        name: f.words.clone(),
        unit_price: money(f.unit_fen),
        amount: money(f.amount_fen),
    };
    let note = if body.receipt_no.is_empty() {
        w("loaner.fees.note")
    } else {
        writer.tongue.strings.fill("loaner.fees.note.receipt", &[("no", &same(&body.receipt_no))])
    };
    let sections = vec![
        writer.fields("section.customer", customer),
        writer.fields("loaner.machine", machine),
        Section::Ticks { name: w("loaner.items"), items: body.items.iter().map(same).collect() },
        Section::Fees { name: w("loaner.fees"), rows: body.fees.iter().map(fee).collect(), note: Some(note) },
        Section::Points {
            name: w("loaner.terms"),
            points: ["loaner.term.use", "loaner.term.change", "loaner.term.back"].map(w).into(),
        },
    ];
    let hands = writer.hands("loaner.taken_by", "loaner.given_by", None, &["loaner.back_checked", "paper.date"]);
    writer.frame("loaner.title", head, Some(hands), slip(writer, sections))
}

pub fn declined<'a>(writer: &'a Writer<'a>, body: &DeclinedBody) -> Frame<'a, Slip> {
    let w = |key: &str| writer.w(key);
    let head = vec![
        writer.day(),
        writer.order(),
        Field::runs(w("head.warranty"), 1, vec![Run::plain(writer.paper.warranty.clone())]),
    ];
    let machine = vec![
        writer.field("machine.model", 1, writer.machine_name()),
        writer.serial_no(),
        writer.field("machine.power", 1, writer.power()),
        writer.field("machine.run_hours", 1, with_unit(&writer.paper.machine.run_hours, "h")),
    ];
    let price = body.price_fen.map(|fen| writer.tongue.yuan(fen).zh).unwrap_or_default();
    let found = vec![
        Field::runs(w("declined.part"), 2, vec![Run::strong(same(&body.part))]),
        writer.field("declined.condition", 2, &body.condition),
        writer.field("declined.benefits", 2, &body.benefits),
        writer.field("declined.risk", 2, &body.risk),
        writer.field("declined.price", 2, price),
    ];
    let decision = vec![
        Field::runs(w("declined.decision"), 2, vec![Run::strong(w("declined.decision.value"))]),
        writer.field(
            "declined.reason",
            2,
            if body.reason.is_empty() { String::new() } else { format!("“{}”", body.reason) },
        ),
        writer.field("declined.instead", 2, &body.instead),
    ];
    let sections = vec![
        writer.customer(),
        writer.fields("section.machine", machine),
        writer.fields("declined.explained", found),
        writer.fields("declined.decided", decision),
        Section::Points {
            name: w("declined.means"),
            points: ["declined.means.choice", "declined.means.warranty", "declined.means.later"].map(w).into(),
        },
    ];
    let hands = writer.hands("signing.customer", "declined.explained_by", None, &[]);
    writer.frame("declined.title", head, Some(hands), slip(writer, sections))
}
