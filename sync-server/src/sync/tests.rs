//! The sync protocol as properties of what two sides hold afterwards; each test is named by the invariant or requirement it states.

use gongdan_domain::entity::{job as jf, kind, visit as vf};
use gongdan_domain::fact::{About, FactBody, Rating, SigningChoice};
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::{JobId, WriteId};
use gongdan_domain::permission::Role;
use gongdan_domain::problem::Code;
use gongdan_domain::seal::{public_key, sha256_hex};
use gongdan_domain::sync::change::{EntityRef, FileRef, Op, Scope, SignedChange};
use gongdan_domain::sync::wire::{ExchangeRequest, Outcome, RecordBody};
use serde_json::json;
use uuid::Uuid;

use crate::testing::{Browser, Device, World, records, request, spoiled};

mod again;
mod hostile;
mod pull;
mod rejudge;
mod revoke;
mod scope;

struct Team {
    world: World,
    dispatcher: Browser,
    device: Device,
    job: JobId,
    about: About,
}

/// One technician with a device and a job.
async fn team() -> Team {
    let world = World::new();
    let dispatcher = world.signed_in("lu", Role::Dispatcher).await;
    let zhang = world.person("zhang", Role::Technician);
    let device = world.device(zhang).await;
    let job = world.job(&dispatcher, zhang).await;
    world.pass(1);
    Team { world, dispatcher, device, job, about: About { job, visit: Some(job.visit(1)) } }
}

impl Team {
    fn note(&self, seq: u64, text: &str) -> SignedChange {
        let body = FactBody::NoteAdded { text: text.to_owned() };
        self.device.change(seq, self.world.now(), vec![self.device.fact(self.about, self.world.now(), &body)])
    }

    fn facts(&self) -> usize {
        self.world.core.store.read(|r| r.facts(self.job)).expect("read").iter().filter(|f| !f.by_office).count()
    }

    fn finding_codes(&self) -> Vec<FindingCode> {
        let found =
            self.world.core.store.read(|r| r.findings(crate::storage::FindingQuery::ALL, 100, 0)).expect("read");
        found
            .into_iter()
            .filter_map(|f| if let RecordBody::Finding { finding } = f.body { Some(finding.code) } else { None })
            .collect()
    }
}

#[tokio::test]
async fn exactly_once_a_repeat_gets_its_first_verdict() {
    let t = team().await;
    let changes = vec![t.note(1, "甲"), t.note(2, "乙")];
    let first = t.world.push(&t.device, changes.clone()).await;
    let again = t.world.push(&t.device, changes).await;
    assert_eq!(first.verdicts, again.verdicts);
    assert_eq!((again.acked_through, t.facts()), (2, 2), "nothing came twice");
}

#[tokio::test]
async fn exactly_once_the_same_change_under_another_number_counts_once() {
    let t = team().await;
    let op = t.device.fact(t.about, t.world.now(), &FactBody::NoteAdded { text: "甲".to_owned() });
    let first = t.device.change(1, t.world.now(), vec![op]);
    let mut twin: gongdan_domain::sync::change::Change = serde_json::from_str(&first.payload).expect("a change");
    twin.device_seq = 2;
    let twin = SignedChange::sign(&twin, &t.device.key).expect("signed");
    let reply = t.world.push(&t.device, vec![first, twin]).await;
    assert!(reply.verdicts.iter().all(|v| v.outcome == Outcome::Accepted));
    assert_eq!((reply.acked_through, t.facts()), (2, 1));
}

#[tokio::test]
async fn poison_passes_a_refused_change_delays_no_other() {
    let t = team().await;
    let reply = t.world.push(&t.device, vec![t.note(1, "甲"), spoiled(t.note(2, "假")), t.note(3, "丙")]).await;
    let codes: Vec<_> = reply.verdicts.iter().map(|v| &v.outcome).collect();
    assert_eq!(codes[0], &Outcome::Accepted);
    assert!(matches!(codes[1], Outcome::Refused { code: Code::SignatureInvalid, .. }));
    assert_eq!(codes[2], &Outcome::Accepted);
    assert_eq!((reply.acked_through, t.facts()), (3, 2));
    let refused = t.world.core.store.read(|r| r.refused_changes()).expect("read");
    assert_eq!(refused.len(), 1, "it is kept with its reason");
}

