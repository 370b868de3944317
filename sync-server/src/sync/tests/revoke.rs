//! Revoked devices: "collect first" stays that, whatever is restored and whoever copied the tablet, and all doors know of it.

use std::sync::Arc;

use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::DeviceId;
use gongdan_domain::permission::Role;
use gongdan_domain::sync::readmit::ReadmitRequest;
use gongdan_domain::sync::wire::{COLLECTED, ExchangeReply, ExchangeRequest, Outcome};
use serde_json::json;

use super::{Team, picture, team};
use crate::core::Core;
use crate::keys::{Keys, Revocation};
use crate::sync::readmit::readmit_with;
use crate::testing::{Device, request};

async fn revoke(t: &Team, mode: &str) {
    let admin = t.world.signed_in("root", Role::Admin).await;
    t.world.done(&admin, "revoke_device", json!({ "device": t.device.certificate.device_id, "mode": mode })).await;
}

fn state(t: &Team) -> String {
    let id = t.device.certificate.device_id;
    t.world.core.store.read(|r| r.device(id)).expect("read").expect("known").state
}

/// The row as an older backup has it.
fn rolled_back(t: &Team) {
    let id = t.device.certificate.device_id;
    let back = move |_: &Core, tx: &mut dyn crate::storage::Tx| {
        let device = tx.device(id)?.expect("known");
        tx.put_device(&crate::storage::DeviceRecord { state: "active".to_owned(), ..device })
    };
    t.world.core.write_now(back).expect("written");
}

/// The same folder, opened again.
fn reopened(t: Team) -> Team {
    let now = t.world.now();
    let core = Core::open(t.world.data.path(), Arc::new(move || now)).expect("opens");
    let Team { world, dispatcher, device, job, about } = t;
    Team { world: world.with_core(core), dispatcher, device, job, about }
}

async fn goodbye(t: &Team, device: &Device) -> ExchangeReply {
    let mut goodbye = request(9, 9, vec![]);
    goodbye.extra.insert(COLLECTED.to_owned(), json!(true));
    t.world.exchange(device, &goodbye).await
}

#[tokio::test]
async fn entered_is_durable_collect_first_stays_collect_first_when_the_data_is_older() {
    let t = team().await;
    revoke(&t, "collect").await;
    rolled_back(&t);
    let reply = t.world.push(&t.device, vec![t.note(1, "两周的记录")]).await;
    assert_eq!((reply.revoked.as_deref(), t.facts()), (Some("collect"), 1), "what was entered is collected");
    assert!(reply.pages.is_empty(), "and nothing is told to it");
    rolled_back(&t);
    let t = reopened(t);
    assert_eq!(state(&t), "collect", "all doors see it as soon as the data is open");
}

#[tokio::test]
async fn entered_is_durable_collect_first_holds_for_a_device_that_the_restored_data_never_knew() {
    let t = team().await;
    revoke(&t, "collect").await;
    let keys = t.world.core.keys.folder().to_owned();
    let fresh = crate::testing::World::new();
    let now = fresh.now();
    let core = Core::open_with_keys(fresh.data.path(), &keys, Arc::new(move || now)).expect("opens");
    let names = ("平板".to_owned(), "t".to_owned());
    let token = crate::secret::hash(&t.device.token);
    let asked = ReadmitRequest::sign(t.device.signed.clone(), token, names, &t.device.key).expect("signed");
    core.write_now(move |core, tx| readmit_with(core, tx, &asked)).expect("its certificate opens the door");
    let fresh = fresh.with_core(core);
    let reply = fresh.push(&t.device, vec![t.note(1, "备份以后写的")]).await;
    assert_eq!((reply.revoked.as_deref(), reply.acked_through), (Some("collect"), 1));
    assert_eq!(reply.verdicts[0].outcome, Outcome::Accepted);
}

