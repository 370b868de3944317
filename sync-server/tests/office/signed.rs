//! H4: the rules about a signed visit, on the sample order: what stands out, and what does not. Each kind has its counterpart that must stay silent.

use chrono::{DateTime, Duration, Utc};
use gongdan_domain::fact::{FactBody, PhotoKind, Position, Rating, SigningChoice};
use gongdan_domain::finding::FindingCode;
use gongdan_domain::finding::signed::{Oddity, attested_oddities, oddities};
use gongdan_domain::id::{FactId, JobId, PersonId};
use gongdan_domain::money::Fen;
use gongdan_domain::sync::change::{Extra, Fact, FileRef, Scope};
use gongdan_domain::time::Stamp;
use gongdan_domain::work_order::{DeclineReason, Ink, OrderDocument, OrderRating, Signing};
use serde_json::json;
use uuid::Uuid;

use crate::sample;

type Time = DateTime<Utc>;

/// Of the sealed order.
const HASH: &str = "00";

fn at(clock: &str) -> Time {
    format!("2026-11-24T{clock}:00Z").parse().expect("a time")
}

fn job() -> JobId {
    sample::order().job_id
}

fn fact(clock: &str, body: &FactBody) -> Fact {
    let (kind, body) = body.parts();
    Fact {
        id: FactId(Uuid::now_v7()),
        kind,
        job: Some(job()),
        visit: Some(job().visit(1)),
        scopes: vec![Scope::Job(job())],
        at: Stamp::trusted(at(clock)),
        by: PersonId(Uuid::nil()),
        body,
        files: Vec::new(),
        extra: Extra::new(),
    }
}

fn here(lat: &str, lon: &str) -> Option<Position> {
    Some(Position { lat: lat.to_owned(), lon: lon.to_owned(), accuracy_m: "20".to_owned() })
}

fn sealing(clock: &str) -> Fact {
    let order = sample::order();
    fact(
        clock,
        &FactBody::OrderSealed {
            order: order.order_id,
            revision: 1,
            order_no: order.order_no,
            hash: HASH.to_owned(),
            choice: SigningChoice::Signed,
            quality: Rating::Satisfied,
            attitude: Rating::Satisfied,
            total_fen: order.fees.total_fen.0,
            supersedes: None,
            position: None,
        },
    )
}

/// On site from 9 to 11, signed at 10:45.
fn visit() -> Vec<Fact> {
    vec![
        fact("08:50", &FactBody::Arrived { position: None }),
        fact("09:00", &FactBody::CheckedIn { position: here("31.0000", "121.0000") }),
        photo("09:10", PhotoKind::Before),
        sealing("10:45"),
        fact("11:00", &FactBody::CheckedOut { position: None }),
    ]
}

fn photo(clock: &str, kind: PhotoKind) -> Fact {
    let mut fact =
        fact(clock, &FactBody::PhotoTaken { photo: kind, caption: String::new(), width: 1, height: 1, taken_at: None });
    fact.files = vec![FileRef { hash: "ab".repeat(32), size: 1, mime: "image/jpeg".to_owned() }];
    fact
}

fn order() -> OrderDocument {
    let ink = Ink { height: 300, strokes: Vec::new() };
    let mut order = sample::order();
    order.rating =
        Some(OrderRating { quality: Rating::Satisfied, attitude: Rating::Satisfied, opinion: String::new() });
    order.signing =
        Some(Signing::Signed {
            name: "陈喆".to_owned(), role: String::new(), is_contact: true, ink, at: at("10:45")
        });
    order.times.started = Some(at("09:30"));
    order.fees_shown_at = Some(at("09:20"));
    order.fees.total_fen = Fen(45_000);
    order
}

fn codes(order: &OrderDocument, facts: &[Fact]) -> Vec<FindingCode> {
    oddities(order, HASH, facts).into_iter().map(|oddity| oddity.code).collect()
}

fn only(order: &OrderDocument, facts: &[Fact], code: FindingCode) -> Oddity {
    let mut found = oddities(order, HASH, facts);
    assert_eq!(found.len(), 1, "{found:?}");
    let one = found.remove(0);
    assert_eq!(one.code, code);
    one
}

#[test]
fn h4_an_honest_visit_is_silent() {
    assert_eq!(codes(&order(), &visit()), []);
}

#[test]
fn h4_signed_after_leaving_says_by_how_many_minutes() {
    let mut facts = visit();
    facts[3] = sealing("11:21");
    let found = only(&order(), &facts, FindingCode::SignedOutsideVisit);
    assert_eq!((found.details["which"].clone(), found.details["minutes"].clone()), (json!("after"), json!(21)));
    facts[3] = sealing("11:01");
    assert_eq!(codes(&order(), &facts), [], "two clocks may differ by two minutes");
    facts[3].at.uncertainty_ms = Some(30 * 60_000);
    facts[3].at.wall = at("11:21");
    assert_eq!(codes(&order(), &facts), [], "a clock that was uncertain by half an hour proves nothing");
}

