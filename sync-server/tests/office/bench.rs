//! A server with a small company, its people signed in at the console, and devices that push as technicians' devices do.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use gongdan_domain::entity::{kind, person};
use gongdan_domain::fact::{About, FactBody, Rating, SigningChoice};
use gongdan_domain::id::{ChangeId, FactId, JobId, PersonId, TeamId, VisitId, WriteId, derived};
use gongdan_domain::paper::Paper;
use gongdan_domain::permission::Role;
use gongdan_domain::problem::Problem;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::seal::{ChainHead, SealPayload, SealedDocument, public_key_text};
use gongdan_domain::sync::change::{Change, EntityRef, Extra, Fact, FileRef, Op, Scope, SealOp, SignedChange, Write};
use gongdan_domain::sync::wire::{EnrolReply, ExchangeReply, ExchangeRequest, Outcome, RecordBody, Verdict};
use gongdan_domain::time::{Instant, Stamp};
use gongdan_domain::work_order::attestation::{ATTESTATION, Attestation};
use gongdan_domain::work_order::{OrderDocument, Signing};
use gongdan_server::core::{Core, Shared};
use gongdan_server::office::act::{self, Act};
use gongdan_server::storage::{Session, User};
use gongdan_server::{router, secret, starter};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::sample;

const PEOPLE: [(&str, &str, Role); 6] = [
    ("lu", "陆青", Role::Dispatcher),
    ("jiang", "蒋岚", Role::ServiceManager),
    ("sales", "白露", Role::Sales),
    ("admin", "管理员", Role::Admin),
    ("zhang", "张晓峰", Role::Technician),
    ("shen", "沈一川", Role::Technician),
];

