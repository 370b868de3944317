//! The test vectors of docs/seal.md: what others check their implementation against is what ours does. Keys are fixed, Ed25519 is
//! deterministic, so every byte of the file follows. After a deliberate change of the form: GONGDAN_WRITE_VECTORS=1 writes it anew.

use ed25519_dalek::SigningKey;
use gongdan_domain::id::DeviceId;
use gongdan_domain::seal::code::{qr_text, verify_code};
use gongdan_domain::seal::proof::{Proof, ProofError};
use gongdan_domain::seal::{ChainHead, Receipt, SealPayload, SealedDocument, canonical, public_key_text};
use gongdan_domain::sync::wire::{Certificate, SignedCertificate};
use gongdan_domain::time::Stamp;
use serde_json::{Value, json};
use uuid::Uuid;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/seal-vectors.json");

fn keys() -> (SigningKey, SigningKey) {
    (SigningKey::from_bytes(&[0x11; 32]), SigningKey::from_bytes(&[0x22; 32]))
}

fn device() -> DeviceId {
    DeviceId(Uuid::from_u128(0x0193_5c00_0000_7000_8000_0000_0000_00d7))
}

fn certificate() -> SignedCertificate {
    let (device_key, server_key) = keys();
    let certificate = Certificate {
        device_id: device(),
        person: Uuid::from_u128(0x0193_5c00_0000_7000_8000_0000_0000_0137).into(),
        person_name: "张晓峰".into(),
        number_prefix: "A7".into(),
        device_key: public_key_text(&device_key.verifying_key()),
        server_key: public_key_text(&server_key.verifying_key()),
        company: "示例压缩机服务有限公司".into(),
        issued_at: "2026-11-01T00:00:00Z".parse().expect("a time"),
    };
    SignedCertificate::sign(&certificate, &server_key).expect("signs")
}

/// Three links: an order, its second revision, and an attestation of it.
fn chain() -> Vec<Proof> {
    let (device_key, server_key) = keys();
    let order = Uuid::from_u128(0x0193_5c00_0000_7000_8000_0000_0000_0001);
    let signed = json!({ "choice": "signed", "name": "陈喆", "role": "设备科", "is_contact": true, "at": "2026-11-23T04:01:10Z",
        "ink": { "height": 364, "strokes": [[{ "x": 100, "y": 80, "t": 0, "p": 500 }, { "x": 180, "y": 120, "t": 16, "p": 640 }]] } });
    let content = |revision: u32, supersedes: Value, signing: Value| {
        json!({ "form": "gongdan.work-order/1", "order_id": order, "order_no": "GD-A7-2611-0001", "revision": revision,
            "supersedes": supersedes, "fault": { "symptom": "排气温度高停机\n“108 ℃”\t\u{1}" }, "fees": { "schedule_version": "2024-A",
            "total_fen": 183_000 }, "photos": [{ "hash": "00".repeat(32) }], "rating": { "quality": "satisfied", "attitude": "very_satisfied",
            "opinion": "" }, "signing": signing, "zone": "Asia/Shanghai" })
    };
    let mut head = ChainHead::genesis(&certificate());
    let mut seal = |id: Uuid, revision: u32, kind: &str, at: &str, content: Value| {
        let sealed_at = at.parse().expect("a time");
        let clock = Stamp { offset_ms: Some(-420), uncertainty_ms: Some(35), ..Stamp::trusted(sealed_at) };
        let (seal_no, previous) = (head.seal_no + 1, head.hash.clone());
        let kind = kind.to_owned();
        let payload =
            SealPayload { kind, device_id: device(), seal_no, previous, sealed_at, clock: Some(clock), content };
        let document = SealedDocument::seal(id, revision, &payload, &device_key).expect("seals");
        head = head.follow(&document).expect("the next link");
        let receipt = Receipt::sign(&document, "2026-11-23T04:31:07.250Z".parse().expect("a time"), &server_key);
        Proof::of(document, certificate(), Some(receipt.expect("signs")))
    };
    let first = seal(
        order,
        1,
        "work_order",
        "2026-11-23T04:04:58Z",
        content(1, Value::Null, json!({ "choice": "later", "words": "", "at": "2026-11-23T04:04:50Z" })),
    );
    let before = json!({ "revision": 1, "hash": first.document.hash, "reason": "油滤数量写错" });
    let second = seal(order, 2, "work_order", "2026-11-23T05:10:00Z", content(2, before, signed.clone()));
    let attested = json!({ "form": "gongdan.attestation/1", "order_id": order, "order_no": "GD-A7-2611-0001", "revision": 1,
        "order_hash": first.document.hash, "signing": signed });
    let id = Uuid::from_u128(0x0193_5c00_0000_7000_8000_0000_0000_0002);
    let third = seal(id, 1, "attestation", "2026-11-23T05:20:00Z", attested);
    vec![first, second, third]
}

