//! I2, I3: the callback queue; E10: calls for help.

use chrono::TimeDelta;
use gongdan_domain::fact::{About, FactBody, SigningChoice};
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::work_order::{DeclineReason, Signing};
use serde_json::{Value, json};

use crate::bench::{Bench, Field};

/// An order that the customer did not sign.
async fn unsigned(bench: &Bench, zhang: &mut Field<'_>) -> JobId {
    let job = bench.job("样例一号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let at = bench.now();
    let declined = Signing::Declined { reason: DeclineReason::Dissatisfied, words: "等太久".to_owned(), at };
    let sealed = zhang.sealed(about, "GD-A1-2611-0001", |order| order.signing = Some(declined));
    zhang.push_seal(about, sealed, SigningChoice::Declined, Vec::new()).await;
    job
}

async fn queue(bench: &Bench) -> Vec<Value> {
    bench.call("lu", "callbacks", json!({})).await.as_array().cloned().expect("a list")
}

fn result(job: JobId, row: &Value, more: Value) -> Value {
    let mut args = json!({ "job": job, "obligation": row["obligation"]["id"], "reached": true });
    args.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    args
}

#[tokio::test]
async fn i3_an_unsigned_order_is_in_the_queue_by_itself_until_the_customer_is_satisfied() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = unsigned(&bench, &mut zhang).await;
    let first = queue(&bench).await;
    assert_eq!(first.len(), 1);
    assert_eq!((&first[0]["obligation"]["rule"], &first[0]["about"]), (&json!("BR-11"), &json!("等太久")));
    assert_eq!(first[0]["phone"], "000-5550110");

    let silent = bench.refused("lu", "record_callback", result(job, &first[0], json!({}))).await;
    assert_eq!(silent.details["field"], "satisfied", "whoever was reached said something");
    bench.call("lu", "record_callback", result(job, &first[0], json!({ "reached": false, "note": "无人接听" }))).await;
    let tried = queue(&bench).await;
    assert_eq!(tried[0]["obligation"]["unreached"], 1, "未接通 closes nothing");

    bench.later(TimeDelta::minutes(10));
    let unhappy = json!({ "satisfied": false, "note": "仍有漏气" });
    bench.call("lu", "record_callback", result(job, &first[0], unhappy.clone())).await;
    let again = queue(&bench).await;
    assert_eq!((again.len(), &again[0]["about"]), (1, &json!("仍有漏气")), "the next round opens by itself");
    assert_ne!(again[0]["obligation"]["id"], first[0]["obligation"]["id"]);
    let twice = bench.refused("lu", "record_callback", result(job, &first[0], unhappy)).await;
    assert_eq!(twice.code, Code::Conflict, "one result for one call");

    bench.call("lu", "record_callback", result(job, &again[0], json!({ "satisfied": true }))).await;
    assert_eq!(queue(&bench).await, Vec::<Value>::new());
    assert_eq!(
        bench.refused("sales", "record_callback", result(job, &first[0], json!({}))).await.code,
        Code::NotAllowed
    );
}

#[tokio::test]
async fn i3_time_alone_makes_a_callback_due() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    unsigned(&bench, &mut zhang).await;
    let home = async || bench.call("lu", "home", json!({})).await;
    let before = queue(&bench).await;
    assert_eq!(before[0]["obligation"]["state"], "open");
    assert_eq!(home().await["callbacks_due"], 0);
    bench.later(TimeDelta::days(10));
    assert_eq!(queue(&bench).await[0]["obligation"]["state"], "overdue");
    assert_eq!((&home().await["callbacks_due"], &home().await["obligations_overdue"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn e10_a_call_for_help_stands_on_the_first_page_until_the_office_acts() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    let help = FactBody::Escalated { what: "扣押工具".to_owned(), note: "门口".to_owned() };
    let op = zhang.fact(job, job.visit(1), &help);
    bench.later(TimeDelta::minutes(1));
    zhang.push(vec![op]).await;
    let home = bench.call("lu", "home", json!({})).await;
    assert_eq!(home["escalations"][0]["what"], "扣押工具");
    assert_eq!(home["arrived"][0]["kind"], "escalated");
    bench.later(TimeDelta::minutes(1));
    let shen = bench.person("shen");
    bench.call("lu", "assign_job", json!({ "job": job, "technicians": [shen], "leader": shen })).await;
    assert_eq!(bench.call("lu", "home", json!({})).await["escalations"], json!([]));
}

#[tokio::test]
async fn g3_an_unsigned_order_is_a_finding_that_the_office_answers() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    unsigned(&bench, &mut zhang).await;
    let open = async || bench.call("lu", "list_findings", json!({ "open": true })).await;
    let before = open().await;
    let row = before["rows"].as_array().and_then(|rows| rows.iter().find(|f| f["code"] == "not_signed").cloned());
    let row = row.expect("the finding");
    let finding = row["finding"]["id"].clone();
    let empty =
        bench.refused("lu", "answer_finding", json!({ "finding": finding, "decision": "other", "answer": "" })).await;
    assert_eq!(empty.code, Code::ReasonMissing);
    bench
        .call("lu", "answer_finding", json!({ "finding": finding, "decision": "other", "answer": "已电话致歉" }))
        .await;
    let after = open().await;
    assert_eq!(after["total"].as_u64(), before["total"].as_u64().map(|n| n - 1));
    let held = zhang.holds().await;
    let told = held.iter().any(|r| serde_json::to_string(r).is_ok_and(|text| text.contains("已电话致歉")));
    assert!(told, "the answer reaches the device");
}
