//! The audit trail, newest first, narrowed to an action or a person. It is append-only: nothing here writes.

use crate::error::Result;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::{Names, PAGE};
use crate::office::view as v;
use crate::storage::AuditQuery;

pub fn list(ctx: &Context, args: a::ListAudit) -> Result<v::AuditList> {
    let query = AuditQuery { action: args.action, by: args.by };
    ctx.read(|r| {
        let mut names = Names::new(r);
        let (actions, people) = r.audit_choices()?;
        let mut people = people.into_iter().map(|id| names.of(id)).collect::<Result<Vec<_>>>()?;
        people.sort_by(|a, b| a.name.cmp(&b.name));
        let mut rows = Vec::new();
        for e in r.audit(&query, PAGE, args.page.saturating_mul(PAGE))? {
            let (by, address) = (names.maybe(e.by)?, e.address);
            rows.push(v::AuditRow { at: e.at, by, address, action: e.action, about: e.about });
        }
        Ok(v::AuditList { rows, total: r.count_audit(&query)?, actions, people })
    })
}
