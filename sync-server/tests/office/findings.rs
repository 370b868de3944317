//! H4: what the server holds against other orders, who learns of it, how it is settled, and the remedial callback (BR-06).

use std::io::{Cursor, Read as _};

use axum::http::StatusCode;
use chrono::TimeDelta;
use gongdan_domain::fact::{About, FactBody, PhotoKind, SigningChoice};
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{FileRef, Op};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::work_order::{DeclineReason, Ink, InkPoint, Signing, Supersedes};
use gongdan_server::storage::Reader;
use gongdan_server::sync::attachment::{self, Delivery};
use serde_json::{Value, json};

use crate::bench::{Bench, Field};
use crate::sample;

/// A job that is checked in, with its order signed in this ink.
async fn signed(bench: &Bench, field: &mut Field<'_>, customer: &str, no: &str, ink: Ink) -> JobId {
    let job = bench.job(customer).await;
    let about = About { job, visit: Some(job.visit(1)) };
    field.push(vec![field.fact(job, job.visit(1), &FactBody::CheckedIn { position: None })]).await;
    let at = bench.now();
    let sealed = field.sealed(about, no, |order| {
        order.signing = Some(Signing::Signed { name: "陈喆".into(), role: String::new(), is_contact: true, ink, at });
        (order.times.started, order.fees_shown_at) = (Some(at), Some(at));
    });
    field.push_seal(about, sealed, SigningChoice::Signed, Vec::new()).await;
    job
}

/// Moved, scaled to nine tenths, and written at another pace.
fn pasted(ink: &Ink) -> Ink {
    let point = |p: &InkPoint| InkPoint { x: p.x * 9 / 10 + 40, y: p.y * 9 / 10 + 12, t: p.t + p.x % 7, p: p.p };
    Ink { height: ink.height, strokes: ink.strokes.iter().map(|stroke| stroke.iter().map(point).collect()).collect() }
}

/// The same person signs again: every aim is missed by a few hundredths of the signature.
fn again(ink: &Ink) -> Ink {
    let miss = |n: usize, p: &InkPoint| InkPoint {
        x: p.x + [14, -11, 9, -16, 12][n % 5],
        y: p.y + [-9, 13, -14, 8, 11][(n * 3) % 5],
        ..*p
    };
    let strokes = ink.strokes.iter().enumerate();
    let strokes = strokes.map(|(k, stroke)| stroke.iter().enumerate().map(|(n, p)| miss(n + k, p)).collect());
    Ink { height: ink.height, strokes: strokes.collect() }
}

/// Open findings of the manager; broken rules of these hasty visits are other tests' matter.
async fn open(bench: &Bench) -> Vec<Value> {
    let list = bench.call("jiang", "list_findings", json!({ "open": true })).await;
    let mut rows = list["rows"].as_array().cloned().expect("rows");
    rows.retain(|row| serde_json::from_value::<FindingCode>(row["code"].clone()).expect("a code").for_the_manager());
    rows
}

async fn of_code(bench: &Bench, code: &str) -> Value {
    let rows = open(bench).await;
    rows.iter().find(|row| row["code"] == code).cloned().unwrap_or_else(|| panic!("no {code} in {rows:?}"))
}

#[tokio::test]
async fn h4_a_reused_signature_shows_both_side_by_side() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    signed(&bench, &mut zhang, "样例一号", "GD-A1-2611-0001", sample::ink()).await;
    assert_eq!(open(&bench).await, Vec::<Value>::new(), "the first of its kind is like no other");
    bench.later(TimeDelta::minutes(30));
    signed(&bench, &mut zhang, "样例二号", "GD-A1-2611-0002", pasted(&sample::ink())).await;

    let row = of_code(&bench, "signature_identical").await;
    let opened = bench.call("jiang", "open_finding", json!({ "finding": row["finding"]["id"] })).await;
    let sides = opened["signatures"].as_array().expect("two sides");
    let numbers: Vec<&str> = sides.iter().filter_map(|side| side["number"].as_str()).collect();
    assert_eq!(numbers, ["GD-A1-2611-0002", "GD-A1-2611-0001"], "this order's first");
    assert!(sides.iter().all(|side| side["ink"]["strokes"].as_array().is_some_and(|strokes| !strokes.is_empty())));
    let details = &row["finding"]["details"];
    assert!(details["distance_pm"].as_u64().is_some_and(|pm| pm <= 8), "{details}");
}

