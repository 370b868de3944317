//! A server that was restored, or rolled back without anybody saying so, and what the devices make of it (invariant `restore_refills`):
//! nothing is lost that its author's device still holds; what is lost is named; what only others hold is offered to the office.

use gongdan_domain::problem::Code;
use gongdan_harness::{AtWork, Office, SHEN, TestDevice, World, ZHANG, checkout, device_row, notes};
use serde_json::{Value, json};

fn backup(world: &World, name: &str) {
    let (data, keys) = (world.path().join(name), world.path().join(format!("{name}-keys")));
    let (data, keys) = (data.to_string_lossy(), keys.to_string_lossy());
    world.command(&["backup", &data, "--keys-to", &keys], &[]).expect("backed up while serving");
}

/// The keys lie apart and are not lost with the data: who was revoked since the backup stands in them.
fn keep_revocations(world: &World, name: &str) {
    let list = "revoked.txt";
    let revoked = std::fs::read(world.server_data().join("keys").join(list)).expect("kept with the keys");
    std::fs::write(world.path().join(format!("{name}-keys")).join(list), revoked).expect("the newer revocations");
}

async fn gate(device: &TestDevice) -> Value {
    device.call("status", json!({})).await.expect("a status")["gate"].clone()
}

async fn revoke(admin: &Office, name: &str, mode: &str) {
    let row = device_row(admin, name).await;
    admin.call("revoke_device", json!({ "device": row["device"], "mode": mode })).await.expect("revoked");
}

