//! The power goes at any instant (`acknowledged_is_durable`, `entered_is_durable`), the disk is full (`full_disk_is_harmless`) or turns
//! read-only, for the device's encrypted store and for the server's, checkpoints of the log included. `GONGDAN_CUTS` says how many cuts (60 each in
//! `make test`), `GONGDAN_SEED` replays.
#![allow(unsafe_code, reason = "a VFS of SQLite is a table of C functions")]

mod disk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gongdan_device::commands;
use gongdan_device::device::{Config, Device};
use gongdan_device::vault::KeyStore;
use gongdan_domain::problem::{Code, Problem};
use gongdan_harness::World;
use gongdan_server::core::{Core, Shared, system_clock};
use gongdan_server::storage::AuditQuery;
use serde_json::{Value, json};
use tempfile::TempDir;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// One disk, one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A key store that survives the cut, so that no slow PIN stands before every look.
#[derive(Clone, Default)]
struct Keys(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl KeyStore for Keys {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        self.0.lock().expect("keys").get(name).cloned()
    }
    fn store(&self, name: &str, secret: &[u8]) -> bool {
        self.0.lock().expect("keys").insert(name.to_owned(), secret.to_vec());
        true
    }
    fn remove(&self, name: &str) {
        self.0.lock().expect("keys").remove(name);
    }
}

struct Bench {
    _world: World,
    device: Device,
    keys: Keys,
    folder: PathBuf,
    job: Value,
    about: Value,
}

fn open(folder: &Path, keys: &Keys) -> Device {
    Device::open(Config::new(folder, "0.1.0", Box::new(keys.clone()))).expect("opens")
}

fn call(device: &Device, name: &str, args: Value) -> Result<Value, Problem> {
    commands::call(device, name, args)
}

impl Bench {
    /// An enrolled device with a job, its server gone.
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (mut world, code, job, about) = runtime.block_on(async {
            let world = World::new();
            let office = world.office("lu").await;
            let args = json!({ "filter": "all", "text": "SAMPLE-1004" });
            let row = office.call("list_jobs", args).await.expect("jobs")["rows"][0].clone();
            let (job, code) = (row["title"]["job"].clone(), world.enrolment_code("张晓峰").await);
            let about = json!({ "job": job, "visit": row["visit"] });
            (world, code, job, about)
        });
        let (folder, keys) = (world.path().join("device"), Keys::default());
        let device = open(&folder, &keys);
        let enrol = json!({ "server": world.url(), "code": code, "pin": "", "device_name": "cut" });
        call(&device, "enrol", enrol).expect("enrols");
        device.sync_once().unwrap_or_else(|e| panic!("syncs: {:?}", e.into_problem()));
        world.kill_server();
        Self { _world: world, device, keys, folder, job, about }
    }

    fn note(&self, n: u64) -> Result<Value, Problem> {
        let fact = json!({ "kind": "note_added", "body": { "text": format!("note {n} {}", "油".repeat(200)) } });
        call(&self.device, "record", json!({ "about": self.about, "fact": fact }))
    }
}

impl Bench {
    /// The notes that a person sees and the changes that carry them.
    fn counted(&self) -> (u64, u64) {
        let view = call(&self.device, "open_job", json!({ "job": self.job })).expect("reading goes on");
        (notes(&view), u64::from(self.device.read(|r| r.waiting_count()).expect("read")))
    }
}

/// The folder without its database.
fn beside(from: &Path) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder").map(|entry| entry.expect("an entry")) {
        if entry.path().is_file() && !entry.file_name().to_string_lossy().starts_with("gongdan.db") {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
        }
    }
    folder
}

/// How many notes of ours a view has.
fn notes(view: &Value) -> u64 {
    match view {
        Value::String(text) => u64::from(text.starts_with("note ")),
        Value::Object(map) => map.values().map(notes).sum(),
        Value::Array(list) => list.iter().map(notes).sum(),
        _ => 0,
    }
}