#[tokio::test]
async fn l2_the_same_number_with_other_content_is_a_copied_device() {
    let t = team().await;
    t.world.push(&t.device, vec![t.note(1, "甲")]).await;
    let reply = t.world.push(&t.device, vec![t.note(1, "另一台")]).await;
    assert_eq!(reply.verdicts[0].outcome, Outcome::Quarantined);
    let kept = t.world.core.store.read(|r| r.refused_changes()).expect("read");
    assert!(kept.iter().any(|(c, apart)| *apart && c.payload.contains("另一台")), "its data is kept");
    let later = t.world.push(&t.device, vec![t.note(2, "再来")]).await;
    assert_eq!((later.verdicts[0].outcome.clone(), t.facts()), (Outcome::Quarantined, 1));
    assert!(later.pages.is_empty(), "a copied device learns nothing more");
}

#[tokio::test]
async fn l2_a_gap_makes_the_device_rewind_and_a_hole_is_said() {
    let t = team().await;
    let gap = t.world.exchange(&t.device, &request(3, 1, vec![t.note(3, "丙")])).await;
    assert_eq!((gap.gap_from, gap.acked_through, gap.verdicts.len()), (Some(1), 0, 0));
    let hole = t.world.exchange(&t.device, &request(3, 3, vec![t.note(3, "丙")])).await;
    assert_eq!((hole.gap_from, hole.acked_through, t.facts()), (None, 3, 1));
    assert!(t.finding_codes().contains(&FindingCode::Hole));
    assert_eq!(t.world.core.store.read(|r| r.holes()).expect("read").len(), 1);
}

#[tokio::test]
async fn scope_is_tight_a_device_gets_its_job_with_customer_and_machine_and_no_other() {
    let t = team().await;
    let shen = t.world.person("shen", Role::Technician);
    let foreign = t.world.job(&t.dispatcher, shen).await;
    let reply = t.world.exchange(&t.device, &request(1, 1, vec![])).await;
    let scopes = reply.scopes.clone().expect("told to a newcomer");
    assert!(scopes.contains(&Scope::Job(t.job)) && !scopes.contains(&Scope::Job(foreign)));
    let kinds: Vec<_> = records(&reply)
        .into_iter()
        .filter_map(|r| if let RecordBody::Entity { entity, .. } = &r.body { Some(entity.kind.clone()) } else { None })
        .collect();
    for wanted in [kind::JOB, kind::CUSTOMER, kind::MACHINE] {
        assert_eq!(kinds.iter().filter(|k| *k == wanted).count(), 1, "exactly one {wanted}: {kinds:?}");
    }
    let text = serde_json::to_string(&reply).expect("json");
    assert!(!text.contains(&foreign.to_string()), "not even the number of a foreign job");
}

#[tokio::test]
async fn scope_is_tight_naming_a_foreign_customer_in_an_own_job_opens_nothing() {
    let t = team().await;
    let shen = t.world.person("shen", Role::Technician);
    let foreign = t.world.job(&t.dispatcher, shen).await;
    let customer = t.world.core.store.read(|r| r.fields(&EntityRef::new(kind::JOB, foreign.0))).expect("read");
    let customer: Uuid = customer.text(jf::CUSTOMER).parse().expect("an id");
    let own = JobId(Uuid::now_v7());
    let entity = EntityRef::new(kind::JOB, own.0);
    let write = t.device.write(&entity, jf::CUSTOMER, json!(customer), vec![], Scope::Job(own), t.world.now());
    let stolen = EntityRef::new(kind::CUSTOMER, customer);
    let forged = t.device.write(&stolen, "note", json!("x"), vec![], Scope::Job(own), t.world.now());
    let changes = vec![
        t.device.change(1, t.world.now(), vec![Op::Write(write)]),
        t.device.change(2, t.world.now(), vec![Op::Write(forged)]),
    ];
    let reply = t.world.push(&t.device, changes).await;
    assert_eq!(reply.verdicts[0].outcome, Outcome::Accepted, "A6: a call taken on the road is his");
    assert!(matches!(reply.verdicts[1].outcome, Outcome::Refused { code: Code::ScopeViolation, .. }));
    assert!(
        !records(&reply).iter().any(|r| matches!(&r.body, RecordBody::Entity { entity, .. } if entity.id == customer))
    );
}

