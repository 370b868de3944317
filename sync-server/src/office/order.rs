//! Orders as the service manager reviews them (H1, H2): lists, archiving, questions. Reading one whole is in `opened`.

mod named;
mod opened;

use chrono::Days;
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::problem::Code;
use gongdan_domain::time::Instant;
use gongdan_domain::visit::step::VisitStage;

use crate::error::Result;
use crate::index::RowSeal;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, said, words};
use crate::office::load::{self, Listed, Names, PAGE};
use crate::office::view as v;
use crate::reference::ReferenceSet;
use crate::storage::{Reader, RowQuery};

pub use named::name_revision;
pub use opened::{declared_lost, open};

/// Sealed and not yet decided.
pub const TO_REVIEW: [&str; 2] = ["sealed", "left"];
/// Stages of a visit that should have brought an order once its day is over.
const UNDERWAY: [&str; 8] =
    ["assigned", "accepted", "contacted", "ready", "travelling", "blocked", "on_site", "repairing"];

/// Which rows a filter shows.
pub fn filtered(filter: a::OrderFilter, today: Instant) -> RowQuery {
    let stages = |names: &[&'static str]| Some(names.to_vec());
    let late = Some((UNDERWAY.to_vec(), today));
    let query = RowQuery { newest_received_first: true, ..RowQuery::default() };
    match filter {
        a::OrderFilter::ToReview => RowQuery { stages: stages(&TO_REVIEW), ..query },
        a::OrderFilter::Questioned => RowQuery { stages: stages(&["questioned"]), ..query },
        a::OrderFilter::Archived => RowQuery { stages: stages(&["archived"]), ..query },
        a::OrderFilter::NotReturned => RowQuery { stages_planned_before: late, newest_received_first: false, ..query },
        a::OrderFilter::All => RowQuery {
            stages: stages(&["sealed", "left", "questioned", "archived"]),
            stages_planned_before: late,
            ..query
        },
    }
}

pub fn list(ctx: &Context, args: a::ListOrders) -> Result<v::OrderList> {
    ctx.read(|r| {
        let reference = ctx.reference(r)?;
        let today = reference.start_of(reference.day(ctx.now));
        let query =
            |filter| RowQuery { words: words(&args.text), technician: args.technician, ..filtered(filter, today) };
        let page = RowQuery { limit: PAGE, offset: args.page.saturating_mul(PAGE), ..query(args.filter) };
        let mut names = Names::new(r);
        let found = load::rows(r, &page)?.into_iter();
        let rows = found.map(|listed| row(ctx, &mut names, &reference, &listed)).collect::<Result<_>>()?;
        Ok(v::OrderList { rows, total: r.count_rows(&query(args.filter))?, counts: counts(r, query)? })
    })
}

fn counts(r: &dyn Reader, query: impl Fn(a::OrderFilter) -> RowQuery) -> Result<v::OrderCounts> {
    Ok(v::OrderCounts {
        to_review: r.count_rows(&query(a::OrderFilter::ToReview))?,
        questioned: r.count_rows(&query(a::OrderFilter::Questioned))?,
        archived: r.count_rows(&query(a::OrderFilter::Archived))?,
        not_returned: r.count_rows(&query(a::OrderFilter::NotReturned))?,
        all: r.count_rows(&query(a::OrderFilter::All))?,
    })
}

/// What a list shows of an order.
pub fn row(ctx: &Context, names: &mut Names<'_>, reference: &ReferenceSet, listed: &Listed) -> Result<v::OrderRow> {
    let seal = listed.row.seal.as_ref();
    let findings = names.r.findings_of_job(listed.at.job)?;
    let open = findings.into_iter().filter(|f| f.answered_at.is_none()).count();
    // An order is owed until the end of its day (H1).
    let owed = |planned: Instant| reference.start_of(reference.day(planned) + Days::new(1));
    Ok(v::OrderRow {
        order: listed.at.order,
        state: state(names.r, listed)?,
        stage: listed.row.stage,
        title: listed.title(),
        technician: names.maybe(listed.at.technician)?,
        number: seal.map(|s| s.number.clone()).unwrap_or_default(),
        revision: seal.map_or(0, |s| s.revision),
        choice: seal.map(|s| s.choice),
        quality: seal.map(|s| s.quality),
        attitude: seal.map(|s| s.attitude),
        // G5: of two documents that claim one revision neither counts.
        total_fen: seal.filter(|s| ctx.sees_money() && !s.contested).map(|s| s.total_fen),
        contested: seal.is_some_and(|s| s.contested),
        sealed_at: seal.map(|s| s.sealed_at),
        received_at: listed.at.received_at,
        archive_no: listed.row.archive_no.clone(),
        open_findings: u32::try_from(open).unwrap_or(u32::MAX),
        owed_at: if seal.is_none() { listed.at.planned_at.map(owed) } else { None },
    })
}

/// Invariant `blob_whole`: complete only when every file is here or given up with a reason.
fn state(r: &dyn Reader, listed: &Listed) -> Result<v::OrderState> {
    Ok(match listed.row.stage {
        VisitStage::Archived => v::OrderState::Archived,
        VisitStage::Questioned => v::OrderState::Questioned,
        _ if listed.row.seal.is_none() => v::OrderState::NotReturned,
        _ => {
            let lost = opened::declared_lost(&r.facts(listed.at.job)?);
            for hash in &listed.row.files {
                let here = r.file(hash)?.is_some_and(|file| file.complete_at.is_some());
                if !here && !lost.contains_key(hash) {
                    return Ok(v::OrderState::Received);
                }
            }
            v::OrderState::Complete
        }
    })
}

/// The number that the `count`-th archived order of this month gets.
fn archive_no(month: &str, count: u32) -> String {
    format!("存-{month}-{count:04}")
}

fn month(reference: &ReferenceSet, now: Instant) -> String {
    reference.day(now).format("%y%m").to_string()
}

/// The seal that was reviewed; another revision than the one on the screen must be looked at first.
fn reviewed(listed: &Listed, revision: u32) -> Result<RowSeal> {
    let seal = listed.row.seal.clone().ok_or(Code::NotSealed)?;
    if seal.contested {
        return Err(Code::OrderContested.into());
    }
    if seal.revision == revision { Ok(seal) } else { Err(Code::OrderChanged.into()) }
}

/// H2. Number and fact stand or fall together, so that no number is ever missing; archiving again answers the same number.
pub fn archive(ctx: &Context, args: a::ArchiveOrder) -> Result<v::Archived> {
    ctx.write(move |ctx, tx| {
        let listed = load::of_order(tx, args.order)?;
        if let (Some(archive_no), VisitStage::Archived) = (&listed.row.archive_no, listed.row.stage) {
            return Ok(v::Archived { archive_no: archive_no.clone() });
        }
        let seal = reviewed(&listed, args.revision)?;
        // Invariant `blob_whole`: what is archived is whole.
        if state(tx, &listed)? == v::OrderState::Received {
            return Err(Code::FilesMissing.into());
        }
        let archive_no = match listed.row.archive_no {
            // A later revision of an archived order goes into the same folder.
            Some(archive_no) => archive_no,
            None => {
                let month = month(&*ctx.reference(tx)?, ctx.now);
                archive_no(&month, tx.draw_archive_count(&month)?)
            }
        };
        let (order, revision) = (args.order, args.revision);
        let body = FactBody::OrderArchived { order, revision, archive_no: archive_no.clone() };
        let mut act = Act::new(ctx);
        act.fact(Some(About { job: listed.at.job, visit: Some(listed.at.visit) }), &body);
        ctx.state(tx, act.ops)?;
        ctx.note(tx, "archived", format!("{} {archive_no}", seal.number))?;
        Ok(v::Archived { archive_no })
    })
}

/// H2: sent back; whoever sealed it owes the answer.
pub fn question(ctx: &Context, args: a::QuestionOrder) -> Result<v::OfficeDone> {
    let question = said(&args.question, || Code::ReasonMissing.into())?;
    ctx.write(move |ctx, tx| {
        let listed = load::of_order(tx, args.order)?;
        let seal = reviewed(&listed, args.revision)?;
        if listed.row.stage == VisitStage::Archived {
            return Err(Code::OrderChanged.into());
        }
        let body = FactBody::OrderQuestioned { order: args.order, revision: args.revision, question };
        let mut act = Act::new(ctx);
        act.fact(Some(About { job: listed.at.job, visit: Some(listed.at.visit) }), &body);
        ctx.state(tx, act.ops)?;
        ctx.note(tx, "questioned", seal.number)?;
        Ok(v::OfficeDone {})
    })
}
