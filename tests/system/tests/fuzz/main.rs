//! Hostile input: every parser that faces the network or a file, fed with good input that somebody has altered. Nothing may panic, no
//! answer may be a failure of the machine, and what was understood must be understood again when it is passed on. The real server and
//! a real device stand behind the targets. A failing case prints its `GONGDAN_FUZZ_SEED`; `GONGDAN_FUZZ_SECONDS` makes each target last.

mod doors;
mod own;
mod signed;

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use bytes::Bytes;
use futures_util::FutureExt as _;
use gongdan_device::commands;
use gongdan_device::error::Result;
use gongdan_device::sync::client::read_reply;
use gongdan_device::sync::road::Road;
use gongdan_device::vault::Vault;
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::parcel;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::{Receipt, SealedDocument, public_key};
use gongdan_domain::sync::change::{Change, SignedChange};
use gongdan_domain::sync::enrolment::EnrolmentText;
use gongdan_domain::sync::wire::{EnrolReply, EnrolRequest, ExchangeReply, ExchangeRequest, SignedCertificate};
use gongdan_server::import;
use gongdan_server::office::COMMANDS;
use gongdan_server::storage::tablet;
use gongdan_server::verify::{File, offline};
use gongdan_system_tests::fuzz::feed;
use gongdan_system_tests::sim::dice::Dice;
use gongdan_system_tests::sim::world::World;
use serde_json::{Value, json};

fn world() -> World {
    World::new(Dice::new(1), 1, None)
}

/// A refusal is an answer; an incident is a failure of the machine.
fn sound(problem: &Problem) {
    assert!(problem.code != Code::Internal, "bad input must be answered, not fail: {problem:?}");
}

/// One of them, by the bytes: the same input asks the same.
fn one<'a>(names: &[&'a str], bytes: &[u8]) -> &'a str {
    names[bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>() % names.len()]
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A road that keeps the requests and answers with what it was given.
struct Scripted {
    heard: Mutex<Vec<Vec<u8>>>,
    answer: Vec<u8>,
}

impl Road for Scripted {
    async fn enrol(&self, _: &EnrolRequest) -> Result<EnrolReply> {
        Err(Code::Offline.into())
    }
    async fn exchange(&self, request: &ExchangeRequest) -> Result<ExchangeReply> {
        self.heard.lock().expect("one thread").push(serde_json::to_vec(request)?);
        read_reply(&self.answer)
    }
    async fn uploaded(&self, _: &str) -> Result<u64> {
        Err(Code::Offline.into())
    }
    async fn upload(&self, _: &str, _: u64, _: &str, _: u64, _: Bytes) -> Result<u64> {
        Err(Code::Offline.into())
    }
    async fn download(&self, _: &str) -> Result<Bytes> {
        Err(Code::Offline.into())
    }
}

/// A request as a device really sends it: signed, with something in it.
fn real_request(world: &World) -> Vec<u8> {
    let (device, job) = (world.units[0].device(), world.units[0].jobs()[0]);
    let note = FactBody::NoteAdded { text: "换油".to_owned() };
    device.write(|tx| tx.fact(About { job, visit: None }, note, Vec::new())).expect("a note");
    let road = Scripted { heard: Mutex::default(), answer: Vec::new() };
    _ = device.sync_over(&road).now_or_never().expect("at once");
    road.heard.into_inner().expect("one thread").remove(0)
}

#[test]
fn fuzz_exchange_request() {
    let world = world();
    let real = real_request(&world);
    feed("exchange_request", vec![real], |bytes| {
        if let Err(error) = world.deliver(0, bytes) {
            sound(&error.into_problem());
        }
    });
}

#[test]
fn fuzz_exchange_reply() {
    let world = world();
    let real = world.deliver(0, &real_request(&world)).expect("answered");
    feed("exchange_reply", vec![real], |bytes| {
        let road = Scripted { heard: Mutex::default(), answer: bytes.to_vec() };
        // A server that talks nonsense may be refused or believed; the device must live on.
        _ = world.units[0].device().sync_over(&road).now_or_never().expect("at once");
        if world.units[0].open() {
            world.units[0].device().sentence().expect("it still knows how it stands");
        }
    });
}

