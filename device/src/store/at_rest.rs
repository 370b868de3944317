//! What lies on the disk of a device, and the ways back in: no plaintext anywhere, a lost key store, a forgotten PIN.

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::sha256_hex;

use crate::testing::{Bench, PIN, TestKeys};
use crate::view::app::{Gate, KeyKeeping};

const SECRET: &str = "SECRET-Kompressor-7712";

/// Every file under the folder with its bytes.
fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            all.extend(files(&entry));
        } else {
            let bytes = std::fs::read(&entry).expect("a file");
            all.push((entry.file_name().expect("a name").to_string_lossy().into_owned(), bytes));
        }
    }
    all
}

fn worked(keys: TestKeys) -> Bench {
    let bench = Bench::with_keys(keys);
    let job = bench.job();
    let about = About { job, visit: Some(job.visit(1)) };
    let note = FactBody::NoteAdded { text: SECRET.to_owned() };
    bench.device.write(|tx| tx.fact(about, note, Vec::new())).expect("noted");
    bench.device.keep_draft("somewhere", SECRET).expect("kept");
    let photo = [&[0xff, 0xd8, 0xff, 0xe0], b"JFIF".as_slice(), SECRET.as_bytes()].concat();
    let hash = bench.device.files().expect("open").keep(&photo).expect("kept");
    assert_eq!(hash, sha256_hex(&photo));
    bench.device.files().expect("open").keep_thumb(&hash, &photo).expect("kept");
    bench
}

#[test]
fn l3_no_file_of_the_folder_shows_anything_with_or_without_a_key_store() {
    for keys in [TestKeys::default(), TestKeys::there()] {
        let bench = worked(keys);
        // The log is not empty: what was just written lies in it.
        let found = files(bench.dir.path());
        let named = |name: &str| found.iter().find(|(n, _)| n == name).map(|(_, bytes)| bytes.as_slice());
        for name in ["gongdan.db", "gongdan.db-wal", "spare.bin"] {
            assert!(named(name).is_some_and(|bytes| !bytes.is_empty()), "{name} is there to be looked at");
        }
        assert_ne!(&named("gongdan.db").expect("there")[..15], b"SQLite format 3");
        let token = bench.device.store().expect("open").identity().token.to_string();
        let key = bench.device.store().expect("open").key().clone();
        for (name, bytes) in &found {
            for secret in [SECRET, "张师傅", &token, "JFIF"] {
                assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{name} shows {secret}");
            }
            // The other forms in which a key could lie there by mistake.
            for form in [key.to_vec(), hex::encode(key.as_slice()).into_bytes()] {
                assert!(!bytes.windows(form.len()).any(|w| w == form), "{name} holds the key");
            }
        }
    }
}

#[test]
fn l3_a_key_store_that_lost_the_key_never_makes_a_plain_database_and_the_company_opens_it() {
    let mut bench = worked(TestKeys::there());
    assert_eq!(bench.device.key_keeping(), KeyKeeping::OsKeyStore);
    let key = bench.device.store().expect("open").key().clone();
    bench.keys.lose_all();
    bench.close();
    assert_eq!(bench.device.gate().expect("a gate"), Gate::Locked);
    assert_eq!(bench.device.unlock(PIN).expect_err("no PIN has the key").into_problem().code, Code::KeyLost);
    let code = bench.code();
    bench.device.recover(&code, "8642").expect("the company's code opens");
    assert_eq!(bench.device.gate().expect("a gate"), Gate::Open);
    assert_eq!(*bench.device.store().expect("open").key(), key, "the same data");
    bench.close();
    assert_eq!(bench.device.gate().expect("a gate"), Gate::Locked, "the key store has the key again, the PIN locks");
    bench.device.unlock("8642").expect("the new PIN");
}

#[test]
fn entered_is_durable_a_forgotten_pin_costs_no_unsynced_work() {
    let mut bench = worked(TestKeys::default());
    let waiting = bench.waiting();
    bench.close();
    let refused = bench.device.recover("23456-23456-23456-23456", "8642").expect_err("a wrong code").into_problem();
    assert_eq!(refused.code, Code::RecoveryCodeInvalid);
    let code = bench.code();
    assert_eq!(bench.device.recover(&code, "1").expect_err("short").into_problem().code, Code::PinTooShort);
    bench.device.recover(&code, "8642").expect("opens: the refused PIN has not used the code up");
    assert_eq!(bench.waiting(), waiting, "everything is there");
    bench.close();
    assert_eq!(bench.device.unlock(PIN).expect_err("the forgotten one").into_problem().code, Code::PinWrong);
    assert_eq!(
        bench.device.recover(&code, "9999").expect_err("used up").into_problem().code,
        Code::RecoveryCodeInvalid
    );
    bench.device.unlock("8642").expect("the new one");
}

#[test]
fn l3_the_lock_hides_the_screen_and_nothing_else_stops() {
    let bench = worked(TestKeys::default());
    bench.device.lock().expect("locked");
    assert_eq!(bench.device.read(|r| r.jobs()).expect_err("hidden").into_problem().code, Code::Locked);
    assert!(bench.device.sentence().is_ok(), "the key stays in memory: sync and reminders go on");
    let reply = bench.reply();
    bench.take(&reply);
}
