//! One visit through the commands, as the interface calls them, without any network.

use gongdan_domain::entity::kind;
use gongdan_domain::fact::{
    Confidence, ConsentHow, ContactOutcome, FactBody, PhotoKind, Rating, ReadingPhase, SigningChoice, TestRun, TickList,
};
use gongdan_domain::id::JobId;
use gongdan_domain::kit::KitOrigin;
use gongdan_domain::obligation::ObligationState;
use gongdan_domain::problem::Code;
use gongdan_domain::safety::SafetyChoice;
use gongdan_domain::visit::step::{Step, VisitStage};
use gongdan_domain::warranty::WarrantyStatus;
use gongdan_domain::work_order::OrderDocument;
use serde_json::{Value, json};

use super::fixture::{Office, local};
use crate::view::agenda::Agenda;
use crate::view::job::{AnalysisView, JobView, OrderPreview};

fn tick(list: TickList, item: &str) -> FactBody {
    FactBody::Ticked { list, item: item.to_owned(), template_version: "2024-A".to_owned() }
}

fn called(outcome: ContactOutcome) -> FactBody {
    FactBody::ContactAttempt {
        number: "0000-5550101".into(),
        whom: "设备科".into(),
        outcome,
        fees_announced: true,
        new_time: None,
        guidance: "复位急停".into(),
        note: String::new(),
    }
}

/// Accepted, called, analysed, packed.
fn prepared(office: &Office) -> JobId {
    let job = office.assign("J01", Some(local("2026-11-23T10:00")), json!({}));
    office.at("08:20", job, FactBody::JobAccepted {});
    office.at("08:25", job, called(ContactOutcome::Confirmed));
    let analysis: AnalysisView = office.call("analyse", json!({ "job": job })).expect("analysed");
    let cause = &analysis.causes[0];
    let picks = json!({
        "causes": [{ "fault": cause.fault, "order": 5, "zh": "温控阀卡在旁通", "en": "Thermostatic valve stuck in bypass" }],
        "parts": [{ "code": "P-014", "quantity": "1" }, { "code": "P-002", "quantity": "1" }],
        "triage": null,
    });
    office.write(kind::VISIT, job.visit(1).0, "analysis", picks);
    for code in office.open(job).kit.missing {
        office.at("08:40", job, tick(TickList::Kit, &code));
    }
    job
}

/// At the door, safe, diagnosed, agreed, repaired, handed over.
pub(super) fn repaired(office: &Office) -> JobId {
    let job = prepared(office);
    office.clock("08:50");
    let _: JobView = office.call("depart", json!({ "job": job })).expect("departed");
    office.at("09:52", job, FactBody::Arrived { position: None });
    for item in TickList::Door.required() {
        office.at("09:53", job, tick(TickList::Door, item));
    }
    let view = office.at("09:54", job, FactBody::CheckedIn { position: None });
    for item in view.safety.items {
        let answer = SafetyChoice::Yes;
        office.at(
            "09:55",
            job,
            FactBody::SafetyAnswered { item: item.code, answer, template_version: view.safety.version.clone() },
        );
    }
    office.at("09:56", job, FactBody::SafetySigned { conditions: String::new(), with_whom: "设备科".into() });
    let reading = json!({ "about": { "job": job, "visit": job.visit(1) }, "key": "discharge_temp_c", "phase": "before", "value": "104", "confirmed": true });
    let _: JobView = office.call("take_reading", reading).expect("taken");
    let diagnosis = json!({
        "causes": [{ "fault": "F01", "order": 5, "zh": "温控阀卡在旁通", "en": "Thermostatic valve stuck in bypass" }],
        "cause_type": "wear", "analysis_right": "right",
    });
    office.write(kind::VISIT, job.visit(1).0, "diagnosis", diagnosis);
    office.photo(job, PhotoKind::Before);
    let view = office.at("10:02", job, FactBody::FeesShown { schedule_version: "2024-A".into() });
    let consent = FactBody::ConsentGiven {
        total_fen: view.estimate.sheet.total_fen.0,
        schedule_version: view.estimate.sheet.schedule_version.clone(),
        estimate_hash: view.estimate.hash.clone(),
        by_name: "设备科".into(),
        how: ConsentHow::OnScreen,
    };
    office.at("10:04", job, consent);
    office.at("10:05", job, FactBody::WorkStarted {});
    let visit = job.visit(1).0;
    office.write(kind::VISIT, visit, "measures", json!(["更换温控阀芯、油滤、油"]));
    let used = ["P-014", "P-002"].map(|code| json!({ "code": code, "quantity": "1", "old_part": "returned" }));
    office.write(kind::VISIT, visit, "parts_used", json!(used));
    office.at(
        "11:30",
        job,
        FactBody::TestRunRecorded { result: TestRun::NotRun, minutes: 0, reason: "用气高峰".into() },
    );
    office.at("11:31", job, FactBody::ConfidenceStated { confidence: Confidence::Mostly });
    office.photo(job, PhotoKind::After);
    office.at("11:35", job, FactBody::WorkFinished {});
    for item in TickList::Handover.required() {
        office.at("11:36", job, tick(TickList::Handover, item));
    }
    job
}