#[test]
fn h4_signed_before_checking_in_or_without_it() {
    let mut facts = visit();
    facts[3] = sealing("08:55");
    facts[2] = photo("08:51", PhotoKind::Before);
    let found = only(&order(), &facts, FindingCode::SignedOutsideVisit);
    assert_eq!((found.details["which"].clone(), found.details["minutes"].clone()), (json!("before"), json!(5)));
    let alone = vec![sealing("10:45")];
    assert_eq!(only(&order(), &alone, FindingCode::SignedOutsideVisit).details["which"], "never_checked_in");
}

#[test]
fn h4_the_corrected_time_counts_not_the_clock_on_the_wall() {
    let mut facts = visit();
    facts[3].at = Stamp { wall: at("13:45"), offset_ms: Some(-3 * 3_600_000), ..Stamp::trusted(at("13:45")) };
    assert_eq!(codes(&order(), &facts), []);
}

#[test]
fn h4_signed_far_from_the_site_only_where_both_places_are_known() {
    let mut facts = visit();
    facts[3].body["position"] = json!({ "lat": "31.0378", "lon": "121.0000", "accuracy_m": "30" });
    let found = only(&order(), &facts, FindingCode::SignedElsewhere);
    let metres = found.details["metres"].as_i64().expect("a number");
    assert!((4_190..4_220).contains(&metres), "{metres} m");
    facts[3].body["position"] = json!({ "lat": "31.0030", "lon": "121.0000", "accuracy_m": "30" });
    assert_eq!(codes(&order(), &facts), [], "a factory is large");
    facts[3].body["position"] = json!({ "lat": "31.0378", "lon": "121.0000", "accuracy_m": "9000" });
    assert_eq!(codes(&order(), &facts), [], "a position that may be 9 km off proves nothing");
    facts[3].body["position"] = json!({ "lat": "nowhere", "lon": "", "accuracy_m": "" });
    assert_eq!(codes(&order(), &facts), []);
    facts[1] = fact("09:00", &FactBody::CheckedIn { position: None });
    facts[3].body["position"] = json!({ "lat": "40.0", "lon": "121.0000", "accuracy_m": "30" });
    assert_eq!(codes(&order(), &facts), [], "the place of the visit is not known");
}

/// Stamps of one boot whose wall clock was right until somebody set it.
fn booted(facts: &mut [Fact], set_back_from: usize, minutes: i64) {
    for (n, fact) in facts.iter_mut().enumerate() {
        let true_time = fact.at.wall;
        let wall = if n >= set_back_from { true_time - Duration::minutes(minutes) } else { true_time };
        let offset = (true_time - wall).num_milliseconds();
        let boot_ms = (true_time - at("08:00")).num_milliseconds();
        fact.at = Stamp {
            wall,
            boot: Some("b".to_owned()),
            boot_ms: Some(boot_ms),
            offset_ms: Some(offset),
            uncertainty_ms: Some(50),
        };
    }
}

#[test]
fn h4_a_clock_that_was_set_around_the_signature() {
    let mut facts = visit();
    facts[2] = photo("10:30", PhotoKind::After);
    booted(&mut facts, 3, 90);
    let found = only(&order(), &facts, FindingCode::ClockJumped);
    assert_eq!(
        (found.details["jump_minutes"].clone(), found.details["really_minutes"].clone()),
        (json!(-90), json!(15))
    );
    booted(&mut facts, 9, 0);
    let mut honest = visit();
    booted(&mut honest, 9, 0);
    assert_eq!(codes(&order(), &honest), []);
    let mut early = visit();
    early.insert(0, fact("06:00", &FactBody::JobAccepted {}));
    booted(&mut early, 1, 90);
    assert_eq!(codes(&order(), &early), [], "hours before the signature it is only a wrong clock");
}

#[test]
fn h4_a_photo_older_than_the_visit() {
    let mut facts = visit();
    facts[2] = photo("07:10", PhotoKind::After);
    let found = only(&order(), &facts, FindingCode::PhotoOlderThanVisit);
    assert_eq!((found.fact, found.details["minutes"].clone()), (Some(facts[2].id), json!(100)));
    facts[2] = photo("07:10", PhotoKind::Other);
    assert_eq!(codes(&order(), &facts), [], "what the customer sent before is no photo of the work");
    facts[2] = photo("09:40", PhotoKind::After);
    facts[2].body["taken_at"] = json!("2026-11-12T15:40:00Z");
    let found = only(&order(), &facts, FindingCode::PhotoOlderThanVisit);
    assert_eq!(found.details["by_camera"], true, "the camera's own time counts where it is known");
}

#[test]
fn h4_satisfied_without_a_signature() {
    let mut unsigned = order();
    unsigned.signing =
        Some(Signing::Declined { reason: DeclineReason::Unwilling, words: String::new(), at: at("10:45") });
    let found = only(&unsigned, &visit(), FindingCode::SatisfiedUnsigned);
    assert_eq!(found.details["choice"], "declined");
    unsigned.rating = Some(OrderRating { quality: Rating::NotRated, attitude: Rating::Fair, opinion: String::new() });
    assert_eq!(codes(&unsigned, &visit()), []);
}

