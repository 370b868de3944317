//! What is owed (I1): two clocks, two obligations; unreached never counts; nothing is forgotten.

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use gongdan_domain::fact::{Confidence, ContactOutcome, FactBody, Rating, SigningChoice, TestRun};
use gongdan_domain::id::{FactId, JobId, ObligationId, PersonId};
use gongdan_domain::obligation::{Obligation, ObligationState, obligations};
use gongdan_domain::sync::change::{Fact, Scope};
use gongdan_domain::time::Stamp;
use uuid::Uuid;

fn job() -> JobId {
    JobId(Uuid::from_u128(1))
}

fn at(minute: i64) -> DateTime<Utc> {
    // 10:00 in Shanghai.
    let start: DateTime<Utc> = "2026-11-23T02:00:00Z".parse().expect("a time");
    start + TimeDelta::minutes(minute)
}

fn fact(n: u128, minute: i64, body: &FactBody) -> Fact {
    let (kind, value) = body.parts();
    Fact {
        id: FactId(Uuid::from_u128(n)),
        kind,
        job: Some(job()),
        visit: Some(job().visit(1)),
        scopes: vec![Scope::Job(job())],
        at: Stamp::trusted(at(minute)),
        by: PersonId(Uuid::from_u128(77)),
        body: value,
        files: vec![],
        extra: Default::default(),
    }
}

fn owed(facts: &[Fact], now: i64) -> Vec<Obligation> {
    let (rules, calendar) = (common::deadlines(), common::calendar());
    let clock = calendar.clock().expect("a good calendar");
    obligations(job(), facts, &rules, &clock, at(now))
}

fn advised() -> FactBody {
    FactBody::ContactAttempt {
        number: String::new(),
        whom: String::new(),
        outcome: ContactOutcome::Advised,
        fees_announced: false,
        new_time: None,
        guidance: "旋出急停并复位".into(),
        note: String::new(),
    }
}

fn callback(obligation: ObligationId, reached: bool, satisfied: Option<bool>) -> FactBody {
    FactBody::CallbackMade { obligation, reached, satisfied, note: String::new() }
}

fn not_run() -> FactBody {
    FactBody::TestRunRecorded { result: TestRun::NotRun, minutes: 0, reason: "产线停气".into() }
}

fn not_sure() -> FactBody {
    FactBody::ConfidenceStated { confidence: Confidence::NotSure }
}

#[test]
fn br01_advice_by_phone_owes_a_call_after_two_hours_and_unreached_never_counts() {
    let mut facts = vec![fact(1, 0, &advised())];
    let first = owed(&facts, 1);
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].rule.as_str(), first[0].due_at), ("BR-01", Some(at(120))));
    facts.push(fact(2, 121, &callback(first[0].id, false, None)));
    let still = owed(&facts, 151);
    assert_eq!((still[0].state, still[0].unreached), (ObligationState::Overdue, 1));
    facts.push(fact(3, 155, &callback(first[0].id, true, Some(true))));
    assert_eq!(owed(&facts, 156)[0].state, ObligationState::Done);
}

#[test]
fn br01_a_second_advice_makes_a_second_obligation() {
    let facts = [fact(1, 0, &advised()), fact(2, 60, &advised())];
    let owed = owed(&facts, 61);
    assert_eq!(owed.len(), 2);
    assert_ne!(owed[0].id, owed[1].id);
}

#[test]
fn br02_br03_both_clocks_exist_and_start_on_leaving() {
    let mut facts = vec![fact(1, 0, &not_run()), fact(2, 1, &not_sure())];
    assert!(owed(&facts, 5).iter().all(|o| o.state == ObligationState::Waiting), "nobody has left yet");
    facts.push(fact(3, 30, &FactBody::CheckedOut { position: None }));
    let both = owed(&facts, 31);
    let due = |rule: &str| both.iter().find(|o| o.rule == rule).and_then(|o| o.due_at);
    assert_eq!(due("BR-02"), Some(at(150)), "two hours after leaving");
    assert_eq!(due("BR-03"), Some(at(210)), "three hours after leaving");
    let owner = |rule: &str| both.iter().find(|o| o.rule == rule).and_then(|o| o.owner);
    assert_eq!(owner("BR-02"), Some(PersonId(Uuid::from_u128(77))), "the technician asks");
    assert_eq!(owner("BR-03"), None, "the company calls, not the technician");
}

#[test]
fn a_later_test_run_or_confidence_replaces_the_earlier_one() {
    let tested = FactBody::TestRunRecorded { result: TestRun::FullLoad, minutes: 30, reason: String::new() };
    let certain = FactBody::ConfidenceStated { confidence: Confidence::Certain };
    let facts = [fact(1, 0, &not_run()), fact(2, 1, &not_sure()), fact(3, 9, &tested), fact(4, 9, &certain)];
    assert!(owed(&facts, 10).is_empty());
}

#[test]
fn g3_g4_unsigned_and_dissatisfied_orders_are_followed_up_until_satisfied() {
    let sealed = |choice, quality| FactBody::OrderSealed {
        order: job().visit(1).order(),
        revision: 1,
        order_no: "GD-A7-2611-0001".into(),
        hash: String::new(),
        choice,
        quality,
        attitude: Rating::Satisfied,
        total_fen: 0,
        supersedes: None,
        position: None,
    };
    assert!(owed(&[fact(1, 0, &sealed(SigningChoice::Signed, Rating::Satisfied))], 1).is_empty());
    assert_eq!(owed(&[fact(1, 0, &sealed(SigningChoice::Declined, Rating::NotRated))], 1)[0].rule, "BR-11");
    let mut facts = vec![fact(1, 0, &sealed(SigningChoice::Signed, Rating::Dissatisfied))];
    let first = owed(&facts, 1)[0].clone();
    facts.push(fact(2, 60, &callback(first.id, true, Some(false))));
    let open: Vec<_> = owed(&facts, 61).into_iter().filter(|o| o.state != ObligationState::Done).collect();
    assert_eq!(open.len(), 1, "dissatisfied again: the chain goes on");
}