pub(super) fn preview(office: &Office, job: JobId) -> OrderPreview {
    office.call("preview_order", json!({ "job": job })).expect("previewed")
}

pub(super) fn seal_with(office: &Office, job: JobId, shown: &str, signing: Value) -> Result<JobView, Code> {
    let rating = json!({ "quality": "satisfied", "attitude": "very_satisfied", "opinion": "来得快" });
    let args = json!({ "job": job, "shown": shown, "rating": rating, "signing": signing });
    office.call("seal_order", args).map_err(|problem| problem.code)
}

pub(super) fn signed() -> Value {
    let stroke: Vec<Value> = (0..8).map(|i| json!({ "x": i * 20, "y": 100 + i, "t": i * 16, "p": 500 })).collect();
    let ink = json!({ "height": 400, "strokes": [stroke] });
    json!({ "choice": "signed", "name": "陈喆", "role": "设备科", "is_contact": true, "ink": ink, "at": "2026-11-23T00:00:00Z" })
}

#[test]
fn a1_a2_one_tap_copies_what_the_archive_knows() {
    let office = Office::new();
    let job = office.assign("J01", None, json!({ "address": "新厂区2号门" }));
    let view = office.open(job);
    assert_eq!((view.completeness.have, view.completeness.total), (3, 11), "address, symptom, wishes");
    assert_eq!(view.archive.len(), 8);
    assert_eq!(view.missing, Vec::<String>::new());
    let fields: Vec<_> = view.archive.iter().map(|offer| offer.field.clone()).collect();
    let view: JobView = office.call("copy_from_archive", json!({ "job": job, "fields": fields })).expect("copied");
    assert_eq!(view.completeness.have, 11);
    assert!(view.archive.is_empty());
    assert_eq!(view.fields["address"].value, json!("新厂区2号门"), "what the job had stays");
    assert_eq!(view.fields["serial_no"].value, json!("SAMPLE-1001"));
    assert_eq!(office.bench.waiting(), 1, "one tap is one action");
}

#[test]
fn a3_c2_the_analysis_fills_the_kit() {
    let office = Office::new();
    let job = office.assign("J01", None, json!({}));
    let analysis: AnalysisView = office.call("analyse", json!({ "job": job })).expect("analysed");
    assert_eq!(analysis.causes[0].fault, "F01", "the customer's own words");
    assert!(analysis.notice.is_some(), "sample data says so");
    assert!(analysis.parts.iter().any(|p| p.code == "P-014" && p.price_fen == 24_000));
    let without = office.open(job).kit;
    let picks = json!({ "causes": [{ "fault": "F01", "order": 5, "zh": "温控阀卡在旁通", "en": "" }], "parts": [{ "code": "P-014", "quantity": "2" }], "triage": null });
    office.write(kind::VISIT, job.visit(1).0, "analysis", picks);
    let view = office.open(job);
    let part = view.kit.lines.iter().find(|l| l.code == "P-014").expect("in the kit");
    assert_eq!((part.qty, part.origin, part.mandatory), (2, KitOrigin::Part, true));
    assert!(view.kit.lines.len() > without.lines.len(), "and the fault's tools");
    assert!(view.parts.iter().any(|p| p.code == "P-014"));
    assert!(view.proposed_measures.iter().any(|m| m.zh == "更换温控阀芯、油滤、油"));
}

