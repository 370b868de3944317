//! The job's screen as one value: everything its ten steps show, computed from one [`Case`].

use std::collections::BTreeMap;

use gongdan_domain::catalogue::Words;
use gongdan_domain::entity::{customer as customer_field, kind};
use gongdan_domain::id::JobId;
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::visit::step::{Step, StepMark};
use uuid::Uuid;

use super::missing::{Lacking, missing};
use super::{Case, archive, kit, order, people, safety, travel};
use crate::error::Result;
use crate::store::Reader;
use crate::view::FieldView;
use crate::view::job::{CustomerCard, HistoryLine, JobView, MachineCard, PartWords};

/// Former orders of the machine that the screen lists.
const HISTORY: usize = 20;

pub fn view(r: &Reader, job: JobId) -> Result<JobView> {
    let case = Case::load(r, job, None)?;
    let views = |kind: &str, id: Uuid| r.field_views(&EntityRef::new(kind, id));
    let kit = case.kit();
    let estimate = case.estimate();
    let safety = safety::check(case.references.safety.as_deref(), &case.state);
    let steps = case.steps(&kit);
    let current = steps.iter().find(|s| s.mark == StepMark::Current).map_or(Step::FollowUp, |s| s.step);
    let lacking = Lacking {
        kit: kit.missing(),
        unsafe_to_work: safety.before_work.is_err(),
        unsafe_to_power_on: safety.before_power_on.is_err(),
        total_fen: estimate.sheet.total_fen.0,
    };
    let travel_minutes = travel::minutes(case.customer.text(customer_field::DISTANCE_KM));
    let late_at = case.expected_at().zip(travel_minutes);
    let late_at = late_at.and_then(|(at, minutes)| travel::late_at(&case.state, at, minutes, case.now, case.now));
    Ok(JobView {
        seq: r.standing()?.last_seq,
        job,
        visit: case.visit,
        visit_no: case.visit_no,
        fields: views(kind::JOB, job.0)?,
        visit_fields: views(kind::VISIT, case.visit.0)?,
        completeness: archive::completeness(&case.fields),
        archive: archive::offers(&case.fields, &case.customer, &case.machine),
        customer: customer(&case, &views)?,
        machine: machine(&case, &views)?,
        history: history(r, &case)?,
        warranty: case.warranty(),
        stage: case.state.stage(),
        steps,
        current,
        missing: missing(current, &case.state, &lacking),
        kit: kit.view(&case),
        safety: safety::view(case.references.safety.as_deref(), safety),
        readings: case.readings(),
        estimate,
        handover_to: people::asked_for(r, &case)?,
        crew: people::crew(r, &case)?,
        parts: parts(&case),
        proposed_measures: proposed_measures(&case),
        obligations: case.obligations(),
        findings: r.findings(job)?,
        delivery: order::delivery(r, &case)?,
        travel_minutes,
        late_at: late_at.map(|at| at.to_rfc3339()),
        state: case.state,
    })
}

type Views<'a> = dyn Fn(&str, Uuid) -> Result<BTreeMap<String, FieldView>> + 'a;

fn customer(case: &Case, views: &Views<'_>) -> Result<Option<CustomerCard>> {
    let card = |id: gongdan_domain::id::CustomerId| Ok(CustomerCard { id, fields: views(kind::CUSTOMER, id.0)? });
    case.customer_id.map(card).transpose()
}

fn machine(case: &Case, views: &Views<'_>) -> Result<Option<MachineCard>> {
    let card = |id: gongdan_domain::id::MachineId| Ok(MachineCard { id, fields: views(kind::MACHINE, id.0)? });
    case.machine_id.map(card).transpose()
}

fn history(r: &Reader, case: &Case) -> Result<Vec<HistoryLine>> {
    match case.machine_id {
        Some(machine) => order::history(r, r.machine_history(machine)?, Some(case.job), HISTORY),
        None => Ok(Vec::new()),
    }
}

/// Words of the parts picked, used and belonging to the faults in question.
fn parts(case: &Case) -> Vec<PartWords> {
    let picked = case.state.analysis.iter().flat_map(|a| &a.parts).map(|p| p.code.as_str());
    let used = case.state.parts_used.iter().flatten().map(|p| p.code.as_str());
    let knowledge = case.references.knowledge.as_deref();
    let faults = case.faults().into_iter().filter_map(|code| knowledge?.fault(code));
    let usual = faults.flat_map(|fault| fault.parts.iter().map(String::as_str));
    kit::part_words(&case.references.catalogue(), picked.chain(used).chain(usual))
}

/// The knowledge base's remedies for the causes chosen, each once.
fn proposed_measures(case: &Case) -> Vec<Words> {
    let knowledge = case.references.knowledge.as_deref();
    let faults = case.faults().into_iter().filter_map(|code| knowledge?.fault(code));
    let mut measures: Vec<Words> = Vec::new();
    for remedy in faults.flat_map(|fault| &fault.remedies) {
        if !measures.contains(&remedy.words) {
            measures.push(remedy.words.clone());
        }
    }
    measures
}
