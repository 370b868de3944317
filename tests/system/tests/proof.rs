//! An order sealed by the real device code is proven by others: an independent implementation, the subcommand without any data, and the
//! page that anybody opens (G5, G6). Each touched copy fails for its own reason.

use std::path::{Path, PathBuf};
use std::process::Command;

use gongdan_documents::read::{Held, read};
use gongdan_documents::{Document, Language, SealInfo, Templates, strictly};
use gongdan_domain::money::Fen;
use gongdan_domain::paper::{Paper, PaperBody};
use gongdan_domain::seal::SealedDocument;
use gongdan_domain::seal::code::verify_code;
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::sync::wire::SignedCertificate;
use gongdan_domain::work_order::OrderDocument;
use gongdan_harness::visit::{Visit, signed};
use gongdan_harness::{TestDevice, World, binary, checkout, job_of};
use serde_json::{Value, json};

/// A technician's tablet that has synced, and the job and visit of a machine.
async fn at_work(world: &World, serial_no: &str) -> (TestDevice, String, String) {
    let device = world.device("张晓峰", "a").await;
    device.sync().await.expect("syncs");
    let (job, visit) = job_of(&world.office("lu").await, serial_no).await;
    (device, job, visit)
}

/// A sealed order that the office has received, and its PDF as the device prints it with the receipt.
struct Sealed {
    document: OrderDocument,
    pdf: Vec<u8>,
    held: Held,
    proof: Proof,
}

async fn sealed(world: &World, device: &TestDevice, serial_no: &str) -> Sealed {
    let office = world.office("lu").await;
    device.sync().await.expect("syncs");
    let (job, visit) = job_of(&office, serial_no).await;
    let visit = Visit::of(device, &job, &visit);
    visit.repaired().await;
    let document = visit.seal(signed("陈喆")).await;
    device.sync().await.expect("delivered");
    let pdf = visit.pdf("zh").await;
    let held = read(pdf.clone()).expect("a PDF");
    let proof = Proof::read(held.proof.as_deref().expect("a proof"), held.seal.as_deref()).expect("a proof");
    Sealed { document, pdf, held, proof }
}

