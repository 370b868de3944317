//! G5: revisions side by side, two that claim one place, the manager who names one; G1: the book of numbers without gaps.

use gongdan_domain::fact::{About, FactBody, SigningChoice};
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::seal::SealedDocument;
use gongdan_domain::sync::wire::Verdict;
use gongdan_domain::work_order::{OrderDocument, Supersedes};
use serde_json::{Value, json};

use crate::bench::{Bench, Field};

fn order(job: JobId) -> Value {
    json!({ "order": job.visit(1).order() })
}

fn about(job: JobId) -> About {
    About { job, visit: Some(job.visit(1)) }
}

fn found(verdict: &Verdict) -> Vec<FindingCode> {
    verdict.findings.iter().map(|f| f.code).collect()
}

/// A signed order of a new job, under the device's own number.
async fn signed(
    bench: &Bench,
    field: &mut Field<'_>,
    customer: &str,
    n: u32,
) -> (JobId, SealedDocument, OrderDocument) {
    let job = bench.job(customer).await;
    let number = format!("GD-{}-2611-{n:04}", field.prefix());
    let (document, order) = field.sealed(about(job), &number, |_| ());
    field.push_seal(about(job), (document.clone(), order.clone()), SigningChoice::Signed, Vec::new()).await;
    (job, document, order)
}

/// Revision 2 of a sealed order.
fn corrected(
    field: &mut Field<'_>,
    job: JobId,
    before: &SealedDocument,
    change: impl FnOnce(&mut OrderDocument),
) -> (SealedDocument, OrderDocument) {
    let number = format!("GD-{}-2611-0001", field.prefix());
    field.sealed(about(job), &number, |order| {
        order.revision = 2;
        order.supersedes =
            Some(Supersedes { revision: 1, hash: before.hash.clone(), reason: "建议写错".to_owned() });
        change(order);
    })
}

#[tokio::test]
async fn g5_the_office_sees_revisions_and_their_differences_field_by_field() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let (job, first, _) = signed(&bench, &mut zhang, "样例一号", 1).await;
    let second = corrected(&mut zhang, job, &first, |order| {
        order.fault.suggestions = "每天吹扫".to_owned();
        order.fees.total_fen.0 += 100;
    });
    let verdict = zhang.push_seal(about(job), second, SigningChoice::Signed, Vec::new()).await;
    assert!(!found(&verdict).contains(&FindingCode::RevisionOutOfBounds), "{:?}", verdict.findings);
    assert!(!found(&verdict).contains(&FindingCode::NumberTwice), "all revisions bear one number");
    let opened = bench.call("jiang", "open_order", order(job)).await;
    assert_eq!((&opened["row"]["revision"], &opened["row"]["contested"]), (&json!(2), &json!(false)));
    let revisions = opened["revisions"].as_array().expect("revisions");
    assert_eq!(revisions.len(), 2, "the former one stays");
    let second = revisions.iter().find(|r| r["revision"] == 2).expect("the second");
    assert_eq!(second["reason"], "建议写错");
    let fields: Vec<&str> =
        second["changes"].as_array().expect("changes").iter().filter_map(|c| c["field"].as_str()).collect();
    assert_eq!(fields, ["fault.suggestions", "fees.total_fen"]);
    let sales = bench.call("sales", "open_order", order(job)).await;
    assert!(!sales["revisions"].to_string().contains("fees"), "differences of money are money");
}

#[tokio::test]
async fn g5_a_revision_that_changes_what_none_may_is_taken_and_found() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let (job, first, _) = signed(&bench, &mut zhang, "样例一号", 1).await;
    let second = corrected(&mut zhang, job, &first, |order| order.times.arrived = order.times.departed);
    let verdict = zhang.push_seal(about(job), second, SigningChoice::Signed, Vec::new()).await;
    let finding = verdict.findings.iter().find(|f| f.code == FindingCode::RevisionOutOfBounds).expect("found");
    assert_eq!(finding.details["fields"], json!(["times.arrived"]));
    let orphan = corrected(&mut zhang, job, &first, |order| {
        order.supersedes = Some(Supersedes { revision: 1, hash: "00".repeat(32), reason: "x".to_owned() });
    });
    let verdict = zhang.push_seal(about(job), orphan, SigningChoice::Signed, Vec::new()).await;
    assert!(found(&verdict).contains(&FindingCode::RevisionOutOfBounds), "it replaces nothing that is known");
}

