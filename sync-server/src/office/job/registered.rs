//! 报修登记 (A6): a service call becomes a job, with the archive's values filled in where they are known (A1). Sending the same form
//! twice registers one job.

use std::collections::BTreeMap;

use gongdan_domain::catalogue::ServiceKind;
use gongdan_domain::entity::{Fields, customer as cf, job as jf, kind, machine as mf, person};
use gongdan_domain::id::{CustomerId, JobId, MachineId, TeamId, WriteId, derived};
use gongdan_domain::reference::Reference;
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::time::Instant;
use serde_json::{Value, json};

use super::decided;
use crate::error::Result;
use crate::office::act::Act;
use crate::office::args as a;
use crate::office::context::{Context, invalid, said};
use crate::office::customer::known;
use crate::office::load::{self, Names};
use crate::office::register;
use crate::office::view as v;
use crate::storage::Reader;

const URGENCIES: [&str; 4] = ["down", "reduced", "normal", "flexible"];

/// Customer and machine of the call, as they are known after it.
struct Parties {
    customer: (CustomerId, Fields),
    machine: Option<(MachineId, Fields)>,
    team: Option<TeamId>,
}

pub fn create(ctx: &Context, args: a::CreateJob) -> Result<v::JobRow> {
    ctx.write(move |ctx, tx| {
        if tx.job_known(args.job)?.is_none() {
            checked(ctx, tx, &args)?;
            let mut act = Act::new(ctx);
            let parties = parties(ctx, tx, &mut act, &args)?;
            fill(&mut act, ctx, &parties, &args);
            if let Some(assign) = args.assign {
                decided::decision(&mut act, args.job, args.job.visit(1), assign);
            }
            ctx.state(tx, act.ops)?;
            let line = load::current(tx, args.job)?.line();
            ctx.note(tx, "created", line)?;
        }
        load::current(tx, args.job)?.job_row(&mut Names::new(tx))
    })
}

/// What the form says, before anything is written.
fn checked(ctx: &Context, r: &dyn Reader, args: &a::CreateJob) -> Result<()> {
    said(&args.symptom, || invalid("symptom"))?;
    if serde_json::from_value::<ServiceKind>(json!(args.service_kind)).is_err() {
        return Err(invalid("service_kind"));
    }
    if !URGENCIES.contains(&args.urgency.as_str()) {
        return Err(invalid("urgency"));
    }
    let reference = ctx.reference(r)?;
    let listed = |code: &str| {
        reference.all().iter().any(|r| matches!(r, Reference::JobCategories(list) if list.category(code).is_some()))
    };
    if !args.category.is_empty() && !listed(&args.category) {
        return Err(invalid("category"));
    }
    args.assign.as_ref().map_or(Ok(()), |assign| decided::sendable(r, assign))
}

fn parties(ctx: &Context, r: &dyn Reader, act: &mut Act, args: &a::CreateJob) -> Result<Parties> {
    let customer = match &args.customer {
        a::CustomerChoice::Known { customer } => (*customer, known(r, &entity(kind::CUSTOMER, customer.0))?),
        a::CustomerChoice::New { .. } => (CustomerId(derived(args.job.0, kind::CUSTOMER)), Fields::default()),
    };
    let team = team(ctx, r, &customer.1, args.assign.as_ref())?;
    let mut scopes = vec![Scope::Job(args.job)];
    scopes.extend(team.map(Scope::Team));
    let customer = match &args.customer {
        a::CustomerChoice::Known { .. } => customer,
        a::CustomerChoice::New { fields } => {
            let mut fields = fields.clone();
            fields.extend(team.map(|team| (cf::TEAM.to_owned(), team.to_string())));
            let texts = fresh(act, &entity(kind::CUSTOMER, customer.0.0), fields, &scopes)?;
            if texts.text(cf::NAME).is_empty() {
                return Err(invalid(cf::NAME));
            }
            (customer.0, texts)
        }
    };
    let machine = match &args.machine {
        a::MachineChoice::Unknown => None,
        a::MachineChoice::Known { machine } => Some((*machine, known(r, &entity(kind::MACHINE, machine.0))?)),
        a::MachineChoice::New { fields } => {
            let id = derived(args.job.0, kind::MACHINE);
            let mut fields = fields.clone();
            fields.insert(mf::CUSTOMER.to_owned(), customer.0.to_string());
            Some((MachineId(id), fresh(act, &entity(kind::MACHINE, id), fields, &scopes)?))
        }
    };
    // A known machine stands at this customer's, or two customers' records would be mixed up.
    if machine.as_ref().is_some_and(|(_, fields)| fields.text(mf::CUSTOMER) != customer.0.to_string()) {
        return Err(invalid("machine"));
    }
    Ok(Parties { customer, machine, team })
}

