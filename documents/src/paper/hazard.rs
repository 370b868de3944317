//! 安全隐患告知书 (E6): what the customer wished, what was seen, and his own decision. Three equal answers; receipt is not consent.

use gongdan_domain::catalogue::Words;
use gongdan_domain::paper::{HazardBody, HazardDecision, HazardLevel};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Frame, PaperSheet, Section, Writer};
use crate::field::{Field, Run};
use crate::order::close;
use crate::strings::same;

#[derive(Debug, Serialize)]
pub struct Notice {
    customer: Vec<Field>,
    wish: String,
    /// In two runs: the sentence and what is said with weight.
    lead: Vec<Run>,
    hazards: Vec<Row>,
    photos: Vec<close::Photo>,
    decisions: Vec<Words>,
    chosen: Option<usize>,
    /// The customer's words beside his answer.
    words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "PaperHazard")]
pub struct Row {
    /// A full square: before the machine runs.
    now: bool,
    level: Words,
    due: Words,
    what: String,
    measured: String,
    consequence: String,
    remedy: String,
}

pub fn view<'a>(writer: &'a Writer<'a>, body: &HazardBody) -> Frame<'a, Notice> {
    let w = |key: &str| writer.w(key);
    let count = |level| body.hazards.iter().filter(|h| h.level == level).count();
    let (now, dated) = (count(HazardLevel::Now), count(HazardLevel::Dated));
    let items = |n: usize| {
        let said = writer.tongue.strings.fill("hazard.items", &[("n", &same(n.to_string()))]);
        if n == 0 { Vec::new() } else { vec![Run::strong(said)] }
    };
    let head = vec![
        Field::runs(w("hazard.now"), 1, items(now)),
        Field::runs(w("hazard.dated"), 1, items(dated)),
        Field::runs(w("hazard.found_by"), 1, vec![Run::plain(super::person(&writer.tongue, &writer.paper.technician))]),
        writer.order(),
    ];
    let c = &writer.paper.customer;
    let m = &writer.paper.machine;
    let machine: Vec<String> = [writer.machine_name(), m.machine_type.clone(), writer.power()]
        .into_iter()
        .filter(|text| !text.trim().is_empty())
        .collect();
    let mut customer = vec![
        writer.field("customer.name", 2, &c.name),
        writer.field("customer.contact", 1, &c.contact),
        writer.field("customer.address", 2, &c.address),
        writer.field("customer.phone", 1, &c.phone),
        writer.field("section.machine", 2, machine.join("，")),
        writer.serial_no(),
    ];
    customer.retain(|f| !f.is_empty());
    let total = writer.tongue.strings.fill("hazard.lead", &[("n", &same(body.hazards.len().to_string()))]);
    let lead =
        if now > 0 { vec![Run::plain(total), Run::strong(w("hazard.lead.stop"))] } else { vec![Run::plain(total)] };
    let row = |h: &gongdan_domain::paper::Hazard| Row {
        now: h.level == HazardLevel::Now,
        level: w(if h.level == HazardLevel::Now { "hazard.now" } else { "hazard.dated" }),
        due: match (h.level, h.due) {
            (_, Some(day)) => {
                writer.tongue.strings.fill("hazard.due", &[("day", &same(day.format("%m-%d").to_string()))])
            }
            (HazardLevel::Now, None) => w("hazard.due.now"),
            (HazardLevel::Dated, None) => w("hazard.due.open"),
        },
        what: h.what.clone(),
        measured: h.measured.clone(),
        consequence: h.consequence.clone(),
        remedy: h.remedy.clone(),
    };
    let answers = [HazardDecision::Removes, HazardDecision::AsWished, HazardDecision::Disagrees];
    let notice = Notice {
        customer,
        wish: body.wish.clone(),
        lead,
        hazards: body.hazards.iter().map(row).collect(),
        photos: close::photos(&writer.tongue, &writer.paper.photos),
        decisions: ["hazard.removes", "hazard.as_wished", "hazard.disagrees"].map(w).into(),
        chosen: body.decision.and_then(|d| answers.iter().position(|a| *a == d)),
        words: body.words.clone(),
    };
    let hands = writer.hands("signing.customer", "hazard.stated_by", None, &[]);
    writer.frame("hazard.title", head, Some(hands), notice)
}

/// His answers are his to take on the screen: they stand apart.
pub fn on_screen(writer: &Writer<'_>, body: &HazardBody) -> PaperSheet {
    let w = |key: &str| writer.w(key);
    let mut decisions = Vec::new();
    let sheet = view(writer, body).on_screen(|notice| {
        decisions = notice.decisions;
        let mut sections = vec![Section::Fields { name: w("section.customer_machine"), fields: notice.customer }];
        if !notice.wish.is_empty() {
            sections.push(Section::Text { name: w("section.wish"), text: same(notice.wish) });
        }
        sections.push(Section::Hazards { name: w("section.notice"), lead: notice.lead, rows: notice.hazards });
        if !notice.photos.is_empty() {
            sections.push(Section::Photos { name: w("section.photos") });
        }
        (sections, notice.photos)
    });
    PaperSheet { decisions, note: Some(w("hazard.note")), ..sheet }
}
