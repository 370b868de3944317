//! What the commands promise about fields that two people change (L2, L4).

use std::collections::BTreeMap;

use gongdan_domain::entity::{job, kind};
use gongdan_domain::id::{JobId, WriteId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{EntityRef, Scope};
use gongdan_domain::sync::merge::Register;
use gongdan_domain::sync::wire::{Outcome, RecordBody};
use serde_json::{Value, json};

use crate::testing::{Bench, page, theirs, verdict};

fn write(bench: &Bench, job: JobId, value: &str, seen: &[WriteId]) -> Result<Value, Code> {
    let entity = EntityRef::new(kind::JOB, job.0);
    let args = json!({ "entity": entity, "field": job::PHONE, "value": value, "seen": seen });
    super::call(&bench.device, "write_field", args).map_err(|problem| problem.code)
}

fn heads(written: &Value) -> Vec<WriteId> {
    serde_json::from_value(written["heads"].clone()).expect("heads")
}

fn bring(bench: &Bench, job: JobId, register: Register, position: u64) {
    let fields = BTreeMap::from([(job::PHONE.to_owned(), register)]);
    let mut reply = bench.reply();
    reply.scopes.get_or_insert_default().push(Scope::Job(job));
    reply.acked_through = 1;
    reply.verdicts = vec![verdict(1, Outcome::Accepted, position)];
    let body = RecordBody::Entity { entity: EntityRef::new(kind::JOB, job.0), fields };
    reply.pages = vec![page(Scope::Job(job), position - 1, body)];
    bench.take(&reply);
}

#[test]
fn l2_two_values_stand_until_a_person_chooses() {
    let bench = Bench::new();
    let job = bench.job();
    let mine = heads(&write(&bench, job, "021-1", &[]).expect("written"));
    let (_, register) = theirs("021-2", "2026-11-23T00:30:00Z");
    bring(&bench, job, register, 9);

    // The editing that was going on goes on: its input is kept beside the other value.
    let written = write(&bench, job, "021-11", &mine).expect("kept");
    assert_eq!(written["conflict"], json!(true));
    let both = heads(&written);
    assert_eq!(both.len(), 2);
    // An edit that begins with the conflict on the screen opens the chooser.
    assert_eq!(write(&bench, job, "021-3", &both), Err(Code::Conflict));

    let list = super::call(&bench.device, "sync_list", json!({})).expect("the list");
    let choices = list["conflicts"][0]["choices"].as_array().expect("choices");
    let values: Vec<_> = choices.iter().map(|c| (c["value"].clone(), c["mine"].clone())).collect();
    assert!(values.contains(&(json!("021-11"), json!(true))) && values.contains(&(json!("021-2"), json!(false))));
    assert_eq!(list["sentence"]["needs_you"], json!(1));

    let entity = EntityRef::new(kind::JOB, job.0);
    let settle = json!({ "entity": entity, "field": job::PHONE, "value": "021-2", "seen": both });
    let list = super::call(&bench.device, "settle", settle).expect("settled");
    assert_eq!(list["conflicts"], json!([]));
}

#[test]
fn l2_settling_what_changed_meanwhile_is_asked_again() {
    let bench = Bench::new();
    let job = bench.job();
    let mine = heads(&write(&bench, job, "021-1", &[]).expect("written"));
    let (_, register) = theirs("021-2", "2026-11-23T00:30:00Z");
    bring(&bench, job, register, 9);
    let entity = EntityRef::new(kind::JOB, job.0);
    let settle = json!({ "entity": entity, "field": job::PHONE, "value": "021-1", "seen": mine });
    let refused = super::call(&bench.device, "settle", settle).expect_err("not all were seen");
    assert_eq!(refused.code, Code::Conflict);
}

#[test]
fn l2_leaving_a_field_as_it_is_writes_nothing() {
    let bench = Bench::new();
    let job = bench.job();
    let first = heads(&write(&bench, job, "021-1", &[]).expect("written"));
    bench.send_all();
    let again = heads(&write(&bench, job, "021-1", &first).expect("taken"));
    assert_eq!((again, bench.waiting()), (first, 1));
}

#[test]
fn l4_unknown_commands_and_wrong_arguments_are_problems_with_a_code() {
    let bench = Bench::new();
    assert_eq!(super::call(&bench.device, "nope", json!({})).expect_err("unknown").code, Code::UnknownCommand);
    assert_eq!(super::call(&bench.device, "open_job", json!({ "job": 3 })).expect_err("wrong").code, Code::WrongType);
}

#[test]
fn l5_language_and_theme_are_remembered_and_known_behind_the_gate() {
    let mut bench = Bench::new();
    super::call(&bench.device, "set_preference", json!({ "language": "en", "theme": "night" })).expect("set");
    bench.restart();
    bench.device.lock().expect("locked");
    let status = super::call(&bench.device, "status", json!({})).expect("the status");
    assert_eq!(
        (&status["gate"], &status["language"], &status["theme"]),
        (&json!("locked"), &json!("en"), &json!("night"))
    );
}