#[tokio::test]
async fn h4_two_signatures_of_an_honest_signer_are_not_flagged() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    signed(&bench, &mut zhang, "样例一号", "GD-A1-2611-0001", sample::ink()).await;
    signed(&bench, &mut zhang, "样例一号", "GD-A1-2611-0002", again(&sample::ink())).await;
    assert_eq!(open(&bench).await, Vec::<Value>::new());
}

#[tokio::test]
async fn h4_scope_is_tight_no_device_learns_of_another_order_from_a_finding() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = signed(&bench, &mut zhang, "样例一号", "GD-A1-2611-0001", sample::ink()).await;
    let second = signed(&bench, &mut zhang, "样例二号", "GD-A1-2611-0002", pasted(&sample::ink())).await;
    let row = of_code(&bench, "signature_identical").await;
    let settle = json!({ "finding": row["finding"]["id"], "decision": "confirmed", "answer": "属实,按公司规定处理" });
    bench.call("jiang", "answer_finding", settle).await;
    let held = zhang.holds().await;
    assert!(
        held.iter().any(|r| matches!(r, RecordBody::Fact { fact, .. } if fact.job == Some(second))),
        "he has the job {job}"
    );
    assert!(
        !held.iter().any(|r| matches!(r, RecordBody::Finding { finding } if finding.code.for_the_manager())),
        "neither the finding"
    );
    assert!(
        !held.iter().any(|r| matches!(r, RecordBody::Fact { fact, .. } if fact.kind == "finding_answered")),
        "nor its outcome"
    );
}

#[tokio::test]
async fn h4_a_photo_of_another_order_is_shown_beside_it() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let file = FileRef { hash: "ab".repeat(32), size: 7, mime: "image/jpeg".to_owned() };
    let taken =
        FactBody::PhotoTaken { photo: PhotoKind::After, caption: String::new(), width: 4, height: 3, taken_at: None };
    let mut jobs = Vec::new();
    for customer in ["样例一号", "样例二号"] {
        let job = bench.job(customer).await;
        for _ in 0..2 {
            // Twice in one job is nothing: a photo may stand for two things.
            let mut op = zhang.fact(job, job.visit(1), &taken);
            if let Op::Fact(fact) = &mut op {
                fact.files = vec![file.clone()];
            }
            zhang.push(vec![op]).await;
        }
        jobs.push(job);
        let found = open(&bench).await.len();
        assert_eq!(found, if jobs.len() == 1 { 0 } else { 2 });
    }
    let row = of_code(&bench, "photo_on_another_order").await;
    let opened = bench.call("jiang", "open_finding", json!({ "finding": row["finding"]["id"] })).await;
    let customers: Vec<&str> =
        opened["photos"].as_array().expect("photos").iter().filter_map(|p| p["customer"].as_str()).collect();
    assert_eq!(customers, ["样例二号", "样例一号"]);
}

/// A finding to settle: satisfied, and not signed.
async fn unsigned(bench: &Bench, zhang: &mut Field<'_>) -> (JobId, Value) {
    let job = bench.job("样例一号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let at = bench.now();
    let declined = Signing::Declined { reason: DeclineReason::Unwilling, words: String::new(), at };
    let sealed = zhang.sealed(about, "GD-A1-2611-0001", |order| {
        order.signing = Some(declined);
        (order.times.started, order.fees_shown_at) = (Some(at), Some(at));
    });
    zhang.push_seal(about, sealed, SigningChoice::Declined, Vec::new()).await;
    let row = of_code(bench, "satisfied_unsigned").await;
    (job, row["finding"]["id"].clone())
}

#[tokio::test]
async fn h4_br06_a_remedial_callback_is_owed_within_four_working_hours_and_settles_only_when_made() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let (job, finding) = unsigned(&bench, &mut zhang).await;
    let remedied = json!({ "finding": finding, "decision": "remedial_callback", "answer": "" });
    assert_eq!(bench.refused("jiang", "answer_finding", remedied.clone()).await.details["field"], "decision");
    let ask = json!({ "finding": finding, "about": "问客户是否在场" });
    assert_eq!(bench.refused("sales", "ask_remedial_callback", ask.clone()).await.code, Code::NotAllowed);
    bench.call("jiang", "ask_remedial_callback", ask.clone()).await;
    assert_eq!(bench.refused("jiang", "ask_remedial_callback", ask).await.code, Code::Conflict, "one at a time");

    let queue = bench.call("lu", "callbacks", json!({})).await;
    let row = queue
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["obligation"]["rule"] == "BR-06")
        .cloned()
        .expect("in the queue");
    assert_eq!((&row["about"], &row["obligation"]["owner"]), (&json!("问客户是否在场"), &Value::Null));
    let due = row["obligation"]["due_at"].as_str().and_then(|t| t.parse::<chrono::DateTime<chrono::Utc>>().ok());
    assert_eq!(due, Some(bench.now() + TimeDelta::hours(4)), "from nine in the morning");

    let result = json!({ "job": job, "obligation": row["obligation"]["id"], "reached": true, "satisfied": true, "note": "当面道歉" });
    bench.call("lu", "record_callback", result).await;
    bench.call("jiang", "answer_finding", remedied).await;
    let opened = bench.call("jiang", "open_finding", json!({ "finding": finding })).await;
    assert_eq!(opened["row"]["finding"]["decision"], "remedial_callback");
    assert_eq!(opened["callbacks"][0]["result"]["note"], "当面道歉");
    let audit = bench.call("admin", "list_audit", json!({})).await;
    let actions: Vec<&str> =
        audit["rows"].as_array().expect("rows").iter().filter_map(|row| row["action"].as_str()).collect();
    assert!(actions.contains(&"answered") && actions.contains(&"remedial_callback"), "{actions:?}");
}

