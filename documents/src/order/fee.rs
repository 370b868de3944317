//! Parts and fees (section 6): every line of the fee sheet, what became of the old part, the sum, VAT by rate, consent and payment.

use std::collections::BTreeMap;

use gongdan_domain::catalogue::Words;
use gongdan_domain::fact::ConsentHow;
use gongdan_domain::fees::{Cover, FeeLine, FeeLineKind};
use gongdan_domain::money::Qty;
use gongdan_domain::work_order::{DocType, OldPart, OrderPart, PayMethod};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Desk, Field, Run};
use crate::number::money;
use crate::strings::same;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetFees")]
pub struct Fees {
    /// Whether any line has an old part: else the column goes.
    old: bool,
    rows: Vec<Row>,
    total: String,
    capitals: String,
    foot: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, rename = "SheetFee")]
struct Row {
    code: String,
    name: Words,
    /// What explains the amount: factor, discount, who pays instead.
    detail: Vec<Words>,
    old: Option<Words>,
    qty: String,
    unit: Option<Words>,
    unit_price: String,
    rate: String,
    tax: String,
    amount: String,
    /// For what is carried over to the next page.
    fen: i64,
    /// A word left of the figure: 保修.
    flag: Option<Words>,
}

pub fn fees(desk: &Desk<'_>) -> Fees {
    let sheet = &desk.doc.fees;
    let mut parts: Vec<&OrderPart> = desk.doc.parts.iter().collect();
    let mut rows: Vec<Row> = sheet
        .lines
        .iter()
        .map(|line| {
            let used = parts.iter().position(|p| line.kind == FeeLineKind::Part && p.code == line.code);
            line_row(desk, line, used.map(|at| parts.remove(at)))
        })
        .collect();
    // A part without a fee line is still a part that was used.
    rows.extend(parts.into_iter().map(|p| part_row(desk, p)));
    Fees {
        old: rows.iter().any(|r| r.old.is_some()),
        rows,
        total: desk.yuan(sheet.total_fen.0).zh,
        capitals: sheet.total_capitals.clone(),
        foot: foot(desk),
    }
}

fn line_row(desk: &Desk<'_>, line: &FeeLine, part: Option<&OrderPart>) -> Row {
    let mut detail = Vec::new();
    let km = &desk.doc.customer.distance_km;
    if line.kind == FeeLineKind::CallOut && !km.is_empty() {
        detail.push(same(format!("{km}\u{A0}km")));
    }
    if line.factor != Qty::ONE {
        let times = format!("×\u{A0}{}", line.factor);
        detail.push(match &line.factor_words {
            Some(why) => Words::new(format!("{} {times}", why.zh), format!("{} {times}", why.en_or_zh())),
            None => same(times),
        });
    }
    if line.discount_fen.0 != 0 {
        detail.push(desk.strings.fill("fee.discount", &[("sum", &desk.yuan(line.discount_fen.0))]));
    }
    let numbered = !matches!(line.kind, FeeLineKind::MinimumTopUp | FeeLineKind::RoundOff);
    let cover = match line.cover {
        Some(Cover::Warranty) => Some("fee.cover.warranty"),
        Some(Cover::MarketSupport) => Some("fee.cover.market_support"),
        Some(Cover::Goodwill) => Some("fee.cover.goodwill"),
        None if line.covered_by_warranty => Some("fee.cover.warranty"),
        None => None,
    };
    Row {
        code: if numbered { line.code.clone() } else { String::new() },
        name: match line.kind {
            FeeLineKind::Labour => desk.strings.fill("fee.labour", &[("grade", &line.words)]),
            _ => line.words.clone(),
        },
        detail,
        old: part.map(|p| old_part(desk, p.old_part)),
        qty: line.qty.to_string(),
        unit: (line.qty != Qty::ONE).then(|| line.unit.clone()),
        unit_price: money(line.unit_fen.0),
        rate: format!("{}%", line.rate_pct),
        tax: money(line.tax_fen.0),
        amount: money(line.payable_fen.0),
        fen: line.payable_fen.0,
        flag: cover.map(|key| desk.w(key)),
    }
}

fn part_row(desk: &Desk<'_>, part: &OrderPart) -> Row {
    Row {
        code: part.code.clone(),
        name: part.words.clone(),
        detail: Vec::new(),
        old: Some(old_part(desk, part.old_part)),
        qty: part.quantity.clone(),
        unit: (part.quantity != "1").then(|| part.unit.clone()),
        unit_price: String::new(),
        rate: String::new(),
        tax: String::new(),
        amount: String::new(),
        fen: 0,
        flag: part.covered_by_warranty.then(|| desk.w("fee.cover.warranty")),
    }
}

fn old_part(desk: &Desk<'_>, fate: OldPart) -> Words {
    desk.w(match fate {
        OldPart::Returned => "old_part.returned",
        OldPart::TakenBack => "old_part.taken_back",
        OldPart::Scrapped => "old_part.scrapped",
    })
}