#[test]
fn fuzz_cursor() {
    let world = world();
    feed("cursor", Vec::new(), |bytes| {
        let request = json!({
            "cursors": { "company": text(bytes) }, "first_seq": 1, "oldest_held": 1, "app": "t", "schema": 1, "max_bytes": 1,
        });
        world
            .deliver(0, &serde_json::to_vec(&request).expect("json"))
            .expect("a strange cursor is answered by a reset");
    });
}

#[test]
fn fuzz_change() {
    let key = public_key("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").expect("a key");
    feed("change", Vec::new(), |bytes| {
        let payload = text(bytes);
        if let Ok(change) = serde_json::from_str::<Change>(&payload) {
            let again = serde_json::to_string(&change).expect("written");
            assert_eq!(serde_json::from_str::<Change>(&again).expect("read again"), change, "passed on unchanged");
        }
        let signed = SignedChange {
            device_id: uuid::Uuid::nil().into(),
            device_seq: 1,
            payload: payload.clone(),
            signature: payload,
        };
        assert!(signed.open(&key).is_err(), "nobody signed this");
    });
}

#[test]
fn fuzz_enrolment_text() {
    let whole = "gongdan:http://127.0.0.1:8610|ABCD-EFGH".to_owned();
    feed("enrolment_text", vec![whole.into_bytes()], |bytes| {
        let text = text(bytes);
        _ = EnrolmentText::is_meant(&text);
        if let Ok(read) = text.parse::<EnrolmentText>() {
            let again: EnrolmentText = read.to_string().parse().expect("what was read can be written");
            assert_eq!((again.code, again.server), (read.code, read.server));
        }
    });
}

#[test]
fn fuzz_sealed() {
    let key = public_key("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").expect("a key");
    feed("sealed", Vec::new(), |bytes| {
        if let Ok(document) = serde_json::from_slice::<SealedDocument>(bytes) {
            assert!(document.open(&key).is_err(), "nobody signed this");
        }
        if let Ok(receipt) = serde_json::from_slice::<Receipt>(bytes) {
            assert!(receipt.verify(&key).is_err(), "nobody signed this");
        }
        if let Ok(certificate) = serde_json::from_slice::<SignedCertificate>(bytes) {
            assert!(certificate.open(&key).is_err(), "nobody signed this");
        }
    });
}

#[test]
fn fuzz_reference() {
    let world = world();
    feed("reference", Vec::new(), |bytes| {
        let Ok(args) = serde_json::from_slice::<Value>(bytes) else { return };
        for login in ["lu", "admin"] {
            if let Err(problem) = world.office().call(login, "publish_reference", args.clone()) {
                sound(&problem);
            }
        }
    });
}

#[test]
fn fuzz_search() {
    let world = world();
    feed("search", Vec::new(), |bytes| {
        let text = text(bytes);
        for (name, args) in [
            ("search_customers", json!({ "text": text })),
            ("list_jobs", json!({ "filter": "all", "text": text, "page": 0 })),
            ("list_orders", json!({ "filter": "all", "text": text, "page": 0 })),
        ] {
            if let Err(problem) = world.office().call("lu", name, args) {
                sound(&problem);
            }
        }
        if let Err(problem) = commands::call(world.units[0].device(), "search", json!({ "text": text })) {
            sound(&problem);
        }
    });
}

#[test]
fn fuzz_office() {
    let world = world();
    feed("office", Vec::new(), |bytes| {
        let Ok(args) = serde_json::from_slice::<Value>(bytes) else { return };
        let names: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).filter(|name| *name != "sign_in").collect();
        if let Err(problem) = world.office().call("admin", one(&names, bytes), args) {
            sound(&problem);
        }
    });
}