pub struct Bench {
    pub core: Shared,
    router: Router,
    clock: Arc<Mutex<Instant>>,
    people: Vec<(String, PersonId)>,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self::with(&ReferenceKind::ALL)
    }

    /// The morning of a Monday in the company's zone, where these kinds are published.
    pub fn with(kinds: &'static [ReferenceKind]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Mutex::new("2026-11-23T01:00:00Z".parse::<Instant>().expect("a time")));
        let hands = Arc::clone(&clock);
        let core = Core::open(folder.path(), Arc::new(move || *hands.lock().expect("a clock"))).expect("opens");
        let people = core.write_now(|core, tx| {
            starter::publish(tx, kinds, None, core.now())?;
            let team = TeamId(Uuid::now_v7());
            let mut people = Vec::new();
            for (login, name, role) in PEOPLE {
                let id = PersonId(Uuid::now_v7());
                let mut action = Act::by(id, core.now());
                let entity = EntityRef::new(kind::PERSON, id.0);
                let team = json!(team);
                for (field, value) in [(person::NAME, json!(name)), (person::ROLE, json!(role)), (person::TEAM, team)] {
                    action.write(&entity, field, value, Vec::new(), &[Scope::Company]);
                }
                let env = core.env(tx)?;
                act::state(tx, &env, id, action.ops)?;
                let user =
                    User { login: login.to_owned(), person: id, role, password_hash: String::new(), disabled_at: None };
                tx.put_user(&user, core.now())?;
                let session = Session {
                    token_hash: secret::hash(login),
                    login: login.to_owned(),
                    csrf: format!("csrf-{login}"),
                    expires_at: core.now() + TimeDelta::days(30),
                };
                tx.put_session(&session, core.now())?;
                people.push((login.to_owned(), id));
            }
            Ok(people)
        });
        let router = router::router(Shared::clone(&core));
        Self { core, router, clock, people: people.expect("a company"), _folder: folder }
    }

    pub fn person(&self, login: &str) -> PersonId {
        self.people.iter().find(|(known, _)| known == login).map(|(_, id)| *id).expect("somebody of the company")
    }

    pub fn now(&self) -> Instant {
        self.core.now()
    }

    pub fn later(&self, by: TimeDelta) {
        *self.clock.lock().expect("a clock") += by;
    }

    /// A command with any body, as text.
    pub async fn raw(&self, login: &str, name: &str, body: String) -> (StatusCode, Value) {
        let request = Request::post(format!("/api/office/{name}"))
            .header("content-type", "application/json")
            .header("cookie", format!("gd_session={login}"))
            .header("x-csrf", format!("csrf-{login}"))
            .body(Body::from(body))
            .expect("a request");
        self.send(request).await
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let answer = self.router.clone().oneshot(request).await.expect("answers");
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    }

    /// A download, as bytes.
    pub async fn fetch(&self, login: &str, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(path).header("cookie", format!("gd_session={login}"));
        let request = request.body(Body::empty()).expect("a request");
        let answer = self.router.clone().oneshot(request).await.expect("answers");
        let status = answer.status();
        (status, axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body").into())
    }

    /// A file given to a public page, and the page that answers.
    pub async fn post_file(&self, path: &str, bytes: Vec<u8>) -> (StatusCode, String) {
        let request = Request::post(path).header("content-type", "application/pdf");
        let request = request.body(Body::from(bytes)).expect("a request");
        let answer = self.router.clone().oneshot(request).await.expect("answers");
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    pub async fn call(&self, login: &str, name: &str, args: Value) -> Value {
        let (status, reply) = self.raw(login, name, args.to_string()).await;
        assert!(status.is_success(), "{name} {args}: {reply}");
        reply
    }

    /// A command that must be refused.
    pub async fn refused(&self, login: &str, name: &str, args: Value) -> Problem {
        let (status, reply) = self.raw(login, name, args.to_string()).await;
        assert!(!status.is_success(), "{name} {args} was taken: {reply}");
        serde_json::from_value(reply).expect("a problem")
    }

    /// A6: a call of a new customer, given to zhang for now.
    pub async fn job(&self, customer: &str) -> JobId {
        let job = JobId(Uuid::now_v7());
        let zhang = self.person("zhang");
        let assign = json!({ "technicians": [zhang], "leader": zhang, "planned_at": self.now() });
        self.call("lu", "create_job", call(job, customer, json!({ "assign": assign }))).await;
        job
    }
}

/// What a dispatcher types while a new customer is on the phone; `more` replaces or adds fields.
pub fn call(job: JobId, customer: &str, more: Value) -> Value {
    let mut args = json!({
        "job": job,
        "customer": { "kind": "new", "fields": {
            "name": customer, "address": "虚构路10号", "contact_name": "陈喆", "phone": "000-5550110", "distance_km": "41" } },
        "machine": { "kind": "new", "fields": {
            "brand": "示例", "model": "EX-37", "serial_no": "SN-7731", "purchase_date": "2025-03-01" } },
        "symptom": "排气温度高停机",
        "service_kind": "repair",
        "urgency": "down",
        "category": "CAT-3",
    });
    let map = args.as_object_mut().expect("an object");
    map.extend(more.as_object().expect("an object").clone());
    args
}

/// A technician's device.
pub struct Field<'b> {
    bench: &'b Bench,
    key: SigningKey,
    token: String,
    certificate: gongdan_domain::sync::wire::Certificate,
    chain: ChainHead,
    seq: u64,
}

impl<'b> Field<'b> {
    pub fn person(&self) -> gongdan_domain::id::PersonId {
        self.certificate.person
    }