#[tokio::test]
async fn scope_is_tight_office_decisions_and_foreign_authors_are_refused() {
    let t = team().await;
    let archived = FactBody::OrderArchived { order: t.job.visit(1).order(), revision: 1, archive_no: "存".to_owned() };
    let mut foreign = t.device.write(
        &EntityRef::new(kind::JOB, t.job.0),
        jf::WISHES,
        json!("x"),
        vec![],
        Scope::Job(t.job),
        t.world.now(),
    );
    foreign.by = Uuid::now_v7().into();
    let person = t.device.write(
        &EntityRef::new(kind::PERSON, t.device.person.0),
        "role",
        json!("admin"),
        vec![],
        Scope::Company,
        t.world.now(),
    );
    let at = t.world.now();
    let changes = vec![
        t.device.change(1, at, vec![t.device.fact(t.about, at, &archived)]),
        t.device.change(2, at, vec![Op::Write(foreign)]),
        t.device.change(3, at, vec![Op::Write(person)]),
    ];
    let reply = t.world.push(&t.device, changes).await;
    let codes: Vec<_> = reply
        .verdicts
        .iter()
        .map(|v| if let Outcome::Refused { code, .. } = &v.outcome { Some(*code) } else { None })
        .collect();
    assert_eq!(codes, [Some(Code::ScopeViolation), Some(Code::AuthorMismatch), Some(Code::ScopeViolation)]);
}

#[tokio::test]
async fn no_silent_loser_two_who_did_not_see_each_other_stay_side_by_side() {
    let t = team().await;
    let entity = EntityRef::new(kind::JOB, t.job.0);
    let seen =
        t.world.core.store.read(|r| r.fields(&entity)).expect("read").register(jf::SYMPTOM).expect("written").seen();
    let write = |value: &str| {
        Op::Write(t.device.write(&entity, jf::SYMPTOM, json!(value), seen.clone(), Scope::Job(t.job), t.world.now()))
    };
    let changes = vec![
        t.device.change(1, t.world.now(), vec![write("甲")]),
        t.device.change(2, t.world.now(), vec![write("乙")]),
    ];
    t.world.push(&t.device, changes).await;
    let register =
        t.world.core.store.read(|r| r.fields(&entity)).expect("read").register(jf::SYMPTOM).expect("written").clone();
    assert_eq!(register.heads.len(), 2);
    assert!(register.in_conflict());
    let conflicts = t.world.done(&t.dispatcher, "list_conflicts", json!({})).await;
    let heads = conflicts[0]["heads"].as_array().expect("heads");
    let seen: Vec<_> = heads.iter().map(|h| h["write"].clone()).collect();
    let args = json!({ "entity": entity, "field": jf::SYMPTOM, "value": "乙", "seen": seen });
    t.world.done(&t.dispatcher, "settle_conflict", args).await;
    assert_eq!(t.world.done(&t.dispatcher, "list_conflicts", json!({})).await, json!([]), "I5: a person settled it");
}

#[tokio::test]
async fn l2_a_write_that_names_what_never_came_is_kept_and_found() {
    let t = team().await;
    let entity = EntityRef::new(kind::VISIT, t.job.visit(1).0);
    let write = t.device.write(
        &entity,
        vf::SUGGESTIONS,
        json!("换油"),
        vec![WriteId(Uuid::now_v7())],
        Scope::Job(t.job),
        t.world.now(),
    );
    let reply = t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![Op::Write(write)])]).await;
    assert_eq!(reply.verdicts[0].findings[0].code, FindingCode::SeenUnknown);
    assert_eq!(t.world.core.store.read(|r| r.fields(&entity)).expect("read").text(vf::SUGGESTIONS), "换油");
}

