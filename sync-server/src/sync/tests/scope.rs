//! Invariant `scope_is_tight` against clients that were altered: whoever knows a hash, had a job once, or holds the code of a closed
//! account gets no more than anybody else.

use gongdan_domain::entity::{customer, job as jf, kind};
use gongdan_domain::fact::{About, FactBody, PhotoKind};
use gongdan_domain::id::{JobId, PersonId};
use gongdan_domain::permission::Role;
use gongdan_domain::seal::{public_key_text, sha256_hex};
use gongdan_domain::sync::change::{EntityRef, FileRef, Op, Scope};
use gongdan_domain::sync::wire::{EnrolRequest, Outcome, RecordBody};
use serde_json::json;
use uuid::Uuid;

use super::{Team, photo, team};
use crate::storage::User;
use crate::sync::enrol;
use crate::testing::{Device, World, records, request};

const BYTES: &[u8] = b"a picture of the machine";

/// A photo as a fact of this device, for any job and whatever hash.
fn naming(
    world: &World,
    device: &Device,
    job: JobId,
    seq: u64,
    file: &FileRef,
) -> gongdan_domain::sync::change::SignedChange {
    let body =
        FactBody::PhotoTaken { photo: PhotoKind::Before, caption: String::new(), width: 1, height: 1, taken_at: None };
    let mut op = device.fact(About { job, visit: Some(job.visit(1)) }, world.now(), &body);
    if let Op::Fact(fact) = &mut op {
        fact.files = vec![file.clone()];
    }
    device.change(seq, world.now(), vec![op])
}

async fn get(t: &Team, device: &Device, hash: &str) -> u16 {
    t.world.attachment(device, "GET", hash, None, &[]).await.status.as_u16()
}

async fn send(t: &Team, device: &Device, file: &FileRef, bytes: &[u8]) -> u16 {
    t.world.attachment(device, "PATCH", &file.hash, Some(0), bytes).await.status.as_u16()
}

async fn told(t: &Team, device: &Device, file: &FileRef) -> String {
    let answer = t.world.attachment(device, "HEAD", &file.hash, None, &[]).await;
    answer.headers.get("upload-offset").map(|v| v.to_str().expect("a number").to_owned()).unwrap_or_default()
}

async fn give(t: &Team, job: JobId, to: PersonId) {
    t.world.done(&t.dispatcher, "assign_job", json!({ "job": job, "technicians": [to], "leader": to })).await;
    t.world.pass(1);
}

/// Somebody with a device and a job of his own.
async fn stranger(t: &Team) -> (Device, JobId) {
    let shen = t.world.person("shen", Role::Technician);
    let (device, job) = (t.world.device(shen).await, t.world.job(&t.dispatcher, shen).await);
    t.world.pass(1);
    (device, job)
}

#[tokio::test]
async fn scope_is_tight_naming_a_foreign_hash_in_an_own_job_opens_no_file() {
    let t = team().await;
    let file = photo(&t, BYTES).await;
    let (other, own) = stranger(&t).await;
    // Before it is here, and after: neither names the bytes into his own hands.
    t.world.push(&other, vec![naming(&t.world, &other, own, 1, &file)]).await;
    assert_eq!(send(&t, &t.device, &file, BYTES).await, 204);
    t.world.push(&other, vec![naming(&t.world, &other, own, 2, &file)]).await;
    assert_eq!(get(&t, &other, &file.hash).await, 404);
    assert_eq!(told(&t, &other, &file).await, "0", "not even that it is here");
    // In the job where it is at home it opens as little: that job is not his.
    t.world.push(&other, vec![naming(&t.world, &other, t.job, 3, &file)]).await;
    assert_eq!(get(&t, &other, &file.hash).await, 404);
    assert_eq!(get(&t, &t.device, &file.hash).await, 200, "who took it reads it");
}

#[tokio::test]
async fn blob_whole_who_truly_has_the_same_bytes_delivers_them_and_reads_them() {
    let t = team().await;
    let file = photo(&t, BYTES).await;
    send(&t, &t.device, &file, BYTES).await;
    let (other, own) = stranger(&t).await;
    t.world.push(&other, vec![naming(&t.world, &other, own, 1, &file)]).await;
    assert_eq!(t.world.attachment(&other, "PATCH", &file.hash, Some(0), &BYTES[..9]).await.status.as_u16(), 204);
    assert_eq!((told(&t, &other, &file).await, get(&t, &other, &file.hash).await), ("9".to_owned(), 404));
    let wrong = vec![b'x'; BYTES.len() - 9];
    assert_eq!(t.world.attachment(&other, "PATCH", &file.hash, Some(9), &wrong).await.code(), "hash_mismatch");
    assert_eq!(get(&t, &t.device, &file.hash).await, 200, "what is whole stays whole");
    assert_eq!(send(&t, &other, &file, BYTES).await, 204);
    assert_eq!((told(&t, &other, &file).await, get(&t, &other, &file.hash).await), (file.size.to_string(), 200));
}

