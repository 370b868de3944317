//! G3: a customer who signs after the order was sealed: his signature is on the paper, apart from what was sealed, and the paper proves
//! itself with and without it.

use axum::http::StatusCode;
use chrono::TimeDelta;
use gongdan_documents::read::read;
use gongdan_domain::fact::{About, SigningChoice};
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::seal::public_key_text;
use gongdan_domain::work_order::Signing;
use gongdan_server::verify::offline::{Outcome, alone};

use crate::bench::{Bench, Field};
use crate::bundles::text;
use crate::sample;

const NUMBER: &str = "GD-A1-2611-0001";

/// Verifies a file by itself, and whether every byte of it was printed again.
fn verified(bench: &Bench, pdf: &[u8]) -> (Outcome, bool) {
    let key = public_key_text(&bench.core.keys.signing.verifying_key());
    let (lines, outcome) = alone(pdf.to_vec(), Some(&key));
    (outcome, lines.iter().any(|line| line.starts_with("Every byte")))
}

#[tokio::test]
async fn g3_a_later_signature_is_on_paper_and_apart_from_what_was_sealed() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let at = bench.now();
    let sealed = zhang.sealed(about, NUMBER, |order| {
        order.signing = Some(Signing::Later { words: "负责人下午来签".to_owned(), at });
    });
    let document = sealed.0.clone();
    zhang.push_seal(about, sealed, SigningChoice::Later, Vec::new()).await;
    let path = format!("/api/office/orders/{}/pdf", job.visit(1).order());
    let (status, before) = bench.fetch("jiang", &path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!text(&before).contains("封存以后"), "nobody signed yet");
    assert_eq!(verified(&bench, &before), (Outcome::Unchanged, true));

    bench.later(TimeDelta::hours(4));
    let signing = sample::order().signing.expect("the sample is signed");
    zhang.attest(about, &document, NUMBER, signing).await;
    let (_, after) = bench.fetch("jiang", &path).await;
    let words = text(&after);
    for said in ["封存以后，客户补签", "陈喆", "稍后签字", &document.hash[..4]] {
        assert!(words.contains(said), "{said} is missing: {words}");
    }
    let held = read(after.clone()).expect("a PDF");
    assert_eq!(held.seal.as_deref(), Some(document.payload.as_str()), "the order itself stays as it was");
    let proof = Proof::read(&held.proof.expect("a proof"), held.seal.as_deref()).expect("readable");
    assert_eq!(proof.later.map(|later| later.document.kind), Some("attestation".to_owned()));
    assert_eq!(verified(&bench, &after), (Outcome::Unchanged, true), "it prints again from nothing but the file");
    assert_eq!(verified(&bench, &before), (Outcome::Unchanged, true), "so does the paper of before");
    for pdf in [before, after] {
        let (_, page) = bench.post_file("/v", pdf).await;
        assert!(page.contains("verdict good"), "the public page finds nothing changed: {page}");
    }
}
