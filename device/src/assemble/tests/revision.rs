//! After the seal: corrected by a new revision, signed later, a number that leads to no order (G1, G3, G5).

use gongdan_domain::entity::kind;
use gongdan_domain::fact::{FactBody, SigningChoice};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::visit::step::Step;
use gongdan_domain::work_order::attestation::Attestation;
use serde_json::{Value, json};

use super::fixture::Office;
use super::visit::{preview, repaired, seal_with, signed};
use crate::assemble::order::payload;
use crate::commands::args::SavedFile;
use crate::view::job::JobView;
use crate::view::revision::OrderRevisions;

fn revisions(office: &Office, job: gongdan_domain::id::JobId) -> OrderRevisions {
    office.call("order_revisions", json!({ "job": job })).expect("read")
}

#[test]
fn g5_a_correction_is_the_next_revision_with_a_reason_and_the_old_one_stays() {
    let office = Office::new();
    let job = repaired(&office);
    let shown = preview(&office, job);
    seal_with(&office, job, &shown.shown, signed()).expect("sealed");
    let first = preview(&office, job).sheet;
    let open = |reason: &str| {
        office.call::<JobView>("open_revision", json!({ "job": job, "reason": reason })).map_err(|p| p.code)
    };
    assert_eq!(open(" ").err(), Some(Code::ReasonMissing));
    let write = |value: &str| {
        let entity = json!({ "kind": kind::VISIT, "id": job.visit(1) });
        let heads = office.open(job).visit_fields.get("suggestions").map(|f| f.heads.clone()).unwrap_or_default();
        let args = json!({ "entity": entity, "field": "suggestions", "value": value, "seen": heads });
        office.call::<Value>("write_field", args).map_err(|p| p.code)
    };
    assert_eq!(write("每天吹扫").err(), Some(Code::AlreadySealed), "closed");

    office.clock("12:30");
    let view = open("建议写错").expect("opened");
    assert_eq!((view.current, view.state.revising.as_ref().map(|r| r.revision)), (Step::Order, Some(2)));
    write("每天吹扫").expect("open");
    let photo = view.state.photos[0].fact;
    let back = json!({ "about": { "job": job, "visit": job.visit(1) }, "facts": [photo], "reason": "" });
    assert_eq!(
        office.call::<JobView>("retract", back).map_err(|p| p.code).err(),
        Some(Code::AlreadySealed),
        "evidence stays"
    );

    let draft = preview(&office, job);
    assert_eq!(
        (draft.document.revision, draft.document.order_no.as_str()),
        (2, shown.document.order_no.as_str()),
        "one number"
    );
    let supersedes = draft.document.supersedes.clone().expect("it replaces the first");
    assert_eq!((supersedes.revision, supersedes.reason.as_str()), (1, "建议写错"));
    let fields: Vec<&str> = draft.changes.iter().map(|c| c.field.as_str()).collect();
    assert_eq!(fields, ["fault.suggestions"], "what differs is said before the customer reads: {:?}", draft.changes);
    assert_eq!(draft.document.times, shown.document.times, "when people were where stays");

    let declined =
        json!({ "choice": "declined", "reason": "other", "words": "上一版已签", "at": "2026-11-23T00:00:00Z" });
    let view = seal_with(&office, job, &draft.shown, declined).expect("sealed again, declined with a reason");
    let sealed = view.state.sealed().expect("sealed").clone();
    assert_eq!((sealed.revision, sealed.choice, view.state.revising.is_none()), (2, SigningChoice::Declined, true));
    let all = revisions(&office, job);
    let numbers: Vec<_> =
        all.revisions.iter().map(|r| (r.revision, r.current, r.changes.len(), r.reason.as_str())).collect();
    assert_eq!(numbers[1], (1, false, 0, ""));
    assert_eq!((numbers[0].0, numbers[0].1, numbers[0].3), (2, true, "建议写错"));
    let changed: Vec<&str> = all.revisions[0].changes.iter().map(|c| c.field.as_str()).collect();
    assert!(changed.contains(&"fault.suggestions") && changed.contains(&"signing"), "{changed:?}");
    assert_eq!(all.revisions[1].sheet.as_ref(), Some(&first), "the first stays readable");
    assert_eq!(sealed.supersedes.as_deref(), Some(all.revisions[1].hash.as_str()));

    let print = |hash: &str| {
        let of = json!({ "job": job, "document": { "which": "revision", "hash": hash }, "language": "zh" });
        office.call::<SavedFile>("save_document", json!({ "of": of, "place": "app" })).map_err(|p| p.code)
    };
    let (newest, former) =
        (print(&all.revisions[0].hash).expect("printed"), print(&all.revisions[1].hash).expect("too"));
    assert!(former.name.contains("-R1_") && !newest.name.contains("-R"), "{} {}", former.name, newest.name);
    let held = |file: &SavedFile| {
        gongdan_documents::read::read(std::fs::read(&file.path).expect("a file"))
            .and_then(|held| held.seal)
            .expect("a seal")
    };
    let hash = |file: &SavedFile| gongdan_domain::seal::sha256_hex(held(file).as_bytes());
    assert_eq!(hash(&former), all.revisions[1].hash, "a reader of the first sees the first");
    assert_eq!(hash(&newest), all.revisions[0].hash);
    assert_eq!(print("00").err(), Some(Code::NotFound));
}

