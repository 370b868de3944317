//! What the customer confirmed and what has a command of its own: nobody states it, takes it back or changes it by another door (G2, G5).

use std::collections::BTreeSet;

use gongdan_domain::entity::kind;
use gongdan_domain::fact::Rating;
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use serde_json::{Value, json};

use super::fixture::Office;
use super::visit::{preview, repaired, seal_with, signed};
use crate::commands::camera::tests::photo as photo_of;
use crate::view::job::JobView;

const ID: &str = "0193abcd-0000-7000-8000-000000000001";

/// Every kind that `record` refuses, with a body that can be read.
fn refused() -> Vec<(&'static str, Value)> {
    let order = json!({ "order": ID, "revision": 1 });
    let with = |base: &Value, more: Value| {
        let mut all = base.clone();
        for (key, value) in more.as_object().expect("an object") {
            all[key] = value.clone();
        }
        all
    };
    let sealed = json!({
        "order_no": "GD-A7-2611-0099", "hash": "ab", "choice": "signed",
        "quality": "very_satisfied", "attitude": "very_satisfied", "total_fen": 0,
    });
    let paper = json!({ "paper": ID, "no": "SJ-A7-2611-0099", "hash": "ab" });
    let rating = json!({ "quality": "satisfied", "attitude": "satisfied", "opinion": "" });
    vec![
        ("order_sealed", with(&order, sealed)),
        (
            "order_attested",
            json!({ "order": ID, "order_hash": "ab", "hash": "cd", "choice": "signed", "name": "陈喆" }),
        ),
        ("rating_given", with(&order, rating)),
        ("rating_reopened", order.clone()),
        ("revision_opened", with(&order, json!({ "supersedes": "ab", "reason": "x" }))),
        ("number_drawn", json!({ "number": "GD-A7-2611-0099", "owner": ID })),
        ("number_voided", json!({ "number": "GD-A7-2611-0099", "reason": "x" })),
        ("receipt_issued", with(&paper, json!({ "sum_fen": 100, "method": "cash" }))),
        ("receipt_voided", json!({ "paper": ID, "no": "SJ-A7-2611-0099", "reason": "x", "successor": "" })),
        ("taken_to_workshop", with(&paper, json!({ "machine": "x", "expected_back": null, "estimate_fen": 0 }))),
        ("loaner_handed_out", with(&paper, json!({ "asset": "x", "hours_out": "1", "due": null }))),
        ("hazard_stated", with(&paper, json!({ "hazards": [], "acknowledged": "signed", "decision": null }))),
        ("replacement_declined", with(&paper, json!({ "part": "x", "reason": "y" }))),
        ("job_assigned", json!({ "visit": ID, "technicians": [ID], "leader": ID, "planned_at": null })),
        ("departed", json!({ "kit_version": "2024-A", "released": [] })),
        (
            "reading_taken",
            json!({ "key": "discharge_temp_c", "phase": "before", "value": "9999", "unit": "℃", "confirmed": false }),
        ),
        ("photo_taken", json!({ "photo": "before", "caption": "", "width": 1, "height": 1 })),
        ("declared_lost", json!({ "hash": "ab", "reason": "x" })),
        ("work_carried", json!({ "note": "" })),
        ("reassign_requested", json!({ "visit": ID, "technicians": [ID], "leader": ID, "planned_at": null })),
        ("job_cancelled", json!({ "reason": "x" })),
        ("order_questioned", with(&order, json!({ "question": "x" }))),
        ("order_archived", with(&order, json!({ "archive_no": "x" }))),
        ("finding_answered", json!({ "finding": ID, "answer": "x" })),
        ("remedial_callback", json!({ "finding": ID, "about": "x" })),
        ("revision_named", with(&order, json!({ "hash": "ab", "reason": "x" }))),
        ("obligation_waived", json!({ "obligation": ID, "reason": "x" })),
    ]
}

/// Every kind that a person states by `record`.
const STATED: &[&str] = &[
    "question_answered",
    "reassign_answered",
    "job_accepted",
    "contact_attempt",
    "ticked",
    "kit_released",
    "late_notice",
    "arrived",
    "not_admitted",
    "card_left",
    "checked_in",
    "checked_out",
    "safety_answered",
    "safety_signed",
    "fees_shown",
    "consent_given",
    "consent_refused",
    "work_started",
    "test_run_recorded",
    "confidence_stated",
    "work_finished",
    "escalated",
    "note_added",
    "invoice_requested",
    "workshop_returned",
    "loaner_returned",
    "callback_made",
];