    pub async fn enrol(bench: &'b Bench, login: &str) -> Self {
        let code = bench.call("admin", "create_enrolment_code", json!({ "person": bench.person(login) })).await;
        let (status, reply) = Self::with_code(bench, code["code"].as_str().expect("a code")).await;
        assert!(status.is_success(), "{reply}");
        let reply: EnrolReply = serde_json::from_value(reply).expect("an enrolment");
        let chain = ChainHead::genesis(&reply.certificate);
        let certificate = reply.certificate.read().expect("a certificate");
        Self { bench, key: Self::key(), token: reply.token, certificate, chain, seq: 0 }
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    pub async fn with_code(bench: &Bench, code: &str) -> (StatusCode, Value) {
        let public_key = public_key_text(&Self::key().verifying_key());
        let body = json!({ "code": code, "public_key": public_key, "device_name": "平板", "app": "0.1.0" });
        let request = Request::post("/sync/v1/enrol").header("content-type", "application/json");
        bench.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Of this enrolment's numbers.
    pub fn prefix(&self) -> String {
        self.certificate.number_prefix.clone()
    }

    /// Pushes one action.
    pub async fn push(&mut self, ops: Vec<Op>) -> Verdict {
        let reply = self.exchange(Some(ops)).await;
        let verdict = reply.verdicts.first().cloned().expect("a verdict");
        assert_eq!(verdict.outcome, Outcome::Accepted);
        verdict
    }

    pub async fn exchange(&mut self, ops: Option<Vec<Op>>) -> ExchangeReply {
        let change = |ops| Change {
            change_id: ChangeId(Uuid::now_v7()),
            device_id: self.certificate.device_id,
            device_seq: self.seq + 1,
            author: self.certificate.person,
            made_at: Stamp::trusted(self.bench.now()),
            schema: 1,
            ops,
            extra: Extra::new(),
        };
        let changes: Vec<_> =
            ops.map(change).iter().map(|c| SignedChange::sign(c, &self.key).expect("signs")).collect();
        let request = ExchangeRequest {
            epoch: None,
            cursors: Default::default(),
            covered: None,
            first_seq: self.seq + 1,
            oldest_held: self.seq + 1,
            app: "0.1.0".to_owned(),
            schema: 1,
            max_bytes: 64 * 1024 * 1024,
            last_file: None,
            missing: Vec::new(),
            refused: Vec::new(),
            offered: Vec::new(),
            extra: Extra::new(),
            changes,
        };
        self.seq += request.changes.len() as u64;
        let body = serde_json::to_string(&request).expect("JSON");
        let http = Request::post("/sync/v1/exchange")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.token));
        let (status, reply) = self.bench.send(http.body(Body::from(body)).expect("a request")).await;
        assert!(status.is_success(), "{reply}");
        serde_json::from_value(reply).expect("an exchange")
    }

    /// Everything that this device may hold.
    pub async fn holds(&mut self) -> Vec<RecordBody> {
        let reply = self.exchange(None).await;
        assert!(!reply.more);
        reply.pages.into_iter().flat_map(|page| page.records).map(|record| record.body).collect()
    }

    pub fn fact(&self, job: JobId, visit: VisitId, body: &FactBody) -> Op {
        let (kind, body) = body.parts();
        Op::Fact(Fact {
            id: FactId(Uuid::now_v7()),
            kind,
            job: Some(job),
            visit: Some(visit),
            scopes: vec![Scope::Job(job)],
            at: Stamp::trusted(self.bench.now()),
            by: self.certificate.person,
            body,
            files: Vec::new(),
            extra: Extra::new(),
        })
    }

    pub fn write(&self, entity: EntityRef, field: &str, value: Value, seen: Vec<WriteId>, scope: Scope) -> Op {
        Op::Write(Write {
            id: WriteId(Uuid::now_v7()),
            entity,
            field: field.to_owned(),
            value,
            seen,
            scopes: vec![scope],
            at: Stamp::trusted(self.bench.now()),
            by: self.certificate.person,
            extra: Extra::new(),
        })
    }

    /// The order of a visit as this device would seal it; `made` changes its content first.
    pub fn sealed(
        &mut self,
        about: About,
        order_no: &str,
        made: impl FnOnce(&mut OrderDocument),
    ) -> (SealedDocument, OrderDocument) {
        let visit = about.visit.expect("a visit");
        let mut order = OrderDocument {
            order_id: visit.order(),
            job_id: about.job,
            visit_id: visit,
            order_no: order_no.to_owned(),
            photos: Vec::new(),
            ..sample::order()
        };
        made(&mut order);
        let content = serde_json::to_value(&order).expect("JSON");
        (self.link("work_order", visit.order().0, order.revision, content), order)
    }

    /// The next link of this device's chain.
    fn link(&mut self, kind: &str, id: Uuid, revision: u32, content: Value) -> SealedDocument {
        let payload = SealPayload {
            kind: kind.to_owned(),
            device_id: self.certificate.device_id,
            seal_no: self.chain.seal_no + 1,
            previous: self.chain.hash.clone(),
            sealed_at: self.bench.now(),
            clock: None,
            content,
        };
        let document = SealedDocument::seal(id, revision, &payload, &self.key).expect("seals");
        self.chain = self.chain.follow(&document).expect("the next link");
        document
    }

