//! The audit trail, newest first, narrowed to an action or a person. It is append-only: nothing here writes. What a line names by an id
//! is answered with the name it has today as well; the line itself stays as it was written.

use gongdan_domain::id::OrderId;
use gongdan_domain::sync::change::EntityRef;
use uuid::Uuid;

use crate::error::Result;
use crate::office::args as a;
use crate::office::conflict;
use crate::office::context::Context;
use crate::office::load::{self, Names, PAGE};
use crate::office::view as v;
use crate::storage::{AuditQuery, Reader, RowQuery};

/// How a line about a sealed order is called; it is no entity.
const ORDER: &str = "order";

pub fn list(ctx: &Context, args: a::ListAudit) -> Result<v::AuditList> {
    let query = AuditQuery { action: args.action, by: args.by };
    ctx.read(|r| {
        let mut names = Names::new(r);
        let (actions, people) = r.audit_choices()?;
        let mut people = people.into_iter().map(|id| names.of(id)).collect::<Result<Vec<_>>>()?;
        people.sort_by(|a, b| a.name.cmp(&b.name));
        let mut rows = Vec::new();
        for e in r.audit(&query, PAGE, args.page.saturating_mul(PAGE))? {
            let (by, address, thing) = (names.maybe(e.by)?, e.address, thing(r, &e.about)?);
            rows.push(v::AuditRow { at: e.at, by, address, action: e.action, about: e.about, thing });
        }
        Ok(v::AuditList { rows, total: r.count_audit(&query)?, actions, people })
    })
}

/// `customer 0190… phone` or the id of an order alone; whatever else a line says is words already.
fn thing(r: &dyn Reader, about: &str) -> Result<Option<v::AuditThing>> {
    let (kind, id, field) = match about.split(' ').collect::<Vec<_>>()[..] {
        [id] => (ORDER, id, ""),
        [kind, id, field] => (kind, id, field),
        _ => return Ok(None),
    };
    let Ok(id) = id.parse::<Uuid>() else { return Ok(None) };
    let title = if kind == ORDER { number(r, OrderId(id))? } else { named(r, &EntityRef::new(kind, id))? };
    Ok((!title.is_empty()).then(|| v::AuditThing { kind: kind.to_owned(), title, field: field.to_owned() }))
}

fn named(r: &dyn Reader, entity: &EntityRef) -> Result<String> {
    conflict::title(r, entity, &r.fields(entity)?)
}

fn number(r: &dyn Reader, order: OrderId) -> Result<String> {
    let query = RowQuery { order: Some(order), limit: 1, ..RowQuery::default() };
    Ok(load::rows(r, &query)?.pop().and_then(|listed| listed.row.seal).map(|seal| seal.number).unwrap_or_default())
}
