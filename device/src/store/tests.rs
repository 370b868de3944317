//! What the store promises, each by the name of its invariant or requirement.

use std::collections::BTreeMap;

use gongdan_domain::entity::{job, kind};
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::{JobId, WriteId};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::{ChainHead, Receipt};
use gongdan_domain::sync::change::{EntityRef, FileRef, Op, Scope, SignedChange};
use gongdan_domain::sync::merge::Register;
use gongdan_domain::sync::wire::{Outcome, RecordBody};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::Error;
use crate::testing::{Bench, PIN, at, page, theirs, verdict};
use crate::view::app::Gate;

fn phone_of(bench: &Bench, job: JobId) -> Register {
    let fields = bench.device.read(|r| r.fields(&EntityRef::new(kind::JOB, job.0))).expect("read");
    fields.register(job::PHONE).cloned().unwrap_or_default()
}

fn type_phone(bench: &Bench, job: JobId, value: &str, seen: Vec<WriteId>) -> WriteId {
    let entity = EntityRef::new(kind::JOB, job.0);
    bench.device.write(|tx| tx.autosave(&entity, job::PHONE, json!(value), seen)).expect("written")
}

fn note(bench: &Bench, job: JobId, text: &str) {
    let about = About { job, visit: Some(job.visit(1)) };
    let fact = FactBody::NoteAdded { text: text.to_owned() };
    bench.device.write(|tx| tx.fact(about, fact, Vec::new())).expect("recorded");
}

fn outbox(bench: &Bench) -> Vec<SignedChange> {
    bench.device.read(|r| Ok(r.waiting(100)?.into_iter().map(|row| row.signed).collect())).expect("read")
}

fn record_of(job: JobId, register: Register) -> RecordBody {
    let fields = BTreeMap::from([(job::PHONE.to_owned(), register)]);
    RecordBody::Entity { entity: EntityRef::new(kind::JOB, job.0), fields }
}

fn drafts(bench: &Bench) -> BTreeMap<String, String> {
    bench.device.read(|r| r.drafts()).expect("read")
}

#[test]
fn l2_a_half_written_text_is_there_after_the_app_was_killed_and_never_goes_to_the_office() {
    let mut bench = Bench::new();
    let keep = |bench: &Bench, key: &str, text: &str| {
        let args = json!({ "key": key, "text": text });
        crate::commands::call(&bench.device, "keep_draft", args).map_err(|problem| problem.code)
    };
    keep(&bench, "register", "half a sen").expect("kept");
    keep(&bench, "register", "half a sentence").expect("kept");
    keep(&bench, "other", "thrown away").expect("kept");
    keep(&bench, "other", "").expect("thrown away");
    bench.restart();
    assert_eq!(drafts(&bench), BTreeMap::from([("register".to_owned(), "half a sentence".to_owned())]));
    let told = crate::commands::call(&bench.device, "drafts", json!({})).expect("answered");
    assert_eq!(told["drafts"]["register"], "half a sentence");
    assert_eq!(bench.waiting(), 0, "it is nobody else's business");
    assert_eq!(keep(&bench, "", "where?"), Err(Code::FieldInvalid));
    assert_eq!(keep(&bench, "long", &"字".repeat(30_000)), Err(Code::FieldInvalid));
}

#[test]
fn l3_half_written_texts_go_with_their_job_and_with_the_device() {
    let bench = Bench::new();
    let job = bench.job();
    bench.device.keep_draft(&format!("job/{job}/release"), "柜台没有货").expect("kept");
    bench.device.keep_draft("register", "客户来电").expect("kept");
    let mut left = bench.reply();
    left.scopes = Some(vec![Scope::Company]);
    bench.take(&left);
    let store = bench.device.store().expect("open");
    store.apply(bench.device.stamp(&store), |a| a.drop_left_scopes()).expect("dropped");
    drop(store);
    assert_eq!(drafts(&bench).into_keys().collect::<Vec<_>>(), ["register"]);
    bench.device.erase().expect("erased");
    assert!(!bench.device.database().exists(), "revoked: nothing of it is left");
    let refused = crate::commands::call(&bench.device, "drafts", json!({})).expect_err("gone");
    assert_eq!(refused.code, Code::DeviceRevoked);
}

