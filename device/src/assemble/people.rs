//! The people on a visit, as the job's screen and the order name them.

use gongdan_domain::catalogue::Words;
use gongdan_domain::entity::{Fields, person};
use gongdan_domain::fees::FeeSchedule;
use gongdan_domain::id::PersonId;
use gongdan_domain::work_order::OrderTechnician;

use super::Case;
use crate::error::Result;
use crate::store::Reader;
use crate::view::job::CrewMember;

/// The grade's words as the fee schedule names it.
pub fn grade_words(fields: &Fields, schedule: Option<&FeeSchedule>) -> Words {
    let code = fields.text(person::GRADE);
    schedule.and_then(|s| s.grade(code)).map_or_else(|| Words::new(code, code), |grade| grade.words.clone())
}

/// The leader first, then by name.
pub fn crew(r: &Reader, case: &Case) -> Result<Vec<CrewMember>> {
    let leader = leader(case);
    let mut crew = Vec::new();
    for (id, fields) in &case.people {
        crew.push(CrewMember {
            person: *id,
            name: r.person_name(*id)?,
            number: fields.text(person::NUMBER).to_owned(),
            grade: grade_words(fields, case.references.fees.as_deref()),
            leader: Some(*id) == leader,
        });
    }
    crew.sort_by(|a, b| b.leader.cmp(&a.leader).then_with(|| a.name.cmp(&b.name)));
    Ok(crew)
}

/// To whom the office asks to hand this visit over, the leader first.
pub fn asked_for(r: &Reader, case: &Case) -> Result<Vec<String>> {
    let Some(asked) = &case.state.handover else { return Ok(Vec::new()) };
    let others = asked.technicians.iter().filter(|person| **person != asked.leader);
    std::iter::once(&asked.leader).chain(others).map(|person| r.person_name(*person)).collect()
}

/// J9: the named leader; a single technician leads himself.
fn leader(case: &Case) -> Option<PersonId> {
    case.state.leader.or_else(|| case.people.keys().next().copied().filter(|_| case.people.len() == 1))
}

pub fn technicians(r: &Reader, case: &Case) -> Result<Vec<OrderTechnician>> {
    let own = r.own_ink()?;
    let technician = |m: CrewMember| OrderTechnician {
        ink: own.clone().filter(|_| m.person == case.me),
        person: m.person,
        name: m.name,
        number: m.number,
        grade: m.grade,
        leader: m.leader,
    };
    Ok(crew(r, case)?.into_iter().map(technician).collect())
}
