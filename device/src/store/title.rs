//! What a thing is called in a list: the name of its customer, the model of its machine.

use gongdan_domain::entity::{customer, job, kind, machine, person};
use gongdan_domain::id::{PersonId, VisitId};
use gongdan_domain::sync::change::EntityRef;
use uuid::Uuid;

use crate::error::Result;
use crate::store::Reader;

impl Reader<'_> {
    /// Empty where nothing is known here.
    pub fn title(&self, entity: &EntityRef) -> Result<String> {
        let fields = self.fields(entity)?;
        match entity.kind.as_str() {
            kind::CUSTOMER => Ok(fields.text(customer::NAME).to_owned()),
            kind::MACHINE => {
                Ok(format!("{} {}", fields.text(machine::BRAND), fields.text(machine::MODEL)).trim().to_owned())
            }
            kind::PERSON => Ok(fields.text(person::NAME).to_owned()),
            kind::JOB => match Uuid::parse_str(fields.text(job::CUSTOMER)) {
                Ok(id) if fields.text(job::CUSTOMER_NAME).is_empty() => self.title(&EntityRef::new(kind::CUSTOMER, id)),
                _ => Ok(fields.text(job::CUSTOMER_NAME).to_owned()),
            },
            kind::VISIT => match self.job_of(VisitId(entity.id))? {
                Some(job) => self.title(&EntityRef::new(kind::JOB, job.0)),
                None => Ok(String::new()),
            },
            _ => Ok(String::new()),
        }
    }

    pub fn person_name(&self, person: PersonId) -> Result<String> {
        let name = self.title(&EntityRef::new(kind::PERSON, person.0))?;
        let own = &self.identity().certificate;
        Ok(if name.is_empty() && own.person == person { own.person_name.clone() } else { name })
    }
}
