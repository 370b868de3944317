//! The audit trail, newest first. It is append-only: nothing here writes.

use crate::error::Result;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::{Names, PAGE};
use crate::office::view as v;

pub fn list(ctx: &Context, args: a::ListAudit) -> Result<Vec<v::AuditRow>> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        let entries = r.audit(PAGE, args.page.saturating_mul(PAGE))?;
        entries
            .into_iter()
            .map(|e| Ok(v::AuditRow { at: e.at, by: names.maybe(e.by)?, action: e.action, about: e.about }))
            .collect()
    })
}
