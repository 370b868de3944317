//! The callback queue (I2, I3): what is owed to customers, by deadline. Unsigned and dissatisfied orders are in it by themselves.

use std::collections::{BTreeMap, BTreeSet};

use gongdan_domain::fact::{About, FactBody, Rating, SigningChoice};
use gongdan_domain::id::JobId;
use gongdan_domain::obligation::Obligation;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::Fact;
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::{OrderDocument, Signing};

use crate::error::Result;
use crate::index;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, invalid};
use crate::office::load::{self, Listed, Names};
use crate::office::view as v;
use crate::reference::ReferenceSet;
use crate::storage::{Reader, RowQuery};

/// A question of the office is answered in writing, not by a call.
const QUESTION: &str = "question";

/// What somebody still owes, with the visit it comes from.
pub struct Owed {
    pub obligation: Obligation,
    pub listed: Listed,
    facts: std::rc::Rc<Vec<Fact>>,
}

/// Everything that is still owed, of every job, as of now.
pub fn owed(r: &dyn Reader, reference: &ReferenceSet, now: Instant) -> Result<Vec<Owed>> {
    let owing = load::rows(r, &RowQuery { owing: true, ..RowQuery::default() })?;
    let jobs: BTreeSet<JobId> = owing.iter().map(|listed| listed.at.job).collect();
    let mut of_job = BTreeMap::<JobId, Vec<Listed>>::new();
    for listed in owing {
        of_job.entry(listed.at.job).or_default().push(listed);
    }
    let mut found = Vec::new();
    for job in jobs {
        let facts = std::rc::Rc::new(index::facts(r, job)?);
        let visits = of_job.remove(&job).unwrap_or_default();
        for obligation in index::owed(reference, job, &facts, now).into_iter().filter(index::is_open) {
            let own = visits.iter().find(|listed| Some(listed.at.visit) == obligation.visit);
            let Some(listed) = own.or(visits.iter().find(|listed| listed.at.current)) else { continue };
            found.push(Owed { obligation, listed: listed.clone(), facts: std::rc::Rc::clone(&facts) });
        }
    }
    // What has no due time yet waits for somebody to leave.
    found.sort_by_key(|owed| (owed.obligation.due_at.is_none(), owed.obligation.due_at, owed.obligation.id));
    Ok(found)
}

pub fn list(ctx: &Context, _: a::OfficeNothing) -> Result<Vec<v::CallbackRow>> {
    ctx.read(|r| {
        let reference = ctx.reference(r)?;
        let mut names = Names::new(r);
        let calls = owed(r, &reference, ctx.now)?.into_iter().filter(|owed| owed.obligation.rule != QUESTION);
        calls.map(|owed| row(&mut names, &reference, ctx.now, owed)).collect()
    })
}

fn row(names: &mut Names<'_>, reference: &ReferenceSet, now: Instant, owed: Owed) -> Result<v::CallbackRow> {
    let rule = reference.deadline_rules(now).and_then(|rules| rules.rule(&owed.obligation.rule));
    Ok(v::CallbackRow {
        title: owed.listed.title(),
        contact_name: owed.listed.row.contact_name.clone(),
        phone: owed.listed.row.phone.clone(),
        technician: names.maybe(owed.listed.at.technician)?,
        about: about(names.r, &owed)?,
        rule_words: rule.map(|rule| rule.words.clone()),
        obligation: owed.obligation,
    })
}

/// What the call is about, in the words that somebody wrote then.
fn about(r: &dyn Reader, owed: &Owed) -> Result<String> {
    let trigger = owed.facts.iter().find(|fact| fact.id == owed.obligation.trigger).and_then(FactBody::of);
    Ok(match trigger {
        Some(FactBody::ContactAttempt { guidance, note, .. }) => {
            if guidance.trim().is_empty() {
                note
            } else {
                guidance
            }
        }
        Some(FactBody::TestRunRecorded { reason, .. }) => reason,
        Some(FactBody::ConfidenceStated { .. }) => owed.listed.row.symptom.clone(),
        Some(FactBody::CallbackMade { note, .. }) => note,
        Some(FactBody::RemedialCallback { about, .. }) => about,
        Some(FactBody::OrderSealed { hash, choice, quality, attitude, .. }) => {
            let unhappy = [quality, attitude].contains(&Rating::Dissatisfied);
            opinion(r, &hash, unhappy && choice == SigningChoice::Signed)?
        }
        _ => String::new(),
    })
}

/// What the customer said on the order: his opinion, or why he did not sign.
fn opinion(r: &dyn Reader, hash: &str, signed: bool) -> Result<String> {
    let Some(RecordBody::Sealed { document, .. }) = r.sealed(hash)?.map(|sealed| sealed.body) else {
        return Ok(String::new());
    };
    let payload: serde_json::Value = serde_json::from_str(&document.payload).unwrap_or_default();
    let Ok(order) = serde_json::from_value::<OrderDocument>(payload["content"].clone()) else {
        return Ok(String::new());
    };
    let opinion = order.rating.map(|rating| rating.opinion).unwrap_or_default();
    Ok(match order.signing {
        Some(Signing::Declined { words, .. } | Signing::Absent { words, .. } | Signing::Later { words, .. })
            if !signed && !words.trim().is_empty() =>
        {
            words
        }
        _ => opinion,
    })
}

/// I2: 未接通 is kept and closes nothing; not satisfied opens the next round by itself.
pub fn record(ctx: &Context, args: a::RecordCallback) -> Result<v::OfficeDone> {
    if args.reached && args.satisfied.is_none() {
        return Err(invalid("satisfied"));
    }
    ctx.write(move |ctx, tx| {
        let facts = index::facts(tx, args.job)?;
        let reference = ctx.reference(tx)?;
        let owed = index::owed(&reference, args.job, &facts, ctx.now);
        let owed =
            owed.into_iter().find(|owed| owed.id == args.obligation && owed.rule != QUESTION).ok_or(Code::NotFound)?;
        if !index::is_open(&owed) {
            // Somebody called meanwhile; a second result would open a second round.
            return Err(Code::Conflict.into());
        }
        let body = FactBody::CallbackMade {
            obligation: args.obligation,
            reached: args.reached,
            satisfied: args.satisfied.filter(|_| args.reached),
            note: args.note.trim().to_owned(),
        };
        let mut act = Act::new(ctx);
        act.fact(Some(About { job: args.job, visit: owed.visit }), &body);
        ctx.state(tx, act.ops)?;
        let line = load::current(tx, args.job)?.line();
        ctx.note(tx, "callback", line)?;
        Ok(v::OfficeDone {})
    })
}