/// Half of somebody's upload is no start for another: the last byte would be guessed quickly.
#[tokio::test]
async fn scope_is_tight_nobody_finishes_what_another_began() {
    let t = team().await;
    let file = photo(&t, BYTES).await;
    let (other, own) = stranger(&t).await;
    t.world.push(&other, vec![naming(&t.world, &other, own, 1, &file)]).await;
    let (most, last) = BYTES.split_at(BYTES.len() - 1);
    t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), most).await;
    assert_eq!(told(&t, &other, &file).await, "0");
    let guessed = t.world.attachment(&other, "PATCH", &file.hash, Some(most.len() as u64), last).await;
    assert_eq!(guessed.code(), "offset_mismatch");
    let finished = t.world.attachment(&t.device, "PATCH", &file.hash, Some(most.len() as u64), last).await;
    assert_eq!(finished.status.as_u16(), 204, "nor does it disturb him");
}

#[tokio::test]
async fn scope_is_tight_a_former_holder_delivers_his_photos_and_reads_none_of_his_successor() {
    let t = team().await;
    let late = photo(&t, BYTES).await;
    let shen = t.world.person("shen", Role::Technician);
    let successor = t.world.device(shen).await;
    give(&t, t.job, shen).await;
    let theirs = FileRef { hash: sha256_hex(b"later"), size: 5, mime: "image/jpeg".to_owned() };
    t.world.push(&successor, vec![naming(&t.world, &successor, t.job, 1, &theirs)]).await;
    assert_eq!(send(&t, &successor, &theirs, b"later").await, 204);
    assert_eq!(get(&t, &t.device, &theirs.hash).await, 404, "the job is not his any more");
    t.world.push(&t.device, vec![naming(&t.world, &t.device, t.job, 2, &theirs)]).await;
    assert_eq!(get(&t, &t.device, &theirs.hash).await, 404);
    assert_eq!(send(&t, &t.device, &late, BYTES).await, 204, "what he took is still his to deliver");
    assert_eq!(told(&t, &t.device, &late).await, late.size.to_string());
    assert_eq!((get(&t, &t.device, &late.hash).await, get(&t, &successor, &late.hash).await), (404, 200));
}

/// The order of who leads names the photos of who helped, perhaps before they came; a later job at that machine reads them.
#[tokio::test]
async fn scope_is_tight_an_order_opens_the_photos_of_all_who_worked_at_it_wherever_it_may_be_read() {
    let t = team().await;
    let shen = t.world.person("shen", Role::Technician);
    let helper = t.world.device(shen).await;
    let both = json!({ "job": t.job, "technicians": [t.device.person, shen], "leader": t.device.person });
    t.world.done(&t.dispatcher, "assign_job", both).await;
    t.world.pass(1);
    let file = FileRef { hash: sha256_hex(BYTES), size: BYTES.len() as u64, mime: "image/jpeg".to_owned() };
    t.world.push(&helper, vec![naming(&t.world, &helper, t.job, 1, &file)]).await;
    let seal = t.device.seal(t.about, 1, json!({ "form": "x" }), t.world.now(), vec![file.clone()]);
    t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![Op::Seal(seal)])]).await;

    let wu = t.world.person("wu", Role::Technician);
    let later = t.world.device(wu).await;
    let fields = t.world.core.store.read(|r| r.fields(&EntityRef::new(kind::JOB, t.job.0))).expect("read");
    let job = JobId(Uuid::now_v7());
    let known = |field: &str| json!({ "kind": "known", field: fields.text(field) });
    let call = json!({
        "job": job, "customer": known(jf::CUSTOMER), "machine": known(jf::MACHINE), "symptom": "又停机",
        "service_kind": "repair", "urgency": "down", "assign": { "technicians": [wu], "leader": wu },
    });
    t.world.done(&t.dispatcher, "create_job", call).await;
    assert_eq!(send(&t, &helper, &file, BYTES).await, 204);
    for device in [&t.device, &helper, &later] {
        assert_eq!(get(&t, device, &file.hash).await, 200);
    }
}

