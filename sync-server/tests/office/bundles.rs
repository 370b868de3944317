//! H5: a month as a ZIP: what is in it, that it is the same each time, who may take which copy, and that taking it is on record.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::Command;

use axum::http::StatusCode;
use chrono::TimeDelta;
use gongdan_domain::fact::{About, SigningChoice};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::{public_key_text, sha256_hex};
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::work_order::{Signing, Supersedes};
use gongdan_server::bundle::cover::Maker;
use gongdan_server::bundle::{BundleCopy, pack, plan};
use gongdan_server::verify::offline::{Outcome, alone, read};
use serde_json::{Value, json};

use crate::bench::{Bench, Field};
use crate::sample;

const MONTH: &str = "2026-11";

/// Two orders of November, one of them with a photo that is still on its way, and one of December.
async fn months(bench: &Bench) -> String {
    let mut zhang = Field::enrol(bench, "zhang").await;
    zhang.return_order(bench.job("样例一号").await, "GD-A1-2611-0001").await;
    let job = bench.job("样例二号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let missing = FileRef { hash: "cd".repeat(32), size: 9, mime: "image/jpeg".to_owned() };
    let sealed = zhang.sealed(about, "GD-A1-2611-0002", |_| ());
    let payload = sealed.0.payload.clone();
    zhang.push_seal(about, sealed, SigningChoice::Signed, vec![missing]).await;
    bench.later(TimeDelta::days(20));
    zhang.return_order(bench.job("样例三号").await, "GD-A1-2612-0003").await;
    payload
}

/// The month, of so many orders.
pub fn packed(bench: &Bench, copy: BundleCopy, orders: u32) -> Vec<u8> {
    let plan = bench.core.store.read(|r| plan(&bench.core, r, MONTH, copy, false)).expect("read").expect("a month");
    let maker = Maker { name: "蒋岚".to_owned(), at: bench.now() };
    let (mut rest, mut out) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let mut told = 0;
    assert!(
        pack(&bench.core, &plan, &maker, &mut rest, &mut out, &mut |_| {
            told += 1;
            true
        })
        .expect("packed")
    );
    assert_eq!(told, orders, "progress is told for each order");
    out.into_inner()
}

pub fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let names: Vec<String> = zip.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    assert_eq!(names[0], "封面.pdf", "whoever opens it sees the cover first");
    let read = |name: String| {
        let mut bytes = Vec::new();
        zip.by_name(&name).expect("there").read_to_end(&mut bytes).expect("read");
        (name, bytes)
    };
    names.into_iter().map(read).collect()
}

/// A part of a workbook.
pub fn inside(book: &[u8], part: &str) -> String {
    let mut text = String::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(book)).expect("a workbook");
    zip.by_name(part).expect("there").read_to_string(&mut text).expect("text");
    text
}

/// The words of a PDF, without spaces.
pub fn text(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).expect("written");
    let out = std::process::Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().expect("pdftotext");
    String::from_utf8_lossy(&out.stdout).chars().filter(|c| !c.is_whitespace()).collect()
}

#[tokio::test]
async fn h5_a_month_holds_papers_index_seals_receipts_and_true_checksums() {
    let bench = Bench::new();
    let payload = months(&bench).await;
    let archive = packed(&bench, BundleCopy::Full, 2);
    assert_eq!(archive, packed(&bench, BundleCopy::Full, 2), "the same orders give the same bytes");
    let files = files(&archive);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names.iter().filter(|name| name.starts_with("pdf/GD-A1-2611-") && name.ends_with(".pdf")).count(),
        2,
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name.contains(&sample::order().customer.name)),
        "named after the customer: {names:?}"
    );
    assert!(!names.iter().any(|name| name.contains("2612")), "December is another month");
    assert_eq!(files["sealed/GD-A1-2611-0002_r1.json"], payload.into_bytes(), "the exact bytes that were signed");
    assert!(files.contains_key("receipts/GD-A1-2611-0001_r1.json") && files.contains_key("工单目录.xlsx"));
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).expect("text");
    assert_eq!(sums.lines().count(), files.len() - 1);
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").expect("two columns");
        assert_eq!(sum, sha256_hex(&files[name]), "{name}");
    }
    assert!(sums.lines().next().is_some_and(|line| line.ends_with("封面.pdf")), "the list begins with the cover");
    let (_, below) = sums.split_once('\n').expect("more than the cover");
    let cover = text(&files["封面.pdf"]);
    let sum = sha256_hex(below.as_bytes());
    for said in ["2026年11月", "GD-A1-2611-0001", "GD-A1-2611-0002", "B-2611", "蒋岚", &sum[..4]] {
        assert!(cover.contains(said), "{said} is missing on the cover: {cover}");
    }
}

