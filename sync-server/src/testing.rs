//! A server in a temporary folder, asked through its router, and devices that sign like real ones. For this crate's own tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use ed25519_dalek::SigningKey;
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{ChangeId, FactId, JobId, PersonId, WriteId};
use gongdan_domain::permission::Role;
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::seal::{ChainHead, SealPayload, SealedDocument, public_key_text};
use gongdan_domain::sync::change::{Change, EntityRef, Extra, Fact, FileRef, Op, Scope, SealOp, SignedChange, Write};
use gongdan_domain::sync::wire::{Certificate, EnrolReply, ExchangeReply, ExchangeRequest, Record, SignedCertificate};
use gongdan_domain::time::{Instant, Stamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::auth;
use crate::core::{Core, Shared};
use crate::demo;
use crate::starter;
use crate::storage::User;
use crate::sync::enrol;

/// 2026-11-23 10:00 in the company's zone.
const START: i64 = 1_795_399_200_000;
pub const PASSWORD: &str = "richtig-gut";

pub struct World {
    pub core: Shared,
    pub data: TempDir,
    now: Arc<AtomicI64>,
    hash: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().expect("a problem with a code").to_owned()
    }
}

/// A browser with its cookies.
#[derive(Default, Clone)]
pub struct Browser {
    pub cookies: String,
    pub csrf: String,
}

impl World {
    /// A company with its published data and nobody in it.
    pub fn new() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let now = Arc::new(AtomicI64::new(START));
        let clock = Arc::clone(&now);
        let read = move || Instant::from_timestamp_millis(clock.load(Ordering::SeqCst)).expect("a time");
        let core = Core::open(data.path(), Arc::new(read)).expect("opens");
        core.write_now(|core, tx| starter::publish(tx, &ReferenceKind::ALL, None, core.now())).expect("published");
        Self { core, data, now, hash: auth::password_hash(PASSWORD).expect("hashed") }
    }

    /// The same world with another server in it.
    pub fn with_core(self, core: Shared) -> Self {
        Self { core, ..self }
    }

    pub fn now(&self) -> Instant {
        self.core.now()
    }

    pub fn pass(&self, minutes: i64) {
        self.now.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    pub fn person(&self, login: &str, role: Role) -> PersonId {
        demo::person_with_login(&self.core, login, login, role, self.hash.clone()).expect("made");
        self.user(login).person
    }

    pub fn user(&self, login: &str) -> User {
        self.core.store.read(|r| r.user(login)).expect("read").expect("known")
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = crate::router::router(Arc::clone(&self.core)).oneshot(request).await.expect("answers");
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, bytes: bytes.into() }
    }

    pub async fn office(&self, browser: &Browser, name: &str, args: &Value) -> Answer {
        self.office_bytes(browser, name, args.to_string().into_bytes()).await
    }

    pub async fn office_bytes(&self, browser: &Browser, name: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(format!("/api/office/{name}"))
            .header("content-type", "application/json")
            .header("cookie", &browser.cookies)
            .header("x-csrf", &browser.csrf);
        self.ask(request.body(Body::from(body)).expect("a request")).await
    }

    /// The reply of a command that must succeed.
    pub async fn done(&self, browser: &Browser, name: &str, args: Value) -> Value {
        let answer = self.office(browser, name, &args).await;
        assert_eq!(answer.status, StatusCode::OK, "{name} {args}: {}", String::from_utf8_lossy(&answer.bytes));
        answer.json()
    }

    pub async fn get(&self, browser: &Browser, path: &str) -> Answer {
        let request = Request::get(path).header("cookie", &browser.cookies);
        self.ask(request.body(Body::empty()).expect("a request")).await
    }

    pub async fn sign_in(&self, login: &str) -> Browser {
        let args = json!({ "login": login, "password": PASSWORD });
        let answer = self.office(&Browser::default(), "sign_in", &args).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.bytes));
        let set = answer.headers.get_all("set-cookie").into_iter().filter_map(|v| v.to_str().ok());
        let pairs: Vec<String> = set.map(|v| v.split(';').next().unwrap_or_default().to_owned()).collect();
        let csrf = pairs.iter().find_map(|p| p.strip_prefix("gd_csrf=")).expect("a csrf cookie").to_owned();
        Browser { cookies: pairs.join("; "), csrf }
    }

    /// A person with a role, signed in.
    pub async fn signed_in(&self, login: &str, role: Role) -> Browser {
        self.person(login, role);
        self.sign_in(login).await
    }

    /// A job registered in the console for a new customer with a machine, given to a technician.
    pub async fn job(&self, dispatcher: &Browser, technician: PersonId) -> JobId {
        let job = JobId(Uuid::now_v7());
        let args = json!({
            "job": job,
            "customer": { "kind": "new", "fields": { "name": "样例星河纺织", "address": "虚构路1号", "phone": "0000-5550101" } },
            "machine": { "kind": "new", "fields": { "brand": "示例", "model": "GA37", "serial_no": "SAMPLE-1001" } },
            "symptom": "高温停机", "service_kind": "repair", "urgency": "down",
            "assign": { "technicians": [technician], "leader": technician },
        });
        self.done(dispatcher, "create_job", args).await;
        job
    }

    /// Enrols a new device for a technician.
    pub async fn device(&self, who: PersonId) -> Device {
        let code = self.core.write_now(move |core, tx| enrol::create_code(tx, who, core.now())).expect("a code").0;
        let key = SigningKey::generate(&mut rand::rngs::OsRng);
        let body = json!({ "code": code, "public_key": public_key_text(&key.verifying_key()), "device_name": "平板", "app": "t" });
        let request = Request::post("/sync/v1/enrol")
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request");
        let answer = self.ask(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.bytes));
        let reply: EnrolReply = serde_json::from_slice(&answer.bytes).expect("a reply");
        let certificate = reply.certificate.read().expect("a certificate");
        let chain = Mutex::new(ChainHead::genesis(&reply.certificate));
        Device { key, person: who, token: reply.token, certificate, signed: reply.certificate, chain }
    }

    pub async fn exchange(&self, device: &Device, request: &ExchangeRequest) -> ExchangeReply {
        let answer = self.exchange_raw(device, "1", serde_json::to_vec(request).expect("json")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.bytes));
        serde_json::from_slice(&answer.bytes).expect("a reply")
    }

    pub async fn exchange_raw(&self, device: &Device, protocol: &str, body: Vec<u8>) -> Answer {
        let request = Request::post("/sync/v1/exchange")
            .header("content-type", "application/json")
            .header("gongdan-protocol", protocol)
            .header("authorization", format!("Bearer {}", device.token));
        self.ask(request.body(Body::from(body)).expect("a request")).await
    }

    /// Pushes changes from a first number on.
    pub async fn push(&self, device: &Device, changes: Vec<SignedChange>) -> ExchangeReply {
        let first = changes.first().map_or(1, |c| c.device_seq);
        self.exchange(device, &request(first, 1, changes)).await
    }

    pub async fn attachment(
        &self,
        device: &Device,
        method: &str,
        hash: &str,
        offset: Option<u64>,
        piece: &[u8],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/sync/v1/attachments/{hash}"))
            .header("authorization", format!("Bearer {}", device.token));
        if let Some(offset) = offset {
            request = request.header("upload-offset", offset).header("content-type", "application/octet-stream");
        }
        self.ask(request.body(Body::from(piece.to_vec())).expect("a request")).await
    }
}

