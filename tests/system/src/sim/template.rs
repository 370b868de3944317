//! The world before a schedule begins, made once and copied for each: the demo company, three devices of two technicians, enrolled and
//! synced, and three jobs at one customer. On memory where the system has some as a disk: nothing here tests a disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use futures_util::FutureExt as _;
use gongdan_device::commands::args;
use gongdan_device::device::{Config, Device};
use gongdan_device::vault::KeyStore;
use gongdan_domain::entity::{customer, job, kind, person};
use gongdan_domain::id::{DeviceId, JobId, PersonId};
use gongdan_domain::permission::Role;
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_server::core::{Core, Shared};
use gongdan_server::demo;
use gongdan_server::office::act::{self, Act};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::account::{Account, Given};
use super::clock::{DeviceClock, Truth};
use super::dice::Dice;
use super::net::{Net, Sky};
use super::office::Office;

/// A key store that is a pocket: it can be copied with its device, and looked into.
#[derive(Clone, Default)]
pub struct Pocket(pub Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Pocket {
    pub fn copied(&self) -> Self {
        Self(Arc::new(Mutex::new(self.keys())))
    }

    pub fn keys(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl KeyStore for Pocket {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        self.keys().get(name).cloned()
    }
    fn store(&self, name: &str, secret: &[u8]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), secret.to_vec());
        true
    }
    fn remove(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

pub struct Enrolled {
    pub name: &'static str,
    pub person: PersonId,
    pub id: DeviceId,
    pub token: String,
    pub pocket: Pocket,
}

pub struct Template {
    files: BTreeMap<PathBuf, Vec<u8>>,
    pub time_ms: i64,
    pub devices: Vec<Enrolled>,
    pub people: [PersonId; 2],
    pub jobs: [JobId; 3],
    pub given: Given,
    /// The fields that everybody writes into.
    pub fields: [(EntityRef, &'static str); 3],
}

pub static TEMPLATE: LazyLock<Template> = LazyLock::new(Template::made);

/// A new folder on memory, or where temporary files go.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::Builder::new().prefix("gongdan-sim-").tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// Opens a device's folder the way the shell does.
pub fn opened(dir: &Path, pocket: &Pocket, clock: &DeviceClock) -> Device {
    let config = Config { clock: Box::new(clock.clone()), ..Config::new(dir, "0.1.0", Box::new(pocket.clone())) };
    Device::open(config).expect("a device opens")
}

/// Opens the server's folder at the true time.
pub fn serving(dir: &Path, truth: &Truth) -> Shared {
    let truth = truth.clone();
    Core::open(dir, Arc::new(move || truth.instant())).expect("the server opens")
}

/// Copies a folder as it lies there, which is what a crash leaves: databases with their logs, without the memory between processes.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else if path.extension().is_none_or(|e| e != "db-shm") {
            fs::copy(&path, to.join(name)).expect("copied");
        }
    }
}

/// The files of a folder and of those in it, by their way from the top.
fn files(top: &Path, at: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for path in fs::read_dir(at).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(top, &path, found);
        } else if path.extension().is_none_or(|e| e != "db-shm") {
            let name = path.strip_prefix(top).expect("inside").to_owned();
            found.insert(name, fs::read(&path).expect("read"));
        }
    }
}