#[test]
fn fuzz_field() {
    let world = world();
    // What asks a person for a code or a PIN takes its time on purpose; a PDF takes as long as it is.
    let slow = ["enrol", "unlock", "lock", "save_order_pdf", "sync_now"];
    feed("field", Vec::new(), |bytes| {
        let Ok(args) = serde_json::from_slice::<Value>(bytes) else { return };
        let names: Vec<&str> = commands::NAMES.iter().copied().filter(|name| !slow.contains(name)).collect();
        if let Err(problem) = commands::call(world.units[0].device(), one(&names, bytes), args) {
            sound(&problem);
        }
    });
}

/// Exported work, as the parcel that somebody hands over, and as what would be inside if he could write one to the company.
#[test]
fn fuzz_work() {
    let world = world();
    _ = real_request(&world);
    let core = world.core();
    let (parcel, _) = gongdan_device::export::pack(world.units[0].device()).expect("packed");
    let inside = parcel::open(&parcel, &parcel::opener_of(&core.keys.signing)).expect("the company opens it");
    let company = parcel::address_of(&core.keys.signing.verifying_key());
    feed("work", vec![parcel, inside], |bytes| {
        if let Err(error) = import::work(core, bytes, None) {
            sound(&error.problem());
        }
        let once = x25519_dalek::StaticSecret::from([9; 32]);
        let closed = parcel::close(bytes, &company, &once).expect("closed");
        if let Err(error) = import::work(core, &closed, None) {
            sound(&error.problem());
        }
        _ = gongdan_device::export::carry(world.units[0].device(), bytes);
    });
}

/// A file that somebody drops at the page of verification or gives to `verify`: a PDF, an exported proof, anything.
#[test]
fn fuzz_proof() {
    let world = world();
    let mut read = 0;
    feed("proof", Vec::new(), |bytes| {
        read += u32::from(File::read(bytes.to_vec()).is_ok());
        let (lines, _) = offline::alone(bytes.to_vec(), None);
        assert!(!lines.is_empty(), "it always says something");
        if let Err(error) = offline::with_data(world.core(), bytes.to_vec()) {
            sound(&error.problem());
        }
    });
    assert!(read > 2, "some of it gets past the first look");
}

/// The files of a broken tablet: database, log, and the key wrapped to the company.
#[test]
fn fuzz_tablet() {
    let world = world();
    _ = real_request(&world);
    let (tablet, here) = (&world.units[0].dir, tempfile::tempdir().expect("a folder"));
    let database = std::fs::read(tablet.join("gongdan.db")).expect("the database");
    let recovery = x25519_dalek::StaticSecret::from([7; 32]);
    let company = B64.encode(x25519_dalek::PublicKey::from(&recovery).as_bytes());
    std::fs::copy(tablet.join("vault.json"), here.path().join("vault.json")).expect("copied");
    let vault = Vault::new(here.path(), Box::new(world.units[0].pocket.copied()));
    vault.keep_for_recovery(&vault.from_key_store().expect("the key"), &company).expect("wrapped");
    let wrap = std::fs::read(here.path().join("recovery.json")).expect("the wrapped key");
    let whole = tablet::read(&tablet.join("gongdan.db"), &recovery, here.path(), world.core().now());
    assert!(whole.is_err(), "wrapped to another company");
    std::fs::write(here.path().join("gongdan.db"), &database).expect("written");
    tablet::read(&here.path().join("gongdan.db"), &recovery, here.path(), world.core().now()).expect("both are whole");
    feed("tablet", vec![database.clone(), wrap.clone()], |bytes| {
        // What begins like a text is the wrapped key of a whole database, anything else the database of a whole key.
        let key = bytes.first() == Some(&b'{');
        std::fs::write(here.path().join("gongdan.db"), if key { &database } else { bytes }).expect("written");
        std::fs::write(here.path().join("recovery.json"), if key { bytes } else { &wrap }).expect("written");
        let read = tablet::read(&here.path().join("gongdan.db"), &recovery, here.path(), world.core().now());
        if let Err(error) = read {
            sound(&error.problem());
        }
    });
}
