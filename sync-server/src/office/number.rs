//! The book of numbers: which were drawn, which became documents, which are void and why (G1). Nothing here changes it.

use gongdan_domain::number::NumberState;

use crate::error::Result;
use crate::office::args as a;
use crate::office::context::Context;
use crate::office::load::{self, Names, PAGE};
use crate::office::view as v;
use crate::storage::{NumberRow, Reader};

pub fn list(ctx: &Context, args: a::ListNumbers) -> Result<v::NumberList> {
    ctx.read(|r| {
        let mut names = Names::new(r);
        let rows = r.numbers(args.state, PAGE, args.page.saturating_mul(PAGE))?;
        Ok(v::NumberList {
            rows: rows.into_iter().map(|row| line(&mut names, row)).collect::<Result<_>>()?,
            total: r.count_numbers(args.state)?,
            counts: v::NumberCounts {
                drawn: r.count_numbers(Some(NumberState::Drawn))?,
                sealed: r.count_numbers(Some(NumberState::Sealed))?,
                void: r.count_numbers(Some(NumberState::Void))?,
            },
        })
    })
}

fn line(names: &mut Names<'_>, row: NumberRow) -> Result<v::NumberLine> {
    let device = row.device.map(|device| names.r.device(device)).transpose()?.flatten();
    let title = row.job.map(|job| load::title(names.r, job)).transpose()?.flatten();
    let order = row.owner.filter(|owner| is_order(names.r, *owner, &row).unwrap_or(false));
    Ok(v::NumberLine {
        number: row.number,
        state: row.state,
        reason: row.reason,
        by: names.of(row.by)?,
        device_name: device.map(|device| device.name).unwrap_or_default(),
        customer: title.map(|title| title.customer).unwrap_or_default(),
        order: order.map(Into::into),
        claimed_at: row.claimed_at,
        changed_at: row.changed_at,
    })
}

/// Only what the console can open is a link.
fn is_order(r: &dyn Reader, owner: uuid::Uuid, row: &NumberRow) -> Result<bool> {
    Ok(row.state == NumberState::Sealed && load::of_order(r, owner.into()).is_ok())
}
