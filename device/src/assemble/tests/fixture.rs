//! A device that has received the demo company from its office.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use gongdan_domain::entity::{Fields, kind};
use gongdan_domain::fact::{About, FactBody, PhotoKind, Rating, SigningChoice};
use gongdan_domain::id::{FactId, JobId, PersonId, VisitId, WriteId};
use gongdan_domain::problem::Problem;
use gongdan_domain::reference::Reference;
use gongdan_domain::seal::{Receipt, SealPayload, SealedDocument};
use gongdan_domain::sync::change::{EntityRef, Fact, FileRef, Scope};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::sync::wire::{Page, Record, RecordBody};
use gongdan_domain::time::{Instant, Stamp};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::commands;
use crate::testing::{Bench, at};
use crate::view::job::JobView;

macro_rules! starter {
    ($($kind:literal),* $(,)?) => {
        const STARTER: &[(&str, &str)] = &[$(($kind, include_str!(concat!("../../../../sync-server/starter/", $kind, ".json")))),*];
    };
}

starter!(
    "fee_schedule",
    "warranty_plans",
    "kit_template",
    "fault_knowledge",
    "parts",
    "safety_template",
    "form_fields",
    "deadline_rules",
    "job_categories",
    "company_profile",
    "calendar",
    "maintenance",
);

const OFFICE: PersonId = PersonId(Uuid::from_u128(0x0ff1ce));

pub fn reference(kind: &str) -> Reference {
    let (_, text) = STARTER.iter().find(|(name, _)| *name == kind).expect("a starter file");
    serde_json::from_str(text).expect("a reference")
}

pub fn demo() -> Value {
    serde_json::from_str(include_str!("../../../../sync-server/starter/demo.json")).expect("the demo")
}

/// A local time in China.
pub fn local(text: &str) -> Instant {
    format!("{text}:00+08:00").parse().expect("a time")
}

pub fn fields(value: Value) -> Fields {
    Fields(registers(&value))
}

fn registers(value: &Value) -> BTreeMap<String, Register> {
    let head = |value: &Value| Head {
        write: WriteId(Uuid::now_v7()),
        value: value.clone(),
        at: at("2026-11-01T00:00:00Z"),
        by: OFFICE,
    };
    let register = |value: &Value| Register { heads: vec![head(value)], superseded: Default::default() };
    value.as_object().expect("fields").iter().map(|(name, value)| (name.clone(), register(value))).collect()
}

/// The device and the ids of what the office sent.
pub struct Office {
    pub bench: Bench,
    position: AtomicU64,
}

impl Office {
    /// Published data, this technician, and the demo's customers with their machines.
    pub fn new() -> Self {
        let office = Self { bench: Bench::new(), position: AtomicU64::new(10) };
        let mut records: Vec<RecordBody> = Vec::new();
        for (kind, text) in STARTER {
            let body: Value = serde_json::from_str(text).expect("json");
            let version = reference(kind).version().to_owned();
            records.push(RecordBody::Reference {
                kind: (*kind).to_owned(),
                id: "starter".to_owned(),
                version,
                body: body["body"].clone(),
            });
        }
        let demo = demo();
        let me = office.bench.device.me().expect("enrolled");
        records.push(entity(kind::PERSON, me.0, &demo["people"][0]["fields"]));
        for customer in demo["customers"].as_array().expect("customers") {
            records.push(entity(kind::CUSTOMER, id(&customer["key"]), &customer["fields"]));
        }
        for machine in demo["machines"].as_array().expect("machines") {
            let mut fields = machine["fields"].clone();
            fields["customer"] = json!(id(&machine["customer"]));
            fields["manufacture_date"] = json!("2022-08-03");
            fields["purchase_date"] = json!("2022-08-26");
            fields["commission_date"] = json!("2022-09-13");
            records.push(entity(kind::MACHINE, id(&machine["key"]), &fields));
        }
        office.send(Scope::Company, records);
        office
    }

    pub fn send(&self, scope: Scope, records: Vec<RecordBody>) {
        let mut reply = self.bench.reply();
        let job_scopes = self.bench.device.read(|r| r.jobs()).expect("read").into_iter().map(Scope::Job);
        reply.scopes = Some([Scope::Company, scope.clone()].into_iter().chain(job_scopes).collect());
        let records = records.into_iter().map(|body| {
            let position = self.position.fetch_add(1, Ordering::SeqCst);
            Record { position, scopes: vec![scope.clone()], body }
        });
        let cursor = format!("c{}", self.position.load(Ordering::SeqCst));
        reply.pages = vec![Page { scope: scope.clone(), records: records.collect(), cursor }];
        self.bench.take(&reply);
    }

    /// A job of the demo, assigned to this technician; `more` overrides its fields.
    pub fn assign(&self, key: &str, planned_at: Option<Instant>, more: Value) -> JobId {
        self.assign_at(key, planned_at, more, at("2026-11-23T00:20:00Z"))
    }

    fn assign_at(&self, key: &str, planned_at: Option<Instant>, more: Value, time: Instant) -> JobId {
        let demo = demo();
        let entry = demo["jobs"].as_array().expect("jobs").iter().find(|j| j["key"] == key).expect("a demo job");
        let job = JobId(Uuid::now_v7());
        let mut fields = entry["fields"].clone();
        fields["customer"] = json!(id(&entry["customer"]));
        fields["machine"] = json!(id(&entry["machine"]));
        fields["reported_at"] = json!("2026-11-23T00:12:00Z");
        for (name, value) in more.as_object().expect("fields") {
            fields[name.as_str()] = value.clone();
        }
        let me = self.bench.device.me().expect("enrolled");
        let visit = job.visit(1);
        let assigned = self.fact_at(
            job,
            None,
            FactBody::JobAssigned { visit, technicians: vec![me], leader: me, planned_at },
            time,
        );
        self.send(Scope::Job(job), vec![entity(kind::JOB, job.0, &fields), assigned]);
        job
    }

