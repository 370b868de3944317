//! A1, A2: how complete a job is, and what the archive knows that the job lacks.

use gongdan_domain::entity::{Fields, customer, job, machine};

use crate::view::job::{ArchiveOffer, Completeness};

/// A1: the meter over the fields that a job needs.
pub fn completeness(fields: &Fields) -> Completeness {
    // Where there is no plate there is no number to ask for.
    let unreadable =
        |name: &str| name == job::SERIAL_NO && fields.value(job::NAMEPLATE_MISSING).as_bool() == Some(true);
    let lacking = job::REQUIRED.iter().filter(|name| fields.text(name).is_empty() && !unreadable(name));
    let missing: Vec<String> = lacking.map(|name| (*name).to_owned()).collect();
    let total = job::REQUIRED.len() as u32;
    Completeness { have: total - missing.len() as u32, total, missing }
}

/// A2: what one tap would copy. Never what the job has already.
pub fn offers(fields: &Fields, of_customer: &Fields, of_machine: &Fields) -> Vec<ArchiveOffer> {
    let known = [
        (job::CUSTOMER_NAME, of_customer.text(customer::NAME)),
        (job::ADDRESS, of_customer.text(customer::ADDRESS)),
        (job::CONTACT_NAME, of_customer.text(customer::CONTACT_NAME)),
        (job::PHONE, first(of_customer.text(customer::PHONE), of_customer.text(customer::MOBILE))),
        (job::BRAND, of_machine.text(machine::BRAND)),
        (job::MODEL, of_machine.text(machine::MODEL)),
        (job::SERIAL_NO, of_machine.text(machine::SERIAL_NO)),
        (job::PURCHASE_DATE, of_machine.text(machine::PURCHASE_DATE)),
        (job::MANUFACTURE_DATE, of_machine.text(machine::MANUFACTURE_DATE)),
    ];
    let lacking = known.into_iter().filter(|(field, value)| fields.text(field).is_empty() && !value.is_empty());
    lacking.map(|(field, value)| ArchiveOffer { field: field.to_owned(), value: value.to_owned() }).collect()
}

fn first<'a>(one: &'a str, other: &'a str) -> &'a str {
    if one.is_empty() { other } else { one }
}
