//! G5: a revision says why and replaces the latest seal; of two documents that claim one revision none counts until one is named; G3: a
//! signature made later leaves the order as it was.

use chrono::{DateTime, TimeDelta, Utc};
use gongdan_domain::entity::Fields;
use gongdan_domain::fact::{FactBody, Rating, ReadingPhase, SigningChoice};
use gongdan_domain::id::{FactId, JobId, PersonId, VisitId};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::Fact;
use gongdan_domain::time::Stamp;
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::breach::{Circumstances, breaches};
use gongdan_domain::visit::revision::outside;
use gongdan_domain::visit::step::{Step, StepMark, VisitStage};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn visit() -> VisitId {
    JobId(Uuid::from_u128(1)).visit(1)
}

fn facts(bodies: Vec<FactBody>) -> Vec<Fact> {
    let start: DateTime<Utc> = "2026-11-23T04:00:00Z".parse().expect("a time");
    let fact = |(n, body): (usize, FactBody)| {
        let (kind, body) = body.parts();
        Fact {
            id: FactId(Uuid::from_u128(n as u128 + 1)),
            kind,
            job: Some(JobId(Uuid::from_u128(1))),
            visit: Some(visit()),
            scopes: Vec::new(),
            at: Stamp::trusted(start + TimeDelta::minutes(n as i64)),
            by: PersonId(Uuid::from_u128(7)),
            body,
            files: Vec::new(),
            extra: Default::default(),
        }
    };
    bodies.into_iter().enumerate().map(fact).collect()
}

fn state(bodies: Vec<FactBody>) -> VisitState {
    VisitState::of(visit(), &facts(bodies), &Fields::default())
}

fn sealed(revision: u32, hash: &str, supersedes: Option<&str>) -> FactBody {
    FactBody::OrderSealed {
        order: visit().order(),
        revision,
        order_no: "GD-A7-2611-0001".into(),
        hash: hash.into(),
        choice: SigningChoice::Later,
        quality: Rating::Satisfied,
        attitude: Rating::Satisfied,
        total_fen: 100,
        supersedes: supersedes.map(str::to_owned),
        position: None,
    }
}

fn opened(revision: u32, supersedes: &str, reason: &str) -> FactBody {
    FactBody::RevisionOpened { order: visit().order(), revision, supersedes: supersedes.into(), reason: reason.into() }
}

fn named(revision: u32, hash: &str) -> FactBody {
    FactBody::RevisionNamed { order: visit().order(), revision, hash: hash.into(), reason: "另一份是误封".into() }
}

fn refusal(state: &VisitState, body: &FactBody) -> Option<Code> {
    breaches(state, body, &Circumstances::default()).into_iter().find_map(|b| b.refusal).map(|p| p.code)
}

fn reading() -> FactBody {
    FactBody::ReadingTaken {
        key: "t".into(),
        phase: ReadingPhase::After,
        value: "8".into(),
        unit: String::new(),
        confirmed: false,
    }
}

#[test]
fn g5_a_revision_names_the_seal_it_replaces_and_the_reason() {
    let first = state(vec![sealed(1, "a", None)]);
    assert_eq!(refusal(&first, &opened(2, "a", "油滤数量写错")), None);
    assert_eq!(refusal(&first, &opened(2, "a", "  ")), Some(Code::ReasonMissing));
    assert_eq!(refusal(&first, &opened(3, "a", "x")), Some(Code::OrderChanged), "the next one");
    assert_eq!(refusal(&first, &opened(2, "b", "x")), Some(Code::OrderChanged), "of this seal");
    assert_eq!(refusal(&state(vec![]), &opened(1, "", "x")), Some(Code::NotSealed));
}

#[test]
fn g5_only_while_it_is_open_and_only_what_was_found_is_corrected() {
    let closed = state(vec![sealed(1, "a", None)]);
    assert_eq!(refusal(&closed, &reading()), Some(Code::AlreadySealed));
    let open = state(vec![sealed(1, "a", None), opened(2, "a", "读数抄错")]);
    assert_eq!(open.revising.as_ref().map(|r| (r.revision, r.reason.as_str())), Some((2, "读数抄错")));
    assert_eq!(refusal(&open, &reading()), None);
    for fixed in [FactBody::Arrived { position: None }, FactBody::WorkStarted {}, FactBody::WorkFinished {}] {
        assert_eq!(refusal(&open, &fixed), Some(Code::AlreadySealed), "when people were where stays: {fixed:?}");
    }
    let order = open.steps(None).into_iter().find(|s| s.step == Step::Order).expect("the step");
    assert_eq!(order.mark, StepMark::Current, "the order is on again");
    let sealed_again = state(vec![sealed(1, "a", None), opened(2, "a", "x"), sealed(2, "b", Some("a"))]);
    assert_eq!((sealed_again.revising.is_none(), sealed_again.sealed().map(|s| s.revision)), (true, Some(2)));
}

#[test]
fn g5_a_revision_after_the_archiving_is_reviewed_again() {
    let archived =
        |revision| FactBody::OrderArchived { order: visit().order(), revision, archive_no: "存-2611-0001".into() };
    assert_eq!(state(vec![sealed(1, "a", None), archived(1)]).stage(), VisitStage::Archived);
    let revised = vec![sealed(1, "a", None), archived(1), opened(2, "a", "x"), sealed(2, "b", Some("a"))];
    assert_eq!(state(revised.clone()).stage(), VisitStage::Sealed);
    let again = revised.into_iter().chain([archived(2)]).collect();
    assert_eq!(state(again).stage(), VisitStage::Archived);
}