#[test]
fn l2_entered_is_durable_after_the_app_was_killed() {
    let mut bench = Bench::new();
    let job = bench.job();
    type_phone(&bench, job, "021-1", Vec::new());
    note(&bench, job, "油位低");
    bench.restart();
    assert_eq!(phone_of(&bench, job).shown().expect("a value").value, json!("021-1"));
    assert_eq!(bench.device.read(|r| r.facts(job)).expect("read").len(), 1);
    let numbers: Vec<u64> = outbox(&bench).iter().map(|change| change.device_seq).collect();
    assert_eq!(numbers, [1, 2], "both wait for the office");
    note(&bench, job, "after");
    assert_eq!(outbox(&bench).last().expect("three").device_seq, 3, "numbers go on where they stood");
}

#[test]
fn l2_an_action_that_fails_leaves_nothing() {
    let bench = Bench::new();
    let job = bench.job();
    let about = About { job, visit: None };
    let outcome: Result<(), Error> = bench.device.write(|tx| {
        tx.fact(about, FactBody::JobAccepted {}, Vec::new())?;
        tx.draw_number(about, "work_order", job.0)?;
        Err(Code::NotContacted.into())
    });
    assert!(outcome.is_err());
    assert_eq!(bench.waiting(), 0);
    assert!(bench.device.read(|r| r.facts(job)).expect("read").is_empty());
    assert_eq!(bench.device.read(|r| r.number("work_order", job.0)).expect("read"), None, "the number was not used up");
}

#[test]
fn l1_one_action_is_one_signed_change() {
    let bench = Bench::new();
    let job = bench.job();
    let about = About { job, visit: Some(job.visit(1)) };
    bench
        .device
        .write(|tx| {
            tx.fact(about, FactBody::JobAccepted {}, Vec::new())?;
            tx.write_field(&EntityRef::new(kind::VISIT, job.visit(1).0), "suggestions", json!("换油"), Vec::new())
        })
        .expect("written");
    let changes = outbox(&bench);
    assert_eq!(changes.len(), 1);
    let key = bench.device.read(|r| Ok(r.identity().signing_key.verifying_key())).expect("read");
    let change = changes[0].open(&key).expect("the signature fits");
    assert_eq!(change.ops.len(), 2);
    assert!(change.ops.iter().all(|op| op.scopes() == [Scope::Job(job)]), "both are the job's");
}

#[test]
fn l2_autosave_becomes_one_change_until_it_was_sent() {
    let bench = Bench::new();
    let job = bench.job();
    let (base, register) = theirs("021-0", "2026-11-23T00:00:00Z");
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.pages = vec![page(Scope::Job(job), 6, record_of(job, register))];
    bench.take(&reply);
    let first = type_phone(&bench, job, "0", vec![base]);
    let second = type_phone(&bench, job, "021", vec![first]);
    assert_eq!(first, second, "the same write, still being typed");
    assert_eq!(outbox(&bench).len(), 1);
    let change: gongdan_domain::sync::change::Change = serde_json::from_str(&outbox(&bench)[0].payload).expect("JSON");
    let Op::Write(write) = &change.ops[0] else { panic!("a write") };
    assert_eq!((&write.value, &write.seen), (&json!("021"), &vec![base]), "the newest value, the oldest seen");
    bench.send_all();
    let before = outbox(&bench);
    let third = type_phone(&bench, job, "021-7", vec![second]);
    assert_ne!(third, second);
    assert_eq!(outbox(&bench)[0], before[0], "a row that has been in a request never changes");
    assert_eq!(outbox(&bench).len(), 2);
    assert_eq!(phone_of(&bench, job).heads.len(), 1);
}

