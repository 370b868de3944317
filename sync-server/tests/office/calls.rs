//! A6: a service call becomes a job; A4, J9: who goes.

use chrono::TimeDelta;
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::wire::RecordBody;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bench::{Bench, Field, call};

#[tokio::test]
async fn a6_a_call_of_a_known_customer_takes_over_what_the_archive_knows() {
    let bench = Bench::new();
    bench.job("样例紫藤制药").await;
    let hits = bench.call("lu", "search_customers", json!({ "text": "ylzt 7731" })).await;
    assert_eq!(hits[0]["name"], "样例紫藤制药", "found by pinyin initials and serial no.: {hits}");
    let (customer, machine) = (&hits[0]["customer"], &hits[0]["machines"][0]);
    assert_eq!(machine["matched"], true);
    assert_eq!(machine["open_jobs"].as_array().map(Vec::len), Some(1), "a second call may be the same fault");

    let job = JobId(Uuid::now_v7());
    let known = json!({
        "customer": { "kind": "known", "customer": customer },
        "machine": { "kind": "known", "machine": machine["machine"] },
        "contact_name": "", "phone": "000-1111",
    });
    let row = bench.call("lu", "create_job", call(job, "", known)).await;
    assert_eq!(row["stage"], "unassigned");
    let opened = bench.call("lu", "open_job", json!({ "job": job })).await;
    let value = |field: &str| opened["fields"][field]["value"].clone();
    assert_eq!(value("customer_name"), "样例紫藤制药");
    assert_eq!(value("address"), "虚构路10号");
    assert_eq!(value("contact_name"), "陈喆", "empty: the archive's");
    assert_eq!(value("phone"), "000-1111", "what the caller said goes before the archive");
    assert_eq!(value("serial_no"), "SN-7731");
    assert_eq!(value("purchase_date"), "2025-03-01");
    assert_eq!(value("reported_at"), json!(bench.now()), "the time of the call");
    assert_eq!(opened["warranty"]["status"].as_str().map(str::is_empty), Some(false));
}

#[tokio::test]
async fn a6_sending_the_same_form_twice_registers_one_job() {
    let bench = Bench::new();
    let args = call(JobId(Uuid::now_v7()), "样例一号", json!({}));
    let first = bench.call("lu", "create_job", args.clone()).await;
    let again = bench.call("lu", "create_job", args).await;
    assert_eq!(first, again);
    let list = bench.call("lu", "list_jobs", json!({ "filter": "unassigned" })).await;
    assert_eq!((&list["total"], &list["unassigned"], &list["all"]), (&json!(1), &json!(1), &json!(1)));
    let hits = bench.call("lu", "search_customers", json!({ "text": "样例一号" })).await;
    assert_eq!(hits.as_array().map(Vec::len), Some(1), "one customer, not two");
    let audit = bench.call("admin", "list_audit", json!({})).await;
    let created = audit["rows"].as_array().map(|a| a.iter().filter(|e| e["action"] == "created").count());
    assert_eq!(created, Some(1), "noted once: {audit}");
}

#[tokio::test]
async fn a6_the_assigned_device_gets_the_job_with_customer_and_machine_and_no_other_device_does() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let job = bench.job("样例二号").await;
    let of_job = |records: &[RecordBody]| {
        records
            .iter()
            .any(|r| matches!(r, RecordBody::Entity { entity, .. } if entity.kind == "job" && entity.id == job.0))
    };
    let held = zhang.holds().await;
    assert!(of_job(&held));
    assert!(held.iter().any(|r| matches!(r, RecordBody::Entity { entity, .. } if entity.kind == "machine")));
    assert!(held.iter().any(|r| matches!(r, RecordBody::Fact { fact, .. } if fact.kind == "job_assigned")));
    assert!(!of_job(&shen.holds().await), "scope_is_tight");

    let shen_id = bench.person("shen");
    bench.call("lu", "assign_job", json!({ "job": job, "technicians": [shen_id], "leader": shen_id })).await;
    assert!(of_job(&shen.holds().await), "the latest decision counts");
    let board = bench.call("lu", "technicians", json!({})).await;
    assert_eq!(board.as_array().map(Vec::len), Some(2), "only those who can be sent: {board}");
}

#[tokio::test]
async fn a6_the_board_shows_the_visits_of_the_day() {
    let bench = Bench::new();
    bench.job("样例三号").await;
    let visits = async |day: Value| {
        let board = bench.call("lu", "technicians", day).await;
        let of = |name: &str| board.as_array().and_then(|b| b.iter().find(|t| t["person"]["name"] == name).cloned());
        let count = |name| of(name).and_then(|t| t["visits"].as_array().map(Vec::len));
        (count("张晓峰"), count("沈一川"))
    };
    assert_eq!(visits(json!({})).await, (Some(1), Some(0)));
    assert_eq!(visits(json!({ "day": "2026-11-24" })).await, (Some(0), Some(0)));
}