#[test]
fn entered_is_durable_over_a_power_cut_at_any_instant() {
    let _alone = alone();
    let (cuts, seed) = (number("GONGDAN_CUTS", 60), number("GONGDAN_SEED", 7));
    disk::plug_in();
    let bench = Bench::new();
    disk::acknowledge(0);
    let written = 260;
    for n in 1..=written {
        bench.note(n).expect("noted");
        disk::acknowledge(n);
    }
    let events = disk::unplug();
    let database = bench.folder.join("gongdan.db").to_string_lossy().into_owned();
    let start = events.iter().position(|e| matches!(e, disk::Event::Acknowledged(0))).expect("begun");
    let syncs = events[start..].iter().filter(|e| matches!(e, disk::Event::Sync { file } if *file == database)).count();
    assert!(syncs > 0, "the log was written back into the database on the way");
    let mut dice = Dice(seed);
    let mut in_flight = 0;
    for cut in 0..cuts {
        let through = start + dice.roll((events.len() - start) as u64) as usize + 1;
        let (files, acknowledged) = disk::cut(&events, through, &mut |sides| dice.roll(sides));
        let folder = beside(&bench.folder);
        disk::lay_out(&files, &bench.folder, folder.path());
        let device = open(folder.path(), &bench.keys);
        let context = format!("GONGDAN_SEED={seed} cut {cut} after event {through}");
        let view =
            call(&device, "open_job", json!({ "job": bench.job })).unwrap_or_else(|p| panic!("{context}: {p:?}"));
        let waiting = device.read(|r| r.waiting(1000)).unwrap_or_else(|e| panic!("{context}: {:?}", e.into_problem()));
        let kept = waiting.len() as u64;
        assert!(kept >= acknowledged, "{context}: shown as kept: {acknowledged}, there: {kept}");
        assert!(kept <= acknowledged + 1, "{context}: only the action under way may or may not be there");
        assert_eq!(notes(&view), kept, "{context}: a record and its change are there together or not at all");
        let numbers: Vec<u64> = waiting.iter().map(|row| row.device_seq).collect();
        assert_eq!(numbers, (1..=kept).collect::<Vec<_>>(), "{context}: numbers without gaps");
        in_flight += kept - acknowledged;
    }
    println!("{cuts} power cuts of the device survived; {in_flight} had the action under way on the disk already");
}

/// One acknowledged write of the server, large enough that the log is written back now and then.
fn write_one(core: &Shared, n: u64) -> Result<(), Problem> {
    core.write_now(move |core, tx| {
        gongdan_server::auth::note(tx, core.now(), None, "cut", &format!("{n:06} {}", "x".repeat(6000)))
    })
    .map_err(gongdan_server::error::Error::problem)
}

fn written(core: &Shared) -> Vec<u64> {
    let rows = core
        .store
        .read(|r| r.audit(&AuditQuery::default(), 100_000, 0))
        .map_err(gongdan_server::error::Error::problem)
        .expect("read");
    let mut all: Vec<u64> = rows.iter().filter_map(|row| row.about.get(..6)?.parse().ok()).collect();
    all.sort_unstable();
    all
}

#[test]
fn acknowledged_is_durable_over_a_power_cut_at_any_instant() {
    let _alone = alone();
    let (cuts, seed) = (number("GONGDAN_CUTS", 60), number("GONGDAN_SEED", 7));
    let data = TempDir::new().expect("a folder");
    disk::plug_in();
    let core = Core::open(data.path(), system_clock()).expect("opens");
    disk::acknowledge(0);
    for n in 1..=700 {
        write_one(&core, n).expect("written");
        disk::acknowledge(n);
    }
    let events = disk::unplug();
    let database = data.path().join("gongdan.db").to_string_lossy().into_owned();
    let start = events.iter().position(|e| matches!(e, disk::Event::Acknowledged(0))).expect("begun");
    let syncs = events[start..].iter().filter(|e| matches!(e, disk::Event::Sync { file } if *file == database)).count();
    assert!(syncs > 0, "the log was written back into the database on the way");
    let mut dice = Dice(seed);
    for cut in 0..cuts {
        let through = start + dice.roll((events.len() - start) as u64) as usize + 1;
        let (files, acknowledged) = disk::cut(&events, through, &mut |sides| dice.roll(sides));
        let folder = TempDir::new().expect("a folder");
        disk::lay_out(&files, data.path(), folder.path());
        let again = Core::open(folder.path(), system_clock()).expect("opens after the cut");
        let there = written(&again);
        let context = format!("GONGDAN_SEED={seed} cut {cut} after event {through}");
        let kept = there.len() as u64;
        assert!(
            (acknowledged..=acknowledged + 1).contains(&kept),
            "{context}: acknowledged {acknowledged}, there {kept}"
        );
        assert_eq!(there, (1..=kept).collect::<Vec<_>>(), "{context}: in order, each once");
        drop(again);
        let whole = rusqlite::Connection::open(folder.path().join("gongdan.db")).expect("opens");
        let check: String = whole.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
        assert_eq!(check, "ok", "{context}");
    }
    println!("{cuts} power cuts of the server survived");
}