#[test]
fn l2_autosave_never_moves_before_another_action() {
    let bench = Bench::new();
    let job = bench.job();
    let first = type_phone(&bench, job, "0", Vec::new());
    note(&bench, job, "called");
    let second = type_phone(&bench, job, "02", vec![first]);
    assert_ne!(first, second);
    assert_eq!(outbox(&bench).len(), 3);
}

#[test]
fn l2_a_change_that_was_sent_cannot_be_rewritten() {
    let bench = Bench::new();
    let job = bench.job();
    note(&bench, job, "x");
    bench.send_all();
    let store = bench.device.store().expect("open");
    let outcome = store.apply(bench.device.stamp(&store), |a| {
        a.conn().execute("UPDATE outbox SET payload = '{}' WHERE device_seq = 1", [])?;
        Ok(())
    });
    assert!(outcome.is_err(), "the database itself holds to it");
}

#[test]
fn converges_a_pending_value_shows_until_a_record_contains_it() {
    let bench = Bench::new();
    let job = bench.job();
    let own = type_phone(&bench, job, "own", Vec::new());
    let (_, register) = theirs("theirs", "2026-11-22T00:00:00Z");
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.acked_through = 1;
    reply.verdicts = vec![verdict(1, Outcome::Accepted, 9)];
    reply.pages = vec![page(Scope::Job(job), 8, record_of(job, register.clone()))];
    bench.take(&reply);
    assert_eq!(phone_of(&bench, job).heads.len(), 2, "a record from before the verdict does not hide the own value");
    assert!(phone_of(&bench, job).in_conflict(), "no_silent_loser");
    assert_eq!(bench.device.read(|r| r.conflict_count()).expect("read"), 1);

    let mut settled = register;
    settled.superseded.insert(own);
    reply.verdicts.clear();
    reply.pages = vec![page(Scope::Job(job), 12, record_of(job, settled.clone()))];
    bench.take(&reply);
    assert_eq!(phone_of(&bench, job), settled, "from here on the server's state is the state");
    assert_eq!(bench.device.read(|r| r.conflict_count()).expect("read"), 0);
    let found = bench.device.read(|r| r.entities_where(kind::JOB, job::PHONE, "theirs")).expect("read");
    assert_eq!(found.len(), 1, "and it is found by it");
}

#[test]
fn exactly_once_the_same_answer_twice_changes_nothing() {
    let bench = Bench::new();
    let job = bench.job();
    type_phone(&bench, job, "own", Vec::new());
    note(&bench, job, "x");
    let (_, register) = theirs("theirs", "2026-11-22T00:00:00Z");
    let fact = bench.device.read(|r| r.facts(job)).expect("read").remove(0);
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.acked_through = 2;
    reply.verdicts = vec![verdict(1, Outcome::Accepted, 9), verdict(2, Outcome::Accepted, 10)];
    reply.pages = vec![
        page(Scope::Job(job), 8, record_of(job, register)),
        page(Scope::Job(job), 10, RecordBody::Fact { fact, received_at: at("2026-11-23T02:00:00Z") }),
    ];
    bench.take(&reply);
    let once = (phone_of(&bench, job), bench.device.read(|r| r.facts(job)).expect("read"));
    bench.take(&reply);
    assert_eq!((phone_of(&bench, job), bench.device.read(|r| r.facts(job)).expect("read")), once);
    assert_eq!(bench.waiting(), 0);
}