#[tokio::test]
async fn h4_a_decision_needs_words_and_can_be_made_again() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let (_, finding) = unsigned(&bench, &mut zhang).await;
    let settle = |decision: &str, answer: &str| json!({ "finding": finding, "decision": decision, "answer": answer });
    assert_eq!(bench.refused("jiang", "answer_finding", settle("confirmed", " ")).await.code, Code::ReasonMissing);
    bench.call("jiang", "answer_finding", settle("explanation_accepted", "客户来电确认")).await;
    bench.later(TimeDelta::minutes(1));
    bench.call("jiang", "answer_finding", settle("other", "改由总经理处理")).await;
    let opened = bench.call("jiang", "open_finding", json!({ "finding": finding })).await;
    assert_eq!(
        (&opened["row"]["finding"]["decision"], &opened["row"]["finding"]["answer"]),
        (&json!("other"), &json!("改由总经理处理"))
    );
    assert!(!open(&bench).await.iter().any(|row| row["finding"]["id"] == finding), "it is settled");
}

/// A picture of slanted light; `phase` makes another one of it.
fn picture(phase: f32, quality: u8) -> Vec<u8> {
    let light = |n: u32| {
        let (x, y) = ((n % 160) as f32 / 160.0, (n / 160) as f32 / 120.0);
        (127.0 + 90.0 * ((x * 9.0 + phase).sin() * (y * 7.0 + phase * 1.7).cos())) as u8
    };
    let points: Vec<u8> = (0..160 * 120).map(light).collect();
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
    encoder.encode(&points, 160, 120, jpeg_encoder::ColorType::Luma).expect("encoded");
    jpeg
}

/// A photo of a job, delivered whole.
async fn delivered(bench: &Bench, zhang: &mut Field<'_>, job: JobId, bytes: &[u8]) {
    let file = FileRef {
        hash: gongdan_domain::seal::sha256_hex(bytes),
        size: bytes.len() as u64,
        mime: "image/jpeg".to_owned(),
    };
    let taken = FactBody::PhotoTaken {
        photo: PhotoKind::After,
        caption: String::new(),
        width: 160,
        height: 120,
        taken_at: None,
    };
    let mut op = zhang.fact(job, job.visit(1), &taken);
    if let Op::Fact(fact) = &mut op {
        fact.files = vec![file.clone()];
    }
    zhang.push(vec![op]).await;
    let read = |r: &dyn Reader| Delivery::by(r, r.file(&file.hash)?.expect("named"), zhang.person());
    let delivery = bench.core.store.read(read).expect("read");
    attachment::append(&bench.core, &delivery, 0, bytes).expect("delivered");
}

#[tokio::test]
async fn h4_a_picture_saved_again_is_found_and_another_is_not() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let (first, second, third) =
        (bench.job("样例一号").await, bench.job("样例二号").await, bench.job("样例三号").await);
    delivered(&bench, &mut zhang, first, &picture(0.0, 90)).await;
    delivered(&bench, &mut zhang, first, &picture(0.0, 70)).await;
    delivered(&bench, &mut zhang, third, &picture(2.2, 90)).await;
    assert_eq!(open(&bench).await, Vec::<Value>::new(), "the same job twice, and another picture");
    bench.later(TimeDelta::minutes(5));
    delivered(&bench, &mut zhang, second, &picture(0.0, 40)).await;
    let row = of_code(&bench, "photo_like_another").await;
    let opened = bench.call("jiang", "open_finding", json!({ "finding": row["finding"]["id"] })).await;
    let customers: Vec<&str> =
        opened["photos"].as_array().expect("photos").iter().filter_map(|p| p["customer"].as_str()).collect();
    assert_eq!(customers, ["样例二号", "样例一号"], "the later one stands out");
}