fn vectors() -> Value {
    let canonical_cases = [
        json!({ "b": 1, "a": "镕喆堃", "0": [true, null], "": "\u{8}\u{c}\n\r\t\"\\/\u{1f}\u{7f}\u{2028}" }),
        json!({ "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7 }),
        json!([[], {}, -1, 0, 9_007_199_254_740_991_i64]),
    ];
    let texts: Vec<Value> =
        canonical_cases.iter().map(|v| json!({ "value": v, "canonical": canonical(v).expect("canonical") })).collect();
    let (device_key, server_key) = keys();
    let documents: Vec<Value> = chain()
        .iter()
        .map(|proof| {
            let hash = &proof.document.hash;
            json!({ "proof": proof, "code": verify_code(hash), "qr_without_address": qr_text(None, "GD-A7-2611-0001", hash),
                "qr_with_address": qr_text(Some("https://service.example/"), "GD-A7-2611-0001", hash) })
        })
        .collect();
    json!({
        "about": "Test vectors of docs/seal.md. The private keys are 32 bytes 0x11 (device) and 0x22 (server): never use them.",
        "device_key": public_key_text(&device_key.verifying_key()),
        "server_key": public_key_text(&server_key.verifying_key()),
        "canonical": texts,
        "chain": documents,
    })
}

#[test]
fn g5_g6_the_committed_vectors_are_what_the_code_does() {
    let text = serde_json::to_string_pretty(&vectors()).expect("JSON") + "\n";
    if std::env::var_os("GONGDAN_WRITE_VECTORS").is_some() {
        #[expect(clippy::disallowed_methods, reason = "a person asked for the file")]
        std::fs::write(FILE, &text).expect("written");
    }
    assert!(
        text == include_str!("../../docs/seal-vectors.json"),
        "a sealed form that was released never changes: see docs/seal.md"
    );
}

#[test]
fn g6_a_proof_holds_alone_and_names_what_was_touched() {
    let chain = chain();
    let (_, server_key) = keys();
    let server = public_key_text(&server_key.verifying_key());
    let before = |n: usize| n.checked_sub(1).map(|n| chain[n].document.payload.as_str());
    for (n, proof) in chain.iter().enumerate() {
        let proven = proof.check(Some(&server), before(n)).expect("holds");
        assert!(proven.trusted);
        assert!(!proof.check(None, None).expect("holds by its own word").trusted);
    }
    let touched = |change: &dyn Fn(&mut Proof)| {
        let mut proof = chain[1].clone();
        change(&mut proof);
        proof.check(Some(&server), before(1)).err()
    };
    assert_eq!(touched(&|p| p.document.payload = p.document.payload.replace("183000", "183")), Some(ProofError::Hash));
    let rehashed = |p: &mut Proof| {
        p.document.payload = p.document.payload.replace("183000", "183");
        p.document.hash = gongdan_domain::seal::sha256_hex(p.document.payload.as_bytes());
    };
    assert_eq!(touched(&rehashed), Some(ProofError::Signature));
    assert_eq!(touched(&|p| p.document.seal_no = 3), Some(ProofError::Envelope));
    assert_eq!(
        touched(&|p| p.certificate.payload = p.certificate.payload.replace("A7", "B7")),
        Some(ProofError::Certificate)
    );
    assert_eq!(touched(&|p| p.receipt = chain[0].receipt.clone()), Some(ProofError::Receipt));
    let later = |p: &mut Proof| {
        if let Some(receipt) = &mut p.receipt {
            receipt.received_at += chrono::TimeDelta::seconds(1);
        }
    };
    assert_eq!(touched(&later), Some(ProofError::Receipt));
    assert_eq!(
        chain[1].check(Some(&server), Some(&chain[1].document.payload)),
        Err(ProofError::Link),
        "not the one before"
    );
    let stranger = public_key_text(&SigningKey::from_bytes(&[3; 32]).verifying_key());
    assert_eq!(chain[1].check(Some(&stranger), None), Err(ProofError::Certificate));
}

#[test]
fn g6_a_proof_beside_its_payload_is_the_same_proof() {
    let proof = &chain()[0];
    let beside = proof.beside_payload().expect("JSON");
    assert!(!beside.contains("排气温度"), "the content stands once in the file");
    assert_eq!(Proof::read(&beside, Some(&proof.document.payload)).as_ref(), Ok(proof));
    assert_eq!(Proof::read(&beside, None), Err(ProofError::Form));
    assert_eq!(Proof::read("{}", None), Err(ProofError::Form));
}

#[test]
fn g3_a_later_signature_is_proven_only_beside_the_order_that_it_stands_over() {
    let chain = chain();
    let (first, second, attested) = (&chain[0], &chain[1], &chain[2]);
    let key = public_key_text(&keys().1.verifying_key());
    let with = |order: &Proof, later: &Proof| order.clone().attested(Some(later.clone()));
    let whole = with(first, attested);
    assert!(whole.check(Some(&key), None).is_ok());
    let text = whole.beside_payload().expect("JSON");
    assert_eq!(Proof::read(&text, Some(&first.document.payload)), Ok(whole.clone()), "it comes back as it went");
    assert_eq!(with(second, attested).check(Some(&key), None).err(), Some(ProofError::Later), "of another revision");
    assert_eq!(with(first, second).check(Some(&key), None).err(), Some(ProofError::Later), "an order is no signature");
    assert_eq!(with(first, &whole).check(Some(&key), None).err(), Some(ProofError::Later), "none of its own");
    let mut forged = attested.clone();
    forged.document.payload = forged.document.payload.replace("陈喆", "陈吉");
    assert_eq!(with(first, &forged).check(Some(&key), None).err(), Some(ProofError::Later), "another name");
    let plain = serde_json::to_value(first).expect("JSON");
    assert!(plain.get("later").is_none(), "a proof without one is what it was before");
}