#[test]
fn l4_a_refused_change_is_listed_with_its_reason_and_counts_for_nothing() {
    let bench = Bench::new();
    let job = bench.job();
    type_phone(&bench, job, "own", Vec::new());
    note(&bench, job, "x");
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    let refused = Outcome::Refused { code: Code::ScopeViolation, details: json!({ "scope": "job" }) };
    reply.verdicts = vec![verdict(1, refused.clone(), 9), verdict(2, refused, 9)];
    bench.take(&reply);
    assert!(phone_of(&bench, job).heads.is_empty());
    assert!(bench.device.read(|r| r.facts(job)).expect("read").is_empty());
    let list = crate::commands::call(&bench.device, "sync_list", json!({})).expect("the list");
    assert_eq!(list["refused"][0]["problem"]["code"], json!("scope_violation"));
    assert_eq!(list["refused"][1]["what"], json!(["write:job.phone"]));
    assert_eq!(list["sentence"]["mood"], json!("needs_you"));

    // What was entered is shown with it, for it stands nowhere else any more.
    assert_eq!(list["refused"][1]["entered"], json!([{ "field": "phone", "value": "own" }]));
    // Read is not dropped: it stays in the list and asks for nothing.
    let mut mood = json!(null);
    for seq in [1, 2] {
        let list = crate::commands::call(&bench.device, "read_refused", json!({ "device_seq": seq })).expect("read");
        assert_eq!(list["refused"].as_array().expect("refused").len(), 2, "l2_nothing_entered_is_dropped");
        mood = list["sentence"]["mood"].clone();
    }
    assert_ne!(mood, json!("needs_you"));
    let none =
        crate::commands::call(&bench.device, "read_refused", json!({ "device_seq": 99 })).expect_err("none such");
    assert_eq!(none.code, Code::NotFound);
}

#[test]
fn restore_refills_what_a_restored_server_lacks_is_sent_again_unchanged() {
    let bench = Bench::new();
    let job = bench.job();
    note(&bench, job, "one");
    note(&bench, job, "two");
    let sent = outbox(&bench);
    bench.send_all();
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.acked_through = 2;
    reply.verdicts = vec![verdict(1, Outcome::Accepted, 9), verdict(2, Outcome::Accepted, 10)];
    bench.take(&reply);
    assert_eq!(bench.waiting(), 0);
    reply.verdicts.clear();
    (reply.acked_through, reply.gap_from, reply.reset) = (0, Some(1), Some("the server was restored".to_owned()));
    bench.take(&reply);
    assert_eq!(outbox(&bench), sent, "byte for byte");
    assert_eq!(bench.device.read(|r| r.facts(job)).expect("read").len(), 2, "nothing was wiped");
}

#[test]
fn l2_rows_stay_until_they_are_in_a_backup_of_the_server() {
    let bench = Bench::new();
    let job = bench.job();
    note(&bench, job, "one");
    note(&bench, job, "two");
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.acked_through = 2;
    reply.verdicts = vec![verdict(1, Outcome::Accepted, 9), verdict(2, Outcome::Accepted, 10)];
    bench.take(&reply);
    assert_eq!(bench.device.read(|r| r.oldest_held()).expect("read"), 1);
    reply.safe_through = 1;
    bench.take(&reply);
    assert_eq!(bench.device.read(|r| r.oldest_held()).expect("read"), 2);
}

#[test]
fn l2_a_rolled_back_disk_does_not_use_numbers_again() {
    let bench = Bench::new();
    let job = bench.job();
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.acked_through = 41;
    bench.take(&reply);
    note(&bench, job, "x");
    assert_eq!(outbox(&bench)[0].device_seq, 42);
}

#[test]
fn g1_order_numbers_have_no_gaps_and_stay_with_their_order() {
    let mut bench = Bench::new();
    let about = About { job: bench.job(), visit: None };
    let orders: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    let draw = |bench: &Bench, i: usize| {
        bench.device.write(|tx| tx.draw_number(about, "work_order", orders[i])).expect("drawn")
    };
    assert_eq!(draw(&bench, 0), "GD-A7-2611-0001");
    assert_eq!(draw(&bench, 0), "GD-A7-2611-0001", "the same order, the same number");
    assert_eq!(draw(&bench, 1), "GD-A7-2611-0002");
    bench.restart();
    bench.set_clock("2026-12-31T17:00:00Z");
    assert_eq!(draw(&bench, 2), "GD-A7-2701-0003", "the count never resets; the month is the company's");
    assert_eq!(bench.waiting(), 3, "the office counts along: every drawing is told once");
}