/// All kinds, from the type that the interface is built with.
fn kinds() -> BTreeSet<&'static str> {
    let text = include_str!("../../../../ui/shared/src/generated/FactBody.ts");
    text.split("{ \"kind\": \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn g5_what_has_a_command_of_its_own_is_not_recorded_beside_it() {
    let office = Office::new();
    let job = repaired(&office);
    let (refused, waiting) = (refused(), office.bench.waiting());
    let known: BTreeSet<&str> = refused.iter().map(|(kind, _)| *kind).chain(STATED.iter().copied()).collect();
    assert_eq!(known, kinds(), "a new kind of fact says by which door it comes");
    assert_eq!(known.len(), refused.len() + STATED.len(), "no kind comes by two doors");
    let about = json!({ "job": job, "visit": job.visit(1) });
    for (kind, body) in refused {
        let fact = json!({ "kind": kind, "body": body });
        let alone = office.call::<JobView>("record", json!({ "about": about, "fact": fact }));
        assert_eq!(alone.map_err(|p| p.code).err(), Some(Code::NotAllowed), "{kind}");
        let note = json!({ "kind": "note_added", "body": { "text": "x" } });
        let among = office.call::<JobView>("record_all", json!({ "about": about, "facts": [note, fact] }));
        assert_eq!(among.map_err(|p| p.code).err(), Some(Code::NotAllowed), "{kind} among others");
    }
    assert_eq!(office.bench.waiting(), waiting, "nothing of it was written");
}

#[test]
fn g5_what_was_sealed_or_numbered_is_not_taken_back() {
    let office = Office::new();
    let job = repaired(&office);
    let shown = preview(&office, job);
    office.clock("11:50");
    seal_with(&office, job, &shown.shown, signed()).expect("sealed");
    let facts = office.bench.device.read(|r| r.facts(job)).expect("read");
    for kind in ["order_sealed", "number_drawn", "job_assigned"] {
        let fact = facts.iter().find(|fact| fact.kind == kind).unwrap_or_else(|| panic!("{kind} is there"));
        let back = json!({ "about": { "job": job, "visit": job.visit(1) }, "facts": [fact.id], "reason": "" });
        assert_eq!(office.call::<JobView>("retract", back).map_err(|p| p.code).err(), Some(Code::NotAllowed), "{kind}");
    }
    assert!(office.open(job).state.sealed().is_some());
}

fn confirm(office: &Office, job: JobId, quality: &str, opinion: &str) -> Result<JobView, Code> {
    let rating = json!({ "quality": quality, "attitude": "very_satisfied", "opinion": opinion });
    office.call("confirm_rating", json!({ "job": job, "rating": rating })).map_err(|problem| problem.code)
}

#[test]
fn g2_a_confirmed_rating_stands_until_it_is_begun_anew_with_a_trace_also_after_a_restart() {
    let mut office = Office::new();
    let job = repaired(&office);
    let shown = preview(&office, job);
    office.write(kind::VISIT, job.visit(1).0, "rating_draft", json!({ "quality": "fair" }));
    office.clock("11:45");
    let rated = confirm(&office, job, "dissatisfied", "来得慢").expect("confirmed").state.rated.expect("kept");
    assert_eq!((rated.quality, rated.opinion.as_str()), (Rating::Dissatisfied, "来得慢"));
    let waiting = office.bench.waiting();
    assert!(confirm(&office, job, "dissatisfied", "来得慢").is_ok(), "a tap that was not answered is tapped again");
    assert_eq!(office.bench.waiting(), waiting, "and says nothing new");

    office.bench.restart();
    // Every command that states a rating while the first one stands.
    assert_eq!(confirm(&office, job, "very_satisfied", "").err(), Some(Code::RatingConfirmed));
    let draft = json!({ "entity": { "kind": "visit", "id": job.visit(1) }, "field": "rating_draft", "value": { "quality": "satisfied" }, "seen": [] });
    let written = office.call::<Value>("write_field", draft);
    assert_eq!(written.map_err(|p| p.code).err(), Some(Code::RatingConfirmed));
    let facts = office.bench.device.read(|r| r.facts(job)).expect("read");
    let given = facts.iter().find(|fact| fact.kind == "rating_given").expect("a fact").id;
    let back = json!({ "about": { "job": job, "visit": job.visit(1) }, "facts": [given], "reason": "" });
    assert_eq!(office.call::<JobView>("retract", back).map_err(|p| p.code).err(), Some(Code::NotAllowed));
    assert_eq!(seal_with(&office, job, &shown.shown, signed()).err(), Some(Code::RatingConfirmed), "sealed otherwise");
    let words = json!({ "quality": "dissatisfied", "attitude": "very_satisfied", "opinion": "来得快" });
    let args = json!({ "job": job, "shown": shown.shown, "rating": words, "signing": signed() });
    let other_words = office.call::<JobView>("seal_order", args);
    assert_eq!(other_words.map_err(|p| p.code).err(), Some(Code::RatingConfirmed), "also not to another opinion");

    // Begun anew on the customer's page, by whoever holds the tablet: it leaves a trace, and the office hears of what comes back different
    // (`rating_altered`).
    office.clock("11:48");
    let view: JobView = office.call("reopen_rating", json!({ "job": job })).expect("begun anew");
    assert_eq!(view.state.rated, None);
    confirm(&office, job, "satisfied", "来得快").expect("confirmed anew");
    let kept: Vec<_> = office.bench.device.read(|r| r.facts(job)).expect("read");
    let trace = kept.iter().filter(|fact| fact.kind.starts_with("rating_")).count();
    assert_eq!(trace, 3, "what he had said first stays on record");
    office.clock("11:50");
    let view = seal_with(&office, job, &shown.shown, signed()).expect("sealed as confirmed");
    assert_eq!(view.state.sealed().map(|seal| seal.quality), Some(Rating::Satisfied));
    assert_eq!(confirm(&office, job, "satisfied", "x").err(), Some(Code::RatingConfirmed), "and closed");
    let again = office.call::<JobView>("reopen_rating", json!({ "job": job }));
    assert_eq!(again.map_err(|p| p.code).err(), Some(Code::AlreadySealed));
}

