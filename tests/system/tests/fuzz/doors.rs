//! Doors that take something else than an exchange: files, enrolments, devices that come back, and what anybody may post for
//! comparison. Each is asked through what the network reaches, but for the counting of tries, which would end the game after ten.

use std::net::{Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, request};
use gongdan_domain::fact::{FactBody, PhotoKind};
use gongdan_domain::seal::{public_key_text, sha256_hex};
use gongdan_domain::sync::again::Former;
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::sync::readmit::ReadmitRequest;
use gongdan_domain::sync::wire::EnrolRequest;
use gongdan_server::core::Shared;
use gongdan_server::sync::{enrol, readmit};
use gongdan_server::{body, router, secret};
use gongdan_system_tests::fuzz::feed;
use gongdan_system_tests::sim::world::World;
use serde_json::json;

use crate::own::{self, Own};
use crate::{sound, text, world};

/// The server as the network reaches it.
struct Door {
    runtime: tokio::runtime::Runtime,
    service: axum::Router,
    callers: u32,
}

impl Door {
    fn of(world: &World) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, service: router::router(Shared::clone(world.core())), callers: 0 }
    }

    /// Each time from another address.
    fn ask(&mut self, request: request::Builder, body: &[u8]) -> Response<Body> {
        self.callers += 1;
        let from = SocketAddr::from((Ipv4Addr::from_bits(self.callers), 1));
        let request = request.extension(ConnectInfo(from)).body(Body::from(body.to_vec())).expect("a request");
        let answer =
            self.runtime.block_on(tower::ServiceExt::oneshot(self.service.clone(), request)).expect("answered");
        assert!(answer.status().as_u16() < 500, "{}", answer.status());
        answer
    }
}

/// Header lines up to an empty one, then the body.
fn split(mut request: request::Builder, bytes: &[u8]) -> (request::Builder, Vec<u8>) {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = (&bytes[..end.unwrap_or(bytes.len())], end.map_or(&[][..], |end| &bytes[end + 2..]));
    for line in text(head).lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (HeaderName::try_from(name.trim()), HeaderValue::from_str(value.trim()));
        if let (Ok(name), Ok(value)) = (name, value) {
            request = request.header(name, value);
        }
    }
    (request, body.to_vec())
}

/// Pieces of a file that a record names: none of them makes it count, and the right ones still do afterwards.
#[test]
fn fuzz_attachment() {
    let world = world();
    let mut door = Door::of(&world);
    let (unit, whole) = (&world.units[0], b"0123456789".as_slice());
    let job = unit.jobs()[0];
    let file = FileRef { hash: sha256_hex(whole), size: whole.len() as u64, mime: "image/jpeg".to_owned() };
    let photo =
        FactBody::PhotoTaken { photo: PhotoKind::Before, caption: String::new(), width: 1, height: 1, taken_at: None };
    let own = Own::enrol(world.core(), unit.person, 31);
    let fact = |body: &FactBody| {
        let (kind, body) = body.parts();
        let at = gongdan_domain::time::Stamp::trusted(world.core().now());
        json!({
            "change_id": own.id, "device_id": own.id, "device_seq": 1, "author": own.person, "made_at": at, "schema": 1,
            "ops": [{
                "op": "fact", "id": own.id, "kind": kind, "job": job, "visit": job.visit(1), "scopes": [format!("job:{job}")],
                "at": at, "by": own.person, "body": body, "files": [file],
            }],
        })
    };
    let named = own.signed(fact(&photo).to_string());
    own.exchange(world.core(), &own.request(&[named], json!({}))).expect("named");
    let at = |method: &str| {
        let uri = format!("/sync/v1/attachments/{}", file.hash);
        Request::builder().method(method).uri(uri).header("authorization", format!("Bearer {}", own.token))
    };
    let octets = b"content-type: application/octet-stream\nupload-offset: 0\n\n".as_slice();
    let (mut appended, mut misplaced) = (0, 0);
    let read = |door: &mut Door| {
        let answer = door.ask(at("GET"), &[]);
        let status = answer.status();
        let bytes = door.runtime.block_on(axum::body::to_bytes(answer.into_body(), 1 << 16)).expect("a body");
        (status == StatusCode::OK).then_some(bytes)
    };
    feed("attachment", vec![[octets, b"01234"].concat(), [octets, b"987654321x"].concat()], |bytes| {
        let (request, body) = split(at("PATCH"), bytes);
        let status = door.ask(request, &body).status();
        appended += u32::from(status == StatusCode::NO_CONTENT);
        misplaced += u32::from(matches!(status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY));
        assert!(read(&mut door).is_none_or(|bytes| bytes == whole), "what is read is what was named");
    });
    assert!(appended > 0 && misplaced > 0, "it gets as far as the file: {appended} {misplaced}");
    let here = door.ask(at("HEAD"), &[]).headers()["upload-offset"].to_str().expect("text").to_owned();
    if here != whole.len().to_string() {
        // A whole file of the wrong bytes is thrown away; then the right ones begin at zero.
        let mut here: usize = here.parse().expect("a number");
        for piece in [vec![b'?'; whole.len() - here], whole.to_vec()] {
            let request = at("PATCH").header("content-type", "application/octet-stream").header("upload-offset", here);
            door.ask(request, &piece);
            here = 0;
        }
    }
    assert_eq!(read(&mut door).as_deref(), Some(whole), "the right bytes are taken after all of that");
}