#[tokio::test]
async fn g5_two_first_revisions_are_kept_and_neither_counts_until_the_manager_names_one() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let job = bench.job("样例一号").await;
    let numbers = [&zhang, &shen].map(|field| format!("GD-{}-2611-0001", field.prefix()));
    let one = zhang.sealed(about(job), &numbers[0], |_| ());
    let first = zhang.push_seal(about(job), one.clone(), SigningChoice::Signed, Vec::new()).await;
    let two = shen.sealed(about(job), &numbers[1], |order| order.fault.suggestions = "另一份".to_owned());
    let second = shen.push_seal(about(job), two.clone(), SigningChoice::Signed, Vec::new()).await;
    assert_eq!((first.receipts.len(), second.receipts.len()), (1, 1), "both are receipted");
    assert!(found(&second).contains(&FindingCode::TwoFirstRevisions));

    let opened = bench.call("jiang", "open_order", order(job)).await;
    assert_eq!(
        (&opened["row"]["contested"], &opened["row"]["total_fen"]),
        (&json!(true), &Value::Null),
        "neither counts"
    );
    assert_eq!(opened["revisions"].as_array().map(Vec::len), Some(2));
    let review = json!({ "order": job.visit(1).order(), "revision": 1 });
    assert_eq!(bench.refused("jiang", "archive_order", review.clone()).await.code, Code::OrderContested);

    let name = |hash: &str, reason: &str| json!({ "order": job.visit(1).order(), "hash": hash, "reason": reason });
    let hash = one.0.hash.as_str();
    for login in ["lu", "sales", "zhang", "admin"] {
        assert_eq!(
            bench.refused(login, "name_revision", name(hash, "x")).await.code,
            Code::NotAllowed,
            "{login} does not review"
        );
    }
    assert_eq!(bench.refused("jiang", "name_revision", name(hash, " ")).await.code, Code::ReasonMissing);
    assert_eq!(bench.refused("jiang", "name_revision", name("00", "x")).await.code, Code::NotFound);
    bench.call("jiang", "name_revision", name(hash, "另一台是误封")).await;
    let opened = bench.call("jiang", "open_order", order(job)).await;
    assert_eq!((&opened["row"]["contested"], &opened["row"]["number"]), (&json!(false), &json!(numbers[0])));
    assert_eq!(opened["row"]["total_fen"], one.1.fees.total_fen.0, "it counts again");
    let beaten = |hash: &str| {
        opened["revisions"].as_array().into_iter().flatten().find(|r| r["hash"] == hash).map(|r| r["beaten"].clone())
    };
    assert_eq!(
        (beaten(hash), beaten(&two.0.hash)),
        (Some(json!(false)), Some(json!(true))),
        "the other stays readable"
    );
    bench.call("jiang", "archive_order", review).await;
    let audit = bench.call("admin", "list_audit", json!({ "page": 0 })).await;
    assert!(audit["rows"].as_array().into_iter().flatten().any(|row| row["action"] == "revision_named"), "{audit}");
    let told = zhang
        .holds()
        .await
        .iter()
        .any(|record| serde_json::to_string(record).is_ok_and(|text| text.contains("revision_named")));
    assert!(told, "the devices learn which one counts");

    let (only, alone, _) = signed(&bench, &mut zhang, "样例二号", 2).await;
    let args = json!({ "order": only.visit(1).order(), "hash": alone.hash, "reason": "x" });
    assert_eq!(
        bench.refused("jiang", "name_revision", args).await.code,
        Code::OrderChanged,
        "one alone needs no choice"
    );
}