/// Holds a seal of an unzipped bundle up to the verifier that shares no code with the product.
fn proven(folder: &Path, seal: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout");
    let payload = folder.join(seal.replace(".seal.json", ".json"));
    let mut python = Command::new(root.join(".venv/bin/python"));
    let script = python.arg(root.join("tests/verify/verify_order.py")).arg(folder.join(seal));
    let said = script.arg("--payload").arg(payload).output().expect("Python runs; scripts/setup.sh installs it");
    assert!(said.status.success(), "{seal}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8_lossy(&said.stdout).into_owned()
}

#[tokio::test]
async fn h5_g6_everything_in_the_archive_proves_itself_and_one_order_that_cannot_be_read_costs_nobody_the_month() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    let job = bench.job("样例一号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let at = bench.now();
    let number = "GD-A1-2611-0001";
    let sealed = zhang.sealed(about, number, |_| ());
    let first = sealed.0.clone();
    zhang.push_seal(about, sealed, SigningChoice::Signed, Vec::new()).await;
    let second = zhang.sealed(about, number, |order| {
        order.revision = 2;
        order.supersedes =
            Some(Supersedes { revision: 1, hash: first.hash.clone(), reason: "建议写错".to_owned() });
        order.signing = Some(Signing::Later { words: "下午来签".to_owned(), at });
    });
    let order = second.0.clone();
    zhang.push_seal(about, second, SigningChoice::Later, Vec::new()).await;
    zhang.attest(about, &order, number, sample::order().signing.expect("signed")).await;
    zhang.paper(about, sample::paper::receipt(), "SJ-A1-2611-0001", None).await;
    zhang.paper(about, sample::paper::hazard(), "YH-A1-2611-0001", sample::order().signing).await;
    let job = bench.job("样例二号").await;
    let about = About { job, visit: Some(job.visit(1)) };
    let newer = zhang.newer(about, "GD-A1-2611-0002");
    zhang.push_seal(about, newer, SigningChoice::Signed, Vec::new()).await;

    let full = files(&packed(&bench, BundleCopy::Full, 2));
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in &full {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, bytes).expect("written");
    }
    let seals: Vec<&String> = full.keys().filter(|name| name.ends_with(".seal.json")).collect();
    let of = |stem: &str| format!("sealed/{stem}.seal.json");
    let expected = [
        of("GD-A1-2611-0001_r1"),
        of("GD-A1-2611-0001_r2"),
        of("GD-A1-2611-0001_r2_later"),
        of("GD-A1-2611-0002_r1"),
        of("SJ-A1-2611-0001"),
        of("YH-A1-2611-0001"),
    ];
    assert_eq!(seals, expected.iter().collect::<Vec<_>>(), "every revision, the later signature, every paper");
    for seal in seals {
        assert!(proven(folder.path(), seal).starts_with("unchanged"), "{seal}");
    }
    assert!(proven(folder.path(), &of("GD-A1-2611-0001_r2")).contains("signed later: 陈喆"));
    let key = public_key_text(&bench.core.keys.signing.verifying_key());
    let path = |name: &str| folder.path().join(name);
    let bytes = read(&path(&of("SJ-A1-2611-0001")), Some(&path("sealed/SJ-A1-2611-0001.json"))).expect("read");
    assert_eq!(alone(bytes, Some(&key)).1, Outcome::Unchanged, "the product's own verifier takes it too");
    let pdfs = full.keys().filter(|name| name.starts_with("pdf/")).map(|name| &name[4..19]).collect::<Vec<_>>();
    assert_eq!(pdfs, ["GD-A1-2611-0001", "SJ-A1-2611-0001", "YH-A1-2611-0001"], "papers go with their order");
    let cover = text(&full["封面.pdf"]);
    assert!(cover.contains("GD-A1-2611-0002") && cover.contains("本版本读不出"), "it is listed as such: {cover}");

    let technical = files(&packed(&bench, BundleCopy::Technical, 2));
    let mut names = technical.keys().filter(|name| !name.starts_with("pdf/") && !name.starts_with("json/"));
    assert!(names.all(|name| ["封面.pdf", "工单目录.xlsx", "SHA256SUMS"].contains(&name.as_str())), "{technical:?}");
    assert!(!technical.keys().any(|name| name.contains("SJ-")), "no receipts: they are money");
}