#[test]
fn e3_h4_a_price_shown_after_work_began() {
    let mut late = order();
    late.fees_shown_at = Some(at("10:00"));
    only(&late, &visit(), FindingCode::PriceNotShownBefore);
    late.fees_shown_at = None;
    only(&late, &visit(), FindingCode::PriceNotShownBefore);
    late.times.started = None;
    only(&late, &visit(), FindingCode::PriceNotShownBefore);
    late.fees_shown_at = Some(at("10:00"));
    assert_eq!(codes(&late, &visit()), [], "shown, and nobody noted when work began");
    (late.times.started, late.fees_shown_at) = (Some(at("09:30")), None);
    late.fees.total_fen = Fen(0);
    assert_eq!(codes(&late, &visit()), [], "where nothing is charged no price is owed");
}

#[test]
fn g2_h4_a_rating_that_was_begun_anew_and_came_back_different() {
    let order_id = order().order_id;
    let given = |clock: &str, quality: Rating, opinion: &str| {
        let attitude = Rating::Satisfied;
        fact(
            clock,
            &FactBody::RatingGiven { order: order_id, revision: 1, quality, attitude, opinion: opinion.to_owned() },
        )
    };
    let reopened = |clock: &str| fact(clock, &FactBody::RatingReopened { order: order_id, revision: 1 });
    let with = |more: Vec<Fact>| visit().into_iter().chain(more).collect::<Vec<_>>();
    let anew = reopened("10:40");
    let better =
        with(vec![given("10:35", Rating::Dissatisfied, "来得慢"), anew.clone(), given("10:41", Rating::Satisfied, "")]);
    let found = only(&order(), &better, FindingCode::RatingAltered);
    assert_eq!(found.fact, Some(anew.id));
    assert_eq!(
        found.details,
        json!({
            "confirmed_quality": "dissatisfied", "confirmed_attitude": "satisfied", "confirmed_opinion": "来得慢",
            "confirmed_at": at("10:35"), "reopened_at": at("10:40"), "reopened_by": PersonId(Uuid::nil()),
            "quality": "satisfied", "attitude": "satisfied", "opinion": "",
        }),
        "both ratings, by whose tablet and when"
    );
    let unconfirmed = with(vec![given("10:35", Rating::Dissatisfied, ""), reopened("10:40")]);
    only(&order(), &unconfirmed, FindingCode::RatingAltered);
    let words = with(vec![given("10:35", Rating::Satisfied, "来得慢"), reopened("10:40")]);
    only(&order(), &words, FindingCode::RatingAltered);
    let same =
        with(vec![given("10:35", Rating::Satisfied, ""), reopened("10:40"), given("10:41", Rating::Satisfied, "")]);
    assert_eq!(codes(&order(), &same), [], "who says the same again has changed nothing");
    let first = with(vec![given("10:35", Rating::Satisfied, "")]);
    assert_eq!(codes(&order(), &first), []);
}

#[test]
fn h4_the_fact_of_the_very_document_is_looked_at_not_that_of_another_with_the_same_revision() {
    let mut facts = visit();
    let mut twin = sealing("12:30");
    twin.body["hash"] = json!("11");
    facts.insert(3, twin);
    assert_eq!(codes(&order(), &facts), [], "another device's first revision was signed after leaving, not this one");
    let found = oddities(&order(), "11", &facts);
    assert_eq!(found.iter().map(|o| o.code).collect::<Vec<_>>(), [FindingCode::SignedOutsideVisit]);
}

/// Signed later, at a place.
fn attesting(clock: &str, visit: u32, lat: &str) -> Fact {
    let order = sample::order();
    let body = FactBody::OrderAttested {
        order: order.order_id,
        order_hash: HASH.to_owned(),
        hash: "aa".to_owned(),
        choice: SigningChoice::Signed,
        name: "陈喆".to_owned(),
        position: here(lat, "121.0000"),
    };
    let mut fact = fact(clock, &body);
    fact.visit = Some(job().visit(visit));
    fact
}

#[test]
fn h4_g3_a_later_signature_is_looked_at_like_one_on_the_order() {
    let found = |more: Vec<Fact>| {
        let facts: Vec<Fact> = visit().into_iter().chain(more).collect();
        let found = attested_oddities(&order(), "aa", &facts);
        found.into_iter().map(|oddity| (oddity.code, oddity.details["minutes"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(found(vec![attesting("10:55", 1, "31.0000")]), [], "before anybody left");
    assert_eq!(
        found(vec![attesting("15:00", 1, "31.0378")]),
        [(FindingCode::SignedOutsideVisit, json!(240)), (FindingCode::SignedElsewhere, json!(null))],
        "nobody was there, and it was signed elsewhere"
    );
    let mut again = fact("14:50", &FactBody::CheckedIn { position: here("31.0000", "121.0000") });
    again.visit = Some(job().visit(2));
    assert_eq!(found(vec![again, attesting("15:00", 1, "31.0000")]), [], "he came again for it");
    assert_eq!(attested_oddities(&order(), "bb", &visit()), [], "another attestation's fact says nothing about it");
}