#[test]
fn a_cut_bites_what_was_not_synced_is_really_lost() {
    let _alone = alone();
    let data = TempDir::new().expect("a folder");
    disk::plug_in();
    let careless = rusqlite::Connection::open(data.path().join("gongdan.db")).expect("opens");
    careless.pragma_update(None, "journal_mode", "WAL").expect("a log");
    careless.pragma_update(None, "synchronous", "OFF").expect("careless");
    careless.execute_batch("CREATE TABLE t (n INTEGER)").expect("made");
    for n in 1..=200i64 {
        careless.execute("INSERT INTO t VALUES (?1)", [n]).expect("written");
        disk::acknowledge(n.unsigned_abs());
    }
    let events = disk::unplug();
    let mut dice = Dice(3);
    let lost = (0..20).filter(|_| {
        let (files, acknowledged) = disk::cut(&events, events.len(), &mut |sides| dice.roll(sides));
        let folder = TempDir::new().expect("a folder");
        disk::lay_out(&files, data.path(), folder.path());
        let again = rusqlite::Connection::open(folder.path().join("gongdan.db")).expect("opens");
        let there = again.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, u64>(0)).unwrap_or(0);
        there < acknowledged
    });
    assert_eq!(lost.count(), 20, "a store that does not sync loses, and the model shows it");
}

#[test]
fn full_disk_is_harmless_on_the_device() {
    let _alone = alone();
    disk::plug_in();
    let bench = Bench::new();
    disk::unplug();
    bench.note(1).expect("there is space");
    disk::fill(true);
    let mut refused = 0;
    // The log is written over while it fits; sooner or later it does not.
    for n in 2..2000 {
        match bench.note(n) {
            Ok(_) => {}
            Err(problem) => {
                assert_eq!(problem.code, Code::DiskFull, "said by its name: {problem:?}");
                refused = n;
                break;
            }
        }
    }
    assert!(refused > 0, "the disk was full at last");
    let kept = refused - 1;
    assert_eq!(bench.counted(), (kept, kept), "nothing half-written");
    for _ in 0..3 {
        assert_eq!(bench.note(refused).expect_err("still full").code, Code::DiskFull);
    }
    assert_eq!(call(&bench.device, "status", json!({})).expect("the gate stays open")["gate"], "open");
    disk::fill(false);
    bench.note(refused).expect("goes on when space returns");
    assert_eq!(bench.counted(), (refused, refused), "with the next number, and nothing twice");
}

#[test]
fn entered_is_durable_a_disk_that_turns_read_only_is_harmless_on_the_device() {
    let _alone = alone();
    disk::plug_in();
    let bench = Bench::new();
    disk::unplug();
    bench.note(1).expect("noted");
    disk::protect(true);
    for _ in 0..3 {
        let problem = bench.note(2).expect_err("nothing can be kept");
        assert_eq!(problem.code, Code::DiskFull, "a write that failed, SQLite says no more: {problem:?}");
    }
    assert_eq!(bench.counted(), (1, 1), "nothing half-written, and reading goes on");
    assert_eq!(call(&bench.device, "status", json!({})).expect("the gate stays open")["gate"], "open");
    disk::protect(false);
    bench.note(2).expect("goes on when it can be written again");
    assert_eq!(bench.counted(), (2, 2));
}

#[test]
fn acknowledged_is_durable_a_disk_that_turns_read_only_under_a_serving_server_costs_nothing() {
    let _alone = alone();
    let data = TempDir::new().expect("a folder");
    disk::plug_in();
    let core = Core::open(data.path(), system_clock()).expect("opens");
    disk::unplug();
    write_one(&core, 1).expect("written");
    disk::protect(true);
    for _ in 0..3 {
        let problem = write_one(&core, 2).expect_err("nothing is acknowledged");
        assert_eq!(problem.code, Code::ServerDiskFull, "a write that failed, SQLite says no more: {problem:?}");
    }
    assert_eq!(written(&core), [1], "what was acknowledged is there, and reading goes on");
    disk::protect(false);
    write_one(&core, 2).expect("goes on when it can be written again");
    assert_eq!(written(&core), [1, 2]);
}

#[test]
fn full_disk_is_harmless_on_the_server() {
    let _alone = alone();
    let data = TempDir::new().expect("a folder");
    disk::plug_in();
    let core = Core::open(data.path(), system_clock()).expect("opens");
    disk::unplug();
    write_one(&core, 1).expect("there is space");
    disk::fill(true);
    let mut refused = 0;
    for n in 2..5000 {
        if let Err(problem) = write_one(&core, n) {
            assert_eq!(problem.code, Code::ServerDiskFull, "said by its name: {problem:?}");
            refused = n;
            break;
        }
    }
    assert!(refused > 0, "the disk was full at last");
    assert_eq!(written(&core), (1..refused).collect::<Vec<_>>(), "what was acknowledged is there, nothing else");
    // Many at once: they share a commit, and all of them hear why.
    let all: Vec<_> = (0..8)
        .map(|_| {
            let core = Arc::clone(&core);
            std::thread::spawn(move || write_one(&core, refused).expect_err("still full").code)
        })
        .collect();
    for one in all {
        assert_eq!(one.join().expect("answers"), Code::ServerDiskFull);
    }
    disk::fill(false);
    write_one(&core, refused).expect("goes on when space returns");
    assert_eq!(written(&core), (1..=refused).collect::<Vec<_>>());
}
