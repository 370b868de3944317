//! No sequence of legal steps forgets an obligation or ends where nobody can go on (the lifecycle of the service standard).

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use gongdan_domain::entity::Fields;
use gongdan_domain::fact::{
    Confidence, ConsentHow, ContactOutcome, FactBody, PhotoKind, Rating, SigningChoice, TestRun, TickList,
};
use gongdan_domain::id::{FactId, JobId, PersonId, WriteId};
use gongdan_domain::obligation::{ObligationState, obligations};
use gongdan_domain::sync::change::{Fact, FileRef, Scope};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::time::Stamp;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::breach::{Circumstances, breaches};
use gongdan_domain::visit::step::{StepMark, VisitStage};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn job() -> JobId {
    JobId(Uuid::from_u128(1))
}

fn at(minute: usize) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T01:00:00Z".parse().expect("a time");
    start + TimeDelta::minutes(minute as i64)
}

/// What a technician can do with one tap, in any order he likes.
fn actions() -> Vec<FactBody> {
    let contact = |outcome| FactBody::ContactAttempt {
        number: "0000-5550101".into(),
        whom: "设备科".into(),
        outcome,
        fees_announced: true,
        new_time: None,
        guidance: String::new(),
        note: String::new(),
    };
    let photo = |photo| FactBody::PhotoTaken { photo, caption: String::new(), width: 1, height: 1, taken_at: None };
    let tick = |list, item: &&str| FactBody::Ticked { list, item: (*item).to_owned(), template_version: "1".into() };
    let mut actions = vec![
        FactBody::JobAccepted {},
        contact(ContactOutcome::Confirmed),
        contact(ContactOutcome::OutOfWarranty),
        contact(ContactOutcome::Advised),
        contact(ContactOutcome::Refused),
        contact(ContactOutcome::Unreachable),
        FactBody::Departed { kit_version: "1".into(), released: vec![] },
        FactBody::Arrived { position: None },
        FactBody::NotAdmitted { reason: "门卫不让进".into() },
        FactBody::CardLeft { note: String::new() },
        FactBody::CheckedIn { position: None },
        FactBody::SafetySigned { conditions: String::new(), with_whom: String::new() },
        photo(PhotoKind::Before),
        FactBody::FeesShown { schedule_version: "2024-A".into() },
        FactBody::ConsentGiven {
            total_fen: 183_000,
            schedule_version: "2024-A".into(),
            estimate_hash: String::new(),
            by_name: "李禾".into(),
            how: ConsentHow::OnScreen,
        },
        FactBody::ConsentRefused { total_fen: 183_000, reason: "太贵".into() },
        FactBody::WorkStarted {},
        photo(PhotoKind::After),
        FactBody::TestRunRecorded { result: TestRun::FullLoad, minutes: 30, reason: String::new() },
        FactBody::TestRunRecorded { result: TestRun::NotRun, minutes: 0, reason: "产线停气".into() },
        FactBody::ConfidenceStated { confidence: Confidence::NotSure },
        FactBody::ConfidenceStated { confidence: Confidence::Certain },
        FactBody::WorkFinished {},
        FactBody::CheckedOut { position: None },
    ];
    for choice in [SigningChoice::Signed, SigningChoice::Declined] {
        actions.push(FactBody::OrderSealed {
            order: job().visit(1).order(),
            revision: 1,
            order_no: "GD-A7-2611-0001".into(),
            hash: String::new(),
            choice,
            quality: Rating::Satisfied,
            attitude: Rating::Satisfied,
            total_fen: 183_000,
            supersedes: None,
            position: None,
        });
    }
    actions.extend(TickList::Door.required().iter().map(|item| tick(TickList::Door, item)));
    actions.extend(TickList::Handover.required().iter().map(|item| tick(TickList::Handover, item)));
    actions
}

fn fields() -> Fields {
    let mut fields = Fields::default();
    for (name, value) in [
        (
            "diagnosis",
            json!({ "causes": [{ "zh": "缺油", "en": "no oil" }], "cause_type": null, "analysis_right": "right" }),
        ),
        ("measures", json!(["补油"])),
    ] {
        let mut register = Register::default();
        register.take(Head { write: WriteId(Uuid::nil()), value, at: at(0), by: PersonId(Uuid::nil()) }, &[]);
        fields.0.insert(name.to_owned(), register);
    }
    fields
}