/// The words of a spreadsheet.
fn words(book: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(book)).expect("a workbook");
    let mut words = String::new();
    zip.by_name("xl/sharedStrings.xml").expect("words").read_to_string(&mut words).expect("text");
    words
}

#[tokio::test]
async fn h4_findings_are_narrowed_to_a_kind_and_leave_as_a_sheet_that_is_on_record() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    for (n, customer) in [(1, "样例一号"), (2, "样例二号")] {
        let job = bench.job(customer).await;
        let about = About { job, visit: Some(job.visit(1)) };
        let at = bench.now();
        let sealed = zhang.sealed(about, &format!("GD-A1-2611-000{n}"), |order| {
            order.signing = Some(Signing::Declined { reason: DeclineReason::Other, words: "=没空".into(), at });
        });
        zhang.push_seal(about, sealed, SigningChoice::Declined, Vec::new()).await;
    }
    let all = bench.call("jiang", "list_findings", json!({ "open": true })).await;
    let kinds = all["kinds"].as_array().expect("kinds");
    let count = |code: &str| {
        kinds.iter().find(|kind| kind["code"] == code).map_or(0, |kind| kind["count"].as_u64().unwrap_or(0))
    };
    assert_eq!(count("not_signed"), 2);
    assert_eq!(
        kinds.iter().filter_map(|kind| kind["count"].as_u64()).sum::<u64>(),
        all["total"].as_u64().expect("a sum")
    );
    let narrowed = bench.call("jiang", "list_findings", json!({ "open": true, "code": "not_signed" })).await;
    assert_eq!((&narrowed["total"], narrowed["rows"].as_array().map(Vec::len)), (&json!(2), Some(2)));
    assert_eq!(narrowed["kinds"], all["kinds"], "the other kinds can still be chosen");

    let finding = narrowed["rows"][0]["finding"]["id"].clone();
    let answer = json!({ "finding": finding, "answer": "回访说明属实", "decision": "explanation_accepted" });
    bench.call("jiang", "answer_finding", answer).await;
    let path = "/api/office/findings.xlsx?code=not_signed";
    let (status, book) = bench.fetch("sales", path).await;
    assert_eq!(status, StatusCode::OK);
    let zh = words(&book);
    for said in ["客户没有签字", "样例一号", "GD-A1-2611-0002", "张晓峰", "说明属实，关闭", "回访说明属实", "蒋岚"]
    {
        assert!(zh.contains(said), "{said} is missing: {zh}");
    }
    let (_, open) = bench.fetch("sales", &format!("{path}&open=true&lang=en")).await;
    let en = words(&open);
    assert!(en.contains("Not signed by the customer") && en.contains("Open") && !en.contains("回访说明属实"), "{en}");
    assert_eq!(bench.fetch("zhang", path).await.0, StatusCode::FORBIDDEN);
    let audit = bench.call("admin", "list_audit", json!({ "action": "findings_taken" })).await;
    assert_eq!(audit["rows"][1]["about"], "2 not_signed", "{audit}");
}