#[tokio::test]
async fn h5_two_orders_that_bear_one_number_are_both_in_the_book() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    for customer in ["样例一号", "样例二号"] {
        zhang.return_order(bench.job(customer).await, "GD-A1-2611-0001").await;
    }
    let files = files(&packed(&bench, BundleCopy::Full, 2));
    for name in ["", "_2"].map(|n| format!("sealed/GD-A1-2611-0001_r1{n}")) {
        let payload = &files[&format!("{name}.json")];
        let proof: Value = serde_json::from_slice(&files[&format!("{name}.seal.json")]).expect("JSON");
        assert_eq!(proof["document"]["hash"], sha256_hex(payload), "each with its own proof beside it");
    }
    assert_eq!(files.keys().filter(|name| name.starts_with("pdf/")).count(), 2, "{:?}", files.keys());
}

#[tokio::test]
async fn h5_the_technical_copy_is_marked_and_has_no_price_and_no_phone() {
    let bench = Bench::new();
    months(&bench).await;
    let files = files(&packed(&bench, BundleCopy::Technical, 2));
    assert!(!files.keys().any(|name| name.starts_with("sealed/") || name.starts_with("receipts/")));
    let copy: Value = serde_json::from_slice(&files["json/GD-A1-2611-0001_r1.json"]).expect("JSON");
    assert_eq!(copy["form"], "gongdan.technical-copy/1");
    assert!(copy["original_hash"].as_str().is_some_and(|hash| hash.len() == 64));
    let text = copy.to_string();
    assert!(!text.contains("_fen") && !text.contains(&sample::order().customer.phone) && !text.contains("strokes"));
    let cover = self::text(&files["封面.pdf"]);
    assert!(cover.contains("B-2611-T") && cover.contains("不含价格"), "{cover}");
    assert!(!cover.contains('¥') && !cover.contains("人民币"), "no money on the technical copy's cover: {cover}");
}

#[tokio::test]
async fn h5_a_bundle_is_made_in_the_background_and_taking_it_is_on_record() {
    let bench = Bench::new();
    months(&bench).await;
    let month = bench.call("jiang", "bundle_month", json!({ "month": MONTH })).await;
    assert_eq!((&month["orders"], &month["incomplete"]), (&json!(2), &json!(1)));
    assert_eq!(month["missing"][0]["number"], "GD-A1-2611-0002", "what is missing is named");
    let ask = json!({ "month": MONTH, "language": "zh" });
    let begun = bench.call("jiang", "make_bundle", ask.clone()).await;
    let id = begun["bundle"].as_str().expect("an id").to_owned();
    let made = loop {
        let month = bench.call("jiang", "bundle_month", json!({ "month": MONTH })).await;
        let made = month["bundles"]
            .as_array()
            .and_then(|all| all.iter().find(|b| b["bundle"] == id.as_str()))
            .cloned()
            .expect("listed");
        if made["state"] != "making" {
            break made;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&made["state"], &made["done"]), (&json!("ready"), &json!(2)), "{made}");
    let (status, bytes) = bench.fetch("jiang", made["url"].as_str().expect("a path")).await;
    assert_eq!((status, bytes.len() as u64), (StatusCode::OK, made["bytes"].as_u64().expect("a size")));
    assert_eq!(bytes, packed(&bench, BundleCopy::Full, 2));
    for stranger in ["sales", "zhang"] {
        assert_eq!(
            bench.fetch(stranger, made["url"].as_str().expect("a path")).await.0,
            StatusCode::FORBIDDEN,
            "{stranger}"
        );
    }
    let audit = bench.call("admin", "list_audit", json!({})).await;
    let lines: Vec<(&str, &str)> = audit["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| Some((row["action"].as_str()?, row["about"].as_str()?)))
        .collect();
    assert!(
        lines.contains(&("bundle_made", "2026-11 full")) && lines.contains(&("bundle_taken", "2026-11 full")),
        "{lines:?}"
    );
    assert_eq!(bench.refused("admin", "make_technical_bundle", ask.clone()).await.code, Code::NotAllowed);
    assert_eq!(bench.refused("sales", "make_bundle", ask).await.code, Code::NotAllowed);
    let nonsense = bench.refused("jiang", "make_bundle", json!({ "month": "2026-13", "language": "zh" })).await;
    assert_eq!(nonsense.details["field"], "month");
    let empty = bench.refused("jiang", "make_bundle", json!({ "month": "2020-01", "language": "zh" })).await;
    assert_eq!(empty.code, Code::NotFound);
}
