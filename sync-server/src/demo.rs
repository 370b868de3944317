//! The demo company: loaded into an empty data folder from the starter data, with times that count from now.
//! It goes the same road as the console's own actions; nothing in it is special to the server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Duration, NaiveDate};
use gongdan_domain::entity::{customer, job, kind, machine, person};
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{JobId, PersonId, TeamId};
use gongdan_domain::permission::{Permission, Role, may};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_domain::time::Instant;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::core::{Core, Env, Shared};
use crate::error::Result;
use crate::office::act::{self, Act};
use crate::storage::{Tx, User};
use crate::sync::enrol;
use crate::{auth, secret, starter};

#[derive(Deserialize)]
struct Demo {
    teams: Vec<DemoTeam>,
    people: Vec<DemoPerson>,
    loaners: Vec<DemoLoaner>,
    customers: Vec<DemoCustomer>,
    machines: Vec<DemoMachine>,
    jobs: Vec<DemoJob>,
}

#[derive(Deserialize)]
struct DemoTeam {
    key: String,
    name: String,
}

#[derive(Deserialize)]
struct DemoPerson {
    login: String,
    role: Role,
    team: Option<String>,
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct DemoLoaner {
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct DemoCustomer {
    key: String,
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct DemoMachine {
    key: String,
    customer: String,
    manufactured_days_ago: Option<i64>,
    purchased_days_ago: Option<i64>,
    commissioned_days_ago: Option<i64>,
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct DemoJob {
    customer: String,
    machine: String,
    reported_minutes: i64,
    requested_minutes: Option<i64>,
    assigned_to: Option<String>,
    crew: Vec<String>,
    fields: Map<String, Value>,
}

/// Who was loaded, for the printed sign-in.
struct SignIn {
    login: String,
    password: String,
    role: Role,
    name: String,
    code: Option<String>,
}

/// Loads the demo company and answers how to sign in. Refuses where anything is there already.
pub fn load(core: &Shared) -> Result<String> {
    let demo: Demo = serde_json::from_slice(&starter::file(starter::DEMO)?)?;
    if !core.store.read(|r| r.users())?.is_empty() {
        return Err(Problem::with(
            Code::Conflict,
            json!({ "why": "the data folder already holds a company; demo needs an empty one" }),
        )
        .into());
    }
    // Hashing is slow on purpose: before the write, not in it.
    let mut secrets = BTreeMap::new();
    for person in &demo.people {
        let password = secret::readable_password();
        secrets.insert(person.login.clone(), (auth::password_hash(&password)?, password));
    }
    let people = core.write_now(move |core, tx| {
        starter::publish(tx, &ReferenceKind::ALL, None, core.now())?;
        Loading::new(core, tx)?.all(&demo, &secrets)
    })?;
    Ok(printed(&people))
}

struct Loading<'t> {
    tx: &'t mut dyn Tx,
    env: Env,
    admin: PersonId,
    teams: BTreeMap<String, TeamId>,
    people: BTreeMap<String, PersonId>,
    customers: BTreeMap<String, Uuid>,
    machines: BTreeMap<String, (Uuid, Map<String, Value>)>,
}

impl<'t> Loading<'t> {
    fn new(core: &Core, tx: &'t mut dyn Tx) -> Result<Self> {
        let env = core.env(tx)?;
        let (teams, people, customers, machines) = Default::default();
        Ok(Self { tx, env, admin: PersonId(Uuid::now_v7()), teams, people, customers, machines })
    }

    fn all(mut self, demo: &Demo, secrets: &BTreeMap<String, (String, String)>) -> Result<Vec<SignIn>> {
        self.teams(demo)?;
        self.people(demo, secrets)?;
        for loaner in &demo.loaners {
            self.things(&EntityRef::new(kind::LOANER, Uuid::now_v7()), &loaner.fields, &[Scope::Company])?;
        }
        self.archive(demo)?;
        for job in &demo.jobs {
            self.job(demo, job)?;
        }
        let mut printed = Vec::new();
        for person in &demo.people {
            let who = self.people[&person.login];
            let code = match may(person.role, Permission::SyncDevice) {
                true => Some(enrol::create_code(self.tx, who, self.env.now)?.0),
                false => None,
            };
            printed.push(SignIn {
                login: person.login.clone(),
                password: secrets[&person.login].1.clone(),
                role: person.role,
                name: person.fields[person::NAME].as_str().unwrap_or_default().to_owned(),
                code,
            });
        }
        Ok(printed)
    }

    fn things(&mut self, entity: &EntityRef, fields: &Map<String, Value>, scopes: &[Scope]) -> Result<()> {
        let mut action = Act::by(self.admin, self.env.now);
        for (field, value) in fields {
            action.write(entity, field, value.clone(), Vec::new(), scopes);
        }
        act::state(self.tx, &self.env, self.admin, action.ops)
    }

    fn teams(&mut self, demo: &Demo) -> Result<()> {
        for team in &demo.teams {
            let id = TeamId(Uuid::now_v7());
            let fields = Map::from_iter([("name".to_owned(), json!(team.name))]);
            self.things(&EntityRef::new(kind::TEAM, id.0), &fields, &[Scope::Company])?;
            self.teams.insert(team.key.clone(), id);
        }
        Ok(())
    }

    fn people(&mut self, demo: &Demo, secrets: &BTreeMap<String, (String, String)>) -> Result<()> {
        for demo_person in &demo.people {
            let admin = demo_person.role == Role::Admin;
            let id = if admin { self.admin } else { PersonId(Uuid::now_v7()) };
            let mut fields = demo_person.fields.clone();
            fields.insert(person::ROLE.to_owned(), json!(demo_person.role));
            if let Some(team) = demo_person.team.as_ref().and_then(|t| self.teams.get(t)) {
                fields.insert(person::TEAM.to_owned(), json!(team));
            }
            self.things(&EntityRef::new(kind::PERSON, id.0), &fields, &[Scope::Company])?;
            let (hash, _) = &secrets[&demo_person.login];
            let user = User {
                login: demo_person.login.clone(),
                person: id,
                role: demo_person.role,
                password_hash: hash.clone(),
                disabled_at: None,
            };
            self.tx.put_user(&user, self.env.now)?;
            self.people.insert(demo_person.login.clone(), id);
        }
        Ok(())
    }

    fn archive(&mut self, demo: &Demo) -> Result<()> {
        let team = self.teams.values().next().copied().ok_or(Code::NotFound)?;
        let scopes = [Scope::Team(team)];
        for demo_customer in &demo.customers {
            let id = Uuid::now_v7();
            let mut fields = demo_customer.fields.clone();
            fields.insert(customer::TEAM.to_owned(), json!(team));
            self.things(&EntityRef::new(kind::CUSTOMER, id), &fields, &scopes)?;
            self.customers.insert(demo_customer.key.clone(), id);
        }
        for demo_machine in &demo.machines {
            let id = Uuid::now_v7();
            let mut fields = demo_machine.fields.clone();
            fields.insert(machine::CUSTOMER.to_owned(), json!(self.customers[&demo_machine.customer]));
            let dates = [
                (machine::MANUFACTURE_DATE, demo_machine.manufactured_days_ago),
                (machine::PURCHASE_DATE, demo_machine.purchased_days_ago),
                (machine::COMMISSION_DATE, demo_machine.commissioned_days_ago),
            ];
            for (field, days) in dates {
                if let Some(days) = days {
                    fields.insert(field.to_owned(), json!(self.days_ago(days)));
                }
            }
            self.things(&EntityRef::new(kind::MACHINE, id), &fields, &scopes)?;
            self.machines.insert(demo_machine.key.clone(), (id, fields));
        }
        Ok(())
    }

    fn days_ago(&self, days: i64) -> NaiveDate {
        self.env.reference.day(self.env.now) - Duration::days(days)
    }

    fn job(&mut self, demo: &Demo, demo_job: &DemoJob) -> Result<()> {
        let id = JobId(Uuid::now_v7());
        let requested = demo_job.requested_minutes.map(|m| self.env.now + Duration::minutes(m));
        let fields = self.job_fields(demo, demo_job, requested);
        let mut action = Act::by(self.people.get("lu").copied().unwrap_or(self.admin), self.env.now);
        let entity = EntityRef::new(kind::JOB, id.0);
        for (field, value) in fields {
            action.write(&entity, &field, value, Vec::new(), &[Scope::Job(id)]);
        }
        if let Some(leader) = demo_job.assigned_to.as_ref().and_then(|l| self.people.get(l)).copied() {
            let crew = demo_job.crew.iter().filter_map(|login| self.people.get(login).copied());
            let technicians = std::iter::once(leader).chain(crew).collect();
            let body = FactBody::JobAssigned { visit: id.visit(1), technicians, leader, planned_at: requested };
            action.fact(Some(About { job: id, visit: Some(id.visit(1)) }), &body);
        }
        act::state(self.tx, &self.env, action.by, action.ops)
    }

    fn job_fields(&self, demo: &Demo, demo_job: &DemoJob, requested: Option<Instant>) -> Map<String, Value> {
        let (machine_id, machine_fields) = &self.machines[&demo_job.machine];
        let customer_fields = demo.customers.iter().find(|c| c.key == demo_job.customer).map(|c| &c.fields);
        let mut fields = demo_job.fields.clone();
        fields.insert(job::CUSTOMER.to_owned(), json!(self.customers[&demo_job.customer]));
        fields.insert(job::MACHINE.to_owned(), json!(machine_id));
        fields.insert(job::REPORTED_AT.to_owned(), json!(self.env.now + Duration::minutes(demo_job.reported_minutes)));
        if let Some(at) = requested {
            fields.insert(job::REQUESTED_AT.to_owned(), json!(at));
        }
        let copied = [
            (job::CUSTOMER_NAME, customer_fields, customer::NAME),
            (job::ADDRESS, customer_fields, customer::ADDRESS),
            (job::CONTACT_NAME, customer_fields, customer::CONTACT_NAME),
            (job::PHONE, customer_fields, customer::MOBILE),
            (job::BRAND, Some(machine_fields), machine::BRAND),
            (job::MODEL, Some(machine_fields), machine::MODEL),
        ];
        for (field, from, name) in copied {
            if let Some(value) = from.and_then(|f| f.get(name)) {
                fields.insert(field.to_owned(), value.clone());
            }
        }
        fields
    }
}

fn printed(people: &[SignIn]) -> String {
    let mut text = String::from("The demo company is loaded. Sign in to the console:\n");
    for p in people {
        let role = serde_json::to_value(p.role).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        // Writing to a string does not fail.
        _ = write!(text, "\n  {:<8} {}  {:<22} {}", p.login, p.password, role, p.name);
        if let Some(code) = &p.code {
            _ = write!(text, "  enrolment code {code}");
        }
    }
    text.push_str("\n\nStart the server with the same --data: gongdan-server serve");
    text
}

/// `create-user`: a person with a login, or a new password for an existing login.
pub fn person_with_login(core: &Shared, login: &str, name: &str, role: Role, password_hash: String) -> Result<()> {
    let (login, name) = (login.trim().to_lowercase(), name.trim().to_owned());
    core.write_now(move |core, tx| {
        let env = core.env(tx)?;
        let known = tx.user(&login)?.map(|u| u.person);
        let person_id = known.unwrap_or(PersonId(Uuid::now_v7()));
        if known.is_none() {
            let mut action = Act::by(person_id, env.now);
            let entity = EntityRef::new(kind::PERSON, person_id.0);
            for (field, value) in [(person::NAME, json!(name)), (person::ROLE, json!(role))] {
                action.write(&entity, field, value, Vec::new(), &[Scope::Company]);
            }
            act::state(tx, &env, person_id, action.ops)?;
        }
        tx.put_user(&User { login, person: person_id, role, password_hash, disabled_at: None }, env.now)?;
        auth::note(tx, env.now, Some(person_id), "user_kept", "")
    })
}