impl Template {
    /// Lays the folders of the server and of some devices down.
    pub fn lay(&self, folder: &Path, devices: usize) {
        let names: Vec<&str> = self.devices.iter().take(devices).map(|device| device.name).chain(["server"]).collect();
        for (name, bytes) in self.files.iter().filter(|(name, _)| names.iter().any(|n| name.starts_with(n))) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("inside a folder")).expect("a folder");
            fs::write(path, bytes).expect("written");
        }
    }

    fn made() -> Self {
        let folder = folder();
        let truth = Truth::default();
        let core = serving(&folder.path().join("server"), &truth);
        let people = company(&core);
        let office = Office { core: &core };
        let jobs = [0; 3].map(|_| JobId(Uuid::now_v7()));
        let given = [vec![people[0], people[1]], vec![people[0]], vec![people[1]]];
        let mut archive = (
            json!({ "kind": "new", "fields": { "name": "样例云杉", "address": "虚构路 1 号", "phone": "0000-1" } }),
            json!({ "kind": "new", "fields": { "brand": "示例", "model": "GA37", "serial_no": "SAMPLE-1" } }),
        );
        for (job, who) in jobs.iter().zip(&given) {
            let assign = json!({ "technicians": who, "leader": who[0] });
            let args = json!({
                "job": job, "customer": archive.0, "machine": archive.1, "assign": assign,
                "symptom": "高温停机", "service_kind": "repair", "urgency": "down",
            });
            office.call("lu", "create_job", args).expect("registered");
            let fields = core.store.read(|r| r.fields(&EntityRef::new(kind::JOB, jobs[0].0))).expect("read");
            archive = (
                json!({ "kind": "known", "customer": fields.text(job::CUSTOMER) }),
                json!({ "kind": "known", "machine": fields.text(job::MACHINE) }),
            );
        }
        let given = jobs.into_iter().zip(given.map(|who| vec![who.into_iter().collect()])).collect();
        let account = Account { given, ..Account::default() };
        let devices = [("a", people[0]), ("b", people[1]), ("c", people[0])]
            .map(|(name, person)| enrolled(&folder.path().join(name), name, person, &office, &truth, &account));
        drop(core);
        let id = |value: &Value| value.as_str().and_then(|text| Uuid::parse_str(text).ok()).expect("an id");
        let customer = EntityRef::new(kind::CUSTOMER, id(&archive.0["customer"]));
        let machine = EntityRef::new(kind::MACHINE, id(&archive.1["machine"]));
        let fields = [
            (customer.clone(), customer::PHONE),
            (customer, customer::CONTACT_NAME),
            (machine, gongdan_domain::entity::machine::NOTE),
        ];
        let devices = devices.into_iter().collect();
        let mut laid = BTreeMap::new();
        files(folder.path(), folder.path(), &mut laid);
        Self { files: laid, time_ms: truth.ms(), devices, people, jobs, given: account.given, fields }
    }
}

/// Two technicians of one team, a dispatcher and an admin. Nothing is published: a schedule that pulls from zero would mostly carry it.
fn company(core: &Shared) -> [PersonId; 2] {
    let staff =
        [("lu", Role::Dispatcher), ("admin", Role::Admin), ("zhang", Role::Technician), ("shen", Role::Technician)];
    for (login, role) in staff {
        demo::person_with_login(core, login, login, role, "nobody signs in here".to_owned())
            .expect("somebody works here");
    }
    let of = |login: &str| core.store.read(|r| r.user(login)).expect("read").expect("works here").person;
    let (people, team) = ([of("zhang"), of("shen")], Uuid::now_v7());
    core.write_now(move |core, tx| {
        let env = core.env(tx)?;
        let mut act = Act::by(people[0], env.now);
        for person in people {
            act.write(
                &EntityRef::new(kind::PERSON, person.0),
                person::TEAM,
                json!(team),
                Vec::new(),
                &[Scope::Company],
            );
        }
        act::state(tx, &env, people[0], act.ops)
    })
    .expect("a team");
    people
}

fn enrolled(
    dir: &Path,
    name: &'static str,
    person: PersonId,
    office: &Office,
    truth: &Truth,
    account: &Account,
) -> Enrolled {
    let pocket = Pocket::default();
    let device = opened(dir, &pocket, &DeviceClock::new(truth));
    let code = office.call("admin", "create_enrolment_code", json!({ "person": person })).expect("a code");
    let args = args::Enrol {
        server: "http://127.0.0.1:8610".to_owned(),
        code: code["code"].as_str().expect("a code is text").to_owned(),
        pin: String::new(),
        device_name: name.to_owned(),
    };
    let sky = Mutex::new(Sky::new(Dice::new(0), None));
    let road = |token: &'static str| Net { core: office.core, token, person, account, sky: &sky };
    device.enrol_over(&args, &road("")).now_or_never().expect("at once").expect("enrolled");
    let (id, token) =
        device.read(|r| Ok((r.identity().certificate.device_id, r.identity().token.to_string()))).expect("an identity");
    let net = Net { core: office.core, token: &token, person, account, sky: &sky };
    device.sync_over(&net).now_or_never().expect("at once").expect("synced");
    Enrolled { name, person, id, token, pocket }
}