#[tokio::test]
async fn g6_a_seal_is_countersigned_and_a_broken_link_is_a_finding() {
    let t = team().await;
    let at = t.world.now();
    let first = t.device.seal(t.about, 1, json!({ "form": "x" }), at, vec![]);
    let reply = t.world.push(&t.device, vec![t.device.change(1, at, vec![Op::Seal(first)])]).await;
    let receipt = &reply.verdicts[0].receipts[0];
    receipt
        .verify(&public_key(&t.device.certificate.server_key).expect("a key"))
        .expect("the server's countersignature");
    assert!(reply.verdicts[0].findings.is_empty());
    t.device.chain.lock().expect("chain").hash = sha256_hex(b"elsewhere");
    let mut second = t.device.seal(t.about, 2, json!({ "form": "y" }), at, vec![]);
    second.document.signature = t.device.change(9, at, vec![]).signature;
    let reply = t.world.push(&t.device, vec![t.device.change(2, at, vec![Op::Seal(second)])]).await;
    assert_eq!(reply.verdicts[0].outcome, Outcome::Accepted, "nothing done in the field is refused");
    let codes: Vec<_> = reply.verdicts[0].findings.iter().map(|f| f.code).collect();
    assert!(codes.contains(&FindingCode::ChainBroken) && codes.contains(&FindingCode::SealInvalid), "{codes:?}");
}

#[tokio::test]
async fn g5_two_first_revisions_are_both_kept_and_found() {
    let t = team().await;
    let at = t.world.now();
    for (seq, form) in [(1, "a"), (2, "b")] {
        let seal = t.device.seal(t.about, 1, json!({ "form": form }), at, vec![]);
        t.world.push(&t.device, vec![t.device.change(seq, at, vec![Op::Seal(seal)])]).await;
    }
    assert!(t.finding_codes().contains(&FindingCode::TwoFirstRevisions));
    assert_eq!(t.world.core.store.read(|r| r.sealed_of(t.job.visit(1).order().0)).expect("read").len(), 2);
}

#[tokio::test]
async fn poison_passes_what_broke_a_rule_is_accepted_and_found() {
    let t = team().await;
    let at = t.world.now();
    let departed = FactBody::Departed { kit_version: "?".to_owned(), released: vec![] };
    let sealed = FactBody::OrderSealed {
        order: t.job.visit(1).order(),
        revision: 1,
        order_no: "GD-A1-2611-0001".to_owned(),
        hash: "00".to_owned(),
        choice: SigningChoice::Declined,
        quality: Rating::Dissatisfied,
        attitude: Rating::Fair,
        total_fen: 45_000,
        supersedes: None,
        position: None,
    };
    let ops = |body| vec![t.device.fact(t.about, at, body)];
    let reply = t
        .world
        .push(&t.device, vec![t.device.change(1, at, ops(&departed)), t.device.change(2, at, ops(&sealed))])
        .await;
    assert!(reply.verdicts.iter().all(|v| v.outcome == Outcome::Accepted));
    let codes = t.finding_codes();
    for code in [
        FindingCode::StepSkipped,
        FindingCode::DepartedIncomplete,
        FindingCode::NotSigned,
        FindingCode::Dissatisfied,
        FindingCode::WorkedWithoutConsent,
    ] {
        assert!(codes.contains(&code), "{code:?} in {codes:?}");
    }
}

#[tokio::test]
async fn l3_work_after_a_reassignment_is_accepted_and_found() {
    let t = team().await;
    let shen = t.world.person("shen", Role::Technician);
    t.world.done(&t.dispatcher, "assign_job", json!({ "job": t.job, "technicians": [shen], "leader": shen })).await;
    t.world.pass(5);
    let reply = t.world.push(&t.device, vec![t.note(1, "还在现场")]).await;
    assert_eq!(reply.verdicts[0].outcome, Outcome::Accepted);
    assert_eq!(reply.verdicts[0].findings[0].code, FindingCode::NotAssigned);
    assert!(reply.scopes.is_some_and(|scopes| !scopes.contains(&Scope::Job(t.job))), "the job left his scopes");
}