#[test]
fn g1_a_void_number_is_never_used_again_and_its_order_gets_the_next() {
    let mut bench = Bench::new();
    let about = About { job: bench.job(), visit: None };
    let order = Uuid::now_v7();
    let draw = |bench: &Bench| bench.device.write(|tx| tx.draw_number(about, "work_order", order)).expect("drawn");
    let void =
        |bench: &Bench| bench.device.write(|tx| tx.void_number(about, "work_order", order, "写错客户")).expect("void");
    assert_eq!(void(&bench), None, "nothing was drawn");
    draw(&bench);
    assert_eq!(void(&bench).as_deref(), Some("GD-A7-2611-0001"));
    assert_eq!(void(&bench), None, "void once");
    bench.restart();
    assert_eq!(draw(&bench), "GD-A7-2611-0002");
    let facts = bench.device.read(|r| r.facts(about.job)).expect("facts");
    let kinds: Vec<&str> = facts.iter().map(|f| f.kind.as_str()).collect();
    assert_eq!(kinds, ["number_drawn", "number_voided", "number_drawn"]);
}

#[test]
fn g1_the_number_of_a_job_that_was_called_off_or_left_is_abandoned() {
    let bench = Bench::new();
    let (mine, other) = (bench.job(), bench.job());
    let orders = [mine, other].map(|job| job.visit(1).order().0);
    for (job, order) in [mine, other].into_iter().zip(orders) {
        let about = About { job, visit: Some(job.visit(1)) };
        bench.device.write(|tx| tx.draw_number(about, "work_order", order)).expect("drawn");
    }
    let abandoned = |bench: &Bench| {
        let open = bench.device.read(|r| r.abandoned_numbers()).expect("read");
        open.into_iter().map(|number| number.owner).collect::<Vec<_>>()
    };
    // The last answer named the second job alone.
    assert_eq!(abandoned(&bench), [orders[0]], "it is not this device's job any more");
    let mut reply = bench.reply();
    reply.scopes = Some(vec![Scope::Company, Scope::Job(mine), Scope::Job(other)]);
    bench.take(&reply);
    assert_eq!(abandoned(&bench), Vec::<Uuid>::new());
    let cancelled = FactBody::JobCancelled { reason: "客户取消".to_owned() };
    bench.device.write(|tx| tx.fact(About { job: other, visit: None }, cancelled, Vec::new())).expect("said");
    assert_eq!(abandoned(&bench), [orders[1]], "it was called off");
    let open = bench.device.read(|r| r.abandoned_numbers()).expect("read").remove(0);
    bench.device.write(|tx| tx.void_abandoned(&open, "abandoned")).expect("void");
    assert_eq!(abandoned(&bench), Vec::<Uuid>::new());
}

#[test]
fn g5_g6_seals_form_one_chain_over_restarts_and_keep_a_genuine_receipt_only() {
    let mut bench = Bench::new();
    let job = bench.job();
    let about = About { job, visit: Some(job.visit(1)) };
    let seal = |bench: &Bench, revision: u32| {
        let content = json!({ "form": "test", "revision": revision });
        let id = job.visit(1).order().0;
        bench.device.write(|tx| tx.seal(id, revision, "work_order", about, content, Vec::new())).expect("sealed")
    };
    let first = seal(&bench, 1);
    bench.restart();
    let second = seal(&bench, 2);
    let genesis = bench.device.read(|r| Ok(ChainHead::genesis(&r.identity().signed_certificate))).expect("read");
    let head = genesis.follow(&first).expect("the first link");
    head.follow(&second).expect("the second link follows the first");

    let forged = Receipt {
        signature: "AAAA".to_owned(),
        ..Receipt::sign(&first, at("2026-11-23T02:00:00Z"), &bench.server_key).expect("signed")
    };
    let genuine = Receipt::sign(&second, at("2026-11-23T02:00:00Z"), &bench.server_key).expect("signed");
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    let mut accepted = verdict(1, Outcome::Accepted, 9);
    accepted.receipts = vec![forged, genuine.clone()];
    reply.verdicts = vec![accepted];
    bench.take(&reply);
    let receipts: Vec<_> =
        bench.device.read(|r| r.sealed(job)).expect("read").into_iter().map(|sealed| sealed.receipt).collect();
    assert_eq!(receipts, [None, Some(genuine)]);
}

