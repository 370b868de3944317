//! The seal holds, and every change to it shows (G5, G6; invariants `sealed_never_changes`, `chain_detects`).

use ed25519_dalek::SigningKey;
use gongdan_domain::id::DeviceId;
use gongdan_domain::seal::{ChainHead, Receipt, SealError, SealPayload, SealedDocument, canonical, sha256_hex};
use gongdan_domain::sync::wire::{Certificate, SignedCertificate};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn device_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn server_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn certificate() -> SignedCertificate {
    let certificate = Certificate {
        device_id: DeviceId(Uuid::from_u128(1)),
        person: Uuid::from_u128(2).into(),
        person_name: "张晓峰".into(),
        number_prefix: "A7".into(),
        device_key: gongdan_domain::seal::public_key_text(&device_key().verifying_key()),
        server_key: gongdan_domain::seal::public_key_text(&server_key().verifying_key()),
        company: "示例压缩机服务有限公司".into(),
        issued_at: "2026-11-23T00:00:00Z".parse().expect("a time"),
    };
    SignedCertificate::sign(&certificate, &server_key()).expect("signs")
}

fn link(head: &ChainHead, words: &str) -> SealedDocument {
    let payload = SealPayload {
        kind: "work_order".into(),
        device_id: DeviceId(Uuid::from_u128(1)),
        seal_no: head.seal_no + 1,
        previous: head.hash.clone(),
        sealed_at: "2026-11-23T04:22:00Z".parse().expect("a time"),
        clock: None,
        content: json!({ "order_no": "GD-A7-2611-0001", "symptom": words }),
    };
    SealedDocument::seal(Uuid::from_u128(3), 1, &payload, &device_key()).expect("seals")
}

#[test]
fn g6_a_seal_opens_with_the_device_key_and_repeats_its_envelope() {
    let head = ChainHead::genesis(&certificate());
    let document = link(&head, "排气温度高停机");
    let payload = document.open(&device_key().verifying_key()).expect("opens");
    assert_eq!(payload.content["symptom"], "排气温度高停机");
    assert_eq!(document.hash, sha256_hex(document.payload.as_bytes()));
    assert_eq!(document.open(&server_key().verifying_key()), Err(SealError::SignatureDiffers));
}

#[test]
fn chain_detects_removal_swap_and_a_foreign_genesis() {
    let genesis = ChainHead::genesis(&certificate());
    let first = link(&genesis, "one");
    let after_first = genesis.follow(&first).expect("first link");
    let second = link(&after_first, "two");
    let after_second = after_first.follow(&second).expect("second link");
    let third = link(&after_second, "three");
    assert!(after_second.follow(&third).is_ok());
    assert_eq!(after_first.follow(&third), Err(SealError::ChainBroken), "the second was removed");
    assert_eq!(genesis.follow(&second), Err(SealError::ChainBroken), "first and second were swapped");
    let foreign = ChainHead { seal_no: 0, hash: sha256_hex(b"another certificate") };
    assert_eq!(foreign.follow(&first), Err(SealError::ChainBroken));
}

#[test]
fn h1_the_receipt_is_the_servers_word_about_exactly_this_document() {
    let document = link(&ChainHead::genesis(&certificate()), "one");
    let received_at = "2026-11-23T05:00:00Z".parse().expect("a time");
    let receipt = Receipt::sign(&document, received_at, &server_key()).expect("signs");
    assert_eq!(receipt.verify(&server_key().verifying_key()), Ok(()));
    let other = Receipt { hash: sha256_hex(b"other"), ..receipt.clone() };
    assert_eq!(other.verify(&server_key().verifying_key()), Err(SealError::SignatureDiffers));
}

#[test]
fn a_certificate_is_the_servers_and_nobody_elses() {
    let signed = certificate();
    assert!(signed.open(&server_key().verifying_key()).is_ok());
    assert_eq!(signed.open(&device_key().verifying_key()), Err(SealError::SignatureDiffers));
    let forged = SignedCertificate { payload: signed.payload.replace("A7", "B7"), ..signed };
    assert_eq!(forged.open(&server_key().verifying_key()), Err(SealError::SignatureDiffers));
}

#[test]
fn canonical_json_sorts_names_and_keeps_chinese_as_it_is() {
    let text = canonical(&json!({ "b": 1, "a": "镕喆堃", "0": [true, null] })).expect("canonical");
    assert_eq!(text, r#"{"0":[true,null],"a":"镕喆堃","b":1}"#);
}

proptest! {
    #[test]
    fn sealed_never_changes_any_altered_byte_is_detected(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let document = link(&ChainHead::genesis(&certificate()), "排气温度高停机");
        let mut bytes = document.payload.clone().into_bytes();
        let i = at.index(bytes.len());
        prop_assume!(bytes[i] != byte);
        bytes[i] = byte;
        let Ok(payload) = String::from_utf8(bytes) else { return Ok(()) };
        let kept_hash = SealedDocument { payload: payload.clone(), ..document.clone() };
        prop_assert_eq!(kept_hash.open(&device_key().verifying_key()), Err(SealError::HashDiffers));
        let new_hash = SealedDocument { hash: sha256_hex(payload.as_bytes()), payload, ..document };
        prop_assert_eq!(new_hash.open(&device_key().verifying_key()), Err(SealError::SignatureDiffers));
    }
}
