//! The road without a network: exported work comes in exactly once, whoever carries it, and nothing that was altered or forged does
//! (invariants `exactly_once`, `scope_is_tight`). A broken tablet's database gives back what it had not handed over.

use std::path::PathBuf;

use gongdan_domain::problem::Code;
use gongdan_harness::{AtWork, SHEN, TestDevice, Weather, World, ZHANG, job_of, notes};
use serde_json::{Value, json};

async fn exported(device: &TestDevice) -> Vec<u8> {
    let saved = device.call("export_work", json!({})).await.expect("exported without any network");
    let path = PathBuf::from(saved["path"].as_str().expect("a path"));
    assert!(path.extension().is_some_and(|e| e == "gdwork"), "a person knows the file by its name: {saved}");
    std::fs::read(path).expect("the file is where the screen says")
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_once_exported_work_is_imported_and_synced_later_too() {
    let AtWork { mut world, job, about, .. } = AtWork::new().await;
    let a = world.device(ZHANG, "a").await;
    a.sync().await.expect("syncs");
    world.kill_server();
    a.note(&about, "没网时写的").await;
    a.picture(&about).await;
    let file = exported(&a).await;
    let clear = String::from_utf8_lossy(&file);
    assert!(!clear.contains("没网时写的") && !clear.contains("note_added"), "whoever carries it reads nothing");
    a.note(&about, "导出以后写的").await;
    world.start_server();

    let (office, admin) = (world.office("lu").await, world.office("admin").await);
    let refused = office.upload("work", file.clone()).await.expect_err("a dispatcher has no such door");
    assert_eq!(refused.code, Code::NotAllowed);
    let done = admin.upload("work", file.clone()).await.expect("imported");
    assert_eq!((&done["changes"], &done["repeated"], &done["files"]), (&json!(2), &json!(0), &json!(1)), "{done}");
    assert_eq!(notes(&office, &job).await, ["没网时写的"]);
    let again = admin.upload("work", file.clone()).await.expect("imported again");
    assert_eq!((&again["repeated"], &again["files"]), (&json!(2), &json!(0)), "known: {again}");
    let path = world.path().join("again.gdwork");
    std::fs::write(&path, &file).expect("written");
    let said = world.command(&["import", &path.to_string_lossy()], &[]).expect("also by command");
    assert!(said.contains("2 of them known before"), "{said}");

    a.sync().await.expect("syncs");
    assert_eq!(notes(&office, &job).await, ["导出以后写的", "没网时写的"], "each once");
    a.nothing_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_once_a_colleague_carries_what_he_can_neither_read_nor_forge() {
    let AtWork { world, office, job, about } = AtWork::new().await;
    let (a, b) = (world.device(ZHANG, "a").await, world.device(SHEN, "b").await);
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
    }
    a.proxy.set(Weather::Cut);
    a.note(&about, "托同事带回").await;
    a.picture(&about).await;
    let file = exported(&a).await;
    let foreign = b.carry(b"a letter".to_vec()).await.expect_err("refused");
    assert_eq!(foreign.code, Code::ParcelForeign);
    for _ in 0..2 {
        b.carry(file.clone()).await.expect("taken along");
    }
    b.sync().await.expect("syncs");
    assert_eq!(notes(&office, &job).await, ["托同事带回"], "the colleague's sync brought it");
    b.nothing_waits().await;
    a.proxy.set(Weather::Fair);
    for device in [&a, &b, &a] {
        device.sync().await.expect("syncs");
    }
    assert_eq!(notes(&office, &job).await, ["托同事带回"], "and its own sync nothing more");
    a.nothing_waits().await;

    // One that was altered on the way is no trouble of the carrier: the office is told.
    let mut altered = file.clone();
    *altered.last_mut().expect("bytes") ^= 1;
    b.carry(altered).await.expect("he cannot know");
    b.sync().await.expect("syncs");
    b.nothing_waits().await;
    let findings = office.call("list_findings", json!({ "open": true })).await.expect("findings");
    assert!(findings.to_string().contains("carried_refused"), "said to the office: {findings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_foreign_or_forged_file_is_refused_and_nothing_of_it_taken_in() {
    let (world, other) = (World::new(), World::new());
    let office = world.office("lu").await;
    let admin = world.office("admin").await;
    let (job, visit) = job_of(&office, "SAMPLE-1004").await;
    let about = json!({ "job": job, "visit": visit });
    let a = world.device(ZHANG, "a").await;
    a.sync().await.expect("syncs");
    a.note(&about, "一").await;
    a.note(&about, "二").await;
    let file = exported(&a).await;
    let mut places = vec![15, 50, 90, file.len() / 2, file.len() - 1];
    places.dedup();
    for place in places {
        let mut altered = file.clone();
        altered[place] ^= 0x40;
        let refused = admin.upload("work", altered).await.expect_err("altered");
        assert!(matches!(refused.code, Code::ParcelAltered | Code::ParcelOtherCompany), "byte {place}: {refused:?}");
    }
    let refused = admin.upload("work", file[..file.len() / 3].to_vec()).await.expect_err("cut short");
    assert_eq!(refused.code, Code::ParcelAltered);
    let refused = admin.upload("work", b"PK not ours".to_vec()).await.expect_err("something else");
    assert_eq!(refused.code, Code::ParcelForeign);
    let refused = other.office("admin").await.upload("work", file.clone()).await.expect_err("another company");
    assert_eq!(refused.code, Code::ParcelOtherCompany);

    // Everybody can pack a parcel to the company; what he did not sign stays outside, and all with it.
    let forged = forged(&world, &a, &about).await;
    let refused = admin.upload("work", forged).await.expect_err("forged");
    assert_eq!(refused.code, Code::SignatureInvalid);
    assert_eq!(notes(&office, &job).await, Vec::<String>::new(), "nothing was half-imported");
    a.sync().await.expect("syncs");
    assert_eq!(notes(&office, &job).await, ["一", "三", "二"], "and the device's own road is untouched");
}

/// A parcel whose second change says something else than its device signed.
async fn forged(world: &World, device: &TestDevice, about: &Value) -> Vec<u8> {
    use gongdan_domain::parcel::{address_of, close, open, opener_of};
    use gongdan_domain::sync::work::Packed;
    device.note(about, "三").await;
    let key = std::fs::read_to_string(world.server_data().join("keys/server.key")).expect("the server's key");
    let key: [u8; 32] = hex(key.trim()).try_into().expect("32 bytes");
    let key = ed25519_dalek::SigningKey::from_bytes(&key);
    let plain = open(&exported(device).await, &opener_of(&key)).expect("the company opens it");
    let mut packed = Packed::read(&plain).expect("read");
    let last = packed.work.changes.last_mut().expect("changes");
    last.payload = last.payload.replace('三', "假");
    let once = x25519_dalek::StaticSecret::from([9; 32]);
    close(&packed.to_bytes().expect("bytes"), &address_of(&key.verifying_key()), &once).expect("packed")
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_tablet_s_database_is_rescued_with_the_recovery_key() {
    let world = World::new();
    let passphrase = world.command(&["recovery-passphrase"], &[("GONGDAN_RECOVERY_PASSPHRASE", &world.passphrase())]);
    let shown = passphrase.expect("another passphrase");
    let passphrase = shown.lines().last().expect("a line").trim().to_owned();
    let office = world.office("lu").await;
    let (job, visit) = job_of(&office, "SAMPLE-1004").await;
    let about = json!({ "job": job, "visit": visit });
    let a = world.device(ZHANG, "a").await;
    a.sync().await.expect("syncs");
    a.note(&about, "平板里的").await;
    a.picture(&about).await;
    // What can still be copied off the tablet.
    let database = a.data().join("gongdan.db").to_string_lossy().into_owned();
    let before = std::fs::read(a.data().join("gongdan.db")).expect("the file");
    let args = ["rescue", "--database", database.as_str()];
    let wrong = world.command(&args, &[("GONGDAN_RECOVERY_PASSPHRASE", "AAAA-BBBB")]).expect_err("not by guessing");
    assert!(wrong.contains("passphrase"), "{wrong}");
    let said = world.command(&args, &[("GONGDAN_RECOVERY_PASSPHRASE", &passphrase)]).expect("rescued");
    assert!(said.contains("1 files"), "with its photo: {said}");
    assert_eq!(notes(&office, &job).await, ["平板里的"]);
    assert_eq!(std::fs::read(a.data().join("gongdan.db")).expect("the file"), before, "the tablet stays as it was");
    world.command(&args, &[("GONGDAN_RECOVERY_PASSPHRASE", &passphrase)]).expect("rescued again");
    a.sync().await.expect("it starts after all");
    assert_eq!(notes(&office, &job).await, ["平板里的"], "each once");
    a.nothing_waits().await;
}
