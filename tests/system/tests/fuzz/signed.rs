//! What an altered app could send: operations, cursors, holes and offers that its device really signed. The signature holds, so that
//! all behind it (reach, merge, judging, indexes, lists) meets them; whatever was taken, the office and a real device read it after.

use gongdan_device::commands;
use gongdan_domain::entity::{customer, kind};
use gongdan_domain::fact::{ConsentHow, FactBody, PhotoKind, Rating, SigningChoice};
use gongdan_domain::id::{JobId, WriteId, derived};
use gongdan_domain::seal::{ChainHead, SealPayload, SealedDocument};
use gongdan_domain::sync::change::{Change, EntityRef};
use gongdan_domain::sync::wire::{Outcome, RecordBody};
use gongdan_domain::time::Stamp;
use gongdan_system_tests::fuzz::feed;
use gongdan_system_tests::sim::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::own::Own;
use crate::{sound, text, world};

/// After so many inputs everybody reads what was taken.
const READ_EVERY: u64 = 60;

/// Operations as the app makes them, about a job that this device has.
fn operations(world: &World, own: &Own, job: JobId) -> Vec<Value> {
    let (at, visit) = (Stamp::trusted(world.core().now()), job.visit(1));
    let file = json!({ "hash": "cd".repeat(32), "size": 10, "mime": "image/jpeg" });
    let fact = |body: &FactBody| {
        let (kind, body) = body.parts();
        json!({
            "op": "fact", "id": Uuid::nil(), "kind": kind, "job": job, "visit": visit, "scopes": [format!("job:{job}")],
            "at": at, "by": own.person, "body": body, "files": [file],
        })
    };
    let sealed = FactBody::OrderSealed {
        order: visit.order(),
        revision: 1,
        order_no: "GD-Z9-2611-0001".to_owned(),
        hash: "00".repeat(32),
        choice: SigningChoice::Declined,
        quality: Rating::Dissatisfied,
        attitude: Rating::Fair,
        total_fen: 45_000,
        supersedes: None,
        position: None,
    };
    let facts = [
        FactBody::NoteAdded { text: "换油".to_owned() },
        FactBody::Departed { kit_version: "2024".to_owned(), released: vec![] },
        FactBody::PhotoTaken { photo: PhotoKind::Before, caption: String::new(), width: 1, height: 1, taken_at: None },
        FactBody::ConsentGiven {
            total_fen: 987_654,
            schedule_version: "2024-A".to_owned(),
            estimate_hash: String::new(),
            by_name: "王".to_owned(),
            how: ConsentHow::OnScreen,
        },
        FactBody::JobAssigned { visit, technicians: vec![own.person], leader: own.person, planned_at: None },
        FactBody::ReassignAnswered { request: job.0.into(), accepted: true, reason: String::new() },
        sealed,
    ];
    let mut ops: Vec<Value> = facts.iter().map(fact).collect();
    let fields = world.core().store.read(|r| r.fields(&EntityRef::new(kind::JOB, job.0))).expect("read");
    let customer_id = fields.text("customer").to_owned();
    let entity = EntityRef::new(kind::CUSTOMER, customer_id.parse().expect("a customer"));
    let known = world.core().store.read(|r| r.fields(&entity)).expect("read");
    let seen: Vec<WriteId> =
        known.register(customer::NAME).map(|r| r.heads.iter().map(|h| h.write).collect()).unwrap_or_default();
    let write = |entity: Value, field: &str, seen: &[WriteId]| {
        json!({
            "op": "write", "id": Uuid::nil(), "entity": entity, "field": field, "value": "样例", "seen": seen,
            "scopes": [format!("job:{job}")], "at": at, "by": own.person,
        })
    };
    ops.push(write(json!(entity), customer::NAME, &seen));
    ops.push(write(json!(entity), customer::NAME, &[]));
    ops.push(write(json!({ "kind": "job", "id": job }), "customer", &[]));
    ops.push(write(json!({ "kind": "machine", "id": derived(job.0, "m") }), "run_hours", &[]));
    let facts = world.core().store.read(|r| r.facts(job)).expect("read");
    let targets: Vec<_> = facts.iter().filter(|f| !f.by_office).map(|f| f.fact.id).collect();
    ops.push(json!({
        "op": "retract", "targets": targets, "scopes": [format!("job:{job}")], "at": at, "by": own.person, "reason": "",
    }));
    let payload = SealPayload {
        kind: "work_order".to_owned(),
        device_id: own.id,
        seal_no: 1,
        previous: ChainHead::genesis(&own.certificate).hash,
        sealed_at: world.core().now(),
        clock: None,
        content: json!({ "form": "x" }),
    };
    let document = SealedDocument::seal(visit.order().0, 1, &payload, &own.key).expect("sealed");
    ops.push(json!({
        "op": "seal", "document": document, "scopes": [format!("job:{job}")], "job": job, "visit": visit, "at": at,
        "by": own.person, "files": [file],
    }));
    ops.push(json!({ "op": "hologram", "scopes": [format!("job:{job}")], "light": { "x": 1 } }));
    ops
}