#[test]
fn a6_a_call_on_the_road_is_a_job_at_once_with_what_the_archive_knows() {
    let office = Office::new();
    let machine = super::fixture::id(&json!("E01"));
    let args =
        json!({ "customer": null, "machine": machine, "fields": { "symptom": "又跳机", "contact_name": "李工" } });
    let view: JobView = office.call("register_job", args).expect("registered");
    assert_eq!(view.fields["customer_name"].value, json!("样例星河纺织有限公司（虚构）"));
    assert_eq!(view.fields["contact_name"].value, json!("李工"), "what was said goes before the archive");
    assert_eq!(
        (view.fields["reporter"].value.clone(), view.fields["service_kind"].value.clone()),
        (json!("李工"), json!("repair"))
    );
    assert_eq!(view.stage, VisitStage::Assigned);
    assert_eq!(view.state.leader, Some(office.bench.device.me().expect("me")));
    assert_eq!(office.bench.waiting(), 1, "registered by one action");
    let agenda: Agenda = office.call("agenda", json!({})).expect("agenda");
    assert_eq!(agenda.others.len(), 1);
    for wrong in [json!({ "total_fen": "1" }), json!({ "symptom": 7 })] {
        let args = json!({ "customer": null, "machine": null, "fields": wrong });
        assert_eq!(office.call::<JobView>("register_job", args).map_err(|p| p.code), Err(Code::FieldInvalid));
    }
    assert_eq!(office.bench.waiting(), 1, "nothing half-written");
}

#[test]
fn c1_nobody_departs_without_the_rag_and_the_last_tick_says_since_when() {
    let office = Office::new();
    let job = prepared(&office);
    let view = office.open(job);
    assert_eq!((view.kit.missing.len(), view.current), (0, Step::Depart));
    assert_eq!(view.kit.ready_at, Some(local("2026-11-23T08:40").to_rfc3339()));
    let rag = view.state.ticks[&TickList::Kit]["KIT-K-11"].fact;
    let back = json!({ "about": { "job": job, "visit": job.visit(1) }, "facts": [rag], "reason": "" });
    let view: JobView = office.call("retract", back).expect("unticked");
    assert_eq!((view.kit.missing, view.kit.ready_at), (vec!["KIT-K-11".to_owned()], None));
    assert_eq!(view.missing, ["kit.KIT-K-11"]);
    let refused = office.call::<JobView>("depart", json!({ "job": job })).expect_err("refused");
    assert_eq!(refused.code, Code::KitIncomplete);
}

#[test]
fn e3_f2_the_estimate_stands_on_the_schedule_and_work_needs_consent() {
    let office = Office::new();
    let job = prepared(&office);
    let view = office.open(job);
    assert_eq!(view.warranty.judgement.status, WarrantyStatus::OutOfWarranty);
    assert_eq!(view.estimate.problem, None);
    // 12 km 150, the fault's usual 90 minutes at L-2 270, 240 + 120, small materials 30.
    assert_eq!(view.estimate.sheet.total_fen.0, 81_000);
    assert_eq!(view.estimate.hash.len(), 64);
    assert_eq!(view.travel_minutes, Some(20));
    let parts: Vec<_> = view.estimate.sheet.lines.iter().map(|l| l.code.as_str()).collect();
    assert_eq!(parts, ["CO-1", "L-2", "P-014", "P-002", "F-06"]);
}