/// The disk is gone: an empty folder, the backup and the keys.
fn restore(world: &mut World, name: &str) {
    world.kill_server();
    std::fs::remove_dir_all(world.server_data()).expect("the disk is gone");
    let (data, keys) = (world.path().join(name), world.path().join(format!("{name}-keys")));
    let (data, keys) = (data.to_string_lossy(), keys.to_string_lossy());
    let refused = world.command(&["restore", &data], &[]).expect_err("without keys every device would be a stranger");
    assert!(refused.contains("--keys-from"), "it says what is missing: {refused}");
    world.command(&["restore", &data, "--keys-from", &keys], &[]).expect("restored");
    world.start_server();
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_refills_from_a_backup_that_is_many_syncs_old() {
    let AtWork { mut world, office, job, about } = AtWork::new().await;
    let (a, b) = (world.device(ZHANG, "a").await, world.device(SHEN, "b").await);
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
    }
    a.note(&about, "备份前").await;
    a.sync().await.expect("syncs");
    backup(&world, "copy");
    assert!(!world.path().join("copy/keys").exists(), "keys never lie beside the data");
    let mut written = vec!["备份前".to_owned()];
    for n in 0..12 {
        for (name, device) in [("甲", &a), ("乙", &b)] {
            let text = format!("{name} {n}");
            device.note(&about, &text).await;
            device.sync().await.expect("syncs");
            written.push(text);
        }
    }
    a.picture(&about).await;
    a.sync().await.expect("syncs");
    written.sort();
    assert_eq!(notes(&office, &job).await, written);

    restore(&mut world, "copy");
    let office = world.office("lu").await;
    assert_eq!(notes(&office, &job).await.len(), 1, "the restored server is old");
    for device in [&a, &b, &a, &b] {
        device.sync().await.expect("syncs");
    }
    assert_eq!(notes(&office, &job).await, written, "everything came again, exactly once");
    let photos = gongdan_harness::photos(&office, &job).await;
    assert_eq!(photos.len(), 1, "the photo's fact is there once");
    let hash = &photos[0];
    office.get(&format!("/api/office/file/{hash}")).await.expect("the photo's bytes came again too");
    let admin = world.office("admin").await;
    for name in ["a", "b"] {
        let row = device_row(&admin, name).await;
        assert_eq!((&row["holes"], &row["offered"]), (&json!([]), &json!(0)), "nothing is missing: {row}");
    }
    for device in [&a, &b] {
        let list = device.call("sync_list", json!({})).await.expect("the list");
        assert_eq!(list["waiting"].as_array().map(Vec::len), Some(0), "nothing waits: {list}");
        assert_eq!(list["refused"].as_array().map(Vec::len), Some(0), "nothing was refused: {list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_refills_names_the_hole_and_offers_what_devices_hold_to_the_office() {
    let AtWork { mut world, office, job, about } = AtWork::new().await;
    let (a, b) = (world.device(ZHANG, "a").await, world.device(SHEN, "b").await);
    a.sync().await.expect("syncs");
    a.note(&about, "一").await;
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
    }
    backup(&world, "old");
    a.note(&about, "二").await;
    a.note(&about, "三").await;
    a.sync().await.expect("syncs");
    // A later backup has them: the device forgets their changes at its next contact.
    backup(&world, "new");
    a.note(&about, "四").await;
    a.sync().await.expect("syncs");
    a.sync().await.expect("syncs");
    // A decision of the office that no outbox holds.
    let tonight = office.call("technicians", json!({})).await.expect("technicians");
    let new_job = "0193a1b2-0000-7000-8000-0000000000aa";
    let person = tonight
        .as_array()
        .into_iter()
        .flatten()
        .find(|t| t["person"]["name"] == SHEN)
        .map(|t| t["person"]["id"].clone())
        .expect("a technician");
    let create = json!({
        "job": new_job, "customer": { "kind": "new", "fields": { "name": "新客户", "address": "示例路 1 号" } },
        "machine": { "kind": "unknown" }, "contact_name": "王工", "phone": "0000-999", "symptom": "不打气",
        "service_kind": "repair", "urgency": "down",
        "assign": { "technicians": [person], "leader": person, "planned_at": "2026-11-24T01:00:00Z" }
    });
    office.call("create_job", create).await.expect("registered");
    // And data that was published.
    let admin = world.office("admin").await;
    let mut company = admin.call("company_settings", json!({})).await.expect("the company")["form"].take();
    company["hotline"] = json!("0000-5559999");
    admin.call("set_company", company).await.expect("published");
    b.sync().await.expect("syncs");

    // The newer backup turns out to be unreadable; only the older one is left.
    restore(&mut world, "old");
    for device in [&a, &b, &a] {
        device.sync().await.expect("a hole holds nothing up");
    }
    let office = world.office("lu").await;
    assert_eq!(notes(&office, &job).await, ["一", "四"], "what the outbox still held came by itself");
    let admin = world.office("admin").await;
    let row = device_row(&admin, "a").await;
    let hole = row["holes"].as_array().expect("holes");
    assert_eq!(hole.len(), 1, "the hole is named: {row}");
    let findings = office.call("list_findings", json!({ "open": true })).await.expect("findings");
    let codes: Vec<&str> =
        findings["rows"].as_array().into_iter().flatten().filter_map(|row| row["code"].as_str()).collect();
    assert!(codes.contains(&"hole") && codes.contains(&"records_offered"), "the office is told: {codes:?}");

    let offered = admin.call("list_offered", json!({})).await.expect("what devices offer");
    let ids: Vec<&Value> = offered.as_array().into_iter().flatten().map(|row| &row["id"]).collect();
    let published = offered.as_array().into_iter().flatten().filter(|row| row["record"] == "reference");
    let published: Vec<&Value> = published.map(|row| &row["kind"]).collect();
    assert_eq!(published, ["company_profile"], "what was published and is lost here");
    assert!(!ids.is_empty(), "the devices still hold the records themselves");
    let technician = world.office("lu").await.call("settle_offered", json!({ "ids": ids, "take": true })).await;
    assert_eq!(technician.expect_err("a dispatcher does not decide that").code, Code::NotAllowed);
    admin.call("settle_offered", json!({ "ids": ids, "take": true })).await.expect("taken back");
    assert_eq!(notes(&office, &job).await, ["一", "三", "二", "四"], "nothing is lost that a device holds");
    let company = admin.call("company_settings", json!({})).await.expect("the company");
    assert_eq!(company["form"]["hotline"], "0000-5559999", "and what was published is in force again");
    let again = admin.call("list_offered", json!({})).await.expect("what devices offer");
    assert_eq!(again, json!([]), "each is decided once");
    let findings = office.call("list_findings", json!({ "open": true })).await.expect("findings");
    let open = |code: &str| findings["rows"].as_array().into_iter().flatten().any(|row| row["code"] == code);
    assert!(!open("records_offered"), "what was decided is no open finding: {findings}");
    let view = office.call("open_job", json!({ "job": new_job })).await.expect("the office's own job is there again");
    assert_eq!(view["row"]["title"]["customer"].as_str(), Some("新客户"));
    b.sync().await.expect("syncs");
    b.call("open_job", json!({ "job": new_job })).await.expect("and its technician has it");
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
        let list = device.call("sync_list", json!({})).await.expect("the list");
        assert_eq!(list["waiting"].as_array().map(Vec::len), Some(0), "nothing waits: {list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_refills_a_device_enrolled_after_the_backup_hands_over_and_waits_for_an_admin() {
    let AtWork { mut world, job, about, .. } = AtWork::new().await;
    backup(&world, "copy");
    let (late, lost) = (world.device(ZHANG, "late").await, world.device(SHEN, "lost").await);
    for device in [&late, &lost] {
        device.sync().await.expect("syncs");
    }
    late.note(&about, "备份以后登记的").await;
    late.picture(&about).await;
    late.sync().await.expect("syncs");
    let admin = world.office("admin").await;
    revoke(&admin, "lost", "erase").await;
    keep_revocations(&world, "copy");
    restore(&mut world, "copy");

    late.sync().await.expect("its certificate opens the door");
    let office = world.office("lu").await;
    assert_eq!(notes(&office, &job).await, ["备份以后登记的"]);
    let admin = world.office("admin").await;
    let row = device_row(&admin, "late").await;
    assert_eq!(row["state"], "unconfirmed", "an admin has to look: {row}");
    // Meanwhile it keeps what it has and gets nothing.
    let customer = gongdan_harness::customer_of(&office, "样例云杉").await;
    late.sync().await.expect("syncs");
    late.call("open_customer", json!({ "customer": customer })).await.expect("nothing was dropped");
    let confirmed = world.office("lu").await.call("confirm_device", json!({ "device": row["device"] })).await;
    assert_eq!(confirmed.expect_err("not a dispatcher").code, Code::NotAllowed);
    admin.call("confirm_device", json!({ "device": row["device"] })).await.expect("confirmed");
    late.sync().await.expect("syncs");
    assert_eq!(device_row(&admin, "late").await["state"], "active");
    late.note(&about, "又能用了").await;
    late.sync().await.expect("syncs");
    assert_eq!(notes(&office, &job).await.len(), 2);

    // Who was revoked stays out, although the restored data never heard of it.
    lost.sync().await.expect("it learns that it has to erase itself");
    assert_eq!(gate(&lost).await, "revoked");
    let list = admin.call("list_devices", json!({})).await.expect("devices");
    assert!(!list.to_string().contains("\"lost\""), "no certificate brings it back: {list}");
    // A prefix is never given out twice, whatever the restored data and keys have counted.
    let new = world.device(SHEN, "new").await;
    new.sync().await.expect("syncs");
    let prefixes = [device_row(&admin, "late").await, device_row(&admin, "new").await];
    assert_ne!(prefixes[0]["number_prefix"], prefixes[1]["number_prefix"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_refills_a_snapshot_that_was_rolled_back_without_restore() {
    let AtWork { mut world, job, about, .. } = AtWork::new().await;
    let (a, b) = (world.device(ZHANG, "a").await, world.device(SHEN, "b").await);
    a.sync().await.expect("syncs");
    a.note(&about, "一").await;
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
    }
    world.kill_server();
    world.snapshot("snapshot");
    world.start_server();
    a.note(&about, "二").await;
    a.picture(&about).await;
    a.sync().await.expect("syncs");
    b.note(&about, "三").await;
    for device in [&b, &a] {
        device.sync().await.expect("syncs");
    }
    world.kill_server();
    world.roll_back("snapshot");
    world.start_server();
    // The new history is as long as the old one before anybody notices: only the nonces tell them apart.
    let office = world.office("lu").await;
    let customer = gongdan_harness::customer_of(&office, "样例云杉").await;
    for n in 0..12 {
        let field = office.call("open_customer", json!({ "customer": customer })).await.expect("the customer");
        let args = json!({
            "entity": { "kind": "customer", "id": customer }, "field": "phone", "value": format!("0000-{n}"),
            "seen": field["fields"]["phone"]["heads"],
        });
        office.call("correct_archive", args).await.expect("corrected");
    }
    for device in [&a, &b, &a, &b] {
        device.sync().await.expect("syncs");
    }
    assert_eq!(notes(&office, &job).await, ["一", "三", "二"], "refilled without anybody saying restore");
    for device in [&a, &b] {
        let view = device.call("open_customer", json!({ "customer": customer })).await.expect("the customer");
        assert_eq!(view["customer"]["fields"]["phone"]["value"], "0000-11", "and the new history is pulled whole");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_once_two_copies_go_on_under_new_enrolments_and_everything_of_both_arrives() {
    let AtWork { world, office, job, about } = AtWork::new().await;
    let a = world.device(ZHANG, "a").await;
    a.sync().await.expect("syncs");
    a.note(&about, "复制前").await;
    let b = world.copied(&a, "b").await;
    let fine = a.call("enrol_again", json!({ "code": world.enrolment_code(ZHANG).await })).await.expect_err("no need");
    assert_eq!(fine.code, Code::NotCopied);
    a.note(&about, "甲的").await;
    b.note(&about, "乙的").await;
    b.picture(&about).await;
    a.sync().await.expect("the first one is believed");
    for device in [&b, &a] {
        assert_eq!(device.sync().await.expect_err("copied").code, Code::Fork);
    }
    a.note(&about, "甲又写的").await;
    assert_eq!(a.sync().await.expect_err("copied").code, Code::Fork);
    let (admin, before) = (world.office("admin").await, notes(&office, &job).await);
    assert!(!before.contains(&"乙的".to_owned()), "kept apart: {before:?}");
    assert_eq!(device_row(&admin, "a").await["state"], "quarantined");

    let foreign =
        b.call("enrol_again", json!({ "code": world.enrolment_code(SHEN).await })).await.expect_err("his own");
    assert_eq!(foreign.code, Code::EnrolmentForAnother);
    for device in [&b, &a] {
        let code = world.enrolment_code(ZHANG).await;
        device.call("enrol_again", json!({ "code": code })).await.expect("goes on in place");
        device.sync().await.expect("syncs under the new enrolment");
        device.nothing_waits().await;
    }
    b.sync().await.expect("syncs");
    assert_eq!(notes(&office, &job).await, ["乙的", "复制前", "甲又写的", "甲的"], "everything of both, each once");
    assert_eq!(gongdan_harness::photos(&office, &job).await.len(), 1, "the photo too");
    for device in [&a, &b] {
        let view = device.call("open_job", json!({ "job": job })).await.expect("the job").to_string();
        assert!(["乙的", "甲又写的"].iter().all(|text| view.contains(text)), "and both tablets show it: {view}");
    }
    let refused = office.call("list_refused", json!({})).await.expect("the list");
    assert!(!refused.to_string().contains("quarantined"), "nothing is left for the office to look at: {refused}");
    let list = admin.call("list_devices", json!({})).await.expect("devices");
    let rows = list["devices"].as_array().expect("rows");
    let former = rows.iter().find(|row| row["state"] == "quarantined").expect("the former enrolment stays in the list");
    assert_eq!(former["continued_as"].as_array().map(Vec::len), Some(2), "and says who goes on: {former}");
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_refills_collect_first_is_still_collect_first_when_the_server_is_restored() {
    let AtWork { mut world, job, about, .. } = AtWork::new().await;
    let known = world.device(ZHANG, "known").await;
    known.sync().await.expect("syncs");
    backup(&world, "copy");
    let late = world.device(SHEN, "late").await;
    late.sync().await.expect("syncs");
    known.note(&about, "两周没送的").await;
    late.note(&about, "备份以后登记的").await;
    late.picture(&about).await;
    let admin = world.office("admin").await;
    for name in ["known", "late"] {
        revoke(&admin, name, "collect").await;
    }
    keep_revocations(&world, "copy");
    restore(&mut world, "copy");
    let (office, admin) = (world.office("lu").await, world.office("admin").await);
    for (device, name) in [(&known, "known"), (&late, "late")] {
        device.sync().await.expect("hands over");
        assert_eq!(gate(device).await, "revoked", "{name} erased itself afterwards");
        assert_eq!(device_row(&admin, name).await["state"], "collected");
    }
    assert_eq!(notes(&office, &job).await, ["两周没送的", "备份以后登记的"], "everything was handed over first");
    let photos = gongdan_harness::photos(&office, &job).await;
    office.get(&format!("/api/office/file/{}", photos[0])).await.expect("the photo's bytes too");
}

#[tokio::test(flavor = "multi_thread")]
async fn entered_is_durable_both_copies_of_a_collected_device_hand_over_before_they_erase_themselves() {
    let AtWork { world, office, job, about } = AtWork::new().await;
    let a = world.device(ZHANG, "a").await;
    a.sync().await.expect("syncs");
    let b = world.copied(&a, "b").await;
    a.note(&about, "甲的").await;
    a.sync().await.expect("the first one is believed");
    for n in 0..3 {
        b.note(&about, &format!("乙的 {n}")).await;
    }
    let picture = std::fs::read(checkout().join("tests/fixtures/after.jpg")).expect("a picture");
    b.photo(json!({ "about": about, "photo": "before", "caption": "" }), picture).await.expect("kept");
    assert_eq!(b.sync().await.expect_err("copied").code, Code::Fork);
    b.note(&about, "乙又写的").await;
    a.note(&about, "甲又写的").await;
    let admin = world.office("admin").await;
    assert_eq!(device_row(&admin, "a").await["state"], "quarantined");
    revoke(&admin, "a", "collect").await;
    for device in [&b, &a] {
        device.sync().await.expect("hands over");
        assert_eq!(gate(device).await, "revoked");
    }
    assert_eq!(notes(&office, &job).await, ["甲的"], "what two hands may have written is not counted by itself");
    let refused = office.call("list_refused", json!({})).await.expect("the list");
    let text = refused.to_string();
    for kept in ["乙的 0", "乙的 1", "乙的 2", "乙又写的", "甲又写的"] {
        assert!(text.contains(kept), "{kept} is kept apart: {text}");
    }
    let payloads = refused.as_array().into_iter().flatten().filter_map(|row| row["payload"].as_str());
    let changes: Vec<Value> = payloads.map(|text| serde_json::from_str(text).expect("a change")).collect();
    let hash = changes.iter().find_map(|change| change["ops"][0]["files"][0]["hash"].as_str()).expect("the photo");
    office.get(&format!("/api/office/file/{hash}")).await.expect("and so is the photo of the copy");
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_refills_what_a_second_technician_wrote_counts_when_his_job_is_taken_back() {
    let AtWork { mut world, office, .. } = AtWork::new().await;
    let (a, b) = (world.device(ZHANG, "a").await, world.device(SHEN, "b").await);
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
    }
    backup(&world, "old");
    let people = office.call("technicians", json!({})).await.expect("technicians");
    let id = |name: &str| {
        let mut all = people.as_array().into_iter().flatten();
        all.find(|t| t["person"]["name"] == name).map(|t| t["person"]["id"].clone()).expect("a technician")
    };
    let job = "0193a1b2-0000-7000-8000-0000000000bb";
    let create = json!({
        "job": job, "customer": { "kind": "new", "fields": { "name": "新客户", "address": "示例路 1 号" } },
        "machine": { "kind": "unknown" }, "contact_name": "王工", "phone": "0000-999", "symptom": "不打气",
        "service_kind": "repair", "urgency": "down",
        "assign": { "technicians": [id(ZHANG), id(SHEN)], "leader": id(ZHANG), "planned_at": "2026-11-24T01:00:00Z" }
    });
    office.call("create_job", create).await.expect("registered");
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
    }
    let visit = office.call("open_job", json!({ "job": job })).await.expect("the job")["row"]["visit"].clone();
    let about = json!({ "job": job, "visit": visit });
    a.note(&about, "甲到了").await;
    let field = json!({
        "entity": { "kind": "visit", "id": visit }, "field": "suggestions", "value": "换皮带", "seen": []
    });
    b.call("write_field", field).await.expect("written");
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
    }

    // The job and who has it are lost with the disk; who sends first makes the job known.
    restore(&mut world, "old");
    let field = json!({
        "entity": { "kind": "visit", "id": visit }, "field": "measures", "value": ["调张紧轮"], "seen": []
    });
    b.call("write_field", field).await.expect("written");
    for device in [&a, &b, &a, &b] {
        device.sync().await.expect("syncs");
    }
    let (office, admin) = (world.office("lu").await, world.office("admin").await);
    let offered = admin.call("list_offered", json!({})).await.expect("what devices offer");
    let ids: Vec<&Value> = offered.as_array().into_iter().flatten().map(|row| &row["id"]).collect();
    let refused = office.call("list_refused", json!({})).await.expect("the list");
    let of_b = |row: &&Value| row["device_name"] == "b" && row["code"] == "scope_violation";
    assert_eq!(
        refused.as_array().into_iter().flatten().filter(of_b).count(),
        2,
        "nobody knows that he has it: {refused}"
    );
    admin.call("settle_offered", json!({ "ids": ids, "take": true })).await.expect("taken back");
    let refused = office.call("list_refused", json!({})).await.expect("the list");
    assert_eq!(refused, json!([]), "he had the job after all");
    b.sync().await.expect("syncs");
    b.nothing_waits().await;
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
        let view = device.call("open_job", json!({ "job": job })).await.expect("the job").to_string();
        assert!(view.contains("换皮带") && view.contains("调张紧轮"), "what he wrote stands: {view}");
    }
}
