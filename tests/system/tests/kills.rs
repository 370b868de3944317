//! SIGKILL of the real processes at random instants while changes flow. `GONGDAN_KILLS` says how often (40 in `make test`, hundreds in
//! `make torture`), `GONGDAN_SEED` replays one campaign.
//!
//! `entered_is_durable`: what the device's process answered with yes is there when it is started again. `acknowledged_is_durable`: what
//! the device took for acknowledged when the server died is there when it is started again, before the device can send it once more.
//! `exactly_once`: in the end the office has each of them once. Notes, values of a field, photos and seals flow.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gongdan_harness::visit::{Visit, signed};
use gongdan_harness::{
    Office, PIN, Proxy, TestDevice, Weather, World, ZHANG, binary, customer_of, device_row, free_port, job_of, photos,
};
use jpeg_encoder::{ColorType, Encoder};
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

/// A small picture, another one for every number: the same one taken twice would be one file.
fn picture(n: u64) -> Vec<u8> {
    let point = |k: u64| k * 7 + (k % 64) * n + n * n + (k / 64) * (n / 256) * 31;
    let points: Vec<u8> = (0..64 * 48 * 3_u64).map(|k| point(k) as u8).collect();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 90).encode(&points, 64, 48, ColorType::Rgb).expect("encoded");
    jpeg
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

/// Every text of a view that begins so, each as often as it is there.
fn texts(view: &Value, beginning: &str, found: &mut Vec<String>) {
    match view {
        Value::String(text) if text.starts_with(beginning) => found.push(text.clone()),
        Value::Object(map) => map.values().for_each(|value| texts(value, beginning, found)),
        Value::Array(list) => list.iter().for_each(|value| texts(value, beginning, found)),
        _ => {}
    }
}

fn counted(text: &str) -> u64 {
    text.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no number at the end of {text}"))
}

/// Whoever taps on the device: what he is at, and how to reach it.
#[derive(Clone)]
struct Hand {
    http: reqwest::Client,
    url: String,
    about: Value,
    customer: String,
}

/// What the device answered with yes.
#[derive(Default)]
struct Kept {
    notes: BTreeSet<String>,
    photos: u64,
    /// The newest value of the field.
    value: u64,
}

impl Hand {
    async fn call(&self, name: &str, args: Value) -> Option<Value> {
        call(&self.http, &self.url, name, &args).await
    }

    async fn note(&self, text: &str) -> Option<Value> {
        let fact = json!({ "kind": "note_added", "body": { "text": text } });
        self.call("record", json!({ "about": self.about, "fact": fact })).await
    }

    async fn photo(&self, n: u64) -> Option<Value> {
        let args = json!({ "about": self.about, "photo": "fault", "caption": format!("photo {n}") }).to_string();
        let sent = self.http.post(format!("{}/upload/photo", self.url)).header("x-args", percent(&args));
        let answer = sent.body(picture(n)).send().await.ok()?;
        let good = answer.status().is_success();
        let text = answer.text().await.ok()?;
        assert!(good, "a photo was refused: {text}");
        serde_json::from_str(&text).ok()
    }

    /// Writes over what is on the screen.
    async fn value(&self, n: u64) -> Option<Value> {
        let view = self.call("open_customer", json!({ "customer": self.customer })).await?;
        let seen = view["customer"]["fields"]["phone"]["heads"].clone();
        let entity = json!({ "kind": "customer", "id": self.customer });
        self.call(
            "write_field",
            json!({ "entity": entity, "field": "phone", "value": format!("value {n}"), "seen": seen }),
        )
        .await
    }

    /// The order of a job that was repaired; once.
    async fn seal(&self, job: &str) -> Option<Value> {
        let view = self.call("open_job", json!({ "job": job })).await?;
        if view["state"]["seals"].as_array().is_some_and(|seals| !seals.is_empty()) {
            return Some(view);
        }
        let shown = self.call("preview_order", json!({ "job": job })).await?["shown"].clone();
        let rating = json!({ "quality": "satisfied", "attitude": "very_satisfied", "opinion": "" });
        let args = json!({ "job": job, "shown": shown, "rating": rating, "signing": signed("陈喆"), "position": null });
        self.call("seal_order", args).await
    }

    /// Until one call finds the process gone, or the time is over.
    async fn write(self, from: u64, until: tokio::time::Instant, sealing: Option<String>) -> (Kept, u64) {
        let (mut kept, mut n) = (Kept::default(), from);
        if let Some(job) = sealing
            && self.seal(&job).await.is_none()
        {
            return (kept, n);
        }
        while tokio::time::Instant::now() < until {
            n += 1;
            let done = match n % 8 {
                3 => self.value(n).await.map(|_| kept.value = n),
                6 => self.photo(n).await.map(|_| kept.photos += 1),
                _ => self.note(&format!("kill {n}")).await.map(|_| _ = kept.notes.insert(format!("kill {n}"))),
            };
            if done.is_none() {
                break;
            }
        }
        (kept, n)
    }
}