    /// A finished visit of this technician as it comes from the office: left, sealed and confirmed at that time.
    pub fn archived(&self, key: &str, left_at: &str, more: Option<FactBody>) -> JobId {
        let time = at(left_at);
        let job = self.assign_at(key, None, json!({}), time);
        let (device, visit) = (&self.bench.device, job.visit(1));
        let (signing_key, device_id) = device
            .read(|r| Ok((r.identity().signing_key.clone(), r.identity().certificate.device_id)))
            .expect("identity");
        let content = json!({ "order_no": "GD-A7-2610-0009", "fault": { "causes": [], "measures": [] } });
        let payload = SealPayload {
            kind: "work_order".to_owned(),
            device_id,
            seal_no: 1,
            previous: String::new(),
            sealed_at: time,
            clock: None,
            content,
        };
        let document = SealedDocument::seal(visit.order().0, 1, &payload, &signing_key).expect("sealed");
        let receipt = Receipt::sign(&document, time, &self.bench.server_key).expect("received");
        let sealed = FactBody::OrderSealed {
            order: visit.order(),
            revision: 1,
            order_no: "GD-A7-2610-0009".to_owned(),
            hash: document.hash.clone(),
            choice: SigningChoice::Signed,
            quality: Rating::Satisfied,
            attitude: Rating::Satisfied,
            total_fen: 0,
            supersedes: None,
            position: None,
        };
        let story = more.into_iter().chain([sealed, FactBody::CheckedOut { position: None }]);
        let mut records: Vec<RecordBody> = story.map(|body| self.fact_at(job, Some(visit), body, time)).collect();
        records.push(RecordBody::Sealed { document, files: Vec::new(), job: job.0, visit: visit.0, receipt });
        self.send(Scope::Job(job), records);
        job
    }

    fn fact(&self, job: JobId, body: FactBody) -> RecordBody {
        self.fact_at(job, None, body, at("2026-11-23T00:20:00Z"))
    }

    fn fact_at(&self, job: JobId, visit: Option<VisitId>, body: FactBody, time: Instant) -> RecordBody {
        let (kind, body) = body.parts();
        // What happened on the visit its technician says, what was decided the office.
        let by = if visit.is_some() { self.bench.device.me().expect("enrolled") } else { OFFICE };
        let fact = Fact {
            id: FactId(Uuid::now_v7()),
            kind,
            job: Some(job),
            visit,
            scopes: vec![Scope::Job(job)],
            at: Stamp::trusted(time),
            by,
            body,
            files: Vec::new(),
            extra: Default::default(),
        };
        RecordBody::Fact { fact, received_at: time }
    }

    pub fn office_says(&self, job: JobId, body: FactBody) {
        let record = self.fact(job, body);
        self.send(Scope::Job(job), vec![record]);
    }

    /// One command, as the interface calls it.
    pub fn call<T: DeserializeOwned>(&self, name: &str, args: Value) -> Result<T, Box<Problem>> {
        let reply = commands::call(&self.bench.device, name, args).map_err(Box::new)?;
        Ok(serde_json::from_value(reply).expect("the reply's shape"))
    }

    pub fn open(&self, job: JobId) -> JobView {
        self.call("open_job", json!({ "job": job })).expect("opened")
    }

    /// At a local time, one fact of the visit.
    pub fn at(&self, time: &str, job: JobId, fact: FactBody) -> JobView {
        self.clock(time);
        let about = About { job, visit: Some(job.visit(1)) };
        let (kind, body) = fact.parts();
        let args = json!({ "about": about, "fact": { "kind": kind, "body": body } });
        self.call("record", args).unwrap_or_else(|problem| panic!("{kind}: {problem:?}"))
    }

    pub fn clock(&self, time: &str) {
        self.bench.set_clock(&local(&format!("2026-11-23T{time}")).to_rfc3339());
    }

    pub fn photo(&self, job: JobId, photo: PhotoKind) {
        let hash = format!("{:064x}", Uuid::now_v7().as_u128());
        let file = FileRef { hash, size: 9, mime: "image/jpeg".to_owned() };
        let about = About { job, visit: Some(job.visit(1)) };
        let fact = FactBody::PhotoTaken { photo, caption: String::new(), width: 1600, height: 1200, taken_at: None };
        self.bench
            .device
            .write(|tx| {
                tx.add_file(&file, Some(job))?;
                tx.fact(about, fact, vec![file.clone()])
            })
            .expect("kept");
    }

    pub fn write(&self, kind: &str, id: Uuid, field: &str, value: Value) {
        let entity = EntityRef::new(kind, id);
        let seen = self.bench.device.read(|r| r.fields(&entity)).expect("read").register(field).map(Register::seen);
        let args = json!({ "entity": entity, "field": field, "value": value, "seen": seen.unwrap_or_default() });
        let _: Value = self.call("write_field", args).expect("written");
    }
}

pub fn entity(kind: &str, id: Uuid, fields: &Value) -> RecordBody {
    RecordBody::Entity { entity: EntityRef::new(kind, id), fields: registers(fields) }
}

/// The demo's keys as ids.
pub fn id(key: &Value) -> Uuid {
    gongdan_domain::id::derived(Uuid::nil(), key.as_str().expect("a key"))
}