#[tokio::test]
async fn h4_a_copied_signature_is_found_under_a_later_signing_and_under_a_paper_too() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    signed(&bench, &mut zhang, "样例一号", "GD-A1-2611-0001", sample::ink()).await;
    bench.later(TimeDelta::minutes(30));
    // The customer "signs later": in truth the strokes of another.
    let job = bench.job("样例二号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let at = bench.now();
    let sealed = zhang.sealed(about, "GD-A1-2611-0002", |order| {
        order.signing = Some(Signing::Later { words: "下午来签".to_owned(), at });
        (order.times.started, order.fees_shown_at) = (Some(at), Some(at));
    });
    let order = sealed.0.clone();
    zhang.push_seal(about, sealed, SigningChoice::Later, Vec::new()).await;
    let signing = |ink: Ink| Signing::Signed { name: "王工".into(), role: String::new(), is_contact: true, ink, at };
    zhang.attest(about, &order, "GD-A1-2611-0002", signing(pasted(&sample::ink()))).await;
    let row = of_code(&bench, "signature_identical").await;
    let opened = bench.call("jiang", "open_finding", json!({ "finding": row["finding"]["id"] })).await;
    let sides: Vec<(&Value, &Value)> = opened["signatures"]
        .as_array()
        .expect("two sides")
        .iter()
        .map(|side| (&side["number"], &side["customer"]))
        .collect();
    let customer = json!(sample::order().customer.name);
    assert_eq!(sides, [(&json!("GD-A1-2611-0002"), &customer), (&json!("GD-A1-2611-0001"), &customer)]);

    // And under a slip of a third customer.
    let job = bench.job("样例三号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    zhang.paper(about, sample::paper::hazard(), "YH-A1-2611-0001", Some(signing(pasted(&sample::ink())))).await;
    let found = open(&bench).await;
    let of_job = |row: &&Value| row["code"] == "signature_identical" && row["finding"]["job"] == json!(job);
    assert_eq!(found.iter().filter(of_job).count(), 2, "like the order's and like the later one: {found:?}");
    // What one customer signs in one visit may be one hand: the order of the same visit is not held against its slip.
    let before = open(&bench).await.len();
    let sealed = zhang.sealed(about, "GD-A1-2611-0003", |order| {
        order.signing = Some(signing(pasted(&sample::ink())));
        (order.times.started, order.fees_shown_at) = (Some(at), Some(at));
    });
    zhang.push_seal(about, sealed, SigningChoice::Signed, Vec::new()).await;
    let like = open(&bench).await.into_iter().filter(|row| row["code"] == "signature_identical").count();
    assert!(before < open(&bench).await.len() && like == 1 + 2 + 2, "two others again, and not its own slip: {like}");
}

#[tokio::test]
async fn h4_a_finding_names_who_sealed_the_very_document_and_each_revision_is_looked_at() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let job = bench.job("样例一号").await;
    let first = About { job, visit: Some(job.visit(1)) };
    zhang.return_order(job, "GD-A1-2611-0001").await;
    bench.later(TimeDelta::hours(3));
    let shen_id = bench.person("shen");
    let next = json!({ "job": job, "technicians": [shen_id], "leader": shen_id, "planned_at": null, "at_once": true });
    bench.call("lu", "assign_job", next).await;
    let about = About { job, visit: Some(job.visit(2)) };
    let declined = |at| Signing::Declined { reason: DeclineReason::Unwilling, words: String::new(), at };
    let at = bench.now();
    let sealed = shen.sealed(about, &format!("GD-{}-2611-0001", shen.prefix()), |order| {
        order.signing = Some(declined(at));
        (order.times.started, order.fees_shown_at) = (Some(at), Some(at));
    });
    let before = sealed.0.clone();
    shen.push_seal(about, sealed, SigningChoice::Declined, Vec::new()).await;
    let row = of_code(&bench, "satisfied_unsigned").await;
    assert_eq!(row["by"]["name"], "沈一川", "not whoever sealed the first visit's order: {row}");
    assert_eq!((&row["finding"]["visit"], first.visit), (&json!(about.visit), Some(job.visit(1))));
    let settled = json!({ "finding": row["finding"]["id"], "decision": "explanation_accepted", "answer": "客户来电" });
    bench.call("jiang", "answer_finding", settled).await;
    bench.later(TimeDelta::hours(1));
    let at = bench.now();
    let sealed = shen.sealed(about, &format!("GD-{}-2611-0001", shen.prefix()), |order| {
        order.revision = 2;
        order.supersedes = Some(Supersedes { revision: 1, hash: before.hash.clone(), reason: "写错".into() });
        order.signing = Some(declined(at));
        (order.times.started, order.fees_shown_at) = (Some(at), Some(at));
    });
    shen.push_seal(about, sealed, SigningChoice::Declined, Vec::new()).await;
    let again = of_code(&bench, "satisfied_unsigned").await;
    assert_ne!(again["finding"]["id"], row["finding"]["id"], "the next revision is another signature that is missing");
}

#[tokio::test]
async fn h4_a_photo_of_the_former_visit_stands_out_on_the_next_one() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    let file = FileRef { hash: "ab".repeat(32), size: 7, mime: "image/jpeg".to_owned() };
    let taken =
        FactBody::PhotoTaken { photo: PhotoKind::After, caption: String::new(), width: 4, height: 3, taken_at: None };
    for n in 1..3 {
        let mut op = zhang.fact(job, job.visit(n), &taken);
        if let Op::Fact(fact) = &mut op {
            fact.files = vec![file.clone()];
        }
        zhang.push(vec![op]).await;
        let found = open(&bench).await.into_iter().filter(|row| row["code"] == "photo_on_another_order").count();
        assert_eq!(found, n as usize - 1, "visit {n}");
    }
}