    fn seal_op(&self, about: About, document: SealedDocument, files: Vec<FileRef>) -> Op {
        Op::Seal(SealOp {
            document,
            scopes: vec![Scope::Job(about.job)],
            job: about.job,
            visit: about.visit.expect("a visit"),
            at: Stamp::trusted(self.bench.now()),
            by: self.certificate.person,
            files,
            extra: Extra::new(),
        })
    }

    /// G3: the customer signs an order that was sealed before.
    pub async fn attest(&mut self, about: About, order: &SealedDocument, order_no: &str, signing: Signing) -> Verdict {
        let visit = about.visit.expect("a visit");
        let Signing::Signed { name, .. } = &signing else { panic!("only a signature is attested here") };
        let name = name.clone();
        let content = Attestation::of(visit.order(), order_no.to_owned(), order.revision, order.hash.clone(), signing);
        let id = derived(visit.order().0, &format!("attestation/{}", order.hash));
        let document = self.link(ATTESTATION, id, 1, serde_json::to_value(content).expect("JSON"));
        let body = FactBody::OrderAttested {
            order: visit.order(),
            order_hash: order.hash.clone(),
            hash: document.hash.clone(),
            choice: SigningChoice::Signed,
            name,
            position: None,
        };
        let fact = self.fact(about.job, visit, &body);
        let seal = self.seal_op(about, document, Vec::new());
        self.push(vec![seal, fact]).await
    }

    /// A receipt, slip or notice of a visit, sealed.
    pub async fn paper(&mut self, about: About, paper: Paper, no: &str, signing: Option<Signing>) -> SealedDocument {
        let visit = about.visit.expect("a visit");
        let id = paper.kind().id(visit, self.certificate.device_id, 1);
        let kind = paper.kind().name();
        let paper =
            Paper { id, job_id: about.job, visit_id: visit, no: no.to_owned(), photos: Vec::new(), signing, ..paper };
        let document = self.link(kind, id.0, 1, serde_json::to_value(paper).expect("JSON"));
        let seal = self.seal_op(about, document.clone(), Vec::new());
        self.push(vec![seal]).await;
        document
    }

    /// An order in a form that only a newer version knows.
    pub fn newer(&mut self, about: About, order_no: &str) -> (SealedDocument, OrderDocument) {
        let order = OrderDocument { order_no: order_no.to_owned(), ..sample::order() };
        let content = json!({ "form": "gongdan.work-order/9", "order_no": order_no, "novelty": true });
        (self.link("work_order", about.visit.expect("a visit").order().0, 1, content), order)
    }

    /// Pushes a seal with its fact, as one action.
    pub async fn push_seal(
        &mut self,
        about: About,
        sealed: (SealedDocument, OrderDocument),
        choice: SigningChoice,
        files: Vec<FileRef>,
    ) -> Verdict {
        let (document, order) = sealed;
        let visit = about.visit.expect("a visit");
        let rating = order.rating.as_ref();
        let body = FactBody::OrderSealed {
            order: visit.order(),
            revision: document.revision,
            order_no: order.order_no.clone(),
            hash: document.hash.clone(),
            choice,
            quality: rating.map_or(Rating::NotRated, |r| r.quality),
            attitude: rating.map_or(Rating::NotRated, |r| r.attitude),
            total_fen: order.fees.total_fen.0,
            supersedes: order.supersedes.as_ref().map(|before| before.hash.clone()),
            position: None,
        };
        let fact = self.fact(about.job, visit, &body);
        let seal = self.seal_op(about, document, files);
        self.push(vec![seal, fact]).await
    }

    /// A signed order of the job's first visit, all in one go.
    pub async fn return_order(&mut self, job: JobId, order_no: &str) -> About {
        let about = About { job, visit: Some(job.visit(1)) };
        let sealed = self.sealed(about, order_no, |_| ());
        self.push_seal(about, sealed, SigningChoice::Signed, Vec::new()).await;
        about
    }
}
