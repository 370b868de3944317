//! Finding things offline: search, a customer with machines and history, the fee schedule, a fault of the knowledge base.

use gongdan_domain::entity::{kind, machine as machine_field};
use gongdan_domain::fees::FeeSchedule;
use gongdan_domain::id::MachineId;
use gongdan_domain::knowledge::FaultKnowledge;
use gongdan_domain::problem::Code;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::visit::VisitState;

use crate::assemble::machine::judge_warranty;
use crate::assemble::references::{Pinned, References};
use crate::assemble::{kit, order};
use crate::commands::args;
use crate::device::Device;
use crate::error::Result;
use crate::view::find::{CustomerView, FeeScheduleView, KnowledgeView, MachineInArchive, SearchView};
use crate::view::job::{CustomerCard, MachineCard};

/// Records that one search may bring into the index before it answers; a first sync indexes its own pages.
const INDEXED_AT_ONCE: u32 = 500;
/// Former orders listed for a customer.
const HISTORY: usize = 50;

pub fn search(device: &Device, args: args::Search) -> Result<SearchView> {
    if device.read(|r| r.search_is_behind())? {
        device.write(|tx| tx.refresh_search(INDEXED_AT_ONCE))?;
    }
    let language = device.preferences().language;
    device.read(|r| r.search(&args.text, args.kind, language))
}

pub fn customer(device: &Device, args: args::OfCustomer) -> Result<CustomerView> {
    device.read(|r| {
        let entity = EntityRef::new(kind::CUSTOMER, args.customer.0);
        if !r.exists(&entity)? {
            return Err(Code::NotFound.into());
        }
        let references = References::load(r, r.today(), &Pinned::default())?;
        let plans = references.warranty.as_deref();
        let mut machines = Vec::new();
        for (id, fields) in r.entities_where(kind::MACHINE, machine_field::CUSTOMER, &args.customer.to_string())? {
            let card = MachineCard { id: MachineId(id), fields: r.field_views(&EntityRef::new(kind::MACHINE, id))? };
            let warranty = judge_warranty(plans, &Default::default(), &fields, &VisitState::default(), r.today());
            machines.push(MachineInArchive { card, warranty });
        }
        let card = CustomerCard { id: args.customer, fields: r.field_views(&entity)? };
        let history = order::history(r, r.customer_history(args.customer)?, None, HISTORY)?;
        Ok(CustomerView { customer: card, machines, history })
    })
}

/// F1: the schedule in force today with the prices of all parts.
pub fn fee_schedule(device: &Device, _: args::Nothing) -> Result<FeeScheduleView> {
    device.read(|r| {
        let schedule = r.reference::<FeeSchedule>(ReferenceKind::FeeSchedule, r.today())?.ok_or(Code::NotFound)?;
        let references = References::load(r, r.today(), &Pinned::default())?;
        let parts = references.catalogue().parts.iter().map(kit::words_of).collect();
        Ok(FeeScheduleView { schedule: schedule.as_ref().clone(), parts })
    })
}

pub fn fault(device: &Device, args: args::OfFault) -> Result<KnowledgeView> {
    device.read(|r| {
        let references = References::load(r, r.today(), &Pinned::default())?;
        let knowledge =
            r.reference::<FaultKnowledge>(ReferenceKind::FaultKnowledge, r.today())?.ok_or(Code::NotFound)?;
        let fault = knowledge.fault(&args.fault).ok_or(Code::NotFound)?.clone();
        let parts = kit::part_words(&references.catalogue(), fault.parts.iter().map(String::as_str));
        Ok(KnowledgeView { fault, parts, notice: knowledge.notice.clone() })
    })
}
