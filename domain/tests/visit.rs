//! A visit is computed from facts: order of arrival is irrelevant, gaps show, rules answer with reasons (A–E, I1).

use chrono::{DateTime, TimeDelta, Utc};
use gongdan_domain::entity::Fields;
use gongdan_domain::fact::{Confidence, ContactOutcome, FactBody, PhotoKind, Rating, SigningChoice, TestRun, TickList};
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::{FactId, JobId, PersonId, VisitId, WriteId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{Fact, FileRef, Scope};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::time::Stamp;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::breach::{Circumstances, breaches};
use gongdan_domain::visit::step::{Step, StepMark, VisitStage};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn job() -> JobId {
    JobId(Uuid::from_u128(1))
}

fn visit() -> VisitId {
    job().visit(1)
}

fn at(minute: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().expect("a time");
    start + TimeDelta::minutes(minute)
}

fn fact(n: u128, body: FactBody) -> Fact {
    let (kind, value) = body.parts();
    let photo = matches!(body, FactBody::PhotoTaken { .. });
    Fact {
        id: FactId(Uuid::from_u128(n)),
        kind,
        job: Some(job()),
        visit: Some(visit()),
        scopes: vec![Scope::Job(job())],
        at: Stamp::trusted(at(n as i64)),
        by: PersonId(Uuid::from_u128(77)),
        body: value,
        files: if photo {
            vec![FileRef { hash: format!("{n:064x}"), size: 9, mime: "image/jpeg".into() }]
        } else {
            vec![]
        },
        extra: Default::default(),
    }
}

fn tick(list: TickList, item: &str) -> FactBody {
    FactBody::Ticked { list, item: item.into(), template_version: "1".into() }
}

fn photo(photo: PhotoKind) -> FactBody {
    FactBody::PhotoTaken { photo, caption: String::new(), width: 1600, height: 1200, taken_at: None }
}

fn contact(outcome: ContactOutcome) -> FactBody {
    FactBody::ContactAttempt {
        number: "0000-5550101".into(),
        whom: "设备科".into(),
        outcome,
        fees_announced: false,
        new_time: None,
        guidance: String::new(),
        note: String::new(),
    }
}

fn fields() -> Fields {
    let mut fields = Fields::default();
    let mut write = |name: &str, value| {
        let mut register = Register::default();
        register.take(Head { write: WriteId(Uuid::from_u128(1)), value, at: at(0), by: PersonId(Uuid::nil()) }, &[]);
        fields.0.insert(name.to_owned(), register);
    };
    write(
        "diagnosis",
        json!({ "causes": [{ "fault": "F01", "order": 5, "zh": "温控阀卡在旁通", "en": "stuck" }], "cause_type": "wear", "analysis_right": "right" }),
    );
    write("measures", json!(["更换温控阀芯"]));
    fields
}

/// The whole visit, step by step.
fn story() -> Vec<FactBody> {
    let mut story = vec![FactBody::JobAccepted {}, contact(ContactOutcome::Confirmed), tick(TickList::Kit, "K-11")];
    story.push(FactBody::Departed { kit_version: "1".into(), released: vec![] });
    story.push(FactBody::Arrived { position: None });
    story.extend(TickList::Door.required().iter().map(|item| tick(TickList::Door, item)));
    story.push(FactBody::CheckedIn { position: None });
    story.push(FactBody::SafetySigned { conditions: String::new(), with_whom: "李禾".into() });
    story.push(photo(PhotoKind::Before));
    story.push(FactBody::FeesShown { schedule_version: "2024-A".into() });
    story.push(FactBody::WorkStarted {});
    story.push(photo(PhotoKind::After));
    story.push(FactBody::TestRunRecorded { result: TestRun::FullLoad, minutes: 30, reason: String::new() });
    story.push(FactBody::ConfidenceStated { confidence: Confidence::Certain });
    story.extend(TickList::Handover.required().iter().map(|item| tick(TickList::Handover, item)));
    story.push(FactBody::WorkFinished {});
    story.push(FactBody::OrderSealed {
        order: visit().order(),
        revision: 1,
        order_no: "GD-A7-2611-0001".into(),
        hash: "00".repeat(32),
        choice: SigningChoice::Signed,
        quality: Rating::Satisfied,
        attitude: Rating::Satisfied,
        total_fen: 0,
        supersedes: None,
        position: None,
    });
    story.push(FactBody::CheckedOut { position: None });
    story
}

fn facts() -> Vec<Fact> {
    story().into_iter().enumerate().map(|(i, body)| fact(i as u128 + 1, body)).collect()
}

#[test]
fn the_whole_visit_breaks_no_rule_at_any_step_and_walks_the_rail() {
    let facts = facts();
    let mut furthest = 0;
    for n in 0..facts.len() {
        let state = VisitState::of(visit(), &facts[..n], &fields());
        let body = FactBody::of(&facts[n]).expect("a known kind");
        let broken = breaches(&state, &body, &Circumstances::default());
        assert!(broken.is_empty(), "{body:?} after {n} facts broke {broken:?}");
        let current = state.steps(None).iter().position(|s| s.mark == StepMark::Current).unwrap_or(10);
        assert!(current >= furthest, "the rail never goes back while facts are added");
        furthest = current;
    }
    let state = VisitState::of(visit(), &facts, &fields());
    assert_eq!(state.stage(), VisitStage::Left);
    assert!(state.steps(None).iter().all(|s| s.mark == StepMark::Done));
}

proptest! {
    #[test]
    fn arrival_order_of_facts_is_irrelevant(seed in any::<u64>()) {
        let ordered = facts();
        let mut shuffled = ordered.clone();
        shuffled.sort_by_key(|f| f.id.0.as_u128().wrapping_mul(u128::from(seed) | 1) % 7919);
        prop_assert_eq!(VisitState::of(visit(), &shuffled, &fields()), VisitState::of(visit(), &ordered, &fields()));
    }
}

fn refused(state: &VisitState, body: FactBody, now: &Circumstances) -> Vec<(FindingCode, Code)> {
    breaches(state, &body, now).into_iter().filter_map(|b| Some((b.finding, b.refusal?.code))).collect()
}

fn after(n: usize) -> VisitState {
    VisitState::of(visit(), &facts()[..n], &fields())
}

#[test]
fn c1_departing_without_a_call_is_refused() {
    let departed = FactBody::Departed { kit_version: "1".into(), released: vec![] };
    assert_eq!(
        refused(&after(1), departed, &Circumstances::default()),
        [(FindingCode::StepSkipped, Code::NotContacted)]
    );
}

#[test]
fn c1_the_rag_is_never_released_and_a_release_needs_a_reason() {
    let now = Circumstances { unreleasable: vec!["K-11".into()], ..Default::default() };
    let release = |item: &str, reason: &str| FactBody::KitReleased { items: vec![item.into()], reason: reason.into() };
    assert_eq!(refused(&after(2), release("K-11", "忘了"), &now), [(FindingCode::KitReleased, Code::RagNotReleasable)]);
    assert_eq!(refused(&after(2), release("K-06", " "), &now), [(FindingCode::KitReleased, Code::ReasonMissing)]);
    let with_reason = breaches(&after(2), &release("K-06", "收据用完"), &now);
    assert_eq!(with_reason.len(), 1, "a release is a finding that the office answers");
    assert!(with_reason[0].refusal.is_none(), "and is not refused");
}

#[test]
fn d1_check_in_needs_the_door() {
    assert_eq!(
        refused(&after(6), FactBody::CheckedIn { position: None }, &Circumstances::default()),
        [(FindingCode::DoorSkipped, Code::DoorIncomplete)]
    );
}

#[test]
fn e3_f2_work_with_an_amount_needs_consent() {
    let ready = after(12);
    let owing = Circumstances { total_fen: 183_000, ..Default::default() };
    assert_eq!(
        refused(&ready, FactBody::WorkStarted {}, &owing),
        [(FindingCode::WorkedWithoutConsent, Code::NoConsent)]
    );
    assert!(refused(&ready, FactBody::WorkStarted {}, &Circumstances::default()).is_empty(), "free work needs none");
}

#[test]
fn g5_a_sealed_order_takes_no_more_content_but_leaving_and_notes() {
    let sealed = after(facts().len() - 1);
    let reading = FactBody::ReadingTaken {
        key: "ambient_c".into(),
        phase: gongdan_domain::fact::ReadingPhase::After,
        value: "31".into(),
        unit: "℃".into(),
        confirmed: false,
    };
    assert_eq!(refused(&sealed, reading, &Circumstances::default()), [(FindingCode::StepSkipped, Code::AlreadySealed)]);
    assert!(refused(&sealed, FactBody::CheckedOut { position: None }, &Circumstances::default()).is_empty());
    assert!(refused(&sealed, FactBody::NoteAdded { text: "x".into() }, &Circumstances::default()).is_empty());
}

#[test]
fn b5_b6_the_last_call_decides_whether_the_visit_goes_on() {
    let of = |outcome| {
        let facts = [fact(1, FactBody::JobAccepted {}), fact(2, contact(outcome))];
        VisitState::of(visit(), &facts, &Fields::default())
    };
    assert_eq!(of(ContactOutcome::Advised).stage(), VisitStage::Advised);
    assert_eq!(of(ContactOutcome::Refused).stage(), VisitStage::Refused);
    assert_eq!(of(ContactOutcome::OutOfWarranty).stage(), VisitStage::Contacted);
    assert!(of(ContactOutcome::Unreachable).contacted_at().is_some(), "B7: visit the address anyway");
}

#[test]
fn a_gap_shows_but_a_later_milestone_counts() {
    // Departed without ever accepting or calling (an older app, a clock gone mad): the visit is under way all the same.
    let facts = [fact(9, FactBody::Departed { kit_version: "1".into(), released: vec![] })];
    let steps = VisitState::of(visit(), &facts, &Fields::default()).steps(None);
    let current = steps.iter().find(|s| s.mark == StepMark::Current).map(|s| s.step);
    assert_eq!(current, Some(Step::Arrive));
    assert_eq!(steps[0].at, None, "what was skipped has no time");
}
