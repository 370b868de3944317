//! G5: revisions side by side, two that claim one place, the manager who names one; G1: the book of numbers without gaps.

use gongdan_documents::read::read;
use gongdan_domain::fact::{About, FactBody, SigningChoice};
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::seal::SealedDocument;
use gongdan_domain::seal::code::verify_code;
use gongdan_domain::sync::wire::Verdict;
use gongdan_domain::work_order::{OrderDocument, Supersedes};
use gongdan_server::bundle::BundleCopy;
use gongdan_server::mail::letter;
use gongdan_server::mail::settings::{MailSecurity, MailSettings};
use gongdan_server::storage::mail::Mail;
use serde_json::{Value, json};

use crate::bench::{Bench, Field};
use crate::bundles::{files, inside, packed, text};

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

type Sealed = (SealedDocument, OrderDocument);

fn mailed(job: JobId) -> Value {
    json!({ "order": job.visit(1).order(), "revision": 1, "recipient": "chen@example.com", "language": "zh" })
}

/// What the public page answers for a document, without markup of its own.
async fn page(bench: &Bench, hash: &str) -> String {
    let (_, page) = bench.fetch("lu", &format!("/v/{}", verify_code(hash))).await;
    String::from_utf8_lossy(&page).into_owned()
}

/// A contested order leaves the house nowhere as if it counted.
async fn undecided(bench: &Bench, job: JobId, [one, two]: [&Sealed; 2]) {
    assert_eq!(bench.refused("jiang", "mail_order", mailed(job)).await.code, Code::OrderContested);
    for (document, _) in [one, two] {
        assert!(page(bench, &document.hash).await.contains("verdict soon"), "neither is the valid one yet");
    }
    let files = files(&packed(bench, BundleCopy::Full, 1));
    let cover = text(&files["封面.pdf"]);
    assert!(cover.contains("有几份，待认定") && cover.contains("（含税）¥0.00"), "listed without money: {cover}");
    let sheet = inside(&files["工单目录.xlsx"], "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains(&format!("<v>{}</v>", one.1.fees.total_fen.0 as f64 / 100.0)), "{sheet}");
    assert!(inside(&files["工单目录.xlsx"], "xl/sharedStrings.xml").contains("有几份，待认定"));
    for (_, order) in [one, two] {
        let paper = format!("pdf/{}_", order.order_no);
        assert!(files.keys().any(|name| name.starts_with(&paper)), "both are there to be looked at");
    }
}

/// The one that the manager named is the one that everybody gets.
async fn decided(bench: &Bench, job: JobId, [named, other]: [&Sealed; 2]) {
    let number = |sealed: &Sealed| sealed.1.order_no.clone();
    let path = format!("/api/office/orders/{}/pdf", job.visit(1).order());
    let (_, pdf) = bench.fetch("jiang", &path).await;
    let held = read(pdf).expect("a PDF");
    assert_eq!(held.seal.as_deref(), Some(named.0.payload.as_str()), "the console prints the valid one");
    let (_, pdf) = bench.fetch("jiang", &format!("{path}?hash={}", other.0.hash)).await;
    assert!(text(&pdf).contains("公司已认定另一份为准"), "the other one says what it is: {}", text(&pdf));
    assert!(bench.post_file("/v", pdf).await.1.contains("逐字节一致"), "and is what was sealed");

    let mail = bench.call("jiang", "mail_order", mailed(job)).await;
    let mail = mail["mail"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let mail = bench.core.store.read(|r| r.mail(mail)).expect("read").expect("queued");
    assert_eq!((mail.hash.as_deref(), &mail.number), (Some(named.0.hash.as_str()), &number(named)));
    let settings = MailSettings {
        host: "127.0.0.1".to_owned(),
        port: 25,
        security: MailSecurity::None,
        user: String::new(),
        password: String::new(),
        from: "service@example.com".to_owned(),
        from_name: String::new(),
    };
    let letter = |mail: &Mail| bench.core.store.read(|r| letter::message(&bench.core, r, mail, &settings));
    // The name of the file is the number of the document in it.
    let sent = String::from_utf8_lossy(&letter(&mail).expect("written").formatted()).into_owned();
    assert!(sent.contains(&number(named)) && !sent.contains(&number(other)), "the customer gets the valid one");
    let late = Mail { hash: Some(other.0.hash.clone()), ..mail.clone() };
    let stands = |mail: &Mail| bench.core.store.read(|r| letter::stands(r, mail)).expect("read");
    assert!(stands(&mail) && !stands(&late), "one that was queued before it was beaten stays here");

    assert!(page(bench, &named.0.hash).await.contains("verdict good"));
    assert!(page(bench, &other.0.hash).await.contains("verdict soon"));
    let files = files(&packed(bench, BundleCopy::Full, 1));
    let pdfs: Vec<&String> = files.keys().filter(|name| name.starts_with("pdf/")).collect();
    assert!(pdfs.len() == 1 && pdfs[0].contains(&number(named)), "{pdfs:?}");
    let cover = text(&files["封面.pdf"]);
    assert!(cover.contains(&number(named)) && !cover.contains(&number(other)), "{cover}");
}

#[tokio::test]
async fn g5_a_revision_of_a_beaten_document_replaces_nothing() {
    let bench = Bench::new();
    let (mut zhang, mut shen) = (Field::enrol(&bench, "zhang").await, Field::enrol(&bench, "shen").await);
    let (job, first, _) = signed(&bench, &mut zhang, "样例一号", 1).await;
    let number = format!("GD-{}-2611-0001", shen.prefix());
    let twin = shen.sealed(about(job), &number, |order| order.fault.suggestions = "另一份".to_owned());
    let losing = twin.0.clone();
    shen.push_seal(about(job), twin, SigningChoice::Signed, Vec::new()).await;
    let second = corrected(&mut shen, job, &losing, |order| order.fault.suggestions = "另一份，改过".to_owned());
    shen.push_seal(about(job), second, SigningChoice::Signed, Vec::new()).await;
    let named = json!({ "order": job.visit(1).order(), "hash": first.hash, "reason": "另一台是误封" });
    bench.call("jiang", "name_revision", named).await;

    assert!(page(&bench, &first.hash).await.contains("verdict good"), "nothing that stands came after it");
    let path = format!("/api/office/orders/{}/pdf", job.visit(1).order());
    let (_, pdf) = bench.fetch("jiang", &path).await;
    assert_eq!(read(pdf.clone()).and_then(|held| held.seal), Some(first.payload.clone()));
    assert!(!text(&pdf).contains("已被后来的修订替代"), "a beaten revision replaces nothing: {}", text(&pdf));
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
    undecided(&bench, job, [&one, &two]).await;

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
    decided(&bench, job, [&one, &two]).await;
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

#[tokio::test]
async fn g6_a_missing_link_is_amber_and_what_does_not_verify_is_red_by_code_and_by_file_alike() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    // One seal is lost with a disk; the next one arrives.
    let (lost, job) = (bench.job("样例一号").await, bench.job("样例二号").await);
    zhang.sealed(about(lost), &format!("GD-{}-2611-0001", zhang.prefix()), |_| ());
    let sealed = zhang.sealed(about(job), &format!("GD-{}-2611-0002", zhang.prefix()), |_| ());
    let unlinked = sealed.0.clone();
    let verdict = zhang.push_seal(about(job), sealed, SigningChoice::Signed, Vec::new()).await;
    assert!(found(&verdict).contains(&FindingCode::ChainBroken), "{:?}", verdict.findings);
    let (_, pdf) = bench.fetch("jiang", &format!("/api/office/orders/{}/pdf", job.visit(1).order())).await;
    let by_file = bench.post_file("/v", pdf).await.1;
    for page in [page(&bench, &unlinked.hash).await, by_file] {
        assert!(page.contains("verdict soon") && page.contains("前面缺一份"), "a lost disk does that too: {page}");
        assert!(!page.contains("verdict bad"), "nobody is said to have changed it: {page}");
    }

    let job = bench.job("样例三号").await;
    let mut sealed = zhang.sealed(about(job), &format!("GD-{}-2611-0003", zhang.prefix()), |_| ());
    sealed.0.signature.clone_from(&unlinked.signature);
    let forged = sealed.0.clone();
    let verdict = zhang.push_seal(about(job), sealed, SigningChoice::Signed, Vec::new()).await;
    assert!(found(&verdict).contains(&FindingCode::SealInvalid), "{:?}", verdict.findings);
    let bare = bench.post_file("/v", forged.payload.clone().into_bytes()).await.1;
    for page in [page(&bench, &forged.hash).await, bare] {
        assert!(
            page.contains("verdict bad") && page.contains("核验不通过"),
            "the text is the same, its seal is none: {page}"
        );
        assert!(!page.contains("verdict good"), "{page}");
    }
}
