//! G5: two devices sealed the same revision of one order. Both are kept; the service manager names the one that counts.

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::problem::Code;

use crate::error::Result;
use crate::index;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, said};
use crate::office::load;
use crate::office::view as v;

/// Named can only be one of several; naming again, with another reason, is a new decision.
pub fn name_revision(ctx: &Context, args: a::NameRevision) -> Result<v::OfficeDone> {
    let reason = said(&args.reason, || Code::ReasonMissing.into())?;
    ctx.write(move |ctx, tx| {
        let listed = load::of_order(tx, args.order)?;
        let (job, visit) = (listed.at.job, listed.at.visit);
        let state = index::visit_state(tx, visit, &index::facts(tx, job)?)?;
        let chosen = state.seals.iter().find(|s| s.hash == args.hash).ok_or(Code::NotFound)?;
        let rivals = state.seals.iter().any(|s| s.revision == chosen.revision && s.hash != chosen.hash);
        if !rivals {
            return Err(Code::OrderChanged.into());
        }
        let (revision, number) = (chosen.revision, chosen.order_no.clone());
        let body = FactBody::RevisionNamed { order: args.order, revision, hash: args.hash, reason };
        let mut act = Act::new(ctx);
        act.fact(Some(About { job, visit: Some(visit) }), &body);
        ctx.state(tx, act.ops)?;
        ctx.note(tx, "revision_named", number)?;
        Ok(v::OfficeDone {})
    })
}