#[test]
fn g1_g5_g6_sealed_is_exactly_what_was_shown_once() {
    let office = Office::new();
    let job = repaired(&office);
    let shown = preview(&office, job);
    assert_eq!(shown.missing, Vec::<String>::new());
    assert_eq!(shown.document.order_no, "GD-A7-2611-0001");
    assert_eq!(shown.document.fees, office.open(job).estimate.sheet);
    assert_eq!(shown.document.readings[0].before.as_deref(), Some("104"));
    assert_eq!(preview(&office, job).shown, shown.shown, "looking again changes nothing");
    assert_eq!(preview(&office, job).document.order_no, shown.document.order_no, "and draws no second number");

    // Somebody corrects a sentence while the customer reads.
    office.write(kind::VISIT, job.visit(1).0, "suggestions", json!("每周吹扫散热器"));
    assert_eq!(seal_with(&office, job, &shown.shown, signed()).err(), Some(Code::OrderChanged));
    let shown = preview(&office, job);
    let empty = json!({ "choice": "signed", "name": "陈喆", "role": "", "is_contact": true, "ink": { "height": 400, "strokes": [] }, "at": "2026-11-23T00:00:00Z" });
    assert_eq!(seal_with(&office, job, &shown.shown, empty).err(), Some(Code::SignatureEmpty));

    office.clock("11:50");
    let before = office.bench.waiting();
    let view = seal_with(&office, job, &shown.shown, signed()).expect("sealed");
    assert_eq!(office.bench.waiting(), before + 1, "the seal and its fact are one action");
    assert_eq!(view.stage, VisitStage::Sealed);
    let seal = view.state.sealed().expect("sealed").clone();
    assert_eq!(
        (seal.choice, seal.quality, seal.total_fen),
        (SigningChoice::Signed, Rating::Satisfied, shown.document.fees.total_fen.0)
    );
    let delivery = view.delivery.expect("on its way");
    assert_eq!((delivery.hash.as_str(), delivery.files_total, delivery.files_sent), (seal.hash.as_str(), 2, 0));
    assert!(!delivery.complete && delivery.receipt.is_none());

    let sealed = office.bench.device.read(|r| r.sealed(job)).expect("read").remove(0);
    let payload =
        sealed.document.open(&office.bench.device.read(|r| Ok(r.identity().signing_key.verifying_key())).expect("key"));
    let document: OrderDocument = serde_json::from_value(payload.expect("genuine").content).expect("an order");
    let mut read = document.clone();
    (read.rating, read.signing) = (None, None);
    assert_eq!(read, shown.document, "exactly what was shown");
    assert_eq!(document.rating.as_ref().map(|r| r.opinion.as_str()), Some("来得快"));

    assert_eq!(seal_with(&office, job, &shown.shown, signed()).err(), Some(Code::AlreadySealed));
    let after = preview(&office, job);
    assert_eq!(after.document, document, "from now on the sealed order is what is shown");
    assert!(shown.qr.is_empty() && after.qr.contains(&seal.hash), "there is a proof from the seal on");
}

#[test]
fn g7_the_sealed_order_is_paper_without_a_network() {
    let office = Office::new();
    let job = repaired(&office);
    let print = |language: &str| {
        let args = json!({ "job": job, "language": language });
        crate::commands::download(&office.bench.device, "order_pdf", args).map_err(|problem| problem.code)
    };
    assert_eq!(print("zh"), Err(Code::NotSealed), "a draft is no document");
    let shown = preview(&office, job);
    assert_eq!(shown.unprintable, Vec::<String>::new());
    seal_with(&office, job, &shown.shown, signed()).expect("sealed");
    for language in ["zh", "en", "both"] {
        let pdf = print(language).expect("printed");
        assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000, "{language}: {} bytes", pdf.len());
    }
    let args = json!({ "job": job, "language": "zh" });
    let saved: crate::commands::args::SavedFile = office.call("save_order_pdf", args).expect("saved");
    assert!(saved.name.starts_with("GD-A7-2611-0001_") && saved.name.ends_with("_2026-11-23.pdf"), "{}", saved.name);
    assert!(std::fs::read(saved.path).expect("a file").starts_with(b"%PDF-"));
}

