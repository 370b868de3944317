//! The PIN, the key store and the company's way in.

use super::*;
use x25519_dalek::StaticSecret;

fn now() -> Instant {
    "2026-11-23T08:00:00Z".parse().expect("a test's time")
}

fn vault() -> (tempfile::TempDir, Vault) {
    let dir = tempfile::tempdir().expect("a folder");
    let vault = Vault::new(dir.path(), Box::new(NoKeyStore));
    (dir, vault)
}

#[test]
fn l3_the_right_pin_opens_and_a_wrong_one_slows_down_without_destroying() {
    let (_dir, vault) = vault();
    let key = vault.create("2468").expect("created");
    for _ in 0..FREE_TRIES {
        let refused = vault.by_pin("1357", now()).expect_err("a wrong PIN").into_problem();
        assert_eq!(refused.code, Code::PinWrong);
    }
    let refused = vault.by_pin("2468", now()).expect_err("must wait").into_problem();
    assert_eq!(refused.code, Code::TooManyTries, "even the right one waits after three wrong ones");
    let later = now() + Duration::seconds(LONGEST_WAIT_S);
    assert_eq!(*vault.by_pin("2468", later).expect("the right PIN"), *key);
    assert_eq!(*vault.by_pin("2468", later).expect("the count is forgotten"), *key);
}

#[test]
fn l3_a_short_pin_is_refused() {
    let (_dir, vault) = vault();
    assert_eq!(vault.create("123").expect_err("too short").into_problem().code, Code::PinTooShort);
    assert!(!vault.exists(), "nothing is kept");
}

#[test]
fn l2_the_company_can_recover_the_key() {
    let (dir, vault) = vault();
    let key = vault.create("2468").expect("created");
    let company = StaticSecret::random_from_rng(OsRng);
    let recipient = PublicKey::from(&company);
    vault.keep_for_recovery(&key, &B64.encode(recipient.as_bytes())).expect("wrapped");
    let file: RecoveryWrap =
        serde_json::from_slice(&fs::read(dir.path().join("recovery.json")).expect("the file")).expect("JSON");
    let raw: [u8; 32] = B64.decode(file.ephemeral).expect("base64").try_into().expect("32 bytes");
    let ephemeral = PublicKey::from(raw);
    let shared = company.diffie_hellman(&ephemeral);
    let secret = message_key(shared.as_bytes(), &ephemeral, &recipient, RECOVERY_INFO);
    let opened = ChaCha20Poly1305::new(secret.as_slice().into())
        .decrypt(&Default::default(), B64.decode(file.wrapped).expect("base64").as_slice())
        .expect("opens");
    assert_eq!(opened, key.as_slice());
}

#[test]
fn l3_wrong_pins_wait_over_a_restart_and_a_kill_in_the_middle_counts() {
    let (dir, vault) = vault();
    vault.create("2468").expect("created");
    for _ in 0..FREE_TRIES {
        vault.by_pin("1357", now()).expect_err("a wrong PIN");
    }
    let again = Vault::new(dir.path(), Box::new(NoKeyStore));
    let refused = again.by_pin("2468", now()).expect_err("must wait").into_problem();
    assert_eq!((refused.code, refused.details["seconds"].as_i64()), (Code::TooManyTries, Some(1)));
    // The wait grows with every further one.
    let mut at = now();
    let mut waits = Vec::new();
    for _ in 0..10 {
        at += Duration::seconds(LONGEST_WAIT_S);
        again.by_pin("1357", at).expect_err("wrong again");
        let wait = again.by_pin("2468", at).expect_err("must wait").into_problem().details["seconds"].as_i64();
        waits.push(wait.expect("seconds"));
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    // Killed while the PIN was being tried: it was counted before.
    let counted = || fs::read(dir.path().join("tries.json")).expect("counted");
    let before = counted();
    at += Duration::seconds(LONGEST_WAIT_S);
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        again.tried(at, || -> Result<()> { panic!("the app is killed here") })
    }));
    assert!(killed.is_err() && counted() != before, "an app that is killed in the middle has tried");
}

#[test]
fn l2_a_code_of_the_company_opens_once_and_a_wrong_one_waits() {
    let (_dir, vault) = vault();
    let key = vault.create("2468").expect("created");
    let company = StaticSecret::random_from_rng(OsRng);
    vault.keep_for_recovery(&key, &B64.encode(PublicKey::from(&company).as_bytes())).expect("wrapped");
    let escrow = vault.escrow().expect("a code");
    let code = read_out(&escrow.request, &company);
    assert_eq!(code.len(), 20, "short enough for the phone: {code}");
    let spoken = format!("{}-{} {}", code[..5].to_lowercase(), &code[5..12], &code[12..]);
    assert_eq!(*vault.by_code(&spoken, now()).expect("opens, however it was typed"), *key);
    vault.renew_code(&key).expect("renewed");
    let refused = vault.by_code(&code, now()).expect_err("used up").into_problem();
    assert_eq!(refused.code, Code::RecoveryCodeInvalid);
    assert_ne!(vault.escrow().expect("the next").id, escrow.id);
    for _ in 1..FREE_TRIES {
        vault.by_code("23456-23456-23456-23456", now()).expect_err("wrong");
    }
    let refused = vault.by_code(&code, now()).expect_err("must wait").into_problem();
    assert_eq!(refused.code, Code::TooManyTries, "codes wait like PINs, and together with them");
}

#[test]
fn l2_a_new_pin_takes_the_place_of_the_forgotten_one() {
    let (_dir, vault) = vault();
    let key = vault.create("2468").expect("created");
    vault.set_pin("8642", &key).expect("set");
    assert_eq!(vault.by_pin("2468", now()).expect_err("the old one").into_problem().code, Code::PinWrong);
    assert_eq!(*vault.by_pin("8642", now()).expect("the new one"), *key);
    assert_eq!(vault.set_pin("1", &key).expect_err("too short").into_problem().code, Code::PinTooShort);
    assert_eq!(*vault.by_pin("8642", now()).expect("still"), *key, "a PIN that was refused changed nothing");
}

/// What the office does with a request.
pub(crate) fn read_out(request: &str, company: &StaticSecret) -> String {
    let raw = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&request[5..]).expect("base64");
    let ephemeral = PublicKey::from(<[u8; 32]>::try_from(&raw[..32]).expect("a key"));
    let shared = company.diffie_hellman(&ephemeral);
    let secret = message_key(shared.as_bytes(), &ephemeral, &PublicKey::from(company), b"gongdan-code/1");
    let code = ChaCha20Poly1305::new(secret.as_slice().into()).decrypt(&Default::default(), &raw[32..]).expect("opens");
    String::from_utf8(code).expect("letters")
}