#[tokio::test]
async fn l3_the_last_word_about_a_device_counts_and_older_lists_mean_erase() {
    let t = team().await;
    revoke(&t, "collect").await;
    let admin = t.world.sign_in("root").await;
    let device = t.device.certificate.device_id;
    t.world.done(&admin, "revoke_device", json!({ "device": device, "mode": "erase" })).await;
    rolled_back(&t);
    let reply = t.world.push(&t.device, vec![t.note(1, "太晚")]).await;
    assert_eq!((reply.revoked.as_deref(), t.facts()), (Some("erase"), 0), "the last word was erase");

    let t = team().await;
    let list = t.world.core.keys.folder().join("revoked.txt");
    std::fs::write(list, format!("{}\n", t.device.certificate.device_id)).expect("a list of an earlier version");
    let reply = t.world.push(&t.device, vec![t.note(1, "太晚")]).await;
    assert_eq!((reply.revoked.as_deref(), t.facts()), (Some("erase"), 0), "which knew no other word");

    // An upgrade in the middle of collecting: the list has no word for it, the row has.
    let t = team().await;
    revoke(&t, "collect").await;
    let list = t.world.core.keys.folder().join("revoked.txt");
    std::fs::write(list, format!("{}\n", t.device.certificate.device_id)).expect("a list of an earlier version");
    let t = reopened(t);
    let reply = t.world.push(&t.device, vec![t.note(1, "最后一条")]).await;
    assert_eq!((reply.revoked.as_deref(), t.facts()), (Some("collect"), 1));
}

#[tokio::test]
async fn entered_is_durable_a_copied_device_that_is_collected_is_not_erased_in_the_middle() {
    for noticed_before in [true, false] {
        let t = team().await;
        t.world.push(&t.device, vec![t.note(1, "原来的")]).await;
        if noticed_before {
            assert!(t.world.push(&t.device, vec![t.note(1, "另一台的")]).await.copied);
        }
        revoke(&t, "collect").await;
        for n in 1..4 {
            let reply = t.world.push(&t.device, vec![t.note(n, "另一台又写的")]).await;
            assert_eq!(reply.verdicts[0].outcome, Outcome::Quarantined, "kept apart");
            assert_eq!(reply.revoked.as_deref(), Some("collect"), "request {n}, noticed before: {noticed_before}");
            assert!(!reply.copied, "a device that is told so stops in the middle");
            assert!(reply.pages.is_empty() && reply.gap_from.is_none());
        }
        let kept = t.world.core.store.read(|r| r.refused_changes()).expect("read");
        assert_eq!(kept.iter().filter(|(_, apart)| *apart).count(), 3 + usize::from(noticed_before));
        // One of the copies is done. Whoever holds the other has not handed over anything yet.
        goodbye(&t, &t.device).await;
        let reply = t.world.push(&t.device, vec![t.note(7, "第二台")]).await;
        assert_eq!(reply.revoked.as_deref(), Some("collect"), "nobody counted the copies");
        assert_eq!(reply.verdicts[0].outcome, Outcome::Quarantined);
    }
}

#[tokio::test]
async fn entered_is_durable_who_comes_after_it_was_collected_is_collected_too() {
    let t = team().await;
    revoke(&t, "collect").await;
    t.world.push(&t.device, vec![t.note(1, "一")]).await;
    goodbye(&t, &t.device).await;
    assert_eq!(state(&t), "collected");
    // A copy that nobody knew of, or the device itself, whose process died before it erased itself.
    let reply = t.world.push(&t.device, vec![t.note(2, "二")]).await;
    assert_eq!((reply.revoked.as_deref(), t.facts()), (Some("collect"), 2));
    goodbye(&t, &t.device).await;
    assert_eq!(state(&t), "collected");
}

#[tokio::test]
async fn entered_is_durable_an_upload_of_a_copied_device_says_copied_and_not_erase() {
    let t = team().await;
    let (op, file) = picture(&t, b"a picture");
    t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![op])]).await;
    t.world.push(&t.device, vec![t.note(1, "另一台的")]).await;
    let sent = t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"a picture").await;
    assert_eq!(sent.code(), "fork", "an older app erases itself where it reads device_revoked");
}