/// An enrolment with a code that is good each time; also one that continues a device whose data was copied.
#[test]
fn fuzz_enrol() {
    let world = world();
    let (core, person) = (world.core(), world.units[0].person);
    let copied = Own::enrol(core, person, 32);
    for other in ["one", "another"] {
        copied.exchange(core, &copied.request(&[copied.signed(other.to_owned())], json!({}))).expect("answered");
    }
    let key = ed25519_dalek::SigningKey::from_bytes(&[33; 32]);
    let public = public_key_text(&key.verifying_key());
    let former = Former::sign(copied.certificate.clone(), &public, &copied.key).expect("signed");
    let again =
        json!({ "code": "ABCD-EFGH", "public_key": public, "device_name": "平板", "app": "t", "former": former });
    let (mut enrolled, server) = (0, core.keys.signing.verifying_key());
    feed("enrol", vec![again.to_string().into_bytes()], |bytes| {
        let code = own::code(core, person);
        let bytes = text(bytes).replace("ABCD-EFGH", &code).into_bytes();
        let taken = body::parse::<EnrolRequest>(&bytes)
            .and_then(|request| core.write_now(move |core, tx| enrol::enrol_with(core, tx, &request)));
        match taken {
            Ok(reply) => {
                enrolled += 1;
                let certificate = reply.certificate.open(&server).expect("signed by this server");
                assert_eq!(certificate.person, person, "the code says who it is");
                let hash = secret::hash(&reply.token);
                let device = core.store.read(|r| r.device_by_token(&hash)).expect("read").expect("enrolled");
                assert_eq!(device.id, certificate.device_id);
            }
            Err(error) => sound(&error.problem()),
        }
    });
    assert!(enrolled > 0, "some of it is a good enrolment still");
}

/// A device that comes back by its certificate: an altered claim lets nobody else in.
#[test]
fn fuzz_readmit() {
    let world = world();
    let core = world.core();
    let own = Own::enrol(core, world.units[0].person, 34);
    let sign = |token: &str| {
        let names = ("平板".to_owned(), "t".to_owned());
        ReadmitRequest::sign(own.certificate.clone(), secret::hash(token), names, &own.key).expect("signed")
    };
    let (mut back, mine) = (0, [secret::hash("one"), secret::hash("two"), secret::hash(&own.token)]);
    let seeds = ["one", "two"].map(|token| serde_json::to_vec(&sign(token)).expect("JSON"));
    let before = core.store.read(|r| r.devices()).expect("read").len();
    feed("readmit", seeds.to_vec(), |bytes| {
        let taken = body::parse::<ReadmitRequest>(bytes)
            .and_then(|request| core.write_now(move |core, tx| readmit::readmit_with(core, tx, &request)));
        match taken {
            Ok(_) => back += 1,
            Err(error) => sound(&error.problem()),
        }
        let devices = core.store.read(|r| r.devices()).expect("read");
        let device = devices.iter().find(|device| device.id == own.id).expect("still there");
        assert!(mine.contains(&device.token_hash), "only a token that its own key has named");
        assert_eq!((devices.len(), device.state.as_str()), (before, "active"));
    });
    assert!(back > 0, "what was not altered is let in");
}

/// A form that anybody may post to the page of verification.
#[test]
fn fuzz_posted() {
    let world = world();
    let mut door = Door::of(&world);
    let mut read = 0;
    feed("posted", Vec::new(), |bytes| {
        for (path, kind) in
            [("/v", "multipart/form-data; boundary=edge"), ("/v/ABCD-EFGH-JKLM-NPQR", "application/pdf")]
        {
            let answer = door.ask(Request::post(path).header("content-type", kind), bytes);
            read += u32::from(answer.status().is_success());
        }
        // The header is a stranger's too.
        let kind = format!("multipart/form-data; boundary={}", text(&bytes[..bytes.len().min(80)]));
        if let Ok(kind) = HeaderValue::from_str(&kind) {
            door.ask(Request::post("/v").header("content-type", kind), bytes);
        }
    });
    assert!(read > 0, "a page comes back");
}