#[test]
fn g5_two_first_revisions_count_for_nothing_until_one_is_named() {
    let two = state(vec![sealed(1, "a", None), sealed(1, "b", None)]);
    assert!(
        two.contested() && two.counting().is_none() && two.sealed().is_some(),
        "sealed it is, counting it does not"
    );
    let chosen = state(vec![sealed(1, "a", None), sealed(1, "b", None), named(1, "a")]);
    assert_eq!((chosen.contested(), chosen.counting().map(|s| s.hash.as_str())), (false, Some("a")));
    let chain = vec![sealed(1, "a", None), sealed(1, "b", None), opened(2, "b", "x"), sealed(2, "c", Some("b"))];
    let beaten = state(chain.iter().cloned().chain([named(1, "a")]).collect());
    assert_eq!(
        beaten.counting().map(|s| s.hash.as_str()),
        Some("a"),
        "a revision of one that was voted out goes with it"
    );
    let kept = state(chain.into_iter().chain([named(1, "b")]).collect());
    assert_eq!(kept.counting().map(|s| s.hash.as_str()), Some("c"));
    let again = state(vec![sealed(1, "a", None), sealed(1, "b", None), named(1, "a"), named(1, "b")]);
    assert_eq!(again.counting().map(|s| s.hash.as_str()), Some("b"), "the company may change its mind");
}

#[test]
fn g3_who_had_not_signed_signs_later_once_and_the_order_stays() {
    let attest = |hash: &str, choice| FactBody::OrderAttested {
        order: visit().order(),
        order_hash: hash.into(),
        hash: "z".into(),
        choice,
        name: "陈喆".into(),
        position: None,
    };
    let later = state(vec![sealed(1, "a", None)]);
    assert_eq!(refusal(&later, &attest("a", SigningChoice::Signed)), None);
    assert_eq!(
        refusal(&later, &attest("b", SigningChoice::Signed)),
        Some(Code::OrderChanged),
        "over the order that he saw"
    );
    assert_eq!(refusal(&later, &attest("a", SigningChoice::Later)), Some(Code::OrderChanged), "later is not twice");
    let done = state(vec![sealed(1, "a", None), attest("a", SigningChoice::Signed)]);
    assert_eq!(refusal(&done, &attest("a", SigningChoice::Signed)), Some(Code::OrderChanged));
    assert_eq!(done.sealed().map(|s| s.choice), Some(SigningChoice::Later), "the order itself stays as it was");
    assert_eq!(done.attestation("a").map(|a| a.name.as_str()), Some("陈喆"));
}

#[test]
fn g5_what_a_revision_may_never_change_is_named() {
    let before = json!({ "order_no": "GD-A7-2611-0001", "times": { "arrived": "2026-11-23T01:52:00Z" }, "fault": { "suggestions": "" },
        "photos": [{ "hash": "aa", "caption": "" }], "technicians": [{ "person": "p", "name": "张" }] });
    let mut after = before.clone();
    after["fault"]["suggestions"] = json!("每周吹扫");
    after["photos"] = json!([{ "hash": "aa", "caption": "" }, { "hash": "bb", "caption": "补拍" }]);
    assert_eq!(outside(&before, &after), Vec::<String>::new(), "words are corrected, photos are added");
    after["times"]["arrived"] = json!("2026-11-23T01:00:00Z");
    after["photos"] = json!([{ "hash": "bb", "caption": "" }]);
    after["order_no"] = json!("GD-A7-2611-0002");
    let mut found = outside(&before, &after);
    found.sort();
    assert_eq!(found, ["order_no", "photos.aa", "times.arrived"]);
}

proptest! {
    #[test]
    fn g5_what_counts_does_not_depend_on_the_order_of_arrival(shuffled in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
        let story = facts(vec![
            sealed(1, "a", None), sealed(1, "b", None), opened(2, "b", "x"), sealed(2, "c", Some("b")), named(1, "b"), opened(3, "c", "y"),
        ]);
        let whole = VisitState::of(visit(), &story, &Fields::default());
        let mixed: Vec<Fact> = shuffled.iter().map(|i| story[*i].clone()).collect();
        prop_assert_eq!(VisitState::of(visit(), &mixed, &Fields::default()), whole);
    }
}

#[test]
fn l2_a_request_to_hand_a_visit_over_ends_with_its_seal() {
    let (his, others) = (PersonId(Uuid::from_u128(7)), PersonId(Uuid::from_u128(8)));
    let assigned = FactBody::JobAssigned { visit: visit(), technicians: vec![his], leader: his, planned_at: None };
    let asked =
        FactBody::ReassignRequested { visit: visit(), technicians: vec![others], leader: others, planned_at: None };
    let open = state(vec![assigned.clone(), asked.clone()]);
    assert_eq!(open.handover.map(|asked| asked.leader), Some(others));
    assert_eq!(state(vec![assigned, asked, sealed(1, "a", None)]).handover, None, "there is nothing left to hand over");
}