#[tokio::test]
async fn a6_a_call_with_a_bad_value_is_refused_by_its_field_and_leaves_nothing_behind() {
    let bench = Bench::new();
    let (zhang, lu) = (bench.person("zhang"), bench.person("lu"));
    let new = |fields: Value| json!({ "kind": "new", "fields": fields });
    let bad = [
        ("symptom", json!({ "symptom": "  " })),
        ("service_kind", json!({ "service_kind": "magic" })),
        ("urgency", json!({ "urgency": "" })),
        ("category", json!({ "category": "CAT-99" })),
        ("name", json!({ "customer": new(json!({ "phone": "1" })) })),
        ("nickname", json!({ "customer": new(json!({ "name": "x", "nickname": "y" })) })),
        ("distance_km", json!({ "customer": new(json!({ "name": "x", "distance_km": "far" })) })),
        ("purchase_date", json!({ "machine": new(json!({ "purchase_date": "2025-02-30" })) })),
        ("technicians", json!({ "assign": { "technicians": [], "leader": zhang } })),
        ("technicians", json!({ "assign": { "technicians": [lu], "leader": lu } })),
        ("leader", json!({ "assign": { "technicians": [zhang], "leader": bench.person("shen") } })),
    ];
    for (field, more) in bad {
        let problem = bench.refused("lu", "create_job", call(JobId(Uuid::now_v7()), "样例", more)).await;
        assert_eq!((problem.code, problem.details["field"].as_str()), (Code::FieldInvalid, Some(field)));
    }
    let unknown = json!({ "customer": { "kind": "known", "customer": Uuid::now_v7() } });
    assert_eq!(bench.refused("lu", "create_job", call(JobId(Uuid::now_v7()), "", unknown)).await.code, Code::NotFound);
    let shape = call(JobId(Uuid::now_v7()), "样例", json!({ "symptom": 7 }));
    assert_eq!(bench.refused("lu", "create_job", shape).await.code, Code::WrongType);
    let (_, torn) = bench.raw("lu", "create_job", "{\"job\":".to_owned()).await;
    assert_eq!(torn["code"], "bad_request");
    let list = bench.call("lu", "list_jobs", json!({ "filter": "all" })).await;
    assert_eq!(list["all"], 0);
    assert_eq!(bench.call("lu", "search_customers", json!({ "text": "" })).await, json!([]));
}

#[tokio::test]
async fn a6_another_customers_machine_is_not_mixed_into_a_job() {
    let bench = Bench::new();
    bench.job("样例甲").await;
    bench.job("样例乙").await;
    let hit = async |text: &str| bench.call("lu", "search_customers", json!({ "text": text })).await[0].clone();
    let (first, second) = (hit("样例甲").await, hit("样例乙").await);
    let mixed = json!({
        "customer": { "kind": "known", "customer": first["customer"] },
        "machine": { "kind": "known", "machine": second["machines"][0]["machine"] },
    });
    let problem = bench.refused("lu", "create_job", call(JobId(Uuid::now_v7()), "", mixed)).await;
    assert_eq!(problem.details["field"], "machine");
}

#[tokio::test]
async fn a6_after_a_sealed_visit_the_next_assignment_is_a_new_visit() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例四号").await;
    let id = bench.person("zhang");
    let again =
        json!({ "job": job, "technicians": [id], "leader": id, "planned_at": bench.now() + TimeDelta::days(1) });
    let same = bench.call("lu", "assign_job", again.clone()).await;
    assert_eq!(same["visit"], json!(job.visit(1)), "until it is over, a decision moves the visit");
    zhang.return_order(job, "GD-A1-2611-0001").await;
    let next = bench.call("lu", "assign_job", again).await;
    assert_eq!((&next["visit"], &next["stage"]), (&json!(job.visit(2)), &json!("assigned")));
    let orders = bench.call("jiang", "list_orders", json!({ "filter": "to_review" })).await;
    assert_eq!(orders["rows"][0]["number"], "GD-A1-2611-0001", "the first visit's order is still to be reviewed");
}

#[tokio::test]
async fn a6_a_cancelled_job_says_why_and_is_not_assigned_again() {
    let bench = Bench::new();
    let job = bench.job("样例五号").await;
    let empty = bench.refused("lu", "cancel_job", json!({ "job": job, "reason": " " })).await;
    assert_eq!(empty.code, Code::ReasonMissing);
    let row = bench.call("lu", "cancel_job", json!({ "job": job, "reason": "客户自行修复" })).await;
    assert_eq!(row["stage"], "cancelled");
    let zhang = bench.person("zhang");
    let problem =
        bench.refused("lu", "assign_job", json!({ "job": job, "technicians": [zhang], "leader": zhang })).await;
    assert_eq!(problem.code, Code::JobCancelled);
}

#[tokio::test]
async fn a6_only_roles_of_the_table_register_calls() {
    let bench = Bench::new();
    for login in ["sales", "zhang"] {
        let problem = bench.refused(login, "create_job", call(JobId(Uuid::now_v7()), "样例", json!({}))).await;
        assert_eq!(problem.code, Code::NotAllowed, "{login}");
    }
    assert_eq!(bench.refused("zhang", "list_jobs", json!({ "filter": "all" })).await.code, Code::NotAllowed);
}