fn entity(kind: &str, id: uuid::Uuid) -> EntityRef {
    EntityRef::new(kind, id)
}

/// Writes a new record; answers its fields as they will be.
fn fresh(act: &mut Act, entity: &EntityRef, texts: BTreeMap<String, String>, scopes: &[Scope]) -> Result<Fields> {
    let mut fields = Fields::default();
    for (field, text) in texts {
        let value = Value::String(text.trim().to_owned());
        if text.trim().is_empty() {
            continue;
        }
        if !register::fits(&entity.kind, &field, &value) {
            return Err(invalid(&field));
        }
        let head = Head { write: WriteId(uuid::Uuid::nil()), value: value.clone(), at: Instant::MIN_UTC, by: act.by };
        act.write(entity, &field, value, Vec::new(), scopes);
        fields.0.insert(field, Register { heads: vec![head], ..Register::default() });
    }
    Ok(fields)
}

/// Whose area it is: the customer's, else that of who goes, else that of who took the call.
fn team(ctx: &Context, r: &dyn Reader, customer: &Fields, assign: Option<&a::Assignment>) -> Result<Option<TeamId>> {
    let of_person = |id: gongdan_domain::id::PersonId| -> Result<Option<TeamId>> {
        Ok(r.fields(&entity(kind::PERSON, id.0))?.text(person::TEAM).parse().ok())
    };
    if let Ok(team) = customer.text(cf::TEAM).parse() {
        return Ok(Some(team));
    }
    let leader = assign.map(|assign| of_person(assign.leader)).transpose()?.flatten();
    Ok(leader.or(of_person(ctx.who.person)?))
}

/// The job's own registers (A1): what the caller said, else what the archive knows.
fn fill(act: &mut Act, ctx: &Context, parties: &Parties, args: &a::CreateJob) {
    let archive = &parties.customer.1;
    let nameplate = Fields::default();
    let nameplate = parties.machine.as_ref().map_or(&nameplate, |(_, fields)| fields);
    let phone = if archive.text(cf::PHONE).is_empty() { archive.text(cf::MOBILE) } else { archive.text(cf::PHONE) };
    let or = |said: &str, known: &str| if said.trim().is_empty() { known.to_owned() } else { said.to_owned() };
    let contact = or(&args.contact_name, archive.text(cf::CONTACT_NAME));
    let job: JobId = args.job;
    let machine = parties.machine.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default();
    let texts = [
        (jf::CUSTOMER, parties.customer.0.to_string()),
        (jf::MACHINE, machine),
        (jf::CUSTOMER_NAME, archive.text(cf::NAME).to_owned()),
        (jf::ADDRESS, archive.text(cf::ADDRESS).to_owned()),
        (jf::REPORTER, contact.clone()),
        (jf::CONTACT_NAME, contact),
        (jf::PHONE, or(&args.phone, phone)),
        (jf::BRAND, nameplate.text(mf::BRAND).to_owned()),
        (jf::MODEL, nameplate.text(mf::MODEL).to_owned()),
        (jf::SERIAL_NO, nameplate.text(mf::SERIAL_NO).to_owned()),
        (jf::PURCHASE_DATE, nameplate.text(mf::PURCHASE_DATE).to_owned()),
        (jf::MANUFACTURE_DATE, nameplate.text(mf::MANUFACTURE_DATE).to_owned()),
        (jf::SYMPTOM, args.symptom.clone()),
        (jf::WISHES, args.wishes.clone()),
        (jf::SERVICE_KIND, args.service_kind.clone()),
        (jf::CATEGORY, args.category.clone()),
        (jf::URGENCY, args.urgency.clone()),
        (jf::TEAM, parties.team.map(|team| team.to_string()).unwrap_or_default()),
    ];
    let (entity, scopes) = (load::job_entity(job), [Scope::Job(job)]);
    for (field, text) in texts.iter().filter(|(_, text)| !text.trim().is_empty()) {
        act.write(&entity, field, Value::String(text.trim().to_owned()), Vec::new(), &scopes);
    }
    act.write(&entity, jf::REPORTED_AT, json!(ctx.now), Vec::new(), &scopes);
    if let Some(requested_at) = args.requested_at {
        act.write(&entity, jf::REQUESTED_AT, json!(requested_at), Vec::new(), &scopes);
    }
}