/// A photo as a phone writes it: the time at which the shutter opened, with its offset, before the picture itself.
fn taken(picture: &[u8], original: &[u8; 19], offset: &[u8; 6]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    // Two folders of entries and then the texts; places are counted from the byte order mark.
    let (inner, texts) = (26_u32, 26 + 2 + 24 + 4);
    let tiff = [
        &b"MM\0\x2a\0\0\0\x08\0\x01"[..],
        &entry(0x8769, 4, 1, inner),
        &[0; 4],
        &[0, 2],
        &entry(0x9003, 2, 20, texts),
        &entry(0x9011, 2, 7, texts + 20),
        &[0; 4],
        original,
        &[0],
        offset,
        &[0],
    ]
    .concat();
    let block = [&b"Exif\0\0"[..], &tiff].concat();
    let length = u16::try_from(block.len() + 2).expect("short").to_be_bytes();
    [&picture[..2], &[0xff, 0xe1], &length, &block, &picture[2..]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn h4_where_it_was_signed_and_when_a_photo_was_taken_reach_the_manager() {
    let world = World::new();
    let (device, job, visit) = at_work(&world, "SAMPLE-1002").await;
    let office = world.office("lu").await;
    let mut visit = Visit::of(&device, &job, &visit);
    visit.place = json!({ "lat": "31.300000", "lon": "120.600000", "accuracy_m": "20" });
    visit.repaired().await;
    let picture = include_bytes!("../../fixtures/after.jpg");
    let old = taken(picture, b"2020:01:02 09:00:00", b"+08:00");
    device.photo(json!({ "about": visit.about(), "photo": "after", "caption": "" }), old).await.expect("taken");
    visit.place = json!({ "lat": "31.400000", "lon": "120.600000", "accuracy_m": "20" });
    visit.seal(signed("陈喆")).await;
    device.sync().await.expect("delivered");
    let findings = office.call("list_findings", json!({ "open": true })).await.expect("findings");
    let of = |code: &str| {
        let rows: Vec<&Value> =
            findings["rows"].as_array().into_iter().flatten().filter(|row| row["code"] == code).collect();
        assert_eq!(rows.len(), 1, "{code} once: {findings}");
        rows[0].clone()
    };
    let far = of("signed_elsewhere").to_string();
    assert!(far.contains("11119") || far.contains("1112"), "eleven kilometres away: {far}");
    let photo = of("photo_older_than_visit").to_string();
    assert!(photo.contains("2020-01-02T01:00:00Z") && photo.contains("\"by_camera\":true"), "{photo}");
}

/// Runs the independent verifier; exit code and the first word of what it says.
fn python(folder: &Path, name: &str, proof: &Value, more: &[&str]) -> (i32, String) {
    let file = folder.join(format!("{name}.json"));
    std::fs::write(&file, proof.to_string()).expect("written");
    let script = checkout().join("tests/verify/verify_order.py");
    let python = checkout().join(".venv/bin/python");
    assert!(python.exists(), "scripts/setup.sh installs {}", python.display());
    let output = Command::new(python).arg(script).arg(&file).args(more).output().expect("Python runs");
    let said =
        String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr }).into_owned();
    let word = said.split([':', ' ']).next().unwrap_or_default().to_owned();
    (output.status.code().unwrap_or(-1), word)
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_g6_an_independent_verifier_proves_the_device_and_names_what_was_touched() {
    let world = World::new();
    let device = world.device("张晓峰", "a").await;
    let first = sealed(&world, &device, "SAMPLE-1002").await;
    let second = sealed(&world, &device, "SAMPLE-1004").await;
    assert!(first.proof.receipt.is_some() && second.proof.document.seal_no == first.proof.document.seal_no + 1);
    let uncertain = first.document.times.uncertainty_ms.as_ref().expect("the clock was measured");
    assert!(uncertain.contains_key("arrived"), "a time is sealed with what its clock knew: {uncertain:?}");
    assert_eq!(first.document.photos.len(), 2);
    assert!(
        first.document.photos.iter().all(|p| first.held.photos.contains_key(&p.hash)),
        "photos lie in it as they are sealed"
    );

    let folder = tempfile::tempdir().expect("a folder");
    let value = |proof: &Proof| serde_json::to_value(proof).expect("JSON");
    let run = |name: &str, proof: &Value, more: &[&str]| python(folder.path(), name, proof, more);
    let ok = (0, "unchanged".to_owned());
    assert_eq!(run("first", &value(&first.proof), &[]), ok, "the first follows its certificate");
    let before = folder.path().join("first.json");
    let before = ["--previous", before.to_str().expect("a path")];
    assert_eq!(run("second", &value(&second.proof), &before), ok, "the second follows the first");

    let touched = |change: &dyn Fn(&mut Value)| {
        let mut proof = value(&second.proof);
        change(&mut proof);
        run("touched", &proof, &before)
    };
    let broken = |why: &str| (1, why.to_owned());
    let payload = |proof: &mut Value, from: &str, to: &str| {
        let text = proof["document"]["payload"].as_str().expect("text").replace(from, to);
        assert_ne!(proof["document"]["payload"], text, "{from} is in it");
        proof["document"]["payload"] = json!(text);
    };
    let rehash = |proof: &mut Value| {
        let text = proof["document"]["payload"].as_str().expect("text").to_owned();
        proof["document"]["hash"] = json!(gongdan_domain::seal::sha256_hex(text.as_bytes()));
    };
    assert_eq!(touched(&|p| payload(p, "每周吹扫", "每天吹扫")), broken("hash"));
    let resealed = |p: &mut Value| {
        payload(p, "每周吹扫", "每天吹扫");
        rehash(p);
    };
    assert_eq!(touched(&resealed), broken("signature"));
    assert_eq!(touched(&|p| p["document"]["seal_no"] = json!(1)), broken("envelope"));
    assert_eq!(touched(&|p| p["receipt"]["received_at"] = json!("2026-01-01T00:00:00Z")), broken("receipt"));
    assert_eq!(touched(&|p| p["receipt"] = value(&first.proof)["receipt"].clone()), broken("receipt"));
    let foreign = |p: &mut Value| {
        let text = p["certificate"]["payload"].as_str().expect("text").replace("张晓峰", "李四");
        p["certificate"]["payload"] = json!(text);
    };
    assert_eq!(touched(&foreign), broken("certificate"));
    let itself = folder.path().join("second.json");
    assert_eq!(run("second", &value(&second.proof), &["--previous", itself.to_str().expect("a path")]), broken("link"));
    let stranger = gongdan_domain::seal::public_key_text(&first.proof_key());
    assert_eq!(
        run("first", &value(&first.proof), &["--server-key", &stranger]),
        broken("certificate"),
        "another company's key"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_g6_a_later_signature_is_verified_too_and_a_forged_one_is_named() {
    let world = World::new();
    let (device, job, visit) = at_work(&world, "SAMPLE-1002").await;
    let visit = Visit::of(&device, &job, &visit);
    visit.repaired().await;
    visit.seal(json!({ "choice": "later", "words": "下午来签", "at": "2026-11-23T00:00:00Z" })).await;
    let hash = visit.view().await["state"]["seals"][0]["hash"].clone();
    visit.call("attest_order", json!({ "job": job, "order_hash": hash, "signing": signed("陈喆") })).await;
    device.sync().await.expect("delivered");
    let held = read(visit.pdf("zh").await).expect("a PDF");
    let proof = Proof::read(held.proof.as_deref().expect("a proof"), held.seal.as_deref()).expect("a proof");
    let whole = serde_json::to_value(&proof).expect("JSON");
    assert_eq!(whole["later"]["document"]["kind"], "attestation");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |name: &str, proof: &Value| {
        let said = python(folder.path(), name, proof, &[]);
        let ours = Proof::read(&proof.to_string(), None).expect("a proof").check(None, None);
        assert_eq!(said.0 == 0, ours.is_ok(), "both verifiers say the same: {said:?} {ours:?}");
        said
    };
    assert_eq!(run("whole", &whole), (0, "unchanged".to_owned()));
    let broken = (1, "later".to_owned());
    let mut renamed = whole.clone();
    let text = renamed["later"]["document"]["payload"].as_str().expect("text").replace("陈喆", "李四");
    renamed["later"]["document"]["payload"] = json!(text);
    assert_eq!(run("renamed", &renamed), broken);
    let mut other = whole.clone();
    other["later"] = json!(Proof { later: None, ..proof.clone() });
    assert_eq!(run("other", &other), broken, "the order itself is no signature over it");
    // Somebody's own server, device and customer, over this very order.
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let later = proof.later.as_ref().expect("signed later");
    let mut certificate = later.certificate.read().expect("a certificate");
    certificate.device_key = gongdan_domain::seal::public_key_text(&key.verifying_key());
    certificate.server_key.clone_from(&certificate.device_key);
    let payload = serde_json::from_str(&later.document.payload).expect("a payload");
    let document = SealedDocument::seal(later.document.id, 1, &payload, &key).expect("sealed");
    let certificate = SignedCertificate::sign(&certificate, &key).expect("signed");
    let mut forged = whole.clone();
    forged["later"] = json!(Proof::of(document, certificate, None));
    assert_eq!(run("forged", &forged), broken, "it vouches for itself alone");
}

impl Sealed {
    /// A key that is none of the server's: the device's own.
    fn proof_key(&self) -> gongdan_domain::seal::VerifyingKey {
        let certificate = self.proof.certificate.read().expect("a certificate");
        gongdan_domain::seal::public_key(&certificate.device_key).expect("a key")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_the_committed_vectors_hold_for_the_independent_verifier() {
    let text = std::fs::read_to_string(checkout().join("docs/seal-vectors.json")).expect("the vectors");
    let vectors: Value = serde_json::from_str(&text).expect("JSON");
    let folder = tempfile::tempdir().expect("a folder");
    let key = vectors["server_key"].as_str().expect("a key");
    let chain = vectors["chain"].as_array().expect("a chain");
    assert_eq!(chain.len(), 3);
    let mut before: Option<PathBuf> = None;
    for (n, link) in chain.iter().enumerate() {
        let name = format!("link-{n}");
        let previous = before.as_ref().and_then(|p| p.to_str()).map(|p| ["--previous", p]);
        let more: Vec<&str> = ["--server-key", key].into_iter().chain(previous.into_iter().flatten()).collect();
        assert_eq!(python(folder.path(), &name, &link["proof"], &more), (0, "unchanged".to_owned()));
        before = Some(folder.path().join(format!("{name}.json")));
    }
}

/// `gongdan-server verify`: exit code and what it prints.
fn subcommand(file: &Path, more: &[&str]) -> (i32, String) {
    let output = Command::new(binary("gongdan-server")).arg("verify").arg(file).args(more).output().expect("runs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_a_file_is_verified_without_the_server_and_without_its_data() {
    let world = World::new();
    let device = world.device("张晓峰", "a").await;
    let order = sealed(&world, &device, "SAMPLE-1002").await;
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).expect("written");
        file
    };
    let pdf = put("order.pdf", &order.pdf);
    let (code, said) = subcommand(&pdf, &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&order.document.order_no) && said.contains("Every byte"), "{said}");
    let json = put("order.json", serde_json::to_string(&order.proof).expect("JSON").as_bytes());
    assert_eq!(subcommand(&json, &[]).0, 0);
    let server_key = order.proof.certificate.read().expect("a certificate").server_key;
    let (code, said) = subcommand(&pdf, &["--server-key", &server_key]);
    assert!(code == 0 && !said.contains("was believed"), "{said}");
    let stranger = gongdan_domain::seal::public_key_text(&order.proof_key());
    assert_eq!(subcommand(&pdf, &["--server-key", &stranger]).0, 1, "sealed for another company");
    let certificate = put("company.json", serde_json::to_string(&order.proof.certificate).expect("JSON").as_bytes());
    assert_eq!(subcommand(&json, &["--certificate", certificate.to_str().expect("a path")]).0, 0);

    let touched = serde_json::to_string(&order.proof).expect("JSON").replace("每周吹扫", "每天吹扫");
    let touched = put("touched.json", touched.as_bytes());
    assert_eq!(subcommand(&touched, &[]).0, 1);
    let data = world.server_data();
    let with_data = ["--data", data.to_str().expect("a path")];
    let (code, said) = subcommand(&touched, &with_data);
    assert!(code == 1 && said.contains("fault.suggestions") && said.contains("每天吹扫"), "the field is named: {said}");
    assert_eq!(subcommand(&pdf, &with_data).0, 0);
    assert_eq!(subcommand(&put("scan.pdf", b"%PDF-1.7\nnothing"), &[]).0, 3);
    assert_eq!(subcommand(&folder.path().join("none.pdf"), &[]).0, 2);
    // Keys that are kept apart are found where `serve` was told to look for them.
    let apart = folder.path().join("apart");
    std::fs::rename(data.join("keys"), &apart).expect("kept apart");
    let with_keys = [&with_data[..], &["--keys", apart.to_str().expect("a path")]].concat();
    let (code, said) = subcommand(&pdf, &with_keys);
    assert!(code == 0 && !data.join("keys").exists(), "no other keys are made: {said}");
}

/// A page of the server: status and HTML.
async fn page(url: &str, language: &str) -> (u16, String) {
    let answer = reqwest::Client::new().get(url).header("accept-language", language).send().await.expect("answers");
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

async fn dropped(url: &str, file: Vec<u8>, name: &str) -> String {
    let boundary = "gongdan-test-boundary";
    let mut body =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
            .into_bytes();
    body.extend(file);
    body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    let post =
        reqwest::Client::new().post(url).header("content-type", format!("multipart/form-data; boundary={boundary}"));
    post.header("accept-language", "zh").body(body).send().await.expect("answers").text().await.expect("a page")
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_whoever_holds_the_paper_sees_whether_it_was_changed_and_where() {
    let world = World::new();
    let device = world.device("张晓峰", "a").await;
    let order = sealed(&world, &device, "SAMPLE-1002").await;
    let code = verify_code(&order.proof.document.hash);
    let url = format!("{}/v/{code}", world.url());
    let (status, html) = page(&url, "zh").await;
    assert_eq!(status, 200);
    for text in ["没有改动", &order.document.order_no, &order.document.customer.name, "陈喆", "公司收讫副签有效"]
    {
        assert!(html.contains(text), "{text} is missing: {html}");
    }
    assert!(!html.contains("<script"), "the page has no scripts");
    let (_, english) = page(&url, "en-GB,en").await;
    assert!(english.contains("Unchanged") && english.contains("lang=\"en\""));

    let (status, html) = page(&format!("{}/v/0000-0000-0000-0001", world.url()), "zh").await;
    assert!(status == 404 && html.contains("查不到这张单"));
    let (_, asked) = page(&format!("{}/v", world.url()), "zh").await;
    for private in [order.document.customer.name.as_str(), &order.document.order_no] {
        assert!(!html.contains(private) && !asked.contains(private), "nothing private without the code");
    }

    let whole = dropped(&url, order.pdf.clone(), "工作单.pdf").await;
    assert!(whole.contains("没有改动") && whole.contains("文件逐字节一致") && whole.contains("工作单.pdf"), "{whole}");
    let touched = serde_json::to_string(&order.proof).expect("JSON").replace("每周吹扫", "每天吹扫");
    let changed = dropped(&url, touched.into_bytes(), "x.json").await;
    assert!(changed.contains("有 1 处改过") && changed.contains("<ins>每天吹扫"), "{changed}");
    let mut appended = order.pdf.clone();
    appended.extend_from_slice(b"\n% one more line\n");
    let appended = dropped(&url, appended, "x.pdf").await;
    assert!(appended.contains("文件的其他部分") && !appended.contains("没有改动"), "{appended}");
    let scan = dropped(&url, b"\xff\xd8\xff a photo".to_vec(), "<b>.jpg").await;
    assert!(scan.contains("没有封存数据") && !scan.contains("<b>.jpg"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_pages_that_say_something_else_under_a_genuine_seal_are_red_and_another_print_is_not_accused() {
    let world = World::new();
    let device = world.device("张晓峰", "a").await;
    let order = sealed(&world, &device, "SAMPLE-1002").await;
    let url = format!("{}/v", world.url());
    // What a forger prints: one page, other work, another sum; the seal inside is the genuine one.
    let mut other = order.document.clone();
    other.photos.clear();
    other.readings.clear();
    other.fault.suggestions = "更换主机".to_owned();
    other.fees.total_fen = Fen(9_900_000);
    let info = SealInfo::of(&order.proof.document, order.proof.receipt.as_ref(), None)
        .and_then(|info| info.proven(&order.proof))
        .expect("a seal");
    let print = |templates: &Templates| {
        strictly(&Document::WorkOrder(&other), Some(&info), &|_| None, Language::Zh, templates).expect("printed")
    };
    let forged = print(&Templates::default());
    assert_eq!(read(forged.clone()).map(|held| held.seal), Some(order.held.seal.clone()), "nothing else would tell");
    let answer = dropped(&url, forged, "forged.pdf").await;
    assert!(answer.contains("verdict bad") && !answer.contains("verdict soon"), "{answer}");
    // Printed by a company with words of its own: what differs was not necessarily changed.
    let words = r#"{"title": {"zh": "维修单", "en": "Order"}}"#;
    let elsewhere = print(&Templates::of([("strings.json".to_owned(), words.to_owned())], None));
    let answer = dropped(&url, elsewhere, "elsewhere.pdf").await;
    assert!(answer.contains("verdict soon") && !answer.contains("verdict bad"), "{answer}");
    assert!(!answer.contains("verdict good"), "it is not said to be the same either: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_guessing_codes_is_counted_and_a_known_code_still_opens() {
    let world = World::new();
    let device = world.device("张晓峰", "a").await;
    let order = sealed(&world, &device, "SAMPLE-1002").await;
    let mut last = 0;
    for guess in 0..12 {
        last = page(&format!("{}/v/0000-0000-0000-{guess:04}", world.url()), "zh").await.0;
    }
    assert_eq!(last, 429);
    let url = format!("{}/v/{}", world.url(), verify_code(&order.proof.document.hash));
    assert_eq!(page(&url, "zh").await.0, 200, "whoever holds a paper is never locked out by those who guess");
}

/// A receipt that was given after the order was sealed: its PDF, its id and the content that was sealed.
struct Given {
    pdf: Vec<u8>,
    paper: Value,
    content: Paper,
    held: Held,
    proof: Proof,
}

async fn given(visit: &Visit<'_>) -> Given {
    let mut body = visit.call("propose_papers", json!({ "job": visit.job })).await["receipt"].take();
    (body["sum_fen"], body["method"], body["payer"]) = (json!(35_000), json!("cash"), json!("样例食品有限公司"));
    let body = json!({ "kind": "receipt", "body": body });
    let shown = visit.call("preview_paper", json!({ "job": visit.job, "body": body })).await;
    let sealed = json!({ "job": visit.job, "body": body, "shown": shown["shown"], "signing": null });
    let view = visit.call("seal_paper", sealed).await;
    let paper = view["state"]["papers"][0]["paper"].clone();
    visit.device.sync().await.expect("delivered");
    let pdf = receipt(visit, &paper).await;
    let held = read(pdf.clone()).expect("a PDF");
    let proof = Proof::read(held.proof.as_deref().expect("a proof"), held.seal.as_deref()).expect("a proof");
    let payload: Value = serde_json::from_str(&proof.document.payload).expect("JSON");
    let content = serde_json::from_value(payload["content"].clone()).expect("a paper");
    Given { pdf, paper, content, held, proof }
}

async fn receipt(visit: &Visit<'_>, paper: &Value) -> Vec<u8> {
    let wish = json!({ "job": visit.job, "document": { "which": "paper", "paper": paper }, "language": "zh" });
    visit.device.download("document_pdf", wish).await.expect("printed")
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_f3_a_receipt_is_proven_like_an_order_and_a_forged_or_void_one_is_told_apart() {
    let world = World::new();
    let (device, job, visit) = at_work(&world, "SAMPLE-1002").await;
    let visit = Visit::of(&device, &job, &visit);
    visit.repaired().await;
    visit.seal(signed("陈喆")).await;
    let given = given(&visit).await;
    let code = verify_code(&given.proof.document.hash);
    let (url, drop) = (format!("{}/v/{code}", world.url()), format!("{}/v", world.url()));
    assert!(given.held.pages[0].is_some() && given.content.no.starts_with("SJ-"));

    let (_, html) = page(&url, "zh").await;
    for said in ["verdict good", &given.content.no, &given.content.order_no, "350.00", "样例食品有限公司", "付款人"]
    {
        assert!(html.contains(said), "{said} is missing: {html}");
    }
    assert!(!html.contains("最新一版"), "a receipt has no revisions: {html}");
    let genuine = dropped(&drop, given.pdf.clone(), "收据.pdf").await;
    assert!(genuine.contains("verdict good") && genuine.contains("逐字节一致"), "{genuine}");
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).expect("written");
        file
    };
    let (exit, said) = subcommand(&put("receipt.pdf", &given.pdf), &[]);
    assert!(exit == 0 && said.contains(&given.content.no) && said.contains("Every byte"), "{said}");
    assert!(!said.contains(&given.content.order_no), "its own number, not the order's: {said}");

    // Another sum on the page, the genuine seal inside.
    let mut other = given.content.clone();
    if let PaperBody::Receipt(body) = &mut other.body {
        body.sum_fen = 3_500;
    }
    let info = SealInfo::of(&given.proof.document, given.proof.receipt.as_ref(), None)
        .and_then(|info| info.proven(&given.proof))
        .expect("a seal");
    let wish = Document::Paper { paper: &other, voided: None };
    let forged = strictly(&wish, Some(&info), &|_| None, Language::Zh, &Templates::default()).expect("printed");
    let answer = dropped(&drop, forged.clone(), "forged.pdf").await;
    assert!(answer.contains("verdict bad"), "{answer}");
    let data = world.server_data();
    let with_data = ["--data", data.to_str().expect("a path")];
    assert_eq!(subcommand(&put("forged.pdf", &forged), &with_data).0, 1);
    // The sealed text alone, altered: it is found by the receipt's own id, and what differs is named.
    let altered = given.proof.document.payload.replace("\"sum_fen\":35000", "\"sum_fen\":3500");
    let answer = dropped(&drop, altered.into_bytes(), "x.json").await;
    assert!(answer.contains("有 1 处改过") && answer.contains("350.00") && answer.contains("金额"), "{answer}");

    let void = json!({ "job": job, "paper": given.paper, "reason": "付款人写错" });
    visit.call("void_receipt", void).await;
    device.sync().await.expect("delivered");
    let (_, html) = page(&url, "zh").await;
    assert!(html.contains("verdict soon") && html.contains("已作废") && html.contains("付款人写错"), "{html}");
    let handed_out = dropped(&drop, given.pdf, "收据.pdf").await;
    assert!(
        handed_out.contains("verdict soon") && handed_out.contains("逐字节一致"),
        "genuine, and void: {handed_out}"
    );
    let voided = receipt(&visit, &given.paper).await;
    let answer = dropped(&drop, voided.clone(), "作废.pdf").await;
    assert!(answer.contains("已作废") && answer.contains("逐字节一致"), "{answer}");
    let voided = put("void.pdf", &voided);
    let (exit, said) = subcommand(&voided, &[]);
    assert!(exit == 0 && said.contains("Every byte") && said.contains("付款人写错"), "by its own word: {said}");
    let (exit, said) = subcommand(&voided, &with_data);
    assert!(exit == 0 && said.contains("VOID"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_a_sealed_order_keeps_its_number_when_the_job_goes_to_somebody_else() {
    let world = World::new();
    let (device, job, visit) = at_work(&world, "SAMPLE-1002").await;
    let office = world.office("lu").await;
    let visit = Visit::of(&device, &job, &visit);
    visit.repaired().await;
    let document = visit.seal(signed("陈喆")).await;
    let given = given(&visit).await;
    let technicians = office.call("technicians", json!({})).await.expect("technicians");
    let row = technicians.as_array().into_iter().flatten().find(|t| t["person"]["name"] == "沈一川");
    let other = row.expect("a colleague")["person"]["id"].clone();
    let next = json!({ "job": job, "technicians": [other], "leader": other, "planned_at": null, "at_once": true });
    office.call("assign_job", next).await.expect("the next visit is a colleague's");
    for _ in 0..3 {
        device.sync().await.expect("syncs");
    }
    let gone = device.call("open_job", json!({ "job": job })).await.expect_err("the job has left");
    assert_eq!(gone.code, gongdan_domain::problem::Code::NotFound);
    let book = office.call("list_numbers", json!({ "page": 0 })).await.expect("the book");
    let state = |number: &str| {
        book["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|row| row["number"] == number)
            .map(|row| row["state"].clone())
    };
    for number in [document.order_no.as_str(), given.content.no.as_str()] {
        assert_eq!(state(number), Some(json!("sealed")), "{number}: {book}");
    }
    assert_eq!(book["counts"]["void"], 0, "nothing was voided: {book}");
    let findings = office.call("list_findings", json!({ "open": true })).await.expect("findings");
    assert!(!findings.to_string().contains("number_twice"), "nobody is accused: {findings}");
}
