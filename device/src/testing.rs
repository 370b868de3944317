//! For the tests of this crate: a device that is enrolled at a server that exists only as its keys.

use std::sync::{Arc, Mutex};

use ed25519_dalek::SigningKey;
use gongdan_domain::entity::kind;
use gongdan_domain::id::{DeviceId, JobId, PersonId, WriteId};
use gongdan_domain::seal::public_key_text;
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::sync::wire::{
    Certificate, ExchangeReply, Outcome, Page, Record, RecordBody, SignedCertificate, Verdict,
};
use gongdan_domain::time::Instant;
use rand::rngs::OsRng;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::device::{Config, Device, Enrolment};
use crate::store::Store;
use crate::store::meta::Identity;
use crate::vault::NoKeyStore;

pub const PIN: &str = "2468";

/// A clock that the test sets.
#[derive(Clone)]
pub struct TestClock(pub Arc<Mutex<Instant>>);

impl Clock for TestClock {
    fn wall(&self) -> Instant {
        *self.0.lock().expect("a test's clock")
    }
    fn boot(&self) -> Option<(String, i64)> {
        None
    }
}

pub struct Bench {
    pub dir: tempfile::TempDir,
    pub device: Device,
    pub clock: TestClock,
    pub server_key: SigningKey,
}

pub fn at(text: &str) -> Instant {
    text.parse().expect("a test's time")
}

fn open(dir: &std::path::Path, clock: &TestClock) -> Device {
    let config = Config { clock: Box::new(clock.clone()), ..Config::new(dir, "0.1.0", Box::new(NoKeyStore)) };
    Device::open(config).expect("opened")
}

impl Bench {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = TestClock(Arc::new(Mutex::new(at("2026-11-23T01:00:00Z"))));
        let device = open(dir.path(), &clock);
        let (server_key, signing_key) = (SigningKey::generate(&mut OsRng), SigningKey::generate(&mut OsRng));
        let me = PersonId(Uuid::now_v7());
        let certificate = Certificate {
            device_id: DeviceId(Uuid::now_v7()),
            person: me,
            person_name: "张师傅".to_owned(),
            number_prefix: "A7".to_owned(),
            device_key: public_key_text(&signing_key.verifying_key()),
            server_key: public_key_text(&server_key.verifying_key()),
            company: "示例".to_owned(),
            issued_at: at("2026-11-01T00:00:00Z"),
        };
        let identity = Identity {
            signing_key,
            signed_certificate: SignedCertificate::sign(&certificate, &server_key).expect("signed"),
            certificate,
            token: Zeroizing::new("token".to_owned()),
            server: "http://127.0.0.1:9".to_owned(),
        };
        let key = device.vault().create(PIN).expect("a key");
        Store::create(&device.database(), &key, &identity).expect("created");
        let store = Store::open(&device.database(), key).expect("opened");
        device.enrolled(store, &Enrolment::default()).expect("enrolled");
        Self { dir, device, clock, server_key }
    }

    /// The app dies and is started again; whoever knows the PIN goes on.
    pub fn restart(&mut self) {
        self.device = open(self.dir.path(), &self.clock);
        self.device.unlock(PIN).expect("the PIN opens");
    }

    pub fn set_clock(&self, now: &str) {
        *self.clock.0.lock().expect("a test's clock") = at(now);
    }

    /// A job as the office sends it.
    pub fn job(&self) -> JobId {
        let job = JobId(Uuid::now_v7());
        let scope = Scope::Job(job);
        let entity = EntityRef::new(kind::JOB, job.0);
        let mut reply = self.reply();
        reply.scopes = vec![Scope::Company, scope.clone()];
        reply.pages = vec![page(scope, 5, RecordBody::Entity { entity, fields: Default::default() })];
        self.take(&reply);
        job
    }

    /// An answer that says nothing yet.
    pub fn reply(&self) -> ExchangeReply {
        ExchangeReply {
            epoch: "e1".to_owned(),
            acked_through: 0,
            safe_through: 0,
            verdicts: Vec::new(),
            gap_from: None,
            scopes: vec![Scope::Company],
            pages: Vec::new(),
            more: false,
            time: at("2026-11-23T01:00:00Z"),
            min_app: "0.1.0".to_owned(),
            reset: None,
            revoked: None,
            copied: false,
            extra: Default::default(),
        }
    }

    pub fn take(&self, reply: &ExchangeReply) {
        let store = self.device.store().expect("open");
        crate::sync::apply::reply(&store, self.device.stamp(&store), reply).expect("applied");
    }

    /// Everything waiting goes into a request.
    pub fn send_all(&self) {
        let store = self.device.store().expect("open");
        store.apply(self.device.stamp(&store), |a| a.mark_sent(u64::MAX >> 1)).expect("marked");
    }

    pub fn waiting(&self) -> u32 {
        self.device.read(|r| r.waiting_count()).expect("read")
    }
}

pub fn page(scope: Scope, position: u64, body: RecordBody) -> Page {
    let record = Record { position, scopes: vec![scope.clone()], body };
    Page { scope, records: vec![record], cursor: format!("c{position}") }
}

pub fn verdict(device_seq: u64, outcome: Outcome, position: u64) -> Verdict {
    Verdict { device_seq, change_id: None, outcome, position, findings: Vec::new(), receipts: Vec::new() }
}

/// A value that somebody else wrote.
pub fn theirs(value: &str, time: &str) -> (WriteId, Register) {
    let write = WriteId(Uuid::now_v7());
    let head = Head { write, value: value.into(), at: at(time), by: PersonId(Uuid::now_v7()) };
    (write, Register { heads: vec![head], superseded: Default::default() })
}