/// A write with a scope more would keep a record in reach for ever, whoever gets the job.
#[tokio::test]
async fn scope_is_tight_a_write_from_the_field_adds_no_scope_to_a_record() {
    let t = team().await;
    let at = t.world.now();
    let fields = t.world.core.store.read(|r| r.fields(&EntityRef::new(kind::JOB, t.job.0))).expect("read");
    let stolen = EntityRef::new(kind::CUSTOMER, fields.text(jf::CUSTOMER).parse().expect("an id"));
    let own = |write: gongdan_domain::sync::change::Write| {
        let scopes = vec![Scope::Job(t.job), Scope::Person(t.device.person)];
        Op::Write(gongdan_domain::sync::change::Write { scopes, ..write })
    };
    let write = t.device.write(&stolen, customer::ADDRESS, json!("二号门"), vec![], Scope::Job(t.job), at);
    let mine = EntityRef::new(kind::CUSTOMER, Uuid::now_v7());
    let new = t.device.write(&mine, customer::NAME, json!("路上接的"), vec![], Scope::Job(t.job), at);
    let reply = t
        .world
        .push(&t.device, vec![t.device.change(1, at, vec![own(write)]), t.device.change(2, at, vec![own(new)])])
        .await;
    assert!(reply.verdicts.iter().all(|v| v.outcome == Outcome::Accepted), "field work is taken: {:?}", reply.verdicts);
    let shen = t.world.person("shen", Role::Technician);
    give(&t, t.job, shen).await;
    let after = t.world.exchange(&t.device, &request(3, 3, vec![])).await;
    let held: Vec<Uuid> = records(&after)
        .into_iter()
        .filter_map(|r| if let RecordBody::Entity { entity, .. } = &r.body { Some(entity.id) } else { None })
        .collect();
    assert!(!held.contains(&stolen.id), "the job was taken from him, and its customer with it");
    assert!(held.contains(&mine.id), "what he made known himself stands where he put it");
}

fn enrolment(code: &str) -> EnrolRequest {
    let key = public_key_text(&ed25519_dalek::SigningKey::from_bytes(&[5; 32]).verifying_key());
    serde_json::from_value(json!({ "code": code, "public_key": key, "device_name": "t", "app": "t" }))
        .expect("a request")
}

fn enrolled(world: &World, code: &str) -> String {
    let request = enrolment(code);
    match world.core.write_now(move |core, tx| enrol::enrol_with(core, tx, &request)) {
        Ok(_) => "enrolled".to_owned(),
        Err(error) => json!(error.problem().code).as_str().expect("a name").to_owned(),
    }
}

#[tokio::test]
async fn l3_a_code_ends_with_the_account_it_was_made_for() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let zhang = world.person("zhang", Role::Technician);
    let code = || world.core.write_now(move |core, tx| enrol::create_code(tx, zhang, core.now())).expect("a code").0;

    let before = code();
    world.done(&admin, "disable_account", json!({ "login": "zhang", "disabled": true })).await;
    assert_ne!(enrolled(&world, &before), "enrolled", "the account is closed");
    world.done(&admin, "disable_account", json!({ "login": "zhang", "disabled": false })).await;
    assert_eq!(enrolled(&world, &before), "enrolment_code_invalid", "what was closed is not open again by itself");

    let before = code();
    for role in ["sales", "technician"] {
        world.done(&admin, "change_role", json!({ "login": "zhang", "role": role })).await;
    }
    assert_eq!(enrolled(&world, &before), "enrolment_code_invalid", "a code of yesterday's role");

    // A restored backup may still have the code: the account is asked all the same.
    let (before, user) = (code(), world.user("zhang"));
    let now = world.now();
    world.core.write_now(move |_, tx| tx.put_user(&User { disabled_at: Some(now), ..user }, now)).expect("closed");
    assert_eq!(enrolled(&world, &before), "not_allowed");
    let user = User { disabled_at: None, ..world.user("zhang") };
    world.core.write_now(move |_, tx| tx.put_user(&user, now)).expect("open");
    assert_eq!(enrolled(&world, &before), "enrolled");
}

/// Settling is a change of a person, wherever he does it (I5): the trail names him as it names the office.
#[tokio::test]
async fn i5_a_conflict_settled_on_a_tablet_stands_in_the_audit_trail() {
    let t = team().await;
    let admin = t.world.signed_in("root", Role::Admin).await;
    let fields = t.world.core.store.read(|r| r.fields(&EntityRef::new(kind::JOB, t.job.0))).expect("read");
    let entity = EntityRef::new(kind::CUSTOMER, fields.text(jf::CUSTOMER).parse().expect("an id"));
    let write = |value: &str, seen| {
        t.device.write(&entity, customer::ADDRESS, json!(value), seen, Scope::Job(t.job), t.world.now())
    };
    let (a, b) = (write("一号门", vec![]), write("二号门", vec![]));
    let seen = vec![a.id, b.id];
    let heads = t.world.core.store.read(|r| r.fields(&entity)).expect("read");
    let office: Vec<_> = heads.register(customer::ADDRESS).expect("a field").heads.iter().map(|h| h.write).collect();
    let settled = write("三号门", seen.into_iter().chain(office).collect());
    let changes =
        [a, b, settled].into_iter().zip(1..).map(|(w, seq)| t.device.change(seq, t.world.now(), vec![Op::Write(w)]));
    t.world.push(&t.device, changes.collect()).await;
    let trail = t.world.done(&admin, "list_audit", json!({ "action": "settled" })).await;
    let rows = trail["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "one settled, and what made the conflict settled nothing: {trail}");
    assert_eq!(rows[0]["by"]["id"], json!(t.device.person));
    assert_ne!(rows[0]["address"], "", "from where");
}
