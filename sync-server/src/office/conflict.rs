//! Conflicts (I5): fields that two people wrote without seeing each other, with what both had seen. Both values stay until a person
//! settles them, which is a write like any other, synced and in the trail.

use std::collections::BTreeSet;

use gongdan_domain::entity::{Fields, kind};
use gongdan_domain::fact::About;
use gongdan_domain::id::{JobId, VisitId, WriteId};
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::sync::merge::{Head, Register};

use crate::error::Result;
use crate::office::act::office_device;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::{self, Names};
use crate::office::register;
use crate::office::view as v;
use crate::storage::evidence::KnownWrite;
use crate::storage::{Reader, RowQuery};

/// How far back the common base is looked for.
const FAR: usize = 200;

pub fn list(ctx: &Context, _: a::OfficeNothing) -> Result<Vec<v::ConflictRow>> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        let mut rows = Vec::new();
        for (entity, field) in r.conflicts()? {
            let fields = r.fields(&entity)?;
            let Some(register) = fields.register(&field).filter(|register| register.in_conflict()) else { continue };
            let mut heads = heads(&mut names, register)?;
            let mut base = base(&mut names, register)?;
            if !ctx.sees_money() {
                heads.iter_mut().for_each(|head| load::without_money(&mut head.value));
                base.iter_mut().for_each(|base| load::without_money(&mut base.value));
            }
            rows.push(v::ConflictRow {
                entity_title: title(r, &entity, &fields)?,
                base,
                heads,
                about: about(r, &entity)?,
                entity,
                field,
            });
        }
        Ok(rows)
    })
}

/// Newest first, as they would be shown.
fn heads(names: &mut Names<'_>, register: &Register) -> Result<Vec<v::HeadView>> {
    let shown = register.shown().map(|head| head.write);
    let mut ordered: Vec<&Head> = register.heads.iter().collect();
    ordered.sort_by_key(|head| std::cmp::Reverse((head.at, head.write)));
    let view = |head: &Head| {
        let (write, value, at) = (head.write, head.value.clone(), head.at);
        let known = names.r.written(write)?;
        let device = known.as_ref().map(|known| known.device).filter(|device| *device != office_device());
        let device = device.map(|device| names.r.device(device)).transpose()?.flatten();
        Ok(v::HeadView {
            write,
            value,
            by: names.of(head.by)?,
            at,
            received_at: known.map(|known| known.received_at),
            device_name: device.map(|device| device.name),
            shown: shown == Some(write),
        })
    };
    ordered.into_iter().map(view).collect()
}

/// The newest write that every head's author had seen, directly or through his own later writes.
fn base(names: &mut Names<'_>, register: &Register) -> Result<Option<v::BaseView>> {
    let mut common: Option<BTreeSet<WriteId>> = None;
    for head in &register.heads {
        let seen = ancestors(names.r, head.write)?;
        common = Some(match common {
            None => seen,
            Some(common) => common.intersection(&seen).copied().collect(),
        });
    }
    let mut newest: Option<KnownWrite> = None;
    for write in common.unwrap_or_default() {
        let known = names.r.written(write)?;
        if let Some(known) = known.filter(|known| newest.as_ref().is_none_or(|n| (n.at, n.id) < (known.at, known.id))) {
            newest = Some(known);
        }
    }
    newest.map(|known| Ok(v::BaseView { value: known.value, by: names.of(known.by)?, at: known.at })).transpose()
}

fn ancestors(r: &dyn Reader, of: WriteId) -> Result<BTreeSet<WriteId>> {
    let (mut found, mut next) = (BTreeSet::new(), vec![of]);
    while let Some(write) = next.pop().filter(|_| found.len() < FAR) {
        for seen in r.written(write)?.map(|known| known.seen).unwrap_or_default() {
            if found.insert(seen) {
                next.push(seen);
            }
        }
    }
    Ok(found)
}

/// What a thing is called in a list.
pub(super) fn title(r: &dyn Reader, entity: &EntityRef, fields: &Fields) -> Result<String> {
    Ok(match entity.kind.as_str() {
        kind::MACHINE => load::machine_title(fields),
        kind::JOB | kind::VISIT => match about(r, entity)? {
            Some(about) => load::title(r, about.job)?.map(|title| title.customer).unwrap_or_default(),
            None => String::new(),
        },
        // Customers, people and teams are called by their name.
        _ => fields.text("name").to_owned(),
    })
}

fn about(r: &dyn Reader, entity: &EntityRef) -> Result<Option<About>> {
    match entity.kind.as_str() {
        kind::JOB => Ok(Some(About { job: JobId(entity.id), visit: None })),
        kind::VISIT => {
            let visit = VisitId(entity.id);
            let query = RowQuery { order: Some(visit.order()), limit: 1, ..RowQuery::default() };
            Ok(r.rows(&query)?.pop().map(|row| About { job: row.job, visit: Some(visit) }))
        }
        _ => Ok(None),
    }
}

/// I5: naming every head that was on the screen. One that nobody saw stays, and the field stays open.
pub fn settle(ctx: &Context, args: a::SettleConflict) -> Result<v::OfficeField> {
    ctx.write(move |ctx, tx| register::write(ctx, tx, &args.entity, &args.field, args.value, args.seen, "settled"))
}