fn change(world: &World, own: &Own, ops: &[Value]) -> Vec<u8> {
    let made_at = Stamp::trusted(world.core().now());
    json!({
        "change_id": Uuid::nil(), "device_id": own.id, "device_seq": 1, "author": own.person, "made_at": made_at,
        "schema": 1, "ops": ops,
    })
    .to_string()
    .into_bytes()
}

/// Altered content in an envelope that fits, with names that were not used before: what is looked at is the content.
fn fitting(bytes: &[u8], own: &Own) -> String {
    let Ok(Value::Object(mut change)) = serde_json::from_slice::<Value>(bytes) else { return text(bytes) };
    let fresh = |what: &str| json!(derived(own.id.0, &format!("{what}/{}", own.next)));
    change.insert("device_id".to_owned(), json!(own.id));
    change.insert("device_seq".to_owned(), json!(own.next));
    change.insert("change_id".to_owned(), fresh("change"));
    change.insert("author".to_owned(), json!(own.person));
    let ops = change.get_mut("ops").and_then(Value::as_array_mut).into_iter().flatten();
    for (n, op) in ops.enumerate().filter(|(_, op)| op["id"] == json!(Uuid::nil())) {
        op["id"] = fresh(&format!("op/{n}"));
    }
    Value::Object(change).to_string()
}

/// Everybody who may come upon it looks at it.
fn read(world: &mut World, own: &Own, job: JobId) {
    for (name, args) in [
        ("home", json!({})),
        ("open_job", json!({ "job": job })),
        ("open_order", json!({ "order": job.visit(1).order() })),
        ("list_jobs", json!({ "filter": "all" })),
        ("list_orders", json!({ "filter": "all" })),
        ("list_numbers", json!({})),
        ("list_findings", json!({ "open": true })),
        ("list_conflicts", json!({})),
        ("callbacks", json!({})),
    ] {
        if let Err(problem) = world.office().call("lu", name, args) {
            sound(&problem);
        }
    }
    for (name, args) in [("list_refused", json!({})), ("list_offered", json!({})), ("list_audit", json!({ "page": 0 }))]
    {
        if let Err(problem) = world.office().call("admin", name, args) {
            sound(&problem);
        }
    }
    own.exchange(world.core(), &own.request(&[], json!({}))).expect("told from the beginning");
    world.sync(0).expect("a real device takes it in");
    let device = world.units[0].device();
    device.sentence().expect("it knows how it stands");
    if let Err(problem) = commands::call(device, "open_job", json!({ "job": job })) {
        sound(&problem);
    }
}