fn fact(n: usize, body: &FactBody) -> Fact {
    let (kind, value) = body.parts();
    Fact {
        id: FactId(Uuid::from_u128(n as u128 + 1)),
        kind,
        job: Some(job()),
        visit: Some(job().visit(1)),
        scopes: vec![Scope::Job(job())],
        at: Stamp::trusted(at(n)),
        by: PersonId(Uuid::from_u128(7)),
        body: value,
        files: vec![FileRef { hash: "00".repeat(32), size: 1, mime: "image/jpeg".into() }],
        extra: Default::default(),
    }
}

fn allowed(state: &VisitState, body: &FactBody, now: &Circumstances) -> bool {
    breaches(state, body, now).iter().all(|b| b.refusal.is_none())
}

/// The sequence with everything dropped that the device would have refused on the spot.
fn legal(taps: &[prop::sample::Index], now: &Circumstances) -> Vec<Fact> {
    let actions = actions();
    let mut facts = Vec::new();
    for (n, tap) in taps.iter().enumerate() {
        let body = tap.get(&actions);
        if allowed(&VisitState::of(job().visit(1), &facts, &fields()), body, now) {
            facts.push(fact(n, body));
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn somebody_can_always_go_on(taps in proptest::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let now = Circumstances { total_fen: 183_000, ..Default::default() };
        let mut facts = legal(&taps, &now);
        // Walking on greedily from anywhere reaches a sealed order: no sequence of legal steps is a dead end.
        let mut n = taps.len();
        for _ in 0..4 {
            for body in actions() {
                let state = VisitState::of(job().visit(1), &facts, &fields());
                let sidetrack = matches!(&body, FactBody::ContactAttempt { outcome, .. } if !outcome.goes_on())
                    || matches!(body, FactBody::NotAdmitted { .. } | FactBody::ConsentRefused { .. });
                if !sidetrack && allowed(&state, &body, &now) {
                    facts.push(fact(n, &body));
                    n += 1;
                }
            }
        }
        let state = VisitState::of(job().visit(1), &facts, &fields());
        prop_assert!(state.sealed().is_some(), "stuck at {:?}", state.stage());
        let expected = if state.checked_out_at.is_some() { VisitStage::Left } else { VisitStage::Sealed };
        prop_assert_eq!(state.stage(), expected);
    }

    #[test]
    fn i1_no_legal_sequence_forgets_an_obligation(taps in proptest::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let (rules, calendar) = (common::deadlines(), common::calendar());
        let clock = calendar.clock().expect("a good calendar");
        let facts = legal(&taps, &Circumstances::default());
        let bodies: Vec<FactBody> = facts.iter().filter_map(FactBody::of).collect();
        let owed = obligations(job(), &facts, &rules, &clock, at(600));
        let count = |rule: &str| owed.iter().filter(|o| o.rule == rule).count();
        let advised = bodies.iter().filter(|b| matches!(b, FactBody::ContactAttempt { outcome: ContactOutcome::Advised, .. })).count();
        prop_assert_eq!(count("BR-01"), advised, "every advice owes its own call");
        let last_test = bodies.iter().rev().find_map(|b| match b { FactBody::TestRunRecorded { result, .. } => Some(*result), _ => None });
        prop_assert_eq!(count("BR-02"), usize::from(last_test == Some(TestRun::NotRun)));
        let last_word = bodies.iter().rev().find_map(|b| match b { FactBody::ConfidenceStated { confidence } => Some(*confidence), _ => None });
        prop_assert_eq!(count("BR-03"), usize::from(last_word == Some(Confidence::NotSure)));
        let left = bodies.iter().any(|b| matches!(b, FactBody::CheckedOut { .. }));
        for obligation in owed.iter().filter(|o| o.rule == "BR-02" || o.rule == "BR-03") {
            prop_assert_eq!(obligation.state == ObligationState::Waiting, !left, "the clock starts on leaving");
        }
    }

    #[test]
    fn the_rail_always_has_one_current_step_or_is_done(taps in proptest::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let facts = legal(&taps, &Circumstances::default());
        let steps = VisitState::of(job().visit(1), &facts, &fields()).steps(None);
        let current = steps.iter().filter(|s| s.mark == StepMark::Current).count();
        let done = steps.iter().all(|s| s.mark == StepMark::Done);
        prop_assert!(current == 1 || done);
    }
}
