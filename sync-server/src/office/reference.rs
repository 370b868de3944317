//! Published data (F1, C4): a version is checked before anyone sees it and never changes afterwards.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use gongdan_documents::{Templates, check};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reference::{Reference, ReferenceError, ReferenceKind, in_force};
use serde_json::json;

use crate::error::Result;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::Names;
use crate::office::template;
use crate::office::view as v;
use crate::reference::{ReferenceSet, typed};
use crate::starter;
use crate::storage::{Published, Reader};

pub fn list(ctx: &Context, args: a::ListReference) -> Result<Vec<v::ReferenceRow>> {
    ctx.read(|r| {
        let reference = ctx.reference(r)?;
        let today = reference.day(ctx.now);
        let mut names = Names::new(r);
        let rows = r
            .published(args.kind)?
            .into_iter()
            .map(|p| row(&mut names, &reference, p, today))
            .collect::<Result<Vec<_>>>()?;
        Ok(if args.kind.is_some() { rows } else { newest(rows) })
    })
}

fn row(
    names: &mut Names<'_>,
    reference: &ReferenceSet,
    published: Published,
    today: NaiveDate,
) -> Result<v::ReferenceRow> {
    // The dates stand in every body, also in one of a newer version.
    let day = |field: &str| published.body[field].as_str().and_then(|day| day.parse().ok());
    let (valid_from, valid_until) = (day("valid_from").unwrap_or_default(), day("valid_until"));
    let force = in_force(reference.all(), published.kind, today).is_some_and(|r| r.version() == published.version);
    let warnings = match typed(&published) {
        Some(Reference::DocumentTemplates(own)) if force => check(&Templates::published(&own)),
        _ => Vec::new(),
    };
    Ok(v::ReferenceRow {
        warnings,
        kind: published.kind,
        version: published.version,
        valid_from,
        valid_until,
        in_force: force,
        published_at: published.published_at,
        published_by: names.maybe(published.published_by)?,
        body: Some(published.body),
    })
}

/// Of every kind the newest version, without its body.
fn newest(rows: Vec<v::ReferenceRow>) -> Vec<v::ReferenceRow> {
    let mut newest = std::collections::BTreeMap::<ReferenceKind, v::ReferenceRow>::new();
    for row in rows {
        if newest.get(&row.kind).is_none_or(|known| known.valid_from <= row.valid_from) {
            newest.insert(row.kind, v::ReferenceRow { body: None, ..row });
        }
    }
    newest.into_values().collect()
}

pub fn publish(ctx: &Context, args: a::PublishReference) -> Result<v::ReferenceRow> {
    let published = Published {
        kind: args.kind,
        version: String::new(),
        body: args.body,
        published_at: ctx.now,
        published_by: Some(ctx.who.person),
    };
    template::whole(ctx, &published)?;
    ctx.write(move |ctx, tx| {
        let reference = checked(&published, ctx.reference(tx)?.all())?;
        let published = Published { version: reference.version().to_owned(), ..published };
        crate::reference::publish(tx, &published, reference.valid_from())?;
        ctx.note(tx, "published", format!("{} {}", kind_name(args.kind), published.version))?;
        let now = ReferenceSet::read(tx)?;
        row(&mut Names::new(tx), &now, published, now.day(ctx.now))
    })
}

/// What the company has published nothing of, and the starter has. Who the company is, it says itself.
fn lacking(r: &dyn Reader) -> Result<Vec<ReferenceKind>> {
    let there: BTreeSet<ReferenceKind> = r.published(None)?.into_iter().map(|one| one.kind).collect();
    let not_in_it = [ReferenceKind::CompanyProfile, ReferenceKind::DocumentTemplates];
    Ok(ReferenceKind::ALL.into_iter().filter(|kind| !there.contains(kind) && !not_in_it.contains(kind)).collect())
}

pub fn starter(ctx: &Context, _: a::OfficeNothing) -> Result<v::Starter> {
    ctx.read(|r| Ok(v::Starter { lacking: lacking(r)? }))
}

/// A company begins. What it has published itself stays as it is.
pub fn publish_starter(ctx: &Context, _: a::OfficeNothing) -> Result<v::Starter> {
    ctx.write(|ctx, tx| {
        let kinds = lacking(tx)?;
        for (kind, version) in starter::publish(tx, &kinds, Some(ctx.who.person), ctx.now)? {
            ctx.note(tx, "published", format!("{} {version}", kind_name(kind)))?;
        }
        Ok(v::Starter { lacking: lacking(tx)? })
    })
}

fn kind_name(kind: ReferenceKind) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Every fault is named; the code is that of the fault a person must see first.
fn checked(published: &Published, before: &[Reference]) -> Result<Reference> {
    let Some(reference) = typed(published) else { return Err(shape(published).into()) };
    let Err(faults) = reference.validate_among(before) else { return Ok(reference) };
    let any = |same: fn(&ReferenceError) -> bool| faults.iter().any(same);
    let code = if any(|e| matches!(e, ReferenceError::NegativePrice { .. })) {
        Code::NegativePrice
    } else if any(|e| matches!(e, ReferenceError::OverlappingDates { .. })) {
        Code::DatesOverlap
    } else {
        Code::ReferenceInvalid
    };
    Err(Problem::with(code, faults).into())
}

/// Which field has the wrong shape.
fn shape(published: &Published) -> Problem {
    let whole = json!({ "kind": published.kind, "body": published.body });
    let why = serde_json::from_value::<Reference>(whole).err().map(|e| e.to_string());
    Problem::with(Code::WrongType, json!({ "why": why }))
}