#[tokio::test]
async fn exactly_once_a_copied_device_is_told_and_asked_for_no_gap() {
    let t = team().await;
    t.world.push(&t.device, vec![t.note(1, "原来的")]).await;
    let clash = t.world.push(&t.device, vec![t.note(1, "另一台的")]).await;
    assert!(clash.copied && clash.verdicts[0].outcome == Outcome::Quarantined);
    let more = t.world.push(&t.device, vec![t.note(2, "又一条"), t.note(3, "再一条")]).await;
    assert!(more.verdicts.iter().all(|v| v.outcome == Outcome::Quarantined), "nothing of it counts any more");
    let quiet = t.world.exchange(&t.device, &request(4, 1, vec![])).await;
    assert!(quiet.copied && quiet.pages.is_empty(), "it is told each time, and gets nothing");
    for reply in [&clash, &more, &quiet] {
        assert_eq!(
            reply.gap_from, None,
            "what is not counted has no gap; asked for one, the device would send for ever"
        );
    }
    let kept = t.world.core.store.read(|r| r.refused_changes()).expect("read");
    assert_eq!(kept.iter().filter(|(_, apart)| *apart).count(), 3, "what it sent is kept apart");
}

#[tokio::test]
async fn old_app_lives_unknown_operations_and_fields_are_kept_and_passed_on() {
    let t = team().await;
    let scope = Scope::Job(t.job);
    let unknown = Op::Unknown(json!({ "op": "hologram", "scopes": [scope], "light": { "x": 1 } }));
    let mut fact = t.device.fact(t.about, t.world.now(), &FactBody::NoteAdded { text: "甲".to_owned() });
    if let Op::Fact(fact) = &mut fact {
        fact.kind = "note_from_the_future".to_owned();
        fact.extra.insert("mood".to_owned(), json!("好"));
    }
    let reply = t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![unknown, fact])]).await;
    assert_eq!(reply.verdicts[0].outcome, Outcome::Accepted);
    let kept = |wanted: &dyn Fn(&RecordBody) -> bool| records(&reply).iter().any(|r| wanted(&r.body));
    assert!(kept(&|b| matches!(b, RecordBody::Opaque { value } if value["light"]["x"] == 1)));
    assert!(kept(&|b| matches!(b, RecordBody::Fact { fact, .. } if fact.extra.get("mood") == Some(&json!("好")))));
}

#[tokio::test]
async fn l2_requests_that_cannot_be_read_are_problems() {
    let t = team().await;
    let good = serde_json::to_vec(&request(1, 1, vec![])).expect("json");
    let future = t.world.exchange_raw(&t.device, "9", good.clone()).await;
    assert_eq!((future.status.as_u16(), future.code()), (400, "protocol_unknown".to_owned()));
    let broken = t.world.exchange_raw(&t.device, "1", b"{".to_vec()).await;
    assert_eq!((broken.status.as_u16(), broken.code()), (400, "bad_request".to_owned()));
    let wrong = t.world.exchange_raw(&t.device, "1", br#"{"first_seq":"x"}"#.to_vec()).await;
    assert_eq!((wrong.status.as_u16(), wrong.code()), (422, "wrong_type".to_owned()));
    let huge = t.world.exchange_raw(&t.device, "1", vec![b' '; 33 << 20]).await;
    assert_eq!((huge.status.as_u16(), huge.code()), (413, "too_large".to_owned()));
    let stranger = Device { token: "nobody".to_owned(), ..t.world.device(t.device.person).await };
    let unknown = t.world.exchange_raw(&stranger, "1", good).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (401, "token_invalid".to_owned()));
}

