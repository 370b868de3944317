//! 开票信息 (F3): what the customer wants on his invoice, as the office types it off. Refuses to be an invoice: it says so itself.

use gongdan_domain::catalogue::Words;
use gongdan_domain::paper::invoice::{InvoiceDoubt, InvoiceRequest};
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{DocType, Letterhead, OrderTechnician};
use serde::Serialize;

use crate::DocumentError;
use crate::field::{Field, Run, Tongue};
use crate::order::Company;
use crate::paper::{Section, person};
use crate::print::{Desk, Sheet};
use crate::strings::{listed, same};
use crate::templates::SLIP;

/// The request with what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceSheet {
    pub company: Letterhead,
    pub zone: String,
    pub order_no: String,
    pub customer: String,
    /// What is invoiced: the sum of the order.
    pub sum_fen: i64,
    pub requested_at: Instant,
    pub technician: OrderTechnician,
    pub request: InvoiceRequest,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    language: &'static str,
    t: &'a std::collections::BTreeMap<String, Words>,
    draft: bool,
    no: &'a str,
    revision: Option<u32>,
    date: Option<String>,
    company: Company,
    title: Words,
    head: Vec<Field>,
    verify_code: Option<&'a str>,
    short_hash: Option<String>,
    hands: Option<()>,
    copy: Option<Words>,
    sections: Vec<Section>,
    photos: [(); 0],
}

pub fn sheet(desk: &Desk<'_>, invoice: &InvoiceSheet) -> Result<Sheet, DocumentError> {
    let tongue = Tongue::new(desk.strings, desk.language, &invoice.zone, Some(invoice.requested_at))?;
    let w = |key: &str| tongue.w(key);
    let r = &invoice.request;
    let text = |key: &str, value: &str| Field::text(w(key), 2, value);
    let mono = |key: &str, value: &str| Field::runs(w(key), 2, vec![Run::mono(value)]);
    let kind = w(match r.doc_type {
        DocType::SpecialInvoice => "doc_type.special_invoice",
        DocType::Receipt | DocType::GeneralInvoice | DocType::None => "doc_type.general_invoice",
    });
    let head = vec![
        Field::text(w("paper.day"), 1, tongue.day().map(|d| d.to_string()).unwrap_or_default()),
        Field::runs(w("invoice.kind"), 1, vec![Run::strong(kind)]),
        Field::runs(w("invoice.sum"), 1, vec![Run::strong(tongue.yuan(invoice.sum_fen))]),
    ];
    let mut buyer = vec![
        Field::runs(w("invoice.title_line"), 2, vec![Run::strong(same(&r.title))]),
        mono("invoice.tax_no", &spaced(&r.tax_no)),
        text("customer.address", &r.address),
        text("customer.phone", &r.phone),
        text("invoice.bank", &r.bank),
        mono("invoice.account", &r.account),
        text("invoice.email", &r.email),
    ];
    let mut about = vec![
        text("customer.name", &invoice.customer),
        Field::runs(w("paper.order"), 2, vec![Run::mono(&invoice.order_no)]),
        Field::runs(w("invoice.asked_by"), 2, vec![Run::plain(person(&tongue, &invoice.technician))]),
        text("invoice.note", &r.note),
    ];
    for fields in [&mut buyer, &mut about] {
        fields.retain(|f| !f.is_empty());
    }
    let mut sections = vec![
        Section::Fields { name: w("invoice.buyer"), fields: buyer },
        Section::Fields { name: w("invoice.about"), fields: about },
    ];
    let doubts: Vec<Words> = r.doubts().into_iter().map(|d| w(doubt(d))).collect();
    if !doubts.is_empty() {
        sections.push(Section::Points { name: w("invoice.check"), points: vec![listed(&doubts)] });
    }
    sections.push(Section::Points { name: w("invoice.hint"), points: vec![w("invoice.no_invoice")] });
    let view = View {
        language: tongue.code(),
        t: tongue.strings.all(),
        draft: false,
        no: &invoice.order_no,
        revision: None,
        date: tongue.day().map(|d| d.to_string()),
        company: Company::of(&invoice.company),
        title: w("invoice.title"),
        head,
        verify_code: None,
        short_hash: None,
        hands: None,
        copy: None,
        sections,
        photos: [],
    };
    let ident = format!("{} invoice {}", invoice.order_no, invoice.requested_at.to_rfc3339());
    Ok(Sheet::new(SLIP, ident, Some(invoice.requested_at), &view)?.pictures("photos", std::iter::empty()))
}

/// In groups that can be read off: `9135 0100 M000 100Y 43`.
fn spaced(number: &str) -> String {
    crate::seal::quads(&number.split_whitespace().collect::<String>())
}

fn doubt(doubt: InvoiceDoubt) -> &'static str {
    match doubt {
        InvoiceDoubt::TitleMissing => "invoice.doubt.title",
        InvoiceDoubt::TaxNoMissing => "invoice.doubt.tax_no",
        InvoiceDoubt::TaxNoForm => "invoice.doubt.tax_no_form",
        InvoiceDoubt::TaxNoCheckDigit => "invoice.doubt.check_digit",
        InvoiceDoubt::SpecialIncomplete => "invoice.doubt.special",
        InvoiceDoubt::EmailForm => "invoice.doubt.email",
    }
}
