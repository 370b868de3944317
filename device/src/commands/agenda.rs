//! Today and any other day of this technician.

use chrono::NaiveDate;
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::visit::step::VisitStage;

use crate::assemble::Case;
use crate::assemble::agenda::{
    Planned, is_settled, is_waiting, next, next_day, not_received, owed_calls, planned, reckon,
};
use crate::commands::args;
use crate::device::Device;
use crate::error::Result;
use crate::store::Reader;
use crate::view::agenda::Agenda;

pub fn agenda(device: &Device, args: args::Day) -> Result<Agenda> {
    let day = args.day.map(|day| day.parse::<NaiveDate>().map_err(|_| Code::FieldInvalid)).transpose()?;
    let (agenda, settled) = device.read(|r| assembled(r, day.unwrap_or(r.today())))?;
    if !settled.is_empty() {
        device.write(|tx| tx.settle_jobs(&settled))?;
    }
    Ok(agenda)
}

/// The day, and the jobs that need not be looked at again.
fn assembled(r: &Reader, day: NaiveDate) -> Result<(Agenda, Vec<JobId>)> {
    let (mut stops, mut others): (Vec<Planned>, Vec<Planned>) = (Vec::new(), Vec::new());
    let (mut owed, mut waiting, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    for job in r.live_jobs()? {
        let case = Case::load(r, job, None)?;
        if is_settled(&case, r.today()) {
            settled.push(job);
            continue;
        }
        owed.extend(owed_calls(&case));
        waiting.extend(not_received(r, &case)?);
        if !case.state.technicians.contains(&case.me) {
            continue;
        }
        let planned = planned(&case);
        match planned.day {
            Some(on) if on == day => stops.push(planned),
            _ if is_waiting(&planned) => others.push(planned),
            _ => {}
        }
    }
    let now = r.now();
    reckon(&mut stops, now);
    others.sort_by_key(|p| (p.at.is_none(), p.at, p.stop.job));
    owed.sort_by_key(|call| (call.obligation.due_at, call.obligation.id));
    waiting.sort_by(|a, b| a.sealed_at.cmp(&b.sealed_at));
    let agenda = Agenda {
        day: day.to_string(),
        now: now.to_rfc3339(),
        next: next(&stops, &others, now),
        next_day: next_day(&others, day),
        stops: stops.into_iter().filter(|p| p.stop.stage != VisitStage::Cancelled).map(|p| p.stop).collect(),
        owed,
        not_received: waiting,
        others: others.into_iter().map(|p| p.stop).collect(),
    };
    Ok((agenda, settled))
}
