//! Changes travel unharmed: signed bytes, unknown operations and fields of newer versions (invariant `old_app_lives`).

use ed25519_dalek::SigningKey;
use gongdan_domain::fact::{FactBody, TickList};
use gongdan_domain::id::{ChangeId, DeviceId, FactId, PersonId};
use gongdan_domain::sync::change::{Change, Fact, NotAuthentic, Op, Scope, SignedChange};
use gongdan_domain::time::Stamp;
use serde_json::{Value, json};
use uuid::Uuid;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn change(ops: Vec<Op>) -> Change {
    Change {
        change_id: ChangeId(Uuid::from_u128(1)),
        device_id: DeviceId(Uuid::from_u128(2)),
        device_seq: 5,
        author: PersonId(Uuid::from_u128(3)),
        made_at: Stamp::trusted("2026-11-23T04:00:00Z".parse().expect("a time")),
        schema: 1,
        ops,
        extra: Default::default(),
    }
}

#[test]
fn a_signed_change_opens_only_unaltered_and_by_its_own_key() {
    let signed = SignedChange::sign(&change(vec![]), &key()).expect("signs");
    assert!(signed.open(&key().verifying_key()).is_ok());
    let other = SigningKey::from_bytes(&[4; 32]);
    assert_eq!(signed.open(&other.verifying_key()), Err(NotAuthentic::Signature));
    let altered = SignedChange { payload: signed.payload.replace("2026", "2027"), ..signed.clone() };
    assert_eq!(altered.open(&key().verifying_key()), Err(NotAuthentic::Signature));
    let renumbered = SignedChange { device_seq: 6, ..signed };
    assert_eq!(renumbered.open(&key().verifying_key()), Err(NotAuthentic::Envelope));
}

#[test]
fn unknown_operations_and_fields_survive_a_round_trip() {
    let newer = json!({
        "change_id": Uuid::from_u128(1), "device_id": Uuid::from_u128(2), "device_seq": 1, "author": Uuid::from_u128(3),
        "made_at": { "wall": "2026-11-23T04:00:00Z" }, "schema": 9, "priority": "high",
        "ops": [
            { "op": "hologram", "scopes": ["company"], "beam": [1, 2, 3] },
            { "op": "fact", "id": Uuid::from_u128(4), "kind": "smelled", "scopes": ["galaxy:7"], "at": { "wall": "2026-11-23T04:00:00Z" },
              "by": Uuid::from_u128(3), "body": { "like": "burnt oil" }, "strength": 4 }
        ]
    });
    let change: Change = serde_json::from_value(newer.clone()).expect("a newer change is read");
    let back = serde_json::to_value(&change).expect("and written");
    assert_eq!(back["priority"], "high");
    assert_eq!(back["ops"][0], newer["ops"][0], "an unknown operation is kept as it is");
    assert_eq!(back["ops"][1]["strength"], 4, "an unknown field of a fact is kept");
    assert_eq!(back["ops"][1]["scopes"], json!(["galaxy:7"]), "an unknown scope is kept");
    let Op::Fact(fact) = &change.ops[1] else { panic!("a fact") };
    assert_eq!(FactBody::of(fact), None, "an unknown kind has no meaning here, and no error");
}

#[test]
fn a_known_operation_that_is_malformed_is_refused_not_kept() {
    let broken: Result<Op, _> = serde_json::from_value(json!({ "op": "fact", "kind": "departed" }));
    assert!(broken.is_err());
    let nameless: Result<Op, _> = serde_json::from_value(json!({ "kind": "departed" }));
    assert!(nameless.is_err());
}

#[test]
fn a_fact_body_and_its_envelope_say_the_same() {
    let body = FactBody::Ticked { list: TickList::Kit, item: "K-11".into(), template_version: "4".into() };
    let (kind, value) = body.parts();
    assert_eq!(kind, "ticked");
    let fact = Fact {
        id: FactId(Uuid::from_u128(1)),
        kind,
        job: None,
        visit: None,
        scopes: vec![Scope::Company],
        at: Stamp::trusted("2026-11-23T04:00:00Z".parse().expect("a time")),
        by: PersonId(Uuid::nil()),
        body: value,
        files: vec![],
        extra: Default::default(),
    };
    assert_eq!(FactBody::of(&fact), Some(body));
    let stripped = Fact { body: Value::Null, ..fact };
    assert_eq!(FactBody::of(&stripped), None);
}

#[test]
fn scopes_are_text_that_newer_versions_may_extend() {
    for text in [
        "company",
        "team:00000000-0000-0000-0000-000000000001",
        "job:00000000-0000-0000-0000-000000000001",
        "region:north",
        "team:x",
    ] {
        let scope: Scope = text.parse().expect("every text is a scope");
        assert_eq!(scope.to_string(), text);
    }
}