struct Campaign {
    world: World,
    office: Office,
    admin: Office,
    hand: Hand,
    /// Between device and server.
    line: Proxy,
    device: DeviceProcess,
    job: String,
    /// Jobs whose order waits to be sealed.
    to_seal: Vec<String>,
    sealed: Vec<String>,
    entered: Kept,
    /// Seen at the office.
    arrived: BTreeSet<String>,
    written: u64,
}

impl Campaign {
    async fn begin() -> Self {
        let world = World::new();
        let (office, admin) = (world.office("lu").await, world.office("admin").await);
        let tablet = world.device(ZHANG, "device").await;
        tablet.sync().await.expect("a first sync");
        let mut to_seal = Vec::new();
        for serial_no in REPAIRED {
            let (job, visit) = job_of(&office, serial_no).await;
            Visit::of(&tablet, &job, &visit).repaired().await;
            to_seal.push(job);
        }
        let (job, visit) = job_of(&office, "SAMPLE-1004").await;
        let customer = customer_of(&office, "样例云杉").await;
        // From here on it is a process of its own, on the same folder and line.
        let TestDevice { device: open, proxy: line, .. } = tablet;
        tokio::task::spawn_blocking(move || drop(open)).await.expect("closed");
        let device = DeviceProcess::start(&world.path().join("device"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let about = json!({ "job": job, "visit": visit });
        let hand = Hand { http, url: device.url.clone(), about, customer };
        let mut campaign = Self {
            world,
            office,
            admin,
            hand,
            line,
            device,
            job,
            to_seal,
            sealed: Vec::new(),
            entered: Kept::default(),
            arrived: BTreeSet::new(),
            written: 0,
        };
        campaign.unlocked().await;
        campaign.delivered().await;
        campaign
    }

    async fn unlocked(&mut self) {
        self.hand.url.clone_from(&self.device.url);
        self.hand.call("unlock", json!({ "pin": PIN })).await.expect("unlocks");
    }

    /// Writes in the middle of which one of the two is killed.
    async fn write_and_kill(&mut self, dice: &mut Dice, sealing: Option<String>) {
        let device = dice.roll(2) == 0;
        let instant = Duration::from_micros(dice.roll(120_000));
        self.hand.call("sync_now", json!({})).await.expect("a sentence");
        let until = tokio::time::Instant::now() + instant + Duration::from_millis(40);
        let writing = tokio::spawn(self.hand.clone().write(self.written, until, sealing));
        // The instant is the thing itself here: nothing waits for anything.
        tokio::time::sleep(instant).await;
        if device {
            self.device.kill();
        } else {
            self.world.kill_server();
        }
        let (kept, n) = writing.await.expect("writes");
        self.entered.notes.extend(kept.notes);
        self.entered.photos += kept.photos;
        self.entered.value = self.entered.value.max(kept.value);
        self.written = n;
        if device {
            self.device = DeviceProcess::start(&self.world.path().join("device"));
            self.unlocked().await;
            self.check_device().await;
        } else {
            self.check_server().await;
        }
    }

    /// `entered_is_durable`
    async fn check_device(&self) {
        let view = self.hand.call("open_job", json!({ "job": self.job })).await.expect("the job");
        let mut there = Vec::new();
        texts(&view, "kill ", &mut there);
        let there: BTreeSet<String> = there.into_iter().collect();
        let lost: Vec<_> = self.entered.notes.difference(&there).collect();
        assert!(lost.is_empty(), "entered_is_durable: shown as kept and gone after the kill: {lost:?}");
        let view =
            self.hand.call("open_customer", json!({ "customer": self.hand.customer })).await.expect("the customer");
        let mut values = Vec::new();
        texts(&view["customer"]["fields"]["phone"]["value"], "value ", &mut values);
        let newest = values.iter().map(|text| counted(text)).max().unwrap_or(0);
        assert!(
            newest >= self.entered.value,
            "entered_is_durable: value {} was kept, {newest} is there",
            self.entered.value
        );
    }

    /// What the device takes for acknowledged; the server is dead, so that nothing more can be.
    async fn acknowledged(&mut self) -> u64 {
        self.written += 1;
        let text = format!("kill {}", self.written);
        self.hand.note(&text).await.expect("without a server too");
        self.entered.notes.insert(text);
        let list = self.hand.call("sync_list", json!({})).await.expect("the list");
        let first = list["waiting"][0]["device_seq"].as_u64().expect("this note waits at least");
        first - 1
    }

    /// `acknowledged_is_durable`: asked before the device can send anything again.
    async fn check_server(&mut self) {
        self.line.set(Weather::Cut);
        let acknowledged = self.acknowledged().await;
        self.world.start_server();
        let through = device_row(&self.admin, "device").await["acked_through"].as_u64().expect("a number");
        assert!(
            through >= acknowledged,
            "acknowledged_is_durable: the device was told {acknowledged}, the server knows {through}"
        );
        let there: BTreeSet<String> = self.at_office().await.into_iter().collect();
        let lost: Vec<_> = self.arrived.difference(&there).collect();
        assert!(lost.is_empty(), "acknowledged_is_durable: acknowledged and gone after the kill: {lost:?}");
        self.line.set(Weather::Fair);
    }

    async fn at_office(&self) -> Vec<String> {
        let view = self.office.call("open_job", json!({ "job": self.job })).await.expect("the job");
        let mut there = Vec::new();
        texts(&view["timeline"], "kill ", &mut there);
        there
    }

    /// Calls sync until the device says that nothing waits: then everything it has was acknowledged.
    async fn delivered(&mut self) {
        let mut told =
            self.hand.http.get(format!("{}/events", self.device.url)).send().await.expect("the device tells");
        let delivered = async {
            loop {
                let sentence = self.hand.call("sync_now", json!({})).await.expect("a sentence");
                if sentence["mood"] == "delivered" && sentence["waiting"] == 0 {
                    return;
                }
                told.chunk().await.expect("the device lives");
            }
        };
        tokio::time::timeout(Duration::from_secs(60), delivered).await.expect("delivered within a minute");
        self.arrived.clone_from(&self.entered.notes);
    }

    /// `exactly_once`: what the office has in the end.
    async fn check_whole(&self) {
        let all = self.at_office().await;
        let once: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(all.len(), once.len(), "exactly_once: nothing is doubled");
        assert!(self.entered.notes.is_subset(&once), "exactly_once: nothing is missing");
        let photos: BTreeSet<String> = photos(&self.office, &self.job).await.into_iter().collect();
        assert!(photos.len() as u64 >= self.entered.photos, "{} photos of {}", photos.len(), self.entered.photos);
        for hash in &photos {
            self.office.get(&format!("/api/office/file/{hash}")).await.expect("blob_whole: the photo's bytes");
        }
        let customer = self.office.call("open_customer", json!({ "customer": self.hand.customer })).await.expect("him");
        let value = customer["fields"]["phone"]["value"].as_str().map(counted);
        assert!(value >= Some(self.entered.value), "value {} is the last that was kept: {value:?}", self.entered.value);
        let conflicts = self.office.call("list_conflicts", json!({})).await.expect("conflicts");
        assert_eq!(conflicts, json!([]), "exactly_once: one hand wrote, one value after the other");
        for job in &self.sealed {
            let view = self.hand.call("preview_order", json!({ "job": job })).await.expect("the order");
            let order = view["document"]["order_id"].as_str().unwrap_or_else(|| panic!("sealed: {view}")).to_owned();
            let proof =
                self.admin.get(&format!("/api/office/orders/{order}/proof")).await.expect("the office has the seal");
            assert!(!proof.is_empty());
        }
    }
}

/// Machines whose visits end in an order here.
const REPAIRED: [&str; 2] = ["SAMPLE-1001", "SAMPLE-1002"];

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_is_durable_and_entered_is_durable_over_kills_at_random_instants() {
    let (rounds, seed) = (number("GONGDAN_KILLS", 40), number("GONGDAN_SEED", 1126));
    println!("GONGDAN_SEED={seed} GONGDAN_KILLS={rounds}");
    let mut dice = Dice(seed);
    let mut campaign = Campaign::begin().await;
    for round in 0..rounds {
        // Each order is sealed while something is killed; where its yes did not come it is asked for again.
        let due = round % (rounds / 3).max(1) == 0;
        let job = if due { campaign.to_seal.pop() } else { None };
        campaign.sealed.extend(job.clone());
        campaign.write_and_kill(&mut dice, job).await;
        // Now and then everything is acknowledged, so that later kills have something to lose.
        if round % 8 == 7 {
            campaign.delivered().await;
        }
    }
    for job in campaign.sealed.clone() {
        campaign.hand.seal(&job).await.expect("sealed, if it was not");
    }
    campaign.delivered().await;
    campaign.check_whole().await;
    let Kept { notes, photos, value } = &campaign.entered;
    assert!(notes.len() as u64 >= rounds / 2 && *photos > 0 && *value > 0, "changes really flowed: {}", notes.len());
    println!("{rounds} kills survived, {} notes, {photos} photos, {} seals", notes.len(), campaign.sealed.len());
}
