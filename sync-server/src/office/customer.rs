//! The customer archive (A2, I5): finding a customer by anything he says on the phone, and correcting what is known of him.

use gongdan_domain::entity::{Fields, customer, kind, machine};
use gongdan_domain::id::{CustomerId, MachineId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::EntityRef;

use crate::error::Result;
use crate::office::args as a;
use crate::office::context::{Context, invalid, words};
use crate::office::job::UNFINISHED;
use crate::office::load;
use crate::office::register;
use crate::office::view as v;
use crate::reference::ReferenceSet;
use crate::storage::{Reader, RowQuery};

/// As many as a person looks through while somebody is on the phone.
const HITS: u32 = 20;

pub fn search(ctx: &Context, args: a::SearchCustomers) -> Result<Vec<v::CustomerHit>> {
    let words = words(&args.text);
    ctx.read(|r| r.customers_matching(&words, HITS)?.into_iter().map(|found| hit(r, found, &words)).collect())
}

fn hit(r: &dyn Reader, of: CustomerId, words: &[String]) -> Result<v::CustomerHit> {
    let fields = r.fields(&EntityRef::new(kind::CUSTOMER, of.0))?;
    let text = |field: &str| fields.text(field).to_owned();
    let mut machines = Vec::new();
    for id in machines_of(r, of)? {
        machines.push(machine_hit(r, id, words)?);
    }
    if machines.iter().any(|machine| machine.matched) {
        machines.retain(|machine| machine.matched);
    }
    let phone = text(customer::PHONE);
    Ok(v::CustomerHit {
        customer: of,
        name: text(customer::NAME),
        address: text(customer::ADDRESS),
        contact_name: text(customer::CONTACT_NAME),
        phone: if phone.is_empty() { text(customer::MOBILE) } else { phone },
        distance_km: text(customer::DISTANCE_KM),
        machines,
    })
}

fn machine_hit(r: &dyn Reader, machine: MachineId, words: &[String]) -> Result<v::MachineHit> {
    let fields = r.fields(&EntityRef::new(kind::MACHINE, machine.0))?;
    let text = |field: &str| fields.text(field).to_owned();
    let title = load::machine_title(&fields).to_lowercase();
    let unfinished = RowQuery {
        machine: Some(machine),
        current_only: true,
        stages: Some(UNFINISHED.to_vec()),
        ..RowQuery::default()
    };
    Ok(v::MachineHit {
        machine,
        brand: text(machine::BRAND),
        model: text(machine::MODEL),
        serial_no: text(machine::SERIAL_NO),
        power_kw: text(machine::POWER_KW),
        matched: words.iter().any(|word| title.contains(word)),
        open_jobs: r.rows(&unfinished)?.into_iter().map(|row| row.job).collect(),
    })
}

pub fn machines_of(r: &dyn Reader, of: CustomerId) -> Result<Vec<MachineId>> {
    let ids = r.entities_where(kind::MACHINE, machine::CUSTOMER, &of.to_string())?;
    Ok(ids.into_iter().map(MachineId).collect())
}

pub fn open(ctx: &Context, args: a::OpenCustomer) -> Result<v::OfficeCustomer> {
    ctx.read(|r| {
        let fields = known(r, &EntityRef::new(kind::CUSTOMER, args.customer.0))?;
        let reference = ctx.reference(r)?;
        let machines = machines_of(r, args.customer)?;
        let query = RowQuery { customer: Some(args.customer), current_only: true, ..RowQuery::default() };
        Ok(v::OfficeCustomer {
            customer: args.customer,
            fields: load::all_fields(&fields),
            machines: machines.into_iter().map(|id| opened_machine(ctx, r, &reference, id)).collect::<Result<_>>()?,
            jobs: newest_first(load::job_rows(r, &query)?),
        })
    })
}

fn opened_machine(
    ctx: &Context,
    r: &dyn Reader,
    reference: &ReferenceSet,
    machine: MachineId,
) -> Result<v::OfficeMachine> {
    let fields = r.fields(&EntityRef::new(kind::MACHINE, machine.0))?;
    let query = RowQuery { machine: Some(machine), current_only: true, ..RowQuery::default() };
    Ok(v::OfficeMachine {
        machine,
        fields: load::all_fields(&fields),
        warranty: load::warranty(reference, &fields, ctx.now),
        history: newest_first(load::job_rows(r, &query)?),
    })
}

fn newest_first(mut rows: Vec<v::JobRow>) -> Vec<v::JobRow> {
    rows.sort_by_key(|row| std::cmp::Reverse(row.reported_at.or(row.planned_at)));
    rows
}

/// The fields of something that exists.
pub fn known(r: &dyn Reader, entity: &EntityRef) -> Result<Fields> {
    let fields = r.fields(entity)?;
    if fields.0.is_empty() { Err(Code::NotFound.into()) } else { Ok(fields) }
}

/// I5: effective at once; what somebody else wrote meanwhile stays beside it.
pub fn correct(ctx: &Context, args: a::CorrectArchive) -> Result<v::OfficeField> {
    if !matches!(args.entity.kind.as_str(), kind::CUSTOMER | kind::MACHINE) {
        return Err(invalid("entity"));
    }
    ctx.write(move |ctx, tx| register::write(ctx, tx, &args.entity, &args.field, args.value, args.seen, "corrected"))
}
