//! Exported work is for the company alone, whole or not at all; a device comes back by its certificate (invariants `exactly_once`,
//! `restore_refills`).

use ed25519_dalek::SigningKey;
use gongdan_domain::id::DeviceId;
use gongdan_domain::parcel::{NotOpened, address_of, close, is_parcel, open, opener_of};
use gongdan_domain::seal::{SealError, public_key_text, sha256_hex};
use gongdan_domain::sync::change::{Extra, FileRef};
use gongdan_domain::sync::readmit::ReadmitRequest;
use gongdan_domain::sync::wire::{Certificate, SignedCertificate};
use gongdan_domain::sync::work::{Packed, Work};
use proptest::prelude::*;
use uuid::Uuid;
use x25519_dalek::StaticSecret;

fn company() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn device() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn certificate(by: &SigningKey) -> SignedCertificate {
    let certificate = Certificate {
        device_id: DeviceId(Uuid::from_u128(1)),
        person: Uuid::from_u128(2).into(),
        person_name: "张晓峰".into(),
        number_prefix: "A7".into(),
        device_key: public_key_text(&device().verifying_key()),
        server_key: public_key_text(&by.verifying_key()),
        company: "示例压缩机服务有限公司".into(),
        issued_at: "2026-11-23T00:00:00Z".parse().expect("a time"),
    };
    SignedCertificate::sign(&certificate, by).expect("signs")
}

fn packed(content: &[u8]) -> Packed {
    let file = FileRef { hash: sha256_hex(content), size: content.len() as u64, mime: "image/jpeg".into() };
    let work = Work {
        certificate: certificate(&company()),
        app: "0.1.0".into(),
        schema: 1,
        packed_at: "2026-11-23T08:00:00Z".parse().expect("a time"),
        missing: vec![(1, 3)],
        changes: Vec::new(),
        files: vec![file],
        extra: Extra::new(),
    };
    Packed { work, contents: vec![content.to_vec()] }
}

#[test]
fn the_company_opens_what_was_packed_to_the_key_in_its_certificates() {
    let parcel = close(b"work", &address_of(&company().verifying_key()), &StaticSecret::from([3; 32])).expect("packed");
    assert!(is_parcel(&parcel) && parcel.starts_with(b"gongdan-work/1\n"), "the file says what it is");
    assert_eq!(open(&parcel, &opener_of(&company())).expect("opens"), b"work");
    assert_eq!(open(&parcel, &opener_of(&device())), Err(NotOpened::OtherRecipient));
    assert_eq!(open(b"gongdan-work/2\n and more", &opener_of(&company())), Err(NotOpened::Newer));
    assert_eq!(open(b"PK", &opener_of(&company())), Err(NotOpened::Foreign));
}

#[test]
fn exported_work_is_read_whole_or_not_at_all() {
    let bytes = packed(b"a photo").to_bytes().expect("bytes");
    assert_eq!(Packed::read(&bytes).expect("read"), packed(b"a photo"));
    for length in 0..bytes.len() {
        assert_eq!(Packed::read(&bytes[..length]).err(), Some(NotOpened::Altered), "{length} bytes of it");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert_eq!(Packed::read(&longer).err(), Some(NotOpened::Altered));
    let mut other = bytes;
    *other.last_mut().expect("bytes") ^= 1;
    assert_eq!(Packed::read(&other).err(), Some(NotOpened::Altered), "the hash says so");
}

#[test]
fn restore_refills_a_certificate_counts_only_with_the_device_s_key_and_this_server_s_signature() {
    let names = || ("平板".to_owned(), "0.1.0".to_owned());
    let asked = ReadmitRequest::sign(certificate(&company()), "ab".repeat(32), names(), &device()).expect("signs");
    assert_eq!(asked.open(&company().verifying_key()).expect("opens").number_prefix, "A7");
    let other = ReadmitRequest { token_hash: "cd".repeat(32), ..asked.clone() };
    assert_eq!(other.open(&company().verifying_key()), Err(SealError::SignatureDiffers), "no other token");
    let thief = SigningKey::from_bytes(&[1; 32]);
    let stolen = ReadmitRequest::sign(certificate(&company()), "ab".repeat(32), names(), &thief).expect("signs");
    assert_eq!(
        stolen.open(&company().verifying_key()),
        Err(SealError::SignatureDiffers),
        "a certificate alone is none"
    );
    let foreign = ReadmitRequest::sign(certificate(&thief), "ab".repeat(32), names(), &device()).expect("signs");
    assert_eq!(foreign.open(&company().verifying_key()), Err(SealError::SignatureDiffers), "of another server");
}

proptest! {
    #[test]
    fn whatever_is_altered_in_a_parcel_keeps_it_shut(plain in proptest::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let once = StaticSecret::from([5; 32]);
        let mut parcel = close(&plain, &address_of(&company().verifying_key()), &once).expect("packed");
        let at = at.index(parcel.len());
        parcel[at] ^= 1 << bit;
        prop_assert!(open(&parcel, &opener_of(&company())).is_err());
    }

    #[test]
    fn no_bytes_make_the_reader_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        _ = Packed::read(&bytes);
        _ = open(&bytes, &opener_of(&company()));
    }
}