#[test]
fn g3_declined_with_a_reason_is_a_full_citizen() {
    let office = Office::new();
    let job = repaired(&office);
    let shown = preview(&office, job).shown;
    let other =
        |words: &str| json!({ "choice": "declined", "reason": "other", "words": words, "at": "2026-11-23T00:00:00Z" });
    assert_eq!(seal_with(&office, job, &shown, other(" ")).err(), Some(Code::ReasonMissing));
    let view = seal_with(&office, job, &shown, other("负责人不在")).expect("sealed");
    assert_eq!(view.state.sealed().map(|s| s.choice), Some(SigningChoice::Declined));
    assert!(view.obligations.iter().any(|o| o.rule == "BR-11"), "and is followed up");
}

#[test]
fn g5_an_order_that_is_not_ready_or_never_shown_is_not_sealed() {
    let office = Office::new();
    let job = prepared(&office);
    assert_eq!(seal_with(&office, job, "", signed()).err(), Some(Code::OrderChanged), "nobody was shown it");
    let shown = preview(&office, job);
    assert!(shown.missing.contains(&"handover.cleaning".to_owned()));
    assert_eq!(seal_with(&office, job, &shown.shown, signed()).err(), Some(Code::RepairIncomplete));
    let numbers = office.bench.device.read(|r| r.number("work_order", job.visit(1).order().0)).expect("read");
    assert_eq!(numbers.as_deref(), Some("GD-A7-2611-0001"), "the number stays the order's own");
}

#[test]
fn h1_i1_the_agenda_says_what_the_office_lacks_and_what_is_owed() {
    let office = Office::new();
    let job = repaired(&office);
    let advised = office.assign("J03", None, json!({}));
    office.at("11:40", advised, FactBody::JobAccepted {});
    office.at("11:41", advised, called(ContactOutcome::Advised));
    let shown = preview(&office, job).shown;
    office.clock("11:50");
    seal_with(&office, job, &shown, signed()).expect("sealed");
    let view = office.at("12:06", job, FactBody::CheckedOut { position: None });
    assert!(view.obligations.iter().any(|o| o.rule == "BR-02" && o.state == ObligationState::Open));

    office.clock("13:50");
    let agenda: Agenda = office.call("agenda", json!({})).expect("agenda");
    assert_eq!(agenda.stops.len(), 1);
    assert_eq!((agenda.stops[0].signing, agenda.stops[0].received), (Some(SigningChoice::Signed), false));
    assert_eq!(agenda.stops[0].left_at, Some(local("2026-11-23T12:06").to_rfc3339()));
    let owed: Vec<_> = agenda.owed.iter().map(|c| (c.obligation.rule.as_str(), c.about.as_str())).collect();
    assert_eq!(owed, [("BR-01", "复位急停"), ("BR-02", "用气高峰")], "by deadline, each with its reason");
    assert_eq!(agenda.not_received.len(), 1);
    assert_eq!(agenda.not_received[0].order_no, "GD-A7-2611-0001");

    // Days later nothing is forgotten: neither the calls nor the order that the office has not got.
    office.bench.set_clock("2026-11-25T01:00:00Z");
    let later: Agenda = office.call("agenda", json!({})).expect("agenda");
    assert_eq!((later.stops.len(), later.owed.len(), later.not_received.len()), (0, 2, 1));
    assert!(later.owed.iter().all(|c| c.obligation.state == ObligationState::Overdue));
}