#[test]
fn h4_the_place_of_the_signature_and_the_cameras_time_are_kept_where_they_are_known() {
    let office = Office::new();
    let job = repaired(&office);
    let take = |bytes: &[u8]| {
        let about = json!({ "job": job, "visit": job.visit(1) });
        let args = json!({ "about": about, "photo": "other", "caption": "" });
        crate::commands::upload(&office.bench.device, "photo", args, bytes).expect("taken");
    };
    take(&photo_of("2026:11:20 08:00:00", Some("+08:00")));
    take(&photo_of("    :  :     :  :  ", None));
    let shown = preview(&office, job);
    let rating = json!({ "quality": "satisfied", "attitude": "satisfied", "opinion": "" });
    let position = json!({ "lat": "31.300000", "lon": "120.600000", "accuracy_m": "12" });
    let args = json!({ "job": job, "shown": shown.shown, "rating": rating, "signing": signed(), "position": position });
    office.clock("11:50");
    let _: JobView = office.call("seal_order", args).expect("sealed");
    let facts = office.bench.device.read(|r| r.facts(job)).expect("read");
    let of = |kind: &str| facts.iter().filter(|fact| fact.kind == kind).collect::<Vec<_>>();
    assert_eq!(of("order_sealed")[0].body["position"], position);
    let told: Vec<&Value> = of("photo_taken").iter().filter_map(|fact| fact.body.get("taken_at")).collect();
    assert_eq!(told, [&json!("2026-11-20T00:00:00Z")], "a photo without a time says none");
}

#[test]
fn g1_the_technicians_own_strokes_are_drawn_once_and_sealed_with_every_order() {
    let office = Office::new();
    let job = repaired(&office);
    let strokes = |preview: &crate::view::job::OrderPreview| preview.document.technicians[0].ink.clone();
    assert_eq!(strokes(&preview(&office, job)), None, "not drawn yet");
    let keep =
        |ink: Value| office.call::<Value>("keep_own_signature", json!({ "ink": ink })).map_err(|problem| problem.code);
    let (drawn, waiting) = (signed()["ink"].clone(), office.bench.waiting());
    assert_eq!(keep(drawn.clone()).expect("kept")["ink"], drawn);
    assert_eq!(office.bench.waiting(), waiting, "kept on this device alone");
    let shown = preview(&office, job);
    assert_eq!(serde_json::to_value(strokes(&shown)).expect("JSON"), drawn);
    let point = drawn["strokes"][0][0].clone();
    let flood = json!({ "height": 400, "strokes": [vec![point; 20_001]] });
    assert_eq!(keep(flood), Err(Code::FieldInvalid), "no hand draws that");
    seal_with(&office, job, &shown.shown, signed()).expect("sealed as it was shown");
    let all = office.bench.device.read(|r| r.sealed(job)).expect("read");
    let order = crate::assemble::order::document_of(&all[0]).expect("an order");
    assert_eq!(serde_json::to_value(&order.technicians[0].ink).expect("JSON"), drawn);
    assert_eq!(keep(Value::Null).expect("taken away")["ink"], Value::Null);
}