#[test]
fn fuzz_signed_change() {
    let mut world = world();
    let (person, job) = (world.units[0].person, world.units[0].jobs()[0]);
    let mut own = Own::enrol(world.core(), person, 21);
    let ops = operations(&world, &own, job);
    let mut seeds: Vec<Vec<u8>> = ops.iter().map(|op| change(&world, &own, std::slice::from_ref(op))).collect();
    seeds.push(change(&world, &own, &ops));
    let (mut taken, mut refused, mut inputs) = (0, 0, 0);
    feed("signed", seeds, |bytes| {
        let signed = own.signed(fitting(bytes, &own));
        if let Ok(read) = serde_json::from_str::<Change>(&signed.payload) {
            let again = serde_json::to_string(&read).expect("written");
            assert_eq!(serde_json::from_str::<Change>(&again).expect("read again"), read, "passed on unchanged");
        }
        let reply = own.exchange(world.core(), &own.request(&[signed], json!({})));
        let reply = reply.unwrap_or_else(|problem| panic!("a signed change gets a verdict: {problem:?}"));
        match reply.verdicts.first().map(|verdict| &verdict.outcome) {
            Some(Outcome::Accepted) => taken += 1,
            Some(Outcome::Refused { .. }) => refused += 1,
            other => panic!("one of a device that nobody copied: {other:?}"),
        }
        assert_eq!(reply.acked_through, own.next, "it holds up nothing");
        own.next += 1;
        inputs += 1;
        if inputs % READ_EVERY == 0 {
            read(&mut world, &own, job);
        }
    });
    // One input alone, by its seed, is whatever it is.
    assert!(inputs == 1 || taken > 50 && refused > 20, "much of it gets in, much does not: {taken} {refused}");
    read(&mut world, &own, job);
}

/// The other things that a request says: holes, offers, what the device knows, a code for a forgotten PIN.
#[test]
fn fuzz_signed_request() {
    let mut world = world();
    let (person, job) = (world.units[0].person, world.units[0].jobs()[0]);
    let own = Own::enrol(world.core(), person, 22);
    let told = own.exchange(world.core(), &own.request(&[], json!({}))).expect("told");
    let records: Vec<_> = told.pages.iter().flat_map(|page| page.records.clone()).collect();
    let offered = |wanted: &dyn Fn(&RecordBody) -> bool| {
        let mut record = records.iter().find(|record| wanted(&record.body)).cloned().expect("there is one");
        if let RecordBody::Fact { fact, .. } = &mut record.body {
            fact.id = derived(fact.id.0, "lost").into();
        }
        record
    };
    let fact = offered(&|body| matches!(body, RecordBody::Fact { .. }));
    let entity = offered(&|body| matches!(body, RecordBody::Entity { .. }));
    let note = operations(&world, &own, job).remove(0);
    let signed = own.signed(fitting(&change(&world, &own, &[note]), &own));
    let signed = [signed];
    let seeds = vec![
        own.request(&signed, json!({ "epoch": told.epoch, "covered": told.covered })),
        own.request(&signed, json!({ "missing": [[1, 3], [5, 9]], "first_seq": 10 })),
        own.request(&signed, json!({ "missing": [[1, u64::MAX]], "first_seq": 5 })),
        own.request(&[], json!({ "epoch": told.epoch, "offered": [fact, entity], "last_file": "cd".repeat(32) })),
        own.request(&[], json!({ "collected": true, "recovery_code": "AAAA" })),
    ];
    let mut answered = 0;
    feed("exchange_request", seeds, |bytes| match own.exchange(world.core(), bytes) {
        Ok(_) => answered += 1,
        Err(problem) => sound(&problem),
    });
    assert!(answered > 0, "some of it is understood");
    read(&mut world, &own, job);
}

/// The text that stands for the cursors of all scopes comes back as it was given, or as somebody changed it.
#[test]
fn fuzz_covered() {
    let world = world();
    let own = Own::enrol(world.core(), world.units[0].person, 23);
    let told = own.exchange(world.core(), &own.request(&[], json!({}))).expect("told");
    let good = told.covered.clone().expect("all pages came");
    let mut strange = 0;
    feed("covered", vec![good.into_bytes()], |bytes| {
        let asked = json!({ "epoch": told.epoch, "covered": text(bytes) });
        let reply = own.exchange(world.core(), &own.request(&[], asked)).expect("a strange text is answered");
        strange += u32::from(reply.reset.is_some() || reply.cursors_wanted);
    });
    assert!(strange > 0, "what was altered is mostly found to be");
}
