//! The machines together: two technicians' devices, the office and a network that breaks, in random but replayable order
//! (invariants `acknowledged_is_durable`, `entered_is_durable`, `exactly_once`, `converges`, `no_silent_loser`, `scope_is_tight`).

use std::collections::BTreeSet;

use gongdan_harness::{Office, TestDevice, Weather, World, customer_of, job_of, notes};
use serde_json::{Value, json};

/// A small replayable source of choices; the seed is printed by every failing assertion.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

async fn on_device(device: &TestDevice, customer: &str, field: &str) -> Value {
    let view = device.call("open_customer", json!({ "customer": customer })).await.expect("the customer");
    view["customer"]["fields"][field].clone()
}

async fn in_office(office: &Office, customer: &str, field: &str) -> Value {
    let view = office.call("open_customer", json!({ "customer": customer })).await.expect("the customer");
    view["fields"][field].clone()
}

/// Edits what is on the screen: the heads that are shown are what this person has seen.
async fn edit(device: &TestDevice, customer: &str, field: &str, value: &str) {
    let seen = on_device(device, customer, field).await["heads"].clone();
    let entity = json!({ "kind": "customer", "id": customer });
    let args = json!({ "entity": entity, "field": field, "value": value, "seen": seen });
    // A conflicted field opens the chooser instead of a plain edit; then there is nothing to write here.
    if let Err(problem) = device.call("write_field", args).await {
        assert_eq!(problem.code, gongdan_domain::problem::Code::Conflict, "{problem:?}");
    }
}

