//! One finding with its evidence (H4): both signatures, both photos, and what became of its remedial callbacks (BR-06).

use gongdan_domain::fact::FactBody;
use gongdan_domain::finding::Finding;
use gongdan_domain::id::{FactId, JobId, ObligationId, derived};
use gongdan_domain::obligation::Obligation;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::Fact;
use gongdan_domain::sync::wire::RecordBody;
use serde_json::Value;

use crate::error::Result;
use crate::index;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::{self, Names};
use crate::office::view as v;
use crate::signed_under::SignedUnder;
use crate::storage::Reader;

/// The rule of a remedial callback.
pub const REMEDIAL: &str = "BR-06";

pub fn open(ctx: &Context, args: a::OpenFinding) -> Result<v::OpenedFinding> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        let state = r.finding(args.finding)?.ok_or(Code::NotFound)?;
        let mut row = load::finding(&mut names, state)?.ok_or(Code::NotFound)?;
        let details = row.finding.details.clone();
        let mut others = others(&mut names, &row.finding)?;
        if !ctx.sees_money() {
            std::iter::once(&mut row).chain(&mut others).for_each(|row| load::without_money(&mut row.finding.details));
        }
        Ok(v::OpenedFinding {
            signatures: sides(&details, ["hash", "other_hash"], |hash| signature(&mut names, hash))?,
            photos: photos(&mut names, &row.finding, &details)?,
            callbacks: callbacks(ctx, &mut names, &row.finding)?,
            others,
            row,
        })
    })
}

fn sides<T>(details: &Value, keys: [&str; 2], read: impl FnMut(&str) -> Result<Option<T>>) -> Result<Vec<T>> {
    let named = keys.into_iter().filter_map(|key| details[key].as_str());
    let read: Vec<Option<T>> = named.map(read).collect::<Result<_>>()?;
    Ok(read.into_iter().flatten().collect())
}

fn others(names: &mut Names<'_>, finding: &Finding) -> Result<Vec<v::FindingRow>> {
    let Some(job) = finding.job else { return Ok(Vec::new()) };
    let mut rows = load::findings(names, names.r.findings_of_job(job)?)?;
    rows.retain(|row| row.finding.id != finding.id && row.finding.visit == finding.visit);
    Ok(rows)
}

fn signature(names: &mut Names<'_>, hash: &str) -> Result<Option<v::SignatureSide>> {
    let Some(RecordBody::Sealed { document, .. }) = names.r.sealed(hash)?.map(|row| row.body) else { return Ok(None) };
    let Some(signed) = SignedUnder::of(&document) else { return Ok(None) };
    let customer = match &signed.over {
        Some(order) => customer_of(names.r, order)?,
        None => signed.customer,
    };
    let person = names.r.device(document.device_id)?.map_or(uuid::Uuid::nil().into(), |device| device.person);
    Ok(Some(v::SignatureSide {
        order: signed.order,
        number: signed.number,
        customer,
        signed_by: signed.name,
        technician: names.of(person)?,
        signed_at: signed.at,
        ink: signed.ink,
    }))
}

/// Of the order that was signed later.
fn customer_of(r: &dyn Reader, hash: &str) -> Result<String> {
    let Some(RecordBody::Sealed { document, .. }) = r.sealed(hash)?.map(|row| row.body) else {
        return Ok(String::new());
    };
    let payload: serde_json::Value = serde_json::from_str(&document.payload)?;
    Ok(payload["content"]["customer"]["name"].as_str().unwrap_or_default().to_owned())
}

fn photos(names: &mut Names<'_>, finding: &Finding, details: &Value) -> Result<Vec<v::PhotoSide>> {
    let other = details["other_fact"].as_str().and_then(|text| text.parse::<FactId>().ok());
    let named = [("photo", finding.fact), ("other_photo", other)];
    let mut found = Vec::new();
    for (key, fact) in named {
        let (Some(hash), Some(fact)) = (details[key].as_str(), fact) else { continue };
        found.extend(photo(names, hash, fact)?);
    }
    Ok(found)
}

fn photo(names: &mut Names<'_>, hash: &str, fact: FactId) -> Result<Option<v::PhotoSide>> {
    let Some(stored) = names.r.fact(fact)? else { return Ok(None) };
    let Some(job) = stored.fact.job else { return Ok(None) };
    let kind = match FactBody::of(&stored.fact) {
        Some(FactBody::PhotoTaken { photo, .. }) => Some(photo),
        _ => None,
    };
    Ok(Some(v::PhotoSide {
        hash: hash.to_owned(),
        job,
        customer: load::title(names.r, job)?.map(|title| title.customer).unwrap_or_default(),
        kind,
        taken_by: names.of(stored.fact.by)?,
        taken_at: stored.fact.at.judged_at(stored.received_at),
        here: names.r.file(hash)?.is_some_and(|file| file.complete_at.is_some()),
        url: format!("/api/office/file/{hash}"),
    }))
}

/// The remedial callbacks of a finding: the facts that asked for them with what is owed by each.
pub fn remedial(ctx: &Context, r: &dyn Reader, job: JobId, finding: &Finding) -> Result<Vec<(Fact, Obligation)>> {
    let facts = index::facts(r, job)?;
    let owed = index::owed(&*ctx.reference(r)?, job, &facts, ctx.now);
    let asked = facts.into_iter().filter(
        |fact| matches!(FactBody::of(fact), Some(FactBody::RemedialCallback { finding: of, .. }) if of == finding.id),
    );
    let owing = |fact: Fact| {
        let id = ObligationId(derived(fact.id.0, REMEDIAL));
        let own = owed.iter().find(|obligation| obligation.id == id)?;
        Some((fact, own.clone()))
    };
    Ok(asked.filter_map(owing).collect())
}

fn callbacks(ctx: &Context, names: &mut Names<'_>, finding: &Finding) -> Result<Vec<v::RemedialView>> {
    let Some(job) = finding.job else { return Ok(Vec::new()) };
    let facts = index::facts(names.r, job)?;
    let mut views = Vec::new();
    for (fact, obligation) in remedial(ctx, names.r, job, finding)? {
        let about = match FactBody::of(&fact) {
            Some(FactBody::RemedialCallback { about, .. }) => about,
            _ => String::new(),
        };
        views.push(v::RemedialView {
            result: result(names, &facts, obligation.id)?,
            about,
            by: names.of(fact.by)?,
            at: fact.at.corrected(),
            obligation,
        });
    }
    Ok(views)
}

fn result(names: &mut Names<'_>, facts: &[Fact], of: ObligationId) -> Result<Option<v::RemedialResult>> {
    for fact in facts {
        if let Some(FactBody::CallbackMade { obligation, reached: true, satisfied, note }) = FactBody::of(fact)
            && obligation == of
        {
            return Ok(Some(v::RemedialResult { by: names.of(fact.by)?, at: fact.at.corrected(), satisfied, note }));
        }
    }
    Ok(None)
}