/// VAT by rate, how it is paid, which paper; the schedule and the consent.
fn foot(desk: &Desk<'_>) -> Vec<Field> {
    let sheet = &desk.doc.fees;
    let mut rates: BTreeMap<u32, (i64, i64)> = BTreeMap::new();
    for line in sheet.lines.iter().filter(|l| l.payable_fen.0 != 0) {
        let sums = rates.entry(line.rate_pct).or_default();
        sums.0 = sums.0.saturating_add(line.net_fen.0);
        sums.1 = sums.1.saturating_add(line.tax_fen.0);
    }
    let vat = |(rate, (net, tax)): (u32, (i64, i64))| {
        let label = desk.strings.fill("fee.rate", &[("rate", &same(rate.to_string()))]);
        let value = desk.strings.fill("fee.vat", &[("net", &same(money(net))), ("tax", &same(money(tax)))]);
        Field::runs(label, 3, vec![Run::plain(value)])
    };
    let mut foot: Vec<Field> = rates.into_iter().rev().map(vat).collect();
    foot.push(Field::runs(desk.w("fee.payment"), 2, payment(desk)));
    if desk.doc.payment.doc_type != DocType::None {
        foot.push(Field::runs(desk.w("fee.doc_type"), 1, vec![Run::plain(doc_type(desk))]));
    }
    foot.push(Field::runs(desk.w("fee.schedule"), 3, vec![Run::plain(consent(desk))]));
    if sheet.warranty_pending {
        foot.push(Field::runs(desk.w("machine.warranty"), 3, vec![Run::strong(desk.w("fee.warranty_pending"))]));
    }
    foot
}

fn consent(desk: &Desk<'_>) -> Words {
    let sheet = &desk.doc.fees;
    let version = same(&sheet.schedule_version);
    let Some(consent) = &desk.doc.consent else {
        let shown = desk.doc.fees_shown_at.map(|at| same(desk.clock(at)));
        return match shown {
            Some(at) => desk.strings.fill("consent.shown", &[("version", &version), ("shown", &at)]),
            None => desk.strings.fill("consent.none", &[("version", &version)]),
        };
    };
    let shown = same(desk.clock(desk.doc.fees_shown_at.unwrap_or(consent.at)));
    let (name, at) = (same(&consent.by_name), same(desk.clock(consent.at)));
    let sum = desk.yuan(consent.total_fen);
    let key = match (consent.how, consent.total_fen == sheet.total_fen.0) {
        (ConsentHow::OnScreen, true) => "consent.on_screen",
        (ConsentHow::Spoken, true) => "consent.spoken",
        (ConsentHow::OnScreen, false) => "consent.on_screen.other_sum",
        (ConsentHow::Spoken, false) => "consent.spoken.other_sum",
    };
    desk.strings.fill(key, &[("version", &version), ("shown", &shown), ("name", &name), ("at", &at), ("sum", &sum)])
}

fn payment(desk: &Desk<'_>) -> Vec<Run> {
    let paid = &desk.doc.payment;
    let total = desk.doc.fees.total_fen.0;
    if total == 0 && paid.paid_fen == 0 {
        return vec![Run::plain(desk.w("payment.nothing"))];
    }
    let method = desk.w(match paid.method {
        PayMethod::Cash => "payment.cash",
        PayMethod::Wechat => "payment.wechat",
        PayMethod::Alipay => "payment.alipay",
        PayMethod::Transfer => "payment.transfer",
        PayMethod::Monthly => "payment.monthly",
        PayMethod::Unpaid => "payment.unpaid",
    });
    let state = match paid.paid_fen {
        sum if sum >= total => desk.w("payment.paid"),
        0 => desk.w("payment.unpaid"),
        sum => {
            let rest = desk.yuan(total.saturating_sub(sum));
            desk.strings.fill("payment.part", &[("sum", &desk.yuan(sum)), ("rest", &rest)])
        }
    };
    let comma = || Run::plain(desk.glue("，", ", "));
    let mut runs = Vec::new();
    // Terms such as 月结 30 天 already name the method.
    let named = !paid.note.is_empty() && paid.note.starts_with(&method.zh);
    if method.zh != state.zh && !named {
        runs.extend([Run::plain(method), comma()]);
    }
    if !paid.note.is_empty() {
        runs.extend([Run::plain(same(&paid.note)), comma()]);
    }
    runs.push(Run::strong(state));
    runs
}

fn doc_type(desk: &Desk<'_>) -> Words {
    desk.w(match desk.doc.payment.doc_type {
        DocType::Receipt => "doc_type.receipt",
        DocType::GeneralInvoice => "doc_type.general_invoice",
        DocType::SpecialInvoice => "doc_type.special_invoice",
        DocType::None => "doc_type.none",
    })
}