pub fn request(first_seq: u64, oldest_held: u64, changes: Vec<SignedChange>) -> ExchangeRequest {
    ExchangeRequest {
        epoch: None,
        cursors: BTreeMap::new(),
        covered: None,
        first_seq,
        oldest_held,
        changes,
        app: "test".to_owned(),
        schema: 1,
        max_bytes: 4 << 20,
        last_file: None,
        missing: Vec::new(),
        refused: Vec::new(),
        offered: Vec::new(),
        extra: Extra::new(),
    }
}

/// All records of a reply.
pub fn records(reply: &ExchangeReply) -> Vec<&Record> {
    reply.pages.iter().flat_map(|page| &page.records).collect()
}

pub struct Device {
    pub key: SigningKey,
    pub person: PersonId,
    pub token: String,
    pub certificate: Certificate,
    pub signed: SignedCertificate,
    pub chain: Mutex<ChainHead>,
}

impl Device {
    pub fn change(&self, seq: u64, at: Instant, ops: Vec<Op>) -> SignedChange {
        let change = Change {
            change_id: ChangeId(Uuid::now_v7()),
            device_id: self.certificate.device_id,
            device_seq: seq,
            author: self.person,
            made_at: Stamp::trusted(at),
            schema: 1,
            ops,
            extra: Extra::new(),
        };
        SignedChange::sign(&change, &self.key).expect("signed")
    }

    pub fn fact(&self, about: About, at: Instant, body: &FactBody) -> Op {
        let (kind, body) = body.parts();
        Op::Fact(Fact {
            id: FactId(Uuid::now_v7()),
            kind,
            job: Some(about.job),
            visit: about.visit,
            scopes: vec![Scope::Job(about.job)],
            at: Stamp::trusted(at),
            by: self.person,
            body,
            files: vec![],
            extra: Extra::new(),
        })
    }

    pub fn write(
        &self,
        entity: &EntityRef,
        field: &str,
        value: Value,
        seen: Vec<WriteId>,
        scope: Scope,
        at: Instant,
    ) -> Write {
        Write {
            id: WriteId(Uuid::now_v7()),
            entity: entity.clone(),
            field: field.to_owned(),
            value,
            seen,
            scopes: vec![scope],
            at: Stamp::trusted(at),
            by: self.person,
            extra: Extra::new(),
        }
    }

    /// Seals a content as the next link of this device's chain.
    pub fn seal(&self, about: About, revision: u32, content: Value, at: Instant, files: Vec<FileRef>) -> SealOp {
        let visit = about.visit.expect("a visit");
        let mut chain = self.chain.lock().expect("not poisoned");
        let payload = SealPayload {
            kind: "work_order".to_owned(),
            device_id: self.certificate.device_id,
            seal_no: chain.seal_no + 1,
            previous: chain.hash.clone(),
            sealed_at: at,
            clock: None,
            content,
        };
        let document = SealedDocument::seal(visit.order().0, revision, &payload, &self.key).expect("sealed");
        *chain = ChainHead { seal_no: document.seal_no, hash: document.hash.clone() };
        let scopes = vec![Scope::Job(about.job)];
        SealOp {
            document,
            scopes,
            job: about.job,
            visit,
            at: Stamp::trusted(at),
            by: self.person,
            files,
            extra: Extra::new(),
        }
    }
}

/// The signature of a change, spoiled.
pub fn spoiled(mut change: SignedChange) -> SignedChange {
    change.signature = base64::engine::general_purpose::STANDARD.encode([7u8; 64]);
    change
}
