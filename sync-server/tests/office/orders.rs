//! H1, H2: orders are reviewed, archived under a gapless number or sent back; G6: what the seal proves.

use chrono::TimeDelta;
use gongdan_domain::fact::{About, FactBody, SigningChoice};
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::FileRef;
use serde_json::{Value, json};

use crate::bench::{Bench, Field};

fn order(job: JobId) -> Value {
    json!({ "order": job.visit(1).order() })
}

fn reviewed(job: JobId, revision: u32) -> Value {
    json!({ "order": job.visit(1).order(), "revision": revision })
}

#[tokio::test]
async fn h2_archive_numbers_have_no_gaps_and_one_order_has_one() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let (first, second) = (bench.job("样例一号").await, bench.job("样例二号").await);
    let open = bench.refused("jiang", "archive_order", reviewed(first, 1)).await;
    assert_eq!(open.code, Code::NotSealed);
    zhang.return_order(first, "GD-A1-2611-0001").await;
    zhang.return_order(second, "GD-A1-2611-0002").await;

    let other = bench.refused("jiang", "archive_order", reviewed(first, 2)).await;
    assert_eq!(other.code, Code::OrderChanged, "another revision than the one on the screen");
    let promised = bench.call("jiang", "open_order", order(first)).await["next_archive_no"].clone();
    let archived = bench.call("jiang", "archive_order", reviewed(first, 1)).await;
    assert_eq!(archived["archive_no"], "存-2611-0001");
    assert_eq!(promised, archived["archive_no"], "refusals draw no number");
    assert_eq!(bench.call("jiang", "archive_order", reviewed(first, 1)).await, archived, "again: the same number");
    let next = bench.call("jiang", "archive_order", reviewed(second, 1)).await;
    assert_eq!(next["archive_no"], "存-2611-0002");

    let list = bench.call("jiang", "list_orders", json!({ "filter": "archived" })).await;
    assert_eq!((&list["counts"]["archived"], &list["counts"]["to_review"]), (&json!(2), &json!(0)));
    let audit = bench.call("admin", "list_audit", json!({})).await;
    let archived = audit["rows"].as_array().map(|a| a.iter().filter(|e| e["action"] == "archived").count());
    assert_eq!(archived, Some(2), "{audit}");
}

#[tokio::test]
async fn h2_only_who_reviews_archives() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    zhang.return_order(job, "GD-A1-2611-0001").await;
    for login in ["lu", "admin", "sales", "zhang"] {
        assert_eq!(bench.refused(login, "archive_order", reviewed(job, 1)).await.code, Code::NotAllowed, "{login}");
    }
}

#[tokio::test]
async fn h2_a_question_reaches_the_device_and_its_answer_brings_the_order_back() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    let about = zhang.return_order(job, "GD-A1-2611-0001").await;
    let mut args = reviewed(job, 1);
    args["question"] = json!("\t");
    assert_eq!(bench.refused("jiang", "question_order", args.clone()).await.code, Code::ReasonMissing);
    args["question"] = json!("为什么没有更换油滤？");
    bench.call("jiang", "question_order", args.clone()).await;

    let asked = bench.call("jiang", "open_order", order(job)).await;
    assert_eq!((&asked["row"]["state"], &asked["questions"][0]["answer"]), (&json!("questioned"), &Value::Null));
    let owed = asked["obligations"].as_array().and_then(|all| all.iter().find(|o| o["rule"] == "question").cloned());
    assert_eq!(
        owed.map(|o| o["owner"].clone()),
        Some(json!(bench.person("zhang"))),
        "whoever sealed it owes the answer"
    );
    let held = zhang.holds().await;
    let reached = held.iter().any(|r| serde_json::to_string(r).is_ok_and(|text| text.contains("为什么没有更换油滤")));
    assert!(reached, "the question is on the device");

    bench.later(TimeDelta::minutes(5));
    let answer = FactBody::QuestionAnswered { order: job.visit(1).order(), answer: "客户自备".to_owned() };
    let op = zhang.fact(job, about.visit.expect("a visit"), &answer);
    zhang.push(vec![op]).await;
    let list = bench.call("jiang", "list_orders", json!({ "filter": "to_review" })).await;
    assert_eq!(list["rows"].as_array().map(Vec::len), Some(1));
    bench.call("jiang", "archive_order", reviewed(job, 1)).await;
    let late = bench.refused("jiang", "question_order", args).await;
    assert_eq!(late.code, Code::OrderChanged, "archived meanwhile");
}