#[test]
fn g5_a_revision_that_is_given_up_leaves_the_order_as_it_was() {
    let office = Office::new();
    let job = repaired(&office);
    let shown = preview(&office, job);
    seal_with(&office, job, &shown.shown, signed()).expect("sealed");
    let sealed = preview(&office, job).document;
    office.clock("12:30");
    let _: JobView = office.call("open_revision", json!({ "job": job, "reason": "x" })).expect("opened");
    let args = json!({ "job": job, "language": "zh" });
    assert!(crate::commands::download(&office.bench.device, "order_pdf", args).is_ok(), "what was sealed still prints");
    let view: JobView = office.call("give_up_revision", json!({ "job": job })).expect("given up");
    assert!(view.state.revising.is_none() && view.current == Step::FollowUp);
    assert_eq!(preview(&office, job).document, sealed);
    assert_eq!(seal_with(&office, job, &shown.shown, signed()).err(), Some(Code::AlreadySealed));
}

#[test]
fn g3_later_is_an_own_sealed_attestation_over_the_orders_hash() {
    let office = Office::new();
    let job = repaired(&office);
    let shown = preview(&office, job);
    let later = json!({ "choice": "later", "words": "负责人下午来签", "at": "2026-11-23T00:00:00Z" });
    seal_with(&office, job, &shown.shown, later).expect("sealed without a signature");
    let before = preview(&office, job);
    let hash = office.open(job).delivery.expect("sealed").hash;
    let attest = |hash: &str, signing: Value| {
        let position = json!({ "lat": "31.000000", "lon": "121.000000", "accuracy_m": "20" });
        let args = json!({ "job": job, "order_hash": hash, "signing": signing, "position": position });
        office.call::<JobView>("attest_order", args).map_err(|p| p.code)
    };
    assert_eq!(attest("00", signed()).err(), Some(Code::OrderChanged), "over the order that he saw");
    let mut empty = signed();
    empty["ink"]["strokes"] = json!([]);
    assert_eq!(attest(&hash, empty).err(), Some(Code::SignatureEmpty));
    let paper = |office: &Office| {
        let args = json!({ "job": job, "language": "zh" });
        let pdf = crate::commands::download(&office.bench.device, "order_pdf", args).expect("a paper");
        let held = gongdan_documents::read::read(pdf).expect("a PDF");
        let seal = held.seal.expect("the sealed text");
        (Proof::read(&held.proof.expect("a proof"), Some(&seal)).expect("readable"), seal)
    };
    let unsigned = paper(&office);
    office.clock("15:00");
    let waiting = office.bench.waiting();
    let view = attest(&hash, signed()).expect("signed");
    assert_eq!(office.bench.waiting(), waiting + 1, "attestation and fact are one action");
    assert_eq!(view.state.sealed().map(|s| (s.hash.as_str(), s.choice)), Some((hash.as_str(), SigningChoice::Later)));
    assert_eq!(preview(&office, job).document, before.document, "the order itself stays as it was");
    assert_eq!(attest(&hash, signed()).err(), Some(Code::OrderChanged), "once");

    let (proof, seal) = paper(&office);
    assert_eq!(seal, unsigned.1, "what is printed of the order is what was sealed");
    assert!(unsigned.0.later.is_none() && proof.later.is_some(), "the paper carries the later signature");
    assert!(proof.check(None, None).is_ok(), "and what proves it");

    let all = office.bench.device.read(|r| r.sealed(job)).expect("read");
    let attested = all.iter().find(|s| s.document.kind == "attestation").expect("sealed apart");
    let order = all.iter().find(|s| s.document.kind == "work_order").expect("the order");
    assert_eq!(attested.document.seal_no, order.document.seal_no + 1, "a link of the same chain");
    assert_eq!(attested.document.previous, order.document.hash);
    let content: Attestation = serde_json::from_value(payload(attested).expect("readable").content).expect("its form");
    assert_eq!((content.order_hash.as_str(), content.order_no.as_str()), (hash.as_str(), "GD-A7-2611-0001"));
    assert_eq!(revisions(&office, job).revisions[0].attested.as_ref().map(|a| a.name.as_str()), Some("陈喆"));
    let facts = office.bench.device.read(|r| r.facts(job)).expect("read");
    let attested = facts.iter().find(|fact| fact.kind == "order_attested").expect("said beside it");
    assert_eq!(attested.body["position"]["lat"], "31.000000", "where it was signed (H4)");
}

#[test]
fn g1_a_voided_number_is_followed_by_the_next_one() {
    let office = Office::new();
    let job = repaired(&office);
    let void = |reason: &str| {
        office.call::<JobView>("void_number", json!({ "job": job, "reason": reason })).map_err(|p| p.code)
    };
    assert_eq!(void("写错客户").err(), Some(Code::NotFound), "nothing was shown yet");
    assert_eq!(preview(&office, job).document.order_no, "GD-A7-2611-0001");
    assert_eq!(void("").err(), Some(Code::ReasonMissing));
    void("写错客户").expect("void");
    let shown = preview(&office, job);
    assert_eq!(shown.document.order_no, "GD-A7-2611-0002");
    seal_with(&office, job, &shown.shown, signed()).expect("sealed");
    assert_eq!(void("再作废").err(), Some(Code::AlreadySealed));
    let facts = office.bench.device.read(|r| r.facts(job)).expect("facts");
    let voided = facts.iter().filter_map(FactBody::of).find_map(|b| match b {
        FactBody::NumberVoided { number, reason } => Some((number, reason)),
        _ => None,
    });
    assert_eq!(voided, Some(("GD-A7-2611-0001".to_owned(), "写错客户".to_owned())));
}