#[tokio::test]
async fn l3_a_revoked_device_is_told_to_erase_and_gets_nothing() {
    let t = team().await;
    let admin = t.world.signed_in("root", Role::Admin).await;
    let device = t.device.certificate.device_id;
    t.world.done(&admin, "revoke_device", json!({ "device": device, "mode": "collect" })).await;
    let collected = t.world.push(&t.device, vec![t.note(1, "最后一条")]).await;
    assert_eq!((collected.revoked.as_deref(), collected.acked_through, t.facts()), (Some("collect"), 1, 1));
    assert!(collected.pages.is_empty() && collected.scopes == Some(Vec::new()));
    let mut goodbye = request(2, 2, vec![]);
    goodbye.extra.insert(gongdan_domain::sync::wire::COLLECTED.to_owned(), json!(true));
    t.world.exchange(&t.device, &goodbye).await;
    let state = t.world.core.store.read(|r| r.device(device)).expect("read").expect("known").state;
    assert_eq!(state, "collected", "the office sees that nothing is left there");
    t.world.done(&admin, "revoke_device", json!({ "device": device, "mode": "erase" })).await;
    let erased = t.world.push(&t.device, vec![t.note(2, "太晚")]).await;
    assert_eq!((erased.revoked.as_deref(), erased.acked_through, t.facts()), (Some("erase"), 1, 1));
}

#[tokio::test]
async fn l3_an_enrolment_code_works_once_and_guessing_is_limited() {
    let world = World::new();
    let zhang = world.person("zhang", Role::Technician);
    let cheng = world.person("cheng", Role::ServiceManager);
    assert!(
        world.core.write_now(move |core, tx| super::enrol::create_code(tx, cheng, core.now())).is_err(),
        "no device for the desk"
    );
    let (code, _) =
        world.core.write_now(move |core, tx| super::enrol::create_code(tx, zhang, core.now())).expect("a code");
    let key = gongdan_domain::seal::public_key_text(&ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key());
    let body = |code: &str| json!({ "code": code, "public_key": key, "device_name": "t", "app": "t" }).to_string();
    let ask = async |code: &str| {
        let request = axum::http::Request::post("/sync/v1/enrol").header("content-type", "application/json");
        let request = request.body(body(code).into()).expect("a request");
        world.ask(request).await
    };
    assert_eq!(ask(&code.to_lowercase()).await.status.as_u16(), 200, "typed in any way");
    assert_eq!(ask(&code).await.code(), "enrolment_code_invalid", "once");
    for _ in 0..9 {
        ask("AAAA-AAAA").await;
    }
    assert_eq!(ask("AAAA-AAAA").await.code(), "too_many_tries");
}

/// A photo and the fact that names it.
fn picture(t: &Team, bytes: &[u8]) -> (Op, FileRef) {
    let file = FileRef { hash: sha256_hex(bytes), size: bytes.len() as u64, mime: "image/jpeg".to_owned() };
    let body = FactBody::PhotoTaken {
        photo: gongdan_domain::fact::PhotoKind::Before,
        caption: String::new(),
        width: 1,
        height: 1,
        taken_at: None,
    };
    let mut op = t.device.fact(t.about, t.world.now(), &body);
    if let Op::Fact(fact) = &mut op {
        fact.files = vec![file.clone()];
    }
    (op, file)
}

/// The same, told to the server.
async fn photo(t: &Team, bytes: &[u8]) -> FileRef {
    let (op, file) = picture(t, bytes);
    t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![op])]).await;
    file
}