#[tokio::test]
async fn h1_a_visit_whose_day_is_over_without_an_order_is_listed_until_the_order_comes() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    let count = async || bench.call("jiang", "home", json!({})).await["orders_not_returned"].clone();
    assert_eq!(count().await, 0, "its day is not over");
    bench.later(TimeDelta::days(1));
    assert_eq!(count().await, 1);
    let list = bench.call("jiang", "list_orders", json!({ "filter": "not_returned" })).await;
    let row = &list["rows"][0];
    assert_eq!((&row["number"], &row["state"]), (&json!(""), &json!("not_returned")));
    assert_eq!(row["owed_at"], "2026-11-23T16:00:00Z", "midnight in the company's zone");
    zhang.return_order(job, "GD-A1-2611-0001").await;
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn h1_an_order_is_complete_only_when_its_files_are_here_or_given_up() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let photo = FileRef { hash: "ab".repeat(32), size: 5, mime: "image/jpeg".to_owned() };
    let sealed = zhang.sealed(about, "GD-A1-2611-0001", |_| ());
    zhang.push_seal(about, sealed, SigningChoice::Signed, vec![photo.clone()]).await;
    let opened = bench.call("jiang", "open_order", order(job)).await;
    assert_eq!((&opened["row"]["state"], &opened["files"][0]["here"]), (&json!("received"), &json!(false)));

    let lost = FactBody::DeclaredLost { hash: photo.hash, reason: "存储卡损坏".to_owned() };
    let op = zhang.fact(job, job.visit(1), &lost);
    zhang.push(vec![op]).await;
    let opened = bench.call("jiang", "open_order", order(job)).await;
    assert_eq!(opened["row"]["state"], "complete");
    assert_eq!(opened["files"][0]["declared_lost"], "存储卡损坏");
}

#[tokio::test]
async fn g6_the_office_sees_what_the_seal_proves_and_a_changed_byte() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let jobs = [bench.job("样例一号").await, bench.job("样例二号").await, bench.job("样例三号").await];
    zhang.return_order(jobs[0], "GD-A1-2611-0001").await;
    zhang.return_order(jobs[1], "GD-A1-2611-0002").await;
    let seal = async |job| bench.call("jiang", "open_order", order(job)).await["seal"].clone();
    let first = seal(jobs[0]).await;
    let marks = |s: &Value| ["content_ok", "chain_ok", "countersignature_ok"].map(|m| s[m] == true);
    assert_eq!((marks(&first), &first["follows"]), ([true; 3], &Value::Null));
    let second = seal(jobs[1]).await;
    assert_eq!((marks(&second), &second["follows"]), ([true; 3], &json!("GD-A1-2611-0001")));

    let about = About { job: jobs[2], visit: Some(jobs[2].visit(1)) };
    let (mut document, content) = zhang.sealed(about, "GD-A1-2611-0003", |_| ());
    document.payload = document.payload.replace("183000", "183");
    zhang.push_seal(about, (document, content), SigningChoice::Signed, Vec::new()).await;
    let third = bench.call("jiang", "open_order", order(jobs[2])).await;
    assert_eq!(third["seal"]["content_ok"], false);
    let codes: Vec<_> = third["findings"].as_array().into_iter().flatten().map(|f| f["code"].clone()).collect();
    assert!(codes.contains(&json!("seal_invalid")), "{codes:?}");
}

#[tokio::test]
async fn h2_roles_without_money_see_the_order_and_no_amount() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    zhang.return_order(job, "GD-A1-2611-0001").await;
    let calls = [
        ("open_order", order(job)),
        ("list_orders", json!({ "filter": "all" })),
        ("open_job", json!({ "job": job })),
        ("list_findings", json!({ "open": false })),
    ];
    for (name, args) in calls {
        let manager = bench.call("jiang", name, args.clone()).await.to_string();
        assert!(manager.contains("183000"), "{name} shows the amount to the manager");
        let sales = bench.call("sales", name, args).await.to_string();
        assert!(!sales.contains("183000"), "{name} tells sales the amount: {sales}");
    }
    let opened = bench.call("sales", "open_order", order(job)).await;
    assert_eq!((&opened["document"], &opened["row"]["total_fen"]), (&Value::Null, &Value::Null));
    assert_eq!(opened["row"]["number"], "GD-A1-2611-0001");
}

#[tokio::test]
async fn h2_an_unknown_order_is_not_found() {
    let bench = Bench::new();
    let nothing = json!({ "order": uuid::Uuid::now_v7() });
    assert_eq!(bench.refused("jiang", "open_order", nothing).await.code, Code::NotFound);
    assert_eq!(bench.refused("jiang", "open_order", json!({ "order": "7" })).await.code, Code::WrongType);
}
