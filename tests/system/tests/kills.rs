//! SIGKILL of the real processes at random instants while changes flow. `GONGDAN_KILLS` says how often (40 in `make test`, hundreds in
//! `make torture`), `GONGDAN_SEED` replays one campaign.
//!
//! `entered_is_durable`: what the device's process answered with yes is there when it is started again. `acknowledged_is_durable`: what
//! the server acknowledged is there when it is started again. `exactly_once`: in the end the office has each of them once.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gongdan_harness::{Office, PIN, World, binary, free_port};
use serde_json::{Value, json};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The device as a process of its own.
struct DeviceProcess {
    child: Child,
    url: String,
}

impl DeviceProcess {
    fn start(data: &std::path::Path) -> Self {
        let port = free_port();
        let child = Command::new(binary("gongdan-bridge"))
            .args(["--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the bridge starts");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    fn kill(&mut self) {
        self.child.kill().expect("was running");
        self.child.wait().expect("ends");
    }
}

impl Drop for DeviceProcess {
    fn drop(&mut self) {
        // Killed already is fine.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// One command; `None` where the process died before it answered.
async fn call(http: &reqwest::Client, url: &str, name: &str, args: &Value) -> Option<Value> {
    let answer = http.post(format!("{url}/call/{name}")).json(args).send().await.ok()?;
    let good = answer.status().is_success();
    let text = answer.text().await.ok()?;
    assert!(good, "{name} was refused: {text}");
    serde_json::from_str(&text).ok()
}

/// Every note of the job in a view, each as often as it is there.
fn notes(view: &Value, found: &mut Vec<String>) {
    match view {
        Value::String(text) if text.starts_with("kill ") => found.push(text.clone()),
        Value::Object(map) => map.values().for_each(|value| notes(value, found)),
        Value::Array(list) => list.iter().for_each(|value| notes(value, found)),
        _ => {}
    }
}

struct Campaign {
    world: World,
    office: Office,
    http: reqwest::Client,
    device: DeviceProcess,
    job: Value,
    about: Value,
    /// Answered with yes.
    entered: BTreeSet<String>,
    /// Seen at the office.
    arrived: BTreeSet<String>,
    written: u64,
}

impl Campaign {
    async fn begin() -> Self {
        let world = World::new();
        let office = world.office("lu").await;
        let jobs = office.call("list_jobs", json!({ "filter": "all", "text": "SAMPLE-1004" })).await.expect("jobs");
        let (job, visit) = (jobs["rows"][0]["title"]["job"].clone(), jobs["rows"][0]["visit"].clone());
        let code = world.enrolment_code("张晓峰").await;
        let device = DeviceProcess::start(&world.path().join("device"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let enrol = json!({ "server": world.url(), "code": code, "pin": PIN, "device_name": "kills" });
        call(&http, &device.url, "enrol", &enrol).await.expect("enrols");
        let about = json!({ "job": job, "visit": visit });
        let mut campaign = Self {
            world,
            office,
            http,
            device,
            job,
            about,
            entered: BTreeSet::new(),
            arrived: BTreeSet::new(),
            written: 0,
        };
        campaign.delivered().await;
        campaign
    }

    /// Writes until one call finds the process gone or the time is over; kills in the middle.
    async fn write_and_kill(&mut self, dice: &mut Dice) {
        let device = dice.roll(2) == 0;
        let instant = Duration::from_micros(dice.roll(120_000));
        let (http, url, about, from) = (self.http.clone(), self.device.url.clone(), self.about.clone(), self.written);
        let writing = tokio::spawn(async move {
            let mut kept = Vec::new();
            let mut n = from;
            let end = tokio::time::Instant::now() + instant + Duration::from_millis(40);
            while tokio::time::Instant::now() < end {
                let text = format!("kill {n}");
                n += 1;
                let fact = json!({ "kind": "note_added", "body": { "text": text } });
                match call(&http, &url, "record", &json!({ "about": about, "fact": fact })).await {
                    Some(_) => kept.push(text),
                    None => break,
                }
            }
            (kept, n)
        });
        // The instant is the thing itself here: nothing waits for anything.
        tokio::time::sleep(instant).await;
        if device {
            self.device.kill();
        } else {
            self.world.kill_server();
        }
        let (kept, n) = writing.await.expect("writes");
        self.entered.extend(kept);
        self.written = n;
        if device {
            self.device = DeviceProcess::start(&self.world.path().join("device"));
            call(&self.http, &self.device.url, "unlock", &json!({ "pin": PIN })).await.expect("unlocks");
            self.check_device().await;
        } else {
            self.world.start_server();
            self.check_office().await;
        }
    }

    /// `entered_is_durable`
    async fn check_device(&self) {
        let view = call(&self.http, &self.device.url, "open_job", &json!({ "job": self.job })).await.expect("the job");
        let mut there = Vec::new();
        notes(&view, &mut there);
        let there: BTreeSet<String> = there.into_iter().collect();
        let lost: Vec<_> = self.entered.difference(&there).collect();
        assert!(lost.is_empty(), "entered_is_durable: shown as kept and gone after the kill: {lost:?}");
    }

    async fn at_office(&self) -> Vec<String> {
        let view = self.office.call("open_job", json!({ "job": self.job })).await.expect("the job");
        let mut there = Vec::new();
        notes(&view["timeline"], &mut there);
        there
    }

    /// `acknowledged_is_durable`
    async fn check_office(&self) {
        let there: BTreeSet<String> = self.at_office().await.into_iter().collect();
        let lost: Vec<_> = self.arrived.difference(&there).collect();
        assert!(lost.is_empty(), "acknowledged_is_durable: acknowledged and gone after the kill: {lost:?}");
    }

    /// Calls sync until the device says that nothing waits: then everything it has was acknowledged.
    async fn delivered(&mut self) {
        let mut told = self.http.get(format!("{}/events", self.device.url)).send().await.expect("the device tells");
        let delivered = async {
            loop {
                let sentence = call(&self.http, &self.device.url, "sync_now", &json!({})).await.expect("a sentence");
                if sentence["mood"] == "delivered" && sentence["waiting"] == 0 {
                    return;
                }
                told.chunk().await.expect("the device lives");
            }
        };
        tokio::time::timeout(Duration::from_secs(60), delivered).await.expect("delivered within a minute");
        self.arrived.clone_from(&self.entered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_is_durable_and_entered_is_durable_over_kills_at_random_instants() {
    let (rounds, seed) = (number("GONGDAN_KILLS", 40), number("GONGDAN_SEED", 1126));
    println!("GONGDAN_SEED={seed} GONGDAN_KILLS={rounds}");
    let mut dice = Dice(seed);
    let mut campaign = Campaign::begin().await;
    for round in 0..rounds {
        campaign.write_and_kill(&mut dice).await;
        // Now and then everything is acknowledged, so that later kills have something to lose.
        if round % 8 == 7 {
            campaign.delivered().await;
            campaign.check_office().await;
        }
    }
    campaign.delivered().await;
    let all = campaign.at_office().await;
    let once: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(all.len(), once.len(), "exactly_once: nothing is doubled");
    assert!(campaign.entered.is_subset(&once), "exactly_once: nothing is missing");
    assert!(campaign.entered.len() as u64 > rounds, "changes really flowed: {}", campaign.entered.len());
    println!("{rounds} kills survived, {} changes", once.len());
}