#[test]
fn scope_is_tight_what_left_is_dropped_and_what_is_shared_stays() {
    let bench = Bench::new();
    let (left, kept) = (bench.job(), bench.job());
    note(&bench, left, "x");
    let store = bench.device.store().expect("open");
    let mut reply = bench.reply();
    reply.scopes = Some(vec![Scope::Company, Scope::Job(kept)]);
    reply.verdicts = vec![verdict(1, Outcome::Accepted, 9)];
    bench.take(&reply);
    store.apply(bench.device.stamp(&store), |a| a.drop_left_scopes()).expect("dropped");
    let jobs = bench.device.read(|r| r.jobs()).expect("read");
    assert_eq!(jobs, [kept]);
    assert!(bench.device.read(|r| r.facts(left)).expect("read").is_empty());
    assert!(
        !bench.device.read(|r| r.cursors()).expect("read").contains_key(&Scope::Job(left)),
        "it would start from zero"
    );
}

#[test]
fn l1_a_retraction_may_come_before_its_fact() {
    let bench = Bench::new();
    let job = bench.job();
    note(&bench, job, "x");
    let fact = bench.device.read(|r| r.facts(job)).expect("read").remove(0);
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    let mut early = fact.clone();
    early.id = Uuid::now_v7().into();
    reply.pages = vec![
        page(Scope::Job(job), 8, RecordBody::Retraction { targets: vec![early.id] }),
        page(Scope::Job(job), 9, RecordBody::Fact { fact: early, received_at: at("2026-11-23T02:00:00Z") }),
    ];
    bench.take(&reply);
    assert_eq!(bench.device.read(|r| r.facts(job)).expect("read"), [fact]);
}

#[test]
fn old_app_lives_a_record_of_an_unknown_kind_is_kept() {
    let bench = Bench::new();
    let mut reply = bench.reply();
    let value = json!({ "record": "hologram", "id": "h1", "light": 3 });
    reply.pages = vec![page(Scope::Company, 4, RecordBody::Opaque { value: value.clone() })];
    bench.take(&reply);
    let kept: Value = bench
        .device
        .read(|r| {
            Ok(serde_json::from_str(
                &r.conn().query_row("SELECT body FROM opaque", [], |row| row.get::<_, String>(0))?,
            )?)
        })
        .expect("read");
    assert_eq!(kept, value);
}

#[test]
fn h1_a_file_waits_for_the_verdict_on_its_record() {
    let bench = Bench::new();
    let job = bench.job();
    let file = FileRef { hash: "ab".repeat(32), size: 10, mime: "image/jpeg".to_owned() };
    let about = About { job, visit: Some(job.visit(1)) };
    bench
        .device
        .write(|tx| {
            tx.add_file(&file, Some(job))?;
            tx.fact(about, FactBody::NoteAdded { text: "x".to_owned() }, vec![file.clone()])
        })
        .expect("written");
    let next = || bench.device.read(|r| r.uploads()).expect("read").into_iter().next();
    assert_eq!(next(), None, "never before its record");
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.verdicts = vec![verdict(1, Outcome::Accepted, 9)];
    bench.take(&reply);
    assert_eq!(next(), Some(file));
}

