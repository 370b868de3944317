//! What a stranger may send: too large, packed to burst, cut short, of another kind. Every answer is a problem, and no upload runs in a
//! browser.

use std::io::Write as _;

use axum::body::Body;
use axum::http::Request;
use gongdan_domain::fact::About;
use gongdan_domain::permission::Role;
use gongdan_domain::sync::change::FileRef;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::testing::{Browser, World};

/// A gigabyte of nothing in a few kilobytes.
fn bomb() -> Vec<u8> {
    let mut packed = zstd::Encoder::new(Vec::new(), 3).expect("an encoder");
    let nothing = vec![0; 1 << 20];
    for _ in 0..1024 {
        packed.write_all(&nothing).expect("packed");
    }
    packed.finish().expect("packed")
}

fn post(path: &str) -> axum::http::request::Builder {
    Request::post(path).header("content-type", "application/json")
}

#[tokio::test]
async fn hostile_a_bomb_is_refused_before_it_is_unpacked() {
    let world = World::new();
    let technician = world.person("zhang", Role::Technician);
    let device = world.device(technician).await;
    let bomb = bomb();
    assert!(bomb.len() < 200_000, "small on the line: {}", bomb.len());
    for (path, encoding, expected) in [
        ("/sync/v1/enrol", "zstd", (413, "too_large")),
        ("/sync/v1/exchange", "zstd", (413, "too_large")),
        ("/api/office/sign_in", "zstd", (413, "too_large")),
        ("/sync/v1/exchange", "gzip", (400, "bad_request")),
        ("/sync/v1/exchange", "zstd, zstd", (400, "bad_request")),
    ] {
        let request = post(path).header("content-encoding", encoding);
        let request = request.header("authorization", format!("Bearer {}", device.token));
        let answer = world.ask(request.body(Body::from(bomb.clone())).expect("a request")).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), expected, "{path} {encoding}");
    }
}

#[tokio::test]
async fn hostile_every_route_has_its_limit() {
    let world = World::new();
    let technician = world.person("zhang", Role::Technician);
    let device = world.device(technician).await;
    for (path, limit) in
        [("/sync/v1/enrol", 64 << 10), ("/sync/v1/exchange", 32 << 20), ("/api/office/sign_in", 64 << 10)]
    {
        let request = post(path).header("authorization", format!("Bearer {}", device.token));
        let answer = world.ask(request.body(Body::from(vec![b' '; limit + 1])).expect("a request")).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "too_large"), "{path}");
        // The length that is told is believed before a byte is read.
        let request = post(path).header("authorization", format!("Bearer {}", device.token));
        let request = request.header("content-length", limit + 1);
        let answer = world.ask(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.code(), "too_large", "{path}");
    }
    let long = post("/sync/v1/exchange").header("x-long", "a".repeat(40_000));
    let answer = world.ask(long.body(Body::empty()).expect("a request")).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (431, "too_large"));
}

/// A body says what it is, at every address that takes one; a page of another site cannot send what it likes without asking.
#[tokio::test]
async fn hostile_a_body_of_another_type_is_refused_everywhere() {
    let world = World::new();
    let technician = world.person("zhang", Role::Technician);
    let device = world.device(technician).await;
    let admin = world.signed_in("admin", Role::Admin).await;
    let takes_a_body = super::ENDPOINTS.iter().filter(|(method, _)| matches!(*method, "post" | "patch"));
    let mut asked = 0;
    for (method, path) in takes_a_body {
        let path = path.replace("{name}", "home").replace("{hash}", &"0".repeat(64)).replace("{code}", "ABCD");
        for kind in [Some("text/plain"), Some("application/x-www-form-urlencoded"), None] {
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(&path);
            let request =
                request.header("authorization", format!("Bearer {}", device.token)).header("upload-offset", 0);
            let request = request.header("cookie", &admin.cookies).header("x-csrf", &admin.csrf);
            let request = kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
            let answer = world.ask(request.body(Body::from("{}")).expect("a request")).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (415, "content_type_wrong"),
                "{path} {kind:?}"
            );
            asked += 1;
        }
    }
    assert!(asked >= 21, "all of them were asked: {asked}");
}

/// Whoever stops speaking in the middle of a request does not hold the server.
#[tokio::test]
async fn hostile_a_silent_sender_is_given_up() {
    let world = World::new();
    let silent = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = world.ask(post("/sync/v1/enrol").body(silent).expect("a request")).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (408, "too_slow"));
}

#[tokio::test]
async fn hostile_what_cannot_be_read_is_a_problem() {
    let world = World::new();
    let admin = world.signed_in("admin", Role::Admin).await;
    let none = Browser::default();
    for (browser, path, expected) in [
        (&admin, "/api/office/download", 400),
        (&admin, "/api/office/download?name=file&args=%7B", 422),
        (&admin, "/api/office/orders/01a20a6a-08cc-71ee-bc10-b6f14701f7bc/pdf?revision=-1", 400),
        (&admin, "/api/office/file/%FF", 400),
        (&none, "/sync/v1/attachments/%FF", 400),
    ] {
        let answer = world.get(browser, path).await;
        assert_eq!(answer.status.as_u16(), expected, "{path}");
        assert!(!answer.code().is_empty(), "{path}");
    }
}

/// A page or a drawing with a script in it, sent as a photo, is bytes for everybody who fetches it.
#[tokio::test]
async fn hostile_no_upload_is_active_content() {
    let world = World::new();
    let dispatcher = world.signed_in("lu", Role::Dispatcher).await;
    let zhang = world.person("zhang", Role::Technician);
    let device = world.device(zhang).await;
    let job = world.job(&dispatcher, zhang).await;
    let about = About { job, visit: Some(job.visit(1)) };
    let mut seq = 0;
    for mime in ["text/html", "image/svg+xml", "application/pdf", "text/javascript", "image/jpeg"] {
        let bytes = format!("<html><script>alert('{mime}')</script></html>").into_bytes();
        let hash = hex::encode(Sha256::digest(&bytes));
        let file = FileRef { hash: hash.clone(), size: bytes.len() as u64, mime: mime.to_owned() };
        seq += 1;
        let seal = device.seal(about, seq, json!({ "form": mime }), world.now(), vec![file]);
        let change = device.change(seq.into(), world.now(), vec![gongdan_domain::sync::change::Op::Seal(seal)]);
        world.push(&device, vec![change]).await;
        assert!(world.attachment(&device, "PATCH", &hash, Some(0), &bytes).await.status.is_success());
        let office = world.get(&dispatcher, &format!("/api/office/file/{hash}")).await;
        let field = world.attachment(&device, "GET", &hash, None, &[]).await;
        for answer in [office, field] {
            let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
            assert_eq!(answer.bytes, bytes);
            let kind = if mime == "image/jpeg" { "image/jpeg" } else { "application/octet-stream" };
            assert_eq!(header("content-type"), kind, "{mime}");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
            assert!(header("content-disposition").starts_with(if mime == "image/jpeg" {
                "inline"
            } else {
                "attachment"
            }));
        }
    }
}
