//! For the tests of this crate: a device that is enrolled at a server that exists only as its keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
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
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::device::{Config, Device, Enrolment};
use crate::store::Store;
use crate::store::meta::Identity;
use crate::vault::KeyStore;

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
    pub keys: TestKeys,
    pub server_key: SigningKey,
}

pub fn at(text: &str) -> Instant {
    text.parse().expect("a test's time")
}

/// A key store that is there, or is not (`None`).
#[derive(Clone, Default)]
pub struct TestKeys(Option<Arc<Mutex<Secrets>>>);

type Secrets = BTreeMap<String, Vec<u8>>;

impl TestKeys {
    pub fn there() -> Self {
        Self(Some(Arc::default()))
    }

    pub fn lose_all(&self) {
        self.0.iter().for_each(|keys| keys.lock().expect("keys").clear());
    }
}

impl KeyStore for TestKeys {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        self.0.as_ref()?.lock().expect("keys").get(name).cloned()
    }
    fn store(&self, name: &str, secret: &[u8]) -> bool {
        self.0.as_ref().map(|keys| keys.lock().expect("keys").insert(name.to_owned(), secret.to_vec())).is_some()
    }
    fn remove(&self, name: &str) {
        self.0.as_ref().map(|keys| keys.lock().expect("keys").remove(name));
    }
}

fn open(dir: &std::path::Path, clock: &TestClock, keys: &TestKeys) -> Device {
    let config = Config { clock: Box::new(clock.clone()), ..Config::new(dir, "0.1.0", Box::new(keys.clone())) };
    Device::open(config).expect("opened")
}

impl Bench {
    pub fn new() -> Self {
        Self::with_keys(TestKeys::default())
    }

    pub fn with_keys(keys: TestKeys) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = TestClock(Arc::new(Mutex::new(at("2026-11-23T01:00:00Z"))));
        let device = open(dir.path(), &clock, &keys);
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
        let company = PublicKey::from(&StaticSecret::from([7; 32]));
        device.vault().keep_for_recovery(&key, &B64.encode(company.as_bytes())).expect("wrapped");
        Store::create(&device.database(), &key, &identity).expect("created");
        let store = Store::open(&device.database(), key).expect("opened");
        device.enrolled(store, &Enrolment::default()).expect("enrolled");
        Self { dir, device, clock, keys, server_key }
    }

    /// The app dies and is started again; whoever knows the PIN goes on.
    pub fn restart(&mut self) {
        self.device = open(self.dir.path(), &self.clock, &self.keys);
        self.device.unlock(PIN).expect("the PIN opens");
    }

    /// The app is closed: its files are whole and nobody holds them.
    pub fn close(&mut self) {
        let nowhere = tempfile::tempdir().expect("a folder");
        self.device = open(nowhere.path(), &self.clock, &TestKeys::default());
        self.device = open(self.dir.path(), &self.clock, &self.keys);
    }

    /// The code as the company reads it out.
    pub fn code(&self) -> String {
        let request = self.device.vault().escrow().expect("a code").request;
        crate::vault::read_out(&request, &StaticSecret::from([7; 32]))
    }

    /// Another device with the same files, to which something was done before it is opened.
    pub fn copy(&self, before: impl FnOnce(&std::path::Path)) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        for entry in std::fs::read_dir(self.dir.path()).expect("the folder").map(|entry| entry.expect("an entry")) {
            if entry.path().is_file() {
                std::fs::copy(entry.path(), dir.path().join(entry.file_name())).expect("copied");
            }
        }
        before(dir.path());
        let (clock, keys) = (self.clock.clone(), self.keys.clone());
        let device = open(dir.path(), &clock, &keys);
        Self { dir, device, clock, keys, server_key: self.server_key.clone() }
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
        reply.scopes = Some(vec![Scope::Company, scope.clone()]);
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
            scopes: Some(vec![Scope::Company]),
            covered: None,
            cursors_wanted: false,
            pages: Vec::new(),
            more: false,
            time: at("2026-11-23T01:00:00Z"),
            min_app: "0.1.0".to_owned(),
            reset: None,
            revoked: None,
            copied: false,
            unconfirmed: false,
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