#[tokio::test]
async fn h2_a_revision_of_an_archived_order_is_reviewed_again_under_its_number() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let (job, first, _) = signed(&bench, &mut zhang, "样例一号", 1).await;
    let review = |revision: u32| json!({ "order": job.visit(1).order(), "revision": revision });
    let archived = bench.call("jiang", "archive_order", review(1)).await;
    let second = corrected(&mut zhang, job, &first, |order| order.fault.suggestions = "每天吹扫".to_owned());
    zhang.push_seal(about(job), second, SigningChoice::Signed, Vec::new()).await;
    let opened = bench.call("jiang", "open_order", order(job)).await;
    assert_ne!(opened["row"]["state"], "archived", "the second has not been looked at");
    assert_eq!(bench.refused("jiang", "archive_order", review(1)).await.code, Code::OrderChanged);
    assert_eq!(bench.call("jiang", "archive_order", review(2)).await, archived, "the same folder");
    assert_eq!(bench.call("jiang", "open_order", order(job)).await["row"]["state"], "archived");
}

#[tokio::test]
async fn g1_numbers_are_one_sequence_a_device_and_a_gap_or_a_twin_is_found() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let prefix = zhang.prefix();
    let jobs = [bench.job("样例一号").await, bench.job("样例二号").await, bench.job("样例三号").await];
    let number = |n: u32| format!("GD-{prefix}-2611-{n:04}");
    let drawn = |field: &Field<'_>, job: JobId, n: u32| {
        field.fact(job, job.visit(1), &FactBody::NumberDrawn { number: number(n), owner: job.visit(1).order().0 })
    };
    let ops = vec![drawn(&zhang, jobs[0], 1), drawn(&zhang, jobs[1], 2)];
    assert_eq!(found(&zhang.push(ops).await), []);
    let void = FactBody::NumberVoided { number: number(1), reason: "客户改约".to_owned() };
    let op = zhang.fact(jobs[0], jobs[0].visit(1), &void);
    assert_eq!(found(&zhang.push(vec![op]).await), []);
    zhang.return_order(jobs[1], &number(2)).await;

    let op = drawn(&zhang, jobs[2], 5);
    let verdict = zhang.push(vec![op]).await;
    let gap = verdict.findings.iter().find(|f| f.code == FindingCode::NumberGap).expect("a gap is found");
    assert_eq!(gap.details["missing"], json!([3, 4]));
    let sealed = zhang.sealed(about(jobs[2]), &number(2), |_| ());
    let verdict = zhang.push_seal(about(jobs[2]), sealed, SigningChoice::Signed, Vec::new()).await;
    assert!(found(&verdict).contains(&FindingCode::NumberTwice), "another order bears it: {:?}", verdict.findings);
    assert_eq!(verdict.receipts.len(), 1, "both are kept");
    let sealed = zhang.sealed(about(jobs[0]), &number(1), |_| ());
    let verdict = zhang.push_seal(about(jobs[0]), sealed, SigningChoice::Signed, Vec::new()).await;
    assert!(found(&verdict).contains(&FindingCode::NumberTwice), "a void number leads to no order");

    let book = bench.call("jiang", "list_numbers", json!({ "page": 0 })).await;
    let state = |n: u32| {
        book["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|row| row["number"] == number(n))
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!((&state(1)["state"], &state(1)["reason"]), (&json!("void"), &json!("客户改约")));
    assert_eq!((&state(2)["state"], &state(5)["state"]), (&json!("sealed"), &json!("drawn")));
    assert_eq!(state(2)["order"], json!(jobs[1].visit(1).order()));
    assert_eq!(book["counts"], json!({ "drawn": 1, "sealed": 1, "void": 1 }));
    let voids = bench.call("sales", "list_numbers", json!({ "state": "void", "page": 0 })).await;
    assert_eq!(voids["total"], 1);
    assert_eq!(bench.refused("zhang", "list_numbers", json!({ "page": 0 })).await.code, Code::NotAllowed);
}