#[tokio::test]
async fn blob_whole_an_upload_resumes_over_any_cut() {
    let t = team().await;
    let bytes: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
    let file = photo(&t, &bytes).await;
    let world = &t.world;
    assert_eq!(world.attachment(&t.device, "PATCH", &file.hash, Some(0), &bytes[..40_000]).await.status.as_u16(), 204);
    let standing = world.attachment(&t.device, "HEAD", &file.hash, None, &[]).await;
    assert_eq!(standing.headers["upload-offset"], "40000");
    let misplaced = world.attachment(&t.device, "PATCH", &file.hash, Some(10), &bytes[10..]).await;
    assert_eq!(
        (misplaced.code(), misplaced.json()["details"]["offset"].clone()),
        ("offset_mismatch".to_owned(), json!(40_000))
    );
    assert_eq!(
        world.attachment(&t.device, "GET", &file.hash, None, &[]).await.code(),
        "attachment_unknown",
        "half a file is none"
    );
    world.attachment(&t.device, "PATCH", &file.hash, Some(40_000), &bytes[40_000..]).await;
    let whole = world.attachment(&t.device, "GET", &file.hash, None, &[]).await;
    assert_eq!(whole.bytes, bytes);
    assert_eq!(whole.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn restore_refills_a_disk_that_went_back_behind_a_file_alone_is_noticed() {
    let t = team().await;
    let file = photo(&t, b"a picture").await;
    let whole = |hash: &str| ExchangeRequest { last_file: Some(hash.to_owned()), ..request(2, 2, vec![]) };
    let lost = t.world.exchange(&t.device, &whole(&file.hash)).await;
    assert_eq!(lost.reset.as_deref(), Some("file_lost"), "the device knows it whole, the server does not");
    t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"a picture").await;
    assert_eq!(t.world.exchange(&t.device, &whole(&file.hash)).await.reset, None);
    let strange = "0".repeat(64);
    assert_eq!(
        t.world.exchange(&t.device, &whole(&strange)).await.reset,
        None,
        "nobody asks about files by their hash"
    );
}

#[tokio::test]
async fn blob_whole_a_wrong_file_is_discarded() {
    let t = team().await;
    let file = photo(&t, b"the right bytes").await;
    let wrong = t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"the wrong bytes").await;
    assert_eq!((wrong.status.as_u16(), wrong.code()), (422, "hash_mismatch".to_owned()));
    let again = t.world.attachment(&t.device, "HEAD", &file.hash, None, &[]).await;
    assert_eq!(again.headers["upload-offset"], "0");
    t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"the right bytes").await;
    assert_eq!(t.world.attachment(&t.device, "GET", &file.hash, None, &[]).await.status.as_u16(), 200);
}

#[tokio::test]
async fn scope_is_tight_a_hash_alone_opens_no_file() {
    let t = team().await;
    let file = photo(&t, b"mine").await;
    t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"mine").await;
    let shen = t.world.person("shen", Role::Technician);
    let other = t.world.device(shen).await;
    for method in ["GET", "PATCH"] {
        let answer = t.world.attachment(&other, method, &file.hash, Some(0), b"").await;
        assert_eq!((answer.status.as_u16(), answer.code()), (404, "attachment_unknown".to_owned()));
    }
    let nonsense = t.world.attachment(&t.device, "GET", "..%2f..%2fkeys%2fserver.key", None, &[]).await;
    assert_eq!(nonsense.code(), "attachment_unknown");
}

#[tokio::test]
async fn restore_refills_a_restored_server_takes_what_devices_still_hold() {
    let t = team().await;
    t.world.push(&t.device, vec![t.note(1, "备份前")]).await;
    let copy = t.world.data.path().join("copy");
    crate::backup::backup(&t.world.core, &copy.join("data"), Some(&copy.join("keys"))).expect("backed up");
    t.world.pass(1);
    let safe = t.world.push(&t.device, vec![t.note(2, "备份后")]).await;
    assert_eq!((safe.safe_through, safe.acked_through), (1, 2), "only what is in the backup may be forgotten");
    let second = tempfile::tempdir().expect("a folder");
    crate::backup::restore(
        &copy.join("data"),
        second.path(),
        (&second.path().join("keys"), Some(&copy.join("keys"))),
        t.world.now(),
    )
    .expect("restored");
    let now = t.world.now();
    let core = crate::core::Core::open(second.path(), std::sync::Arc::new(move || now)).expect("opens");
    let Team { world, dispatcher, device, job, about } = t;
    let restored = Team { world: world.with_core(core), dispatcher, device, job, about };
    let reply = restored.world.exchange(&restored.device, &request(3, 2, vec![])).await;
    assert_eq!(reply.gap_from, Some(2), "the device is asked for what the backup lacks");
    let mut again = request(2, 2, vec![restored.note(2, "备份后")]);
    again.epoch = Some(safe.epoch);
    let reply = restored.world.exchange(&restored.device, &again).await;
    assert_eq!((reply.acked_through, restored.facts()), (2, 2), "nothing is lost that the author's device still holds");
    assert_eq!(reply.reset.as_deref(), Some("epoch_changed"));
}