#[test]
fn a4_the_agenda_of_a_day_has_its_visits_in_order_and_the_rest_beside() {
    let office = Office::new();
    office.clock("08:00");
    let late = office.assign("J06", Some(local("2026-11-23T15:30")), json!({}));
    let early = office.assign("J01", Some(local("2026-11-23T10:00")), json!({}));
    let tomorrow = office.assign("J02", Some(local("2026-11-24T08:30")), json!({}));
    let sometime = office.assign("J10", None, json!({}));
    let cancelled = office.assign("J03", Some(local("2026-11-23T11:00")), json!({}));
    office.office_says(cancelled, FactBody::JobCancelled { reason: "客户自己修好了".into() });
    let agenda: Agenda = office.call("agenda", json!({})).expect("agenda");
    assert_eq!(agenda.stops.iter().map(|s| s.job).collect::<Vec<_>>(), [early, late]);
    assert_eq!(agenda.others.iter().map(|s| s.job).collect::<Vec<_>>(), [tomorrow, sometime]);
    assert_eq!(agenda.stops[0].leave_by, Some(local("2026-11-23T09:40").to_rfc3339()), "12 km take 20 minutes");
    assert_eq!(agenda.stops[0].contact_due, Some(local("2026-11-23T09:00").to_rfc3339()));
    assert_eq!(agenda.next.as_ref().map(|n| (n.job, n.step, n.overdue)), Some((early, Step::Accept, false)));
    assert_eq!(agenda.next_day.as_ref().map(|d| (d.day.as_str(), d.count)), Some(("2026-11-24", 1)));
    let other: Agenda = office.call("agenda", json!({ "day": "2026-11-24" })).expect("agenda");
    assert_eq!(other.stops.iter().map(|s| s.job).collect::<Vec<_>>(), [tomorrow]);
    assert_eq!(
        office.call::<Agenda>("agenda", json!({ "day": "morgen" })).map_err(|p| p.code),
        Err(Code::FieldInvalid)
    );
}

#[test]
fn h1_a_settled_job_leaves_the_agenda_and_comes_back_when_something_happens() {
    let office = Office::new();
    let job = office.assign("J03", Some(local("2026-11-23T11:00")), json!({}));
    office.office_says(job, FactBody::JobCancelled { reason: "误报".into() });
    let live = || office.bench.device.read(|r| r.live_jobs()).expect("read");
    let _: Agenda = office.call("agenda", json!({})).expect("agenda");
    assert!(live().is_empty(), "nobody looks at it again");
    let me = office.bench.device.me().expect("me");
    let assigned = FactBody::JobAssigned { visit: job.visit(2), technicians: vec![me], leader: me, planned_at: None };
    office.office_says(job, assigned);
    assert_eq!(live(), [job]);
}

#[test]
fn h1_an_archive_that_comes_whole_is_settled_unless_something_may_be_owed() {
    let office = Office::new();
    let long_ago = "2026-10-01T04:00:00Z";
    let plain = office.archived("J01", long_ago, None);
    let untested = FactBody::TestRunRecorded { result: TestRun::NotRun, minutes: 0, reason: "停电".into() };
    let owing = office.archived("J02", long_ago, Some(untested));
    let yesterday = office.archived("J03", "2026-11-22T04:00:00Z", None);
    let live = office.bench.device.read(|r| r.live_jobs()).expect("read");
    assert!(!live.contains(&plain), "nobody looks at it again");
    assert!(live.contains(&owing) && live.contains(&yesterday));
    let agenda: Agenda = office.call("agenda", json!({})).expect("agenda");
    assert_eq!(agenda.owed.iter().map(|c| c.obligation.job).collect::<Vec<_>>(), [owing], "the call is still owed");
    assert_eq!(office.open(plain).stage, VisitStage::Left, "and it can still be opened");
}

#[test]
fn l3_a_job_that_left_the_device_leaves_the_agenda() {
    let office = Office::new();
    office.assign("J01", Some(local("2026-11-23T10:00")), json!({}));
    office.bench.take(&office.bench.reply());
    let store = office.bench.device.store().expect("open");
    store.apply(office.bench.device.stamp(&store), |a| a.drop_left_scopes()).expect("dropped");
    let agenda: Agenda = office.call("agenda", json!({})).expect("agenda");
    assert_eq!((agenda.stops.len(), agenda.others.len()), (0, 0));
}

#[test]
fn a_job_that_is_not_here_is_not_found() {
    let office = Office::new();
    let nowhere = JobId(uuid::Uuid::now_v7());
    for command in ["open_job", "analyse", "preview_order"] {
        assert_eq!(
            office.call::<Value>(command, json!({ "job": nowhere })).map_err(|p| p.code),
            Err(Code::NotFound),
            "{command}"
        );
    }
    let reading = ReadingPhase::Before;
    let args = json!({ "about": { "job": nowhere, "visit": null }, "key": "ambient_c", "phase": reading, "value": "20", "confirmed": false });
    assert_eq!(office.call::<Value>("take_reading", args).map_err(|p| p.code), Err(Code::NotFound));
}
