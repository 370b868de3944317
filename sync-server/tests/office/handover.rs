//! Re-assigning a visit that is under way is a request: the job stays with whoever is there until he has answered.

use chrono::TimeDelta;
use gongdan_domain::fact::FactBody;
use gongdan_domain::id::{FactId, JobId};
use gongdan_domain::sync::change::Scope;
use gongdan_domain::sync::wire::RecordBody;
use serde_json::{Value, json};

use crate::bench::{Bench, Field};

fn departed() -> FactBody {
    FactBody::Departed { kit_version: String::new(), released: Vec::new() }
}

async fn give(bench: &Bench, job: JobId, to: &str, at_once: bool) -> Value {
    let to = bench.person(to);
    let args = json!({ "job": job, "technicians": [to], "leader": to, "planned_at": null, "at_once": at_once });
    bench.call("lu", "assign_job", args).await
}

async fn opened(bench: &Bench, job: JobId) -> Value {
    bench.call("lu", "open_job", json!({ "job": job })).await
}

async fn has(field: &mut Field<'_>, job: JobId) -> bool {
    field.exchange(None).await.scopes.is_some_and(|scopes| scopes.contains(&Scope::Job(job)))
}

async fn asked(bench: &Bench, job: JobId) -> FactId {
    serde_json::from_value(opened(bench, job).await["visit"]["handover"]["request"].clone()).expect("a request")
}

fn answer(request: FactId, accepted: bool, reason: &str) -> FactBody {
    FactBody::ReassignAnswered { request, accepted, reason: reason.to_owned() }
}

#[tokio::test]
async fn l2_a_visit_under_way_is_asked_for_and_handed_over_with_its_facts() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let job = bench.job("样例一号").await;
    zhang.push(vec![zhang.fact(job, job.visit(1), &departed())]).await;
    bench.later(TimeDelta::seconds(60));
    let row = give(&bench, job, "shen", false).await;
    assert_eq!(row["leader"], json!(bench.person("zhang")), "he is on his way: nothing was decided over his head");
    assert!(has(&mut zhang, job).await && !has(&mut shen, job).await, "the job does not vanish under his hands");
    let page = opened(&bench, job).await;
    assert_eq!((&page["handover_of"][0], &page["visit"]["handover"]["answer"]), (&json!("张晓峰"), &Value::Null));
    let told = zhang.holds().await;
    let request =
        |body: &RecordBody| matches!(body, RecordBody::Fact { fact, .. } if fact.kind == "reassign_requested");
    assert!(told.iter().any(request), "and he is told");

    bench.later(TimeDelta::seconds(60));
    let request = asked(&bench, job).await;
    zhang.push(vec![zhang.fact(job, job.visit(1), &answer(request, false, "快修好了"))]).await;
    let page = opened(&bench, job).await;
    assert_eq!(page["visit"]["handover"]["answer"]["reason"], "快修好了", "the console sees why");
    assert!(has(&mut zhang, job).await && !has(&mut shen, job).await);

    bench.later(TimeDelta::seconds(60));
    give(&bench, job, "shen", false).await;
    bench.later(TimeDelta::seconds(60));
    let note = FactBody::NoteAdded { text: "已放油".to_owned() };
    zhang.push(vec![zhang.fact(job, job.visit(1), &note)]).await;
    let again = asked(&bench, job).await;
    assert_ne!(again, request);
    zhang.push(vec![zhang.fact(job, job.visit(1), &answer(again, true, ""))]).await;
    let page = opened(&bench, job).await;
    assert_eq!((&page["row"]["leader"], &page["visit"]["handover"]), (&json!(bench.person("shen")), &Value::Null));
    assert!(!has(&mut zhang, job).await && has(&mut shen, job).await, "handed over");
    let held = shen.holds().await;
    let kinds: Vec<&str> = held
        .iter()
        .filter_map(|body| if let RecordBody::Fact { fact, .. } = body { Some(fact.kind.as_str()) } else { None })
        .collect();
    assert!(kinds.contains(&"departed") && kinds.contains(&"note_added"), "with everything that was done: {kinds:?}");
}

#[tokio::test]
async fn l2_only_whoever_has_the_visit_can_answer_and_a_decision_settles_the_request() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let job = bench.job("样例一号").await;
    give(&bench, job, "shen", false).await;
    assert!(has(&mut shen, job).await, "nobody has set out yet: that is a decision");
    bench.later(TimeDelta::seconds(60));
    give(&bench, job, "zhang", false).await;
    zhang.push(vec![zhang.fact(job, job.visit(1), &departed())]).await;
    bench.later(TimeDelta::seconds(60));
    give(&bench, job, "shen", false).await;
    let request = asked(&bench, job).await;
    shen.push(vec![shen.fact(job, job.visit(1), &answer(request, true, ""))]).await;
    assert!(has(&mut zhang, job).await && !has(&mut shen, job).await, "who would get it does not decide that");
    bench.later(TimeDelta::seconds(60));
    give(&bench, job, "shen", true).await;
    assert!(
        !has(&mut zhang, job).await && has(&mut shen, job).await,
        "his tablet may be broken: the office can decide"
    );
    bench.later(TimeDelta::seconds(60));
    zhang.push(vec![zhang.fact(job, job.visit(1), &answer(request, false, "还在修"))]).await;
    assert!(has(&mut shen, job).await, "an answer that comes too late changes nothing");
}

#[tokio::test]
async fn l2_who_set_out_before_he_could_know_keeps_the_visit_and_is_asked() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let job = bench.job("样例一号").await;
    let set_out = zhang.fact(job, job.visit(1), &departed());
    let note = FactBody::NoteAdded { text: "在路上".to_owned() };
    let note = zhang.fact(job, job.visit(1), &note);
    bench.later(TimeDelta::seconds(60));
    give(&bench, job, "shen", false).await;
    assert!(has(&mut shen, job).await, "nobody at the office knows that somebody is on his way");

    bench.later(TimeDelta::seconds(60));
    zhang.push(vec![set_out, note]).await;
    let page = opened(&bench, job).await;
    assert_eq!(page["row"]["leader"], json!(bench.person("zhang")), "the job does not vanish under his hands");
    assert_eq!((&page["handover_to"][0], &page["handover_of"][0]), (&json!("沈一川"), &json!("张晓峰")));
    assert!(has(&mut zhang, job).await && !has(&mut shen, job).await);

    bench.later(TimeDelta::seconds(60));
    let request = asked(&bench, job).await;
    zhang.push(vec![zhang.fact(job, job.visit(1), &answer(request, true, ""))]).await;
    assert!(!has(&mut zhang, job).await && has(&mut shen, job).await, "he hands it over");

    bench.later(TimeDelta::seconds(60));
    zhang.push(vec![zhang.fact(job, job.visit(1), &departed())]).await;
    assert!(has(&mut shen, job).await, "what is known already takes nothing back");
}

#[tokio::test]
async fn l2_a_departure_that_comes_late_takes_the_visit_from_nobody_who_is_on_his_way_himself() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let job = bench.job("样例一号").await;
    let set_out = zhang.fact(job, job.visit(1), &departed());
    bench.later(TimeDelta::seconds(60));
    give(&bench, job, "shen", false).await;
    shen.push(vec![shen.fact(job, job.visit(1), &departed())]).await;
    zhang.push(vec![set_out]).await;
    assert!(has(&mut shen, job).await && !has(&mut zhang, job).await, "the office wanted him, and he is on his way");
    assert_eq!(opened(&bench, job).await["visit"]["handover"], Value::Null);
}
