//! Registers merge without order and without loss (invariants `converges`, `no_silent_loser`).

use chrono::{DateTime, TimeDelta, Utc};
use gongdan_domain::id::{PersonId, WriteId};
use gongdan_domain::sync::change::{EntityRef, Scope, Write};
use gongdan_domain::sync::merge::{Head, Register, overlay};
use gongdan_domain::time::Stamp;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn start() -> DateTime<Utc> {
    "2026-11-23T00:00:00Z".parse().expect("a time")
}

/// A write by somebody who had seen some of the writes before it; `skew` is how wrong his clock is.
#[derive(Debug, Clone)]
struct Made {
    seen: Vec<usize>,
    value: u8,
    skew: i64,
}

fn writes(made: &[Made]) -> Vec<Write> {
    made.iter()
        .enumerate()
        .map(|(i, m)| Write {
            id: WriteId(Uuid::from_u128(i as u128 + 1)),
            entity: EntityRef::new("customer", Uuid::nil()),
            field: "phone".into(),
            value: json!(m.value),
            seen: m.seen.iter().map(|s| WriteId(Uuid::from_u128(*s as u128 + 1))).collect(),
            scopes: vec![Scope::Company],
            at: Stamp::trusted(start() + TimeDelta::seconds(i as i64 + m.skew)),
            by: PersonId(Uuid::nil()),
            extra: Default::default(),
        })
        .collect()
}

fn histories() -> impl Strategy<Value = Vec<Made>> {
    proptest::collection::vec(
        (proptest::collection::vec(any::<proptest::sample::Index>(), 0..3), 0u8..3, -99999i64..99999),
        1..9,
    )
    .prop_map(|raw| {
        raw.into_iter()
            .enumerate()
            .map(|(i, (seen, value, skew))| Made {
                seen: if i == 0 { vec![] } else { seen.iter().map(|s| s.index(i)).collect() },
                value,
                skew,
            })
            .collect()
    })
}

fn take_all<'a>(writes: impl IntoIterator<Item = &'a Write>) -> Register {
    let mut register = Register::default();
    for write in writes {
        register.take(Head::of(write, write.at.corrected()), &write.seen);
    }
    register
}

proptest! {
    #[test]
    fn converges_in_any_order_and_taken_twice(made in histories(), order in any::<u64>()) {
        let writes = writes(&made);
        let expected = take_all(&writes);
        let mut shuffled: Vec<&Write> = writes.iter().chain(writes.iter()).collect();
        shuffled.sort_by_key(|w| w.id.0.as_u128().wrapping_mul(u128::from(order) | 1) % 1_000_003);
        prop_assert_eq!(take_all(shuffled), expected);
    }

    #[test]
    fn no_silent_loser_every_unseen_value_is_a_head(made in histories()) {
        let writes = writes(&made);
        let register = take_all(&writes);
        for (i, write) in writes.iter().enumerate() {
            let seen_by_a_later_one = made.iter().enumerate().any(|(j, m)| j != i && m.seen.contains(&i));
            let is_head = register.heads.iter().any(|h| h.write == write.id);
            prop_assert_eq!(is_head, !seen_by_a_later_one, "write {} must be a head unless somebody saw it", i);
        }
    }

    #[test]
    fn merge_of_replicas_equals_taking_everything(made in histories(), cut in any::<proptest::sample::Index>()) {
        let writes = writes(&made);
        let (left, right) = writes.split_at(cut.index(writes.len()));
        let (mut a, mut b) = (take_all(left), take_all(right));
        let whole = take_all(&writes);
        let before = a.clone();
        a.merge(&b);
        b.merge(&before);
        prop_assert_eq!(&a, &whole);
        prop_assert_eq!(&b, &whole);
        a.merge(&b);
        prop_assert_eq!(a, whole, "merging again changes nothing");
    }

    #[test]
    fn clock_is_harmless_no_skew_hides_a_value(made in histories()) {
        let straight: Vec<Made> = made.iter().cloned().map(|m| Made { skew: 0, ..m }).collect();
        let ids = |made: &[Made]| take_all(&writes(made)).seen();
        prop_assert_eq!(ids(&made), ids(&straight));
    }
}

#[test]
fn i5_two_people_change_a_phone_number_and_one_settles_it() {
    let writes = writes(&[
        Made { seen: vec![], value: 0, skew: 0 },
        Made { seen: vec![0], value: 1, skew: 0 },
        Made { seen: vec![0], value: 2, skew: 0 },
    ]);
    let mut register = take_all(&writes);
    assert!(register.in_conflict(), "both changed the number without seeing the other's");
    assert_eq!(register.shown().map(|h| &h.value), Some(&json!(2)), "the later one shows until a person decides");
    let heads = register.seen();
    register.take(
        Head { write: WriteId(Uuid::from_u128(99)), value: json!(1), at: start(), by: PersonId(Uuid::nil()) },
        &heads,
    );
    assert!(!register.in_conflict(), "a write that names all heads settles it");
    assert_eq!(register.shown().map(|h| &h.value), Some(&json!(1)));
}

#[test]
fn equal_values_are_no_conflict() {
    let register = take_all(&writes(&[
        Made { seen: vec![], value: 0, skew: 0 },
        Made { seen: vec![0], value: 1, skew: 0 },
        Made { seen: vec![0], value: 1, skew: 0 },
    ]));
    assert_eq!(register.heads.len(), 2);
    assert!(!register.in_conflict());
}

#[test]
fn l4_the_screen_shows_own_pending_writes_over_the_servers_state() {
    let writes = writes(&[
        Made { seen: vec![], value: 0, skew: 0 },
        Made { seen: vec![0], value: 1, skew: 0 },
        Made { seen: vec![0], value: 2, skew: 0 },
    ]);
    let server = take_all(&writes[..2]);
    let screen = overlay(&server, &writes[2..]);
    assert_eq!(screen, take_all(&writes), "local and server state are the same sum of writes");
}