#[tokio::test]
async fn l3_a_device_revoked_after_the_backup_is_out_at_every_door() {
    let t = team().await;
    let (op, file) = picture(&t, b"a picture");
    t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![op])]).await;
    t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"a picture").await;
    revoke(&t, "erase").await;
    rolled_back(&t);
    let t = reopened(t);
    for method in ["GET", "PATCH"] {
        let answer = t.world.attachment(&t.device, method, &file.hash, Some(0), b"").await;
        assert_eq!(answer.code(), "device_revoked", "{method}");
    }
    let line =
        axum::http::Request::get("/sync/v1/events").header("authorization", format!("Bearer {}", t.device.token));
    let answer = t.world.ask(line.body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!(answer.code(), "device_revoked", "and nobody tells it when something happens");
}

#[tokio::test]
async fn blob_whole_the_files_of_a_refused_change_are_kept_apart() {
    let t = team().await;
    let (mut op, file) = picture(&t, b"a picture");
    if let gongdan_domain::sync::change::Op::Fact(fact) = &mut op {
        fact.scopes.push(gongdan_domain::sync::change::Scope::Company);
    }
    let reply = t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![op])]).await;
    assert!(matches!(reply.verdicts[0].outcome, Outcome::Refused { .. }));
    let other = t.world.device(t.world.person("shen", Role::Technician)).await;
    let foreign = t.world.attachment(&other, "PATCH", &file.hash, Some(0), b"a picture").await;
    assert_eq!(foreign.code(), "attachment_unknown", "nobody else's");
    let sent = t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"a picture").await;
    assert_eq!(sent.status.as_u16(), 204, "its own device hands it over: {}", String::from_utf8_lossy(&sent.bytes));
    let office = t.world.get(&t.dispatcher, &format!("/api/office/file/{}", file.hash)).await;
    assert_eq!(office.bytes, b"a picture", "and the office can look at it");
}

#[tokio::test]
async fn blob_whole_the_files_of_a_copied_device_are_collected_too() {
    let t = team().await;
    t.world.push(&t.device, vec![t.note(1, "原来的")]).await;
    let (op, file) = picture(&t, b"the copy's picture");
    t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![op])]).await;
    revoke(&t, "collect").await;
    t.world.exchange(&t.device, &request(2, 1, vec![])).await;
    let sent = t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"the copy's picture").await;
    assert_eq!(sent.status.as_u16(), 204, "{}", String::from_utf8_lossy(&sent.bytes));
}

#[test]
fn l3_the_last_line_about_a_device_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = Keys::open(folder.path()).expect("keys");
    assert!(keys.revoked().expect("read").is_empty());
    let [a, b, old] = [(); 3].map(|()| DeviceId(uuid::Uuid::now_v7()));
    std::fs::write(folder.path().join("revoked.txt"), format!("{old}\n")).expect("a list of an earlier version");
    for (device, how) in
        [(a, Revocation::Collect), (b, Revocation::Erase), (a, Revocation::Erase), (b, Revocation::Collect)]
    {
        keys.remember_revoked(device, how).expect("written");
    }
    let expected = [(old, None), (a, Some(Revocation::Erase)), (b, Some(Revocation::Collect))];
    assert_eq!(keys.revoked().expect("read"), expected.into_iter().collect());
}

#[tokio::test]
async fn restore_refills_a_collected_device_is_asked_for_what_the_restored_data_lacks() {
    let t = team().await;
    t.world.push(&t.device, vec![t.note(1, "一")]).await;
    revoke(&t, "collect").await;
    let reply = t.world.exchange(&t.device, &request(4, 1, vec![])).await;
    assert_eq!((reply.gap_from, reply.revoked.as_deref()), (Some(2), Some("collect")));
    assert!(!t.finding_codes().contains(&FindingCode::Hole));
}

#[tokio::test]
async fn restore_refills_a_collected_device_learns_that_the_disk_went_back_behind_a_file() {
    let t = team().await;
    let (op, file) = picture(&t, b"a picture");
    t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![op])]).await;
    revoke(&t, "collect").await;
    let asked = ExchangeRequest { last_file: Some(file.hash.clone()), ..request(2, 1, vec![]) };
    assert_eq!(t.world.exchange(&t.device, &asked).await.reset.as_deref(), Some("file_lost"));
    t.world.attachment(&t.device, "PATCH", &file.hash, Some(0), b"a picture").await;
    assert_eq!(t.world.exchange(&t.device, &asked).await.reset, None);
}
