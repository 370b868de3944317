//! What makes a device erase itself, and what does not (L3).

use std::sync::Mutex;

use bytes::Bytes;
use futures_util::FutureExt as _;
use gongdan_domain::fact::{About, FactBody, PhotoKind};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::sync::readmit::{ReadmitReply, ReadmitRequest};
use gongdan_domain::sync::wire::{COLLECTED, EnrolReply, EnrolRequest, ExchangeReply, ExchangeRequest, Outcome};

use crate::error::{Error, Result};
use crate::sync::road::Road;
use crate::testing::{Bench, verdict};
use crate::view::app::Gate;

/// A server that judges everything so, and says so about files and to strangers.
struct Server {
    reply: ExchangeReply,
    outcome: Outcome,
    exchange: Option<Code>,
    upload: Option<Code>,
    readmit: Option<Code>,
    heard: Mutex<Vec<ExchangeRequest>>,
}

impl Server {
    fn new(bench: &Bench, revoked: Option<&str>) -> Self {
        let reply = ExchangeReply { revoked: revoked.map(str::to_owned), ..bench.reply() };
        let heard = Mutex::default();
        Self { reply, outcome: Outcome::Accepted, exchange: None, upload: None, readmit: None, heard }
    }

    fn said_goodbye(&self) -> bool {
        self.heard.lock().expect("one thread").iter().any(|request| request.extra.contains_key(COLLECTED))
    }
}

fn refused<T>(code: Option<Code>, otherwise: T) -> Result<T> {
    code.map_or(Ok(otherwise), |code| Err(code.into()))
}

impl Road for Server {
    async fn enrol(&self, _: &EnrolRequest) -> Result<EnrolReply> {
        Err(Code::Offline.into())
    }

    async fn readmit(&self, _: &ReadmitRequest) -> Result<ReadmitReply> {
        Err(self.readmit.unwrap_or(Code::Offline).into())
    }

    async fn exchange(&self, request: &ExchangeRequest) -> Result<ExchangeReply> {
        self.heard.lock().expect("one thread").push(request.clone());
        let verdicts = request.changes.iter().map(|c| verdict(c.device_seq, self.outcome.clone(), 5)).collect();
        let acked_through = request.changes.last().map_or(0, |last| last.device_seq);
        refused(self.exchange, ExchangeReply { verdicts, acked_through, ..self.reply.clone() })
    }

    async fn uploaded(&self, _: &str) -> Result<u64> {
        Ok(0)
    }

    async fn upload(&self, _: &str, _: u64, _: &str, offset: u64, piece: Bytes) -> Result<u64> {
        refused(self.upload, offset + piece.len() as u64)
    }

    async fn download(&self, _: &str) -> Result<Bytes> {
        Err(Code::Offline.into())
    }
}

fn photographed(bench: &Bench) {
    let hash = bench.device.files().and_then(|files| files.keep(b"a picture")).expect("kept");
    let file = FileRef { hash, size: 9, mime: "image/jpeg".to_owned() };
    let (photo, caption) = (PhotoKind::Other, String::new());
    let body = FactBody::PhotoTaken { photo, caption, width: 1, height: 1, taken_at: None };
    let about = About { job: bench.job(), visit: None };
    let written = bench.device.write(|tx| {
        tx.add_file(&file, Some(about.job))?;
        tx.fact(about, body, vec![file.clone()])
    });
    written.expect("a photo is always taken");
}

fn sync(bench: &Bench, server: &Server) -> Result<()> {
    bench.device.sync_over(server).now_or_never().expect("nothing waits here")
}

fn code(done: Result<()>) -> Option<Code> {
    match done {
        Err(Error::Refused(problem)) => Some(problem.code),
        _ => None,
    }
}

fn gate(bench: &Bench) -> Gate {
    bench.device.gate().expect("a gate")
}

#[test]
fn entered_is_durable_no_answer_about_a_file_erases_a_device() {
    for said in [Code::DeviceRevoked, Code::Fork] {
        let bench = Bench::new();
        photographed(&bench);
        let server = Server { upload: Some(said), ..Server::new(&bench, None) };
        assert_eq!(code(sync(&bench, &server)), Some(said));
        assert_eq!(gate(&bench), Gate::Open, "{said:?} was said about a file");
        assert_eq!(bench.device.read(|r| r.files_waiting()).expect("read"), 1);
    }
    let bench = Bench::new();
    let server = Server { exchange: Some(Code::DeviceRevoked), ..Server::new(&bench, None) };
    assert_eq!(code(sync(&bench, &server)), Some(Code::DeviceRevoked));
    assert_eq!(gate(&bench), Gate::Open, "only the word in an answer counts");
}

#[test]
fn l3_a_device_erases_itself_when_an_answer_or_the_door_of_a_restored_server_says_so() {
    let bench = Bench::new();
    photographed(&bench);
    sync(&bench, &Server::new(&bench, Some("erase"))).expect("erased");
    assert_eq!(gate(&bench), Gate::Revoked);

    let bench = Bench::new();
    let (exchange, readmit) = (Some(Code::TokenInvalid), Some(Code::DeviceRevoked));
    sync(&bench, &Server { exchange, readmit, ..Server::new(&bench, None) }).expect("erased");
    assert_eq!(gate(&bench), Gate::Revoked);
}

#[test]
fn entered_is_durable_collect_first_erases_nothing_that_the_office_has_not() {
    let bench = Bench::new();
    photographed(&bench);
    let outcome = Outcome::Refused { code: Code::ScopeViolation, details: serde_json::Value::Null };
    let upload = Some(Code::AttachmentUnknown);
    let server = Server { outcome, upload, ..Server::new(&bench, Some("collect")) };
    let done = sync(&bench, &server);
    assert_eq!(gate(&bench), Gate::Open, "the photo of the refused fact is here alone");
    assert!(done.is_err() && !server.said_goodbye(), "and the office is not told otherwise");

    let server = Server::new(&bench, Some("collect"));
    sync(&bench, &server).expect("handed over and erased");
    assert_eq!(gate(&bench), Gate::Revoked);
    assert!(server.said_goodbye());
}