fn heads(field: &Value) -> BTreeSet<String> {
    field["heads"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

async fn random_day(seed: u64) {
    let mut world = World::new();
    let office = world.office("lu").await;
    let customer = customer_of(&office, "样例云杉").await;
    // Both technicians are on this job.
    let (job, visit) = job_of(&office, "SAMPLE-1004").await;
    let about = json!({ "job": job, "visit": visit });
    let mut devices = [Some(world.device("张晓峰", "a").await), Some(world.device("沈一川", "b").await)];
    for device in devices.iter().flatten() {
        device.sync().await.expect("a first sync");
    }

    let mut dice = Dice(seed);
    let mut written = Vec::new();
    for step in 0..40u32 {
        let which = dice.roll(2) as usize;
        let device = devices[which].as_ref().expect("there");
        match dice.roll(8) {
            0 | 1 => {
                let text = format!("seed {seed} step {step} device {which}");
                let fact = json!({ "kind": "note_added", "body": { "text": text } });
                device.call("record", json!({ "about": about, "fact": fact })).await.expect("a note is always taken");
                written.push(text);
            }
            2 => edit(device, &customer, "phone", &format!("0000-{seed}-{step}-{which}")).await,
            3 => {
                let field = in_office(&office, &customer, "phone").await;
                let entity = json!({ "kind": "customer", "id": customer });
                let value = format!("0000-{seed}-{step}-office");
                let args = json!({ "entity": entity, "field": "phone", "value": value, "seen": field["heads"] });
                // A conflicted field wants a settlement instead.
                _ = office.call("correct_archive", args).await;
            }
            4 | 5 => {
                let weather =
                    [Weather::Fair, Weather::Cut, Weather::LostReplies, Weather::TornRequests, Weather::ServerTrouble];
                device.proxy.tear_after(200 + dice.roll(3000));
                device.proxy.set(weather[dice.roll(5) as usize]);
                // Whether it gets through is the weather's business; that nothing is lost is checked below.
                _ = device.sync().await;
            }
            6 => {
                let device = devices[which].take().expect("there");
                devices[which] = Some(device.restart().await);
            }
            _ => {
                world.kill_server();
                world.start_server();
            }
        }
    }

    // Quiet: the sun shines, everybody syncs until nothing moves.
    for device in devices.iter().flatten() {
        device.proxy.set(Weather::Fair);
    }
    for _ in 0..2 {
        for device in devices.iter().flatten() {
            device.sync().await.unwrap_or_else(|p| panic!("seed {seed}: in fair weather a sync succeeds: {p:?}"));
        }
    }

    written.sort();
    assert_eq!(notes(&office, &job).await, written, "seed {seed}: every note arrived, exactly once");
    let server = in_office(&office, &customer, "phone").await;
    for (name, device) in ["a", "b"].iter().zip(devices.iter().flatten()) {
        let local = on_device(device, &customer, "phone").await;
        assert_eq!(heads(&local), heads(&server), "seed {seed}: device {name} and office hold the same heads");
        assert_eq!(local["value"], server["value"], "seed {seed}: and show the same value");
        let list = device.call("sync_list", json!({})).await.expect("the list");
        assert_eq!(list["waiting"].as_array().map(Vec::len), Some(0), "seed {seed}: nothing waits on {name}: {list}");
        assert_eq!(
            list["refused"].as_array().map(Vec::len),
            Some(0),
            "seed {seed}: nothing was refused on {name}: {list}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn converges_and_exactly_once_whatever_the_network_and_the_kills() {
    for seed in [1, 26, 1123] {
        random_day(seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i5_no_silent_loser_two_values_stand_until_a_person_chooses() {
    let world = World::new();
    let office = world.office("lu").await;
    let customer = customer_of(&office, "样例蓝桥").await;
    let (a, b) = (world.device("张晓峰", "a").await, world.device("沈一川", "b").await);
    a.sync().await.expect("syncs");
    b.sync().await.expect("syncs");
    edit(&a, &customer, "phone", "0000-1111").await;
    edit(&b, &customer, "phone", "0000-2222").await;
    for device in [&a, &b, &a] {
        device.sync().await.expect("syncs");
    }
    for device in [&a, &b] {
        let list = device.call("sync_list", json!({})).await.expect("the list");
        let values: BTreeSet<&str> = list["conflicts"][0]["choices"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|c| c["value"].as_str())
            .collect();
        assert_eq!(values, BTreeSet::from(["0000-1111", "0000-2222"]), "both values are shown to the person: {list}");
    }
    let conflict = &office.call("list_conflicts", json!({})).await.expect("conflicts")[0];
    let seen: Vec<&Value> = conflict["heads"].as_array().into_iter().flatten().map(|h| &h["write"]).collect();
    let args = json!({ "entity": conflict["entity"], "field": "phone", "value": "0000-1111", "seen": seen });
    office.call("settle_conflict", args).await.expect("a person chooses");
    for device in [&a, &b] {
        device.sync().await.expect("syncs");
        let field = on_device(device, &customer, "phone").await;
        assert_eq!((field["value"].as_str(), field["conflict"].as_bool()), (Some("0000-1111"), Some(false)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_a_job_from_the_office_reaches_exactly_the_devices_that_may_see_it() {
    let world = World::new();
    let office = world.office("lu").await;
    let (a, b) = (world.device("张晓峰", "a").await, world.device("沈一川", "b").await);
    let technicians = office.call("technicians", json!({})).await.expect("technicians");
    let person = technicians
        .as_array()
        .into_iter()
        .flatten()
        .find(|t| t["person"]["name"] == "张晓峰")
        .map(|t| t["person"]["id"].clone())
        .expect("张晓峰 is a technician");
    let job = "0193a1b2-0000-7000-8000-000000000001";
    let planned = technicians[0]["last_seen_at"].clone();
    let create = json!({
        "job": job, "customer": { "kind": "new", "fields": { "name": "新客户", "address": "示例路 1 号" } }, "machine": { "kind": "unknown" },
        "contact_name": "王工", "phone": "0000-999", "symptom": "不打气", "service_kind": "repair", "urgency": "down",
        "assign": { "technicians": [person], "leader": person, "planned_at": planned }
    });
    for _ in 0..2 {
        office.call("create_job", create.clone()).await.expect("sending the form twice registers one job");
    }
    a.sync().await.expect("syncs");
    b.sync().await.expect("syncs");
    let view = a.call("open_job", json!({ "job": job })).await.expect("the technician has it");
    assert_eq!(view["fields"]["symptom"]["value"], "不打气");
    let refused = b.call("open_job", json!({ "job": job })).await.expect_err("nobody else does");
    assert_eq!(refused.code, gongdan_domain::problem::Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_a_problem_and_leaves_nothing_behind() {
    use gongdan_domain::problem::Code;
    let world = World::new();
    let wrong = Office::sign_in(&world.url(), "cheng", "not the password").await.err().expect("refused");
    assert_eq!(wrong.code, Code::SignInFailed);
    let device = world.device("张晓峰", "a").await;
    device.sync().await.expect("syncs");
    let office = world.office("lu").await;
    let (job, visit) = job_of(&office, "SAMPLE-1002").await;
    let about = json!({ "job": job, "visit": visit });
    let unknown =
        device.call("open_job", json!({ "job": "00000000-0000-7000-8000-000000000000" })).await.expect_err("refused");
    assert_eq!(unknown.code, Code::NotFound);
    let photo = json!({ "about": about, "photo": "before", "caption": "" });
    let text = device.photo(photo, b"this is no picture".to_vec()).await.expect_err("refused");
    assert_eq!(text.code, Code::NotAPicture);
    let reading =
        json!({ "about": about, "key": "discharge_temp_c", "phase": "before", "value": "900", "confirmed": false });
    let hot = device.call("take_reading", reading).await.expect_err("refused");
    assert_eq!(hot.code, Code::ReadingImpossible);
    assert!(!hot.details.is_null(), "the range is named: {hot:?}");
    let list = device.call("sync_list", json!({})).await.expect("the list");
    assert_eq!(list["waiting"].as_array().map(Vec::len), Some(0), "nothing half-written waits: {list}");
}

/// Waits until the device says so by itself; panics after `seconds`.
async fn until_mood(device: &TestDevice, mood: &str, seconds: u64) {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    device.device.subscribe(Box::new(move |_| _ = tell.send(())));
    let said = async {
        loop {
            let list = device.call("sync_list", json!({})).await.expect("the list");
            if list["sentence"]["mood"] == mood {
                return;
            }
            told.recv().await.expect("the device lives");
        }
    };
    let within = std::time::Duration::from_secs(seconds);
    tokio::time::timeout(within, said).await.unwrap_or_else(|_| panic!("not {mood} within {seconds} s"));
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_a_server_that_died_is_said_within_seconds_not_at_the_next_poll() {
    let mut world = World::new();
    let office = world.office("lu").await;
    let customer = customer_of(&office, "样例云杉").await;
    let device = world.device("张晓峰", "a").await;
    device.device.start_sync();
    until_mood(&device, "delivered", 30).await;
    // What the office changes comes at once: the live line is open, and the next poll is more than twenty seconds away.
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    device.device.subscribe(Box::new(move |_| _ = tell.send(())));
    let field = in_office(&office, &customer, "phone").await;
    let entity = json!({ "kind": "customer", "id": customer });
    let args = json!({ "entity": entity, "field": "phone", "value": "0000-live", "seen": field["heads"] });
    office.call("correct_archive", args).await.expect("corrected");
    while on_device(&device, &customer, "phone").await["value"] != "0000-live" {
        told.recv().await.expect("the device lives");
    }
    until_mood(&device, "delivered", 5).await;
    world.kill_server();
    until_mood(&device, "offline", 8).await;
    world.start_server();
    until_mood(&device, "delivered", 60).await;
}
