//! The order as the template prints it: sections, fields and words in the order of the page. Formatting only:
//! every value comes from the document or the seal, and what is empty takes no room.

mod case;
pub mod close;
mod fee;
mod reading;

use std::ops::Deref;

use gongdan_domain::catalogue::Words;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{Letterhead, OrderDocument};
use serde::Serialize;

use crate::field::{Entry, Field, Run, Tongue, with_unit};
use crate::print::{self, Sheet};
use crate::seal::{SealInfo, short};
use crate::strings::{Strings, same};
use crate::templates::WORK_ORDER;
use crate::{DocumentError, Language};

/// Everything the template reads.
#[derive(Debug, Serialize)]
pub struct View<'a> {
    language: &'static str,
    t: &'a std::collections::BTreeMap<String, Words>,
    draft: bool,
    no: &'a str,
    revision: Option<u32>,
    date: Option<String>,
    company: Company<'a>,
    supersedes: Option<Words>,
    superseded: Option<Words>,
    head: Vec<Field>,
    verify_code: Option<&'a str>,
    short_hash: Option<String>,
    customer: Vec<Field>,
    machine: Vec<Field>,
    fault: Vec<Field>,
    readings: reading::Readings,
    times: Vec<case::Time>,
    fees: fee::Fees,
    trial: Vec<Field>,
    advice: Vec<String>,
    photos: Vec<close::Photo>,
    rating: Vec<Field>,
    signing: Option<close::Sign>,
    technicians: Vec<close::Technician>,
    seal: Option<close::Seal>,
    later: Option<close::Later>,
}

#[derive(Debug, Serialize)]
pub struct Company<'a> {
    name: &'a Words,
    mark: &'a str,
    hotline: &'a str,
    address: &'a Words,
}

impl<'a> Company<'a> {
    pub fn of(letterhead: &'a Letterhead) -> Self {
        let Letterhead { name, mark, hotline, address, .. } = letterhead;
        Self { name, mark, hotline, address }
    }
}

/// What all sections need.
pub struct Desk<'a> {
    pub doc: &'a OrderDocument,
    tongue: Tongue<'a>,
}

impl<'a> Deref for Desk<'a> {
    type Target = Tongue<'a>;
    fn deref(&self) -> &Tongue<'a> {
        &self.tongue
    }
}

/// The newest time that the order itself knows.
fn last_known(doc: &OrderDocument) -> Option<Instant> {
    let t = &doc.times;
    [t.finished, t.started, t.arrived, t.departed, t.agreed, doc.head.reported_at].into_iter().flatten().max()
}

/// The order with its photos, its signature and its seal.
pub fn sheet(desk: &print::Desk<'_>, doc: &OrderDocument) -> Result<Sheet, DocumentError> {
    let view = view(doc, desk.seal, desk.language, desk.strings)?;
    let made_at = desk.seal.map(|s| s.sealed_at).or_else(|| last_known(doc));
    let sheet = Sheet::new(WORK_ORDER, format!("{} {}", doc.order_no, doc.revision), made_at, &view)?
        .pictures("photos", doc.photos.iter().map(|p| (desk.photos)(&p.hash)))
        .drawing("ink", doc.signing.as_ref().and_then(close::signature))
        .drawing("later_ink", desk.seal.and_then(|s| close::signature(&s.later.as_ref()?.signing)));
    Ok(sheet.sealed(desk.seal, &doc.order_no))
}

fn view<'a>(
    doc: &'a OrderDocument,
    seal: Option<&'a SealInfo>,
    language: Language,
    strings: &'a Strings,
) -> Result<View<'a>, DocumentError> {
    let visit = [doc.times.arrived, doc.times.started, doc.times.finished, doc.times.departed];
    let at = visit.into_iter().flatten().next().or(seal.map(|s| s.sealed_at));
    let desk = Desk { doc, tongue: Tongue::new(strings, language, &doc.zone, at)? };
    let mut view = View {
        language: desk.code(),
        t: strings.all(),
        draft: seal.is_none(),
        no: &doc.order_no,
        revision: Some(doc.revision),
        date: desk.day().map(|d| d.to_string()),
        company: Company::of(&doc.company),
        supersedes: doc.supersedes.as_ref().map(|s| {
            let revision = same(doc.revision.to_string());
            let (former, hash, reason) = (same(s.revision.to_string()), same(short(&s.hash)), same(&s.reason));
            strings.fill(
                "supersedes",
                &[("revision", &revision), ("former", &former), ("hash", &hash), ("reason", &reason)],
            )
        }),
        superseded: seal.and_then(|s| match s {
            SealInfo { outvoted: true, .. } => Some(strings.words("outvoted")),
            SealInfo { superseded: true, .. } => Some(strings.words("superseded")),
            _ => None,
        }),
        head: case::head(&desk),
        verify_code: seal.map(|s| s.verify_code.as_str()),
        short_hash: seal.map(|s| short(&s.hash)),
        customer: case::customer(&desk),
        machine: case::machine(&desk),
        fault: case::fault(&desk),
        readings: reading::readings(&desk),
        times: case::times(&desk),
        fees: fee::fees(&desk),
        trial: close::trial(&desk),
        advice: close::advice(doc),
        photos: close::photos(&desk, &doc.photos),
        rating: close::rating(&desk),
        signing: doc.signing.as_ref().map(|signing| close::signing(&desk, signing, close::sentence(&desk))),
        technicians: close::technicians(&doc.technicians),
        seal: seal.map(|s| close::seal(&desk, s)),
        later: seal.and_then(|s| close::later(&desk, s)),
    };
    for fields in [&mut view.head, &mut view.customer, &mut view.machine, &mut view.fault, &mut view.trial] {
        fields.retain(|f| !f.is_empty());
    }
    Ok(view)
}
