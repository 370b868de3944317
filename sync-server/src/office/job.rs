//! Jobs as the dispatcher sees them: the pool, what is underway, one job, and who could go (A4, A6). Deciding is in `decided`,
//! registering a call in `registered`.

mod decided;
mod registered;

use chrono::Days;
use gongdan_domain::entity::{kind, person};
use gongdan_domain::id::{MachineId, PersonId};
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::sync::change::EntityRef;

use crate::error::Result;
use crate::index;
use crate::office::args as a;
use crate::office::context::{Context, words};
use crate::office::device::role;
use crate::office::load::{self, Listed, Names, PAGE};
use crate::office::view as v;
use crate::storage::{DeviceRecord, Reader, RowQuery, User};

pub use decided::{assign, cancel};
pub use registered::create;

/// Assigned and not yet sealed, cancelled or advised.
const UNDERWAY: [&str; 9] =
    ["assigned", "accepted", "refused", "contacted", "ready", "travelling", "blocked", "on_site", "repairing"];
/// Also what waits for somebody to go.
pub const UNFINISHED: [&str; 10] = [
    "unassigned",
    "assigned",
    "accepted",
    "refused",
    "contacted",
    "ready",
    "travelling",
    "blocked",
    "on_site",
    "repairing",
];
/// Somebody is out there.
const OUT: [&str; 4] = ["travelling", "blocked", "on_site", "repairing"];

fn filtered(filter: a::JobFilter, text: &str) -> RowQuery {
    let stages = match filter {
        a::JobFilter::Unassigned => Some(vec!["unassigned"]),
        a::JobFilter::Underway => Some(UNDERWAY.to_vec()),
        a::JobFilter::All => None,
    };
    RowQuery { current_only: true, stages, words: words(text), ..RowQuery::default() }
}

pub fn list(ctx: &Context, args: a::OfficeListJobs) -> Result<v::JobList> {
    ctx.read(|r| {
        let count = |filter| r.count_rows(&filtered(filter, &args.text));
        let query = filtered(args.filter, &args.text);
        let page = RowQuery { limit: PAGE, offset: args.page.saturating_mul(PAGE), ..query };
        Ok(v::JobList {
            rows: load::job_rows(r, &page)?,
            total: count(args.filter)?,
            unassigned: count(a::JobFilter::Unassigned)?,
            underway: count(a::JobFilter::Underway)?,
            all: count(a::JobFilter::All)?,
        })
    })
}

pub fn open(ctx: &Context, args: a::OfficeOpenJob) -> Result<v::OfficeJob> {
    ctx.read(|r| {
        let reference = ctx.reference(r)?;
        let mut names = Names::new(r);
        let listed = load::current(r, args.job)?;
        let machine: Option<MachineId> = listed.at.machine;
        let stored = r.facts(args.job)?;
        let facts: Vec<_> = stored.iter().filter(|f| !f.retracted).map(|f| f.fact.clone()).collect();
        let visit = index::visit_state(r, listed.at.visit, &facts)?;
        let (handover_to, handover_of) = decided::handover_names(&mut names, &visit)?;
        let mut job = v::OfficeJob {
            handover_to,
            handover_of,
            fields: load::all_fields(&r.fields(&load::job_entity(args.job))?),
            visit,
            warranty: load::machine_warranty(r, &reference, machine, ctx.now)?,
            timeline: load::timeline(&mut names, &stored, None)?,
            findings: load::findings(&mut names, r.findings_of_job(args.job)?)?,
            obligations: index::owed(&reference, args.job, &facts, ctx.now),
            row: listed.job_row(&mut names)?,
        };
        if !ctx.sees_money() {
            job.timeline.iter_mut().for_each(|moment| load::without_money(&mut moment.body));
            job.findings.iter_mut().for_each(|row| load::without_money(&mut row.finding.details));
            load::visit_without_money(&mut job.visit);
        }
        Ok(job)
    })
}

/// Who could go, with what each has on that day and what he is out for just now.
pub fn technicians(ctx: &Context, args: a::ListTechnicians) -> Result<Vec<v::Technician>> {
    ctx.read(|r| {
        let reference = ctx.reference(r)?;
        let day = args.day.unwrap_or_else(|| reference.day(ctx.now));
        // The last day of the calendar has no day after it; nobody plans there.
        let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
        let between = Some((reference.start_of(day), reference.start_of(next)));
        let planned = RowQuery { current_only: true, planned_between: between, ..RowQuery::default() };
        let out = RowQuery { current_only: true, stages: Some(OUT.to_vec()), ..RowQuery::default() };
        let mut visits = load::rows(r, &planned)?;
        let known: Vec<_> = visits.iter().map(|listed| listed.at.visit).collect();
        visits.extend(load::rows(r, &out)?.into_iter().filter(|listed| !known.contains(&listed.at.visit)));
        visits.sort_by_key(|listed| (listed.at.planned_at, listed.at.visit));
        let (users, devices) = (r.users()?, r.devices()?);
        let people = r.entities(kind::PERSON)?.into_iter().map(PersonId);
        let mut found = Vec::new();
        for id in people {
            found.extend(technician(r, id, &users, &devices, &visits)?);
        }
        found.sort_by(|a, b| a.number.cmp(&b.number));
        Ok(found)
    })
}

fn technician(
    r: &dyn Reader,
    id: PersonId,
    users: &[User],
    devices: &[DeviceRecord],
    visits: &[Listed],
) -> Result<Option<v::Technician>> {
    let fields = r.fields(&EntityRef::new(kind::PERSON, id.0))?;
    let Some(role) = role(users, id, &fields).filter(|role| may(*role, Permission::SyncDevice)) else {
        return Ok(None);
    };
    let mut names = Names::new(r);
    let own = visits.iter().filter(|listed| listed.row.technicians.contains(&id) || listed.row.leader == Some(id));
    let devices: Vec<_> = devices.iter().filter(|device| device.person == id && device.state == "active").collect();
    Ok(Some(v::Technician {
        person: v::PersonName { id, name: fields.text(person::NAME).to_owned() },
        number: fields.text(person::NUMBER).to_owned(),
        grade: fields.text(person::GRADE).to_owned(),
        phone: fields.text(person::PHONE).to_owned(),
        qualifications: fields.read(person::QUALIFICATIONS).unwrap_or_default(),
        role,
        visits: own.map(|listed| listed.clone().job_row(&mut names)).collect::<Result<_>>()?,
        devices: u32::try_from(devices.len()).unwrap_or(u32::MAX),
        last_seen_at: devices.iter().filter_map(|device| device.last_seen_at).max(),
    }))
}