#[test]
fn blob_whole_space_is_freed_only_after_archiving_backup_and_a_month() {
    use gongdan_domain::sync::change::Fact;
    let bench = Bench::new();
    let job = bench.job();
    let file = FileRef { hash: "ab".repeat(32), size: 10, mime: "image/jpeg".to_owned() };
    let about = About { job, visit: Some(job.visit(1)) };
    bench
        .device
        .write(|tx| {
            tx.add_file(&file, Some(job))?;
            tx.fact(about, FactBody::NoteAdded { text: "x".to_owned() }, vec![file.clone()])
        })
        .expect("written");
    let store = bench.device.store().expect("open");
    let freed = |before: &str| {
        let before = before.parse().expect("a test's time");
        store.apply(bench.device.stamp(&store), |a| a.free_archived(before)).expect("asked")
    };
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.verdicts = vec![verdict(1, Outcome::Accepted, 9)];
    let body =
        FactBody::OrderArchived { order: job.visit(1).order(), revision: 1, archive_no: "存-2611-0001".to_owned() };
    let (kind, body) = body.parts();
    let at = gongdan_domain::time::Stamp::trusted("2026-11-23T05:00:00Z".parse().expect("a time"));
    let archived = Fact {
        id: gongdan_domain::id::FactId(uuid::Uuid::now_v7()),
        kind,
        job: Some(job),
        visit: Some(job.visit(1)),
        scopes: vec![Scope::Job(job)],
        by: gongdan_domain::id::PersonId(uuid::Uuid::now_v7()),
        body,
        files: Vec::new(),
        extra: Default::default(),
        at,
    };
    store.apply(bench.device.stamp(&store), |a| a.set_sent(&file.hash, 10)).expect("uploaded");
    bench.take(&reply);
    assert_eq!(freed("2027-01-01T00:00:00Z"), Vec::<String>::new(), "not archived");
    let received = archived.at.wall;
    store.apply(bench.device.stamp(&store), |a| a.put_fact(&archived, received, 10, &[Scope::Job(job)])).expect("told");
    assert_eq!(freed("2027-01-01T00:00:00Z"), Vec::<String>::new(), "its change is in no backup yet");
    let mut safe = bench.reply();
    safe.scopes.get_or_insert_default().push(Scope::Job(job));
    (safe.acked_through, safe.safe_through) = (1, 1);
    bench.take(&safe);
    assert_eq!(freed("2026-11-23T04:00:00Z"), Vec::<String>::new(), "not for a month after archiving");
    assert_eq!(freed("2027-01-01T00:00:00Z"), vec![file.hash.clone()]);
    assert_eq!(freed("2027-01-01T00:00:00Z"), Vec::<String>::new(), "once");
}

#[test]
fn l3_the_database_is_noise_without_the_key_and_closed_behind_the_pin() {
    let bench = Bench::new();
    note(&bench, bench.job(), "客户电话 021");
    let raw = std::fs::read(bench.device.database()).expect("the file");
    assert_ne!(&raw[..15], b"SQLite format 3");
    bench.device.lock().expect("locked");
    assert_eq!(bench.device.gate().expect("a gate"), Gate::Locked);
    assert_eq!(bench.device.read(|r| r.jobs()).expect_err("closed").into_problem().code, Code::Locked);
    assert_eq!(bench.device.unlock("1111").expect_err("wrong").into_problem().code, Code::PinWrong);
    bench.device.unlock(PIN).expect("right");
    assert_eq!(bench.device.gate().expect("a gate"), Gate::Open);
}

#[test]
fn l2_a_database_of_a_newer_version_is_refused_untouched() {
    let mut bench = Bench::new();
    let store = bench.device.store().expect("open");
    store
        .apply(bench.device.stamp(&store), |a| {
            let sql =
                "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'x', '', '1')";
            a.conn().execute(sql, [])?;
            Ok(())
        })
        .expect("written");
    drop(store);
    bench.device = crate::device::Device::open(crate::device::Config {
        clock: Box::new(bench.clock.clone()),
        ..crate::device::Config::new(bench.dir.path(), "0.1.0", Box::new(crate::vault::NoKeyStore))
    })
    .expect("opened");
    let before = std::fs::read(bench.device.database()).expect("the file");
    assert_eq!(bench.device.unlock(PIN).expect_err("refused").into_problem().code, Code::DatabaseNewer);
    assert_eq!(std::fs::read(bench.device.database()).expect("the file"), before);
}

#[test]
fn l3_a_revoked_device_keeps_nothing() {
    let bench = Bench::new();
    note(&bench, bench.job(), "x");
    bench.device.erase().expect("erased");
    assert_eq!(bench.device.gate().expect("a gate"), Gate::Revoked);
    let left: Vec<String> = std::fs::read_dir(bench.dir.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left, ["revoked.json"]);
}
