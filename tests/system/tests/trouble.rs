//! Trouble with disks, files and lines, over real devices and a real server: said by its name, nothing half-written, nothing doubled,
//! and it goes on when the trouble is over (`full_disk_is_harmless`, `entered_is_durable`, `exactly_once`).

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gongdan_device::device::{Config, Device};
use gongdan_device::sync::client::Patience;
use gongdan_device::vault::NoKeyStore;
use gongdan_domain::problem::Code;
use gongdan_harness::{Office, PIN, TestDevice, Weather, World, binary, checkout, free_port};
use serde_json::{Value, json};

async fn job_of(office: &Office, serial_no: &str) -> (Value, Value) {
    let jobs = office.call("list_jobs", json!({ "filter": "all", "text": serial_no })).await.expect("jobs");
    let row = &jobs["rows"][0];
    (row["title"]["job"].clone(), json!({ "job": row["title"]["job"], "visit": row["visit"] }))
}

async fn note(device: &TestDevice, about: &Value, text: &str) {
    let fact = json!({ "kind": "note_added", "body": { "text": text } });
    device.call("record", json!({ "about": about, "fact": fact })).await.expect("noted");
}

async fn notes(office: &Office, job: &Value) -> Vec<String> {
    let view = office.call("open_job", json!({ "job": job })).await.expect("the job");
    let rows = view["timeline"].as_array().expect("a timeline").iter().filter(|row| row["kind"] == "note_added");
    let mut all: Vec<String> = rows.filter_map(|row| row["body"]["text"].as_str().map(str::to_owned)).collect();
    all.sort();
    all
}

async fn mood(device: &TestDevice) -> Value {
    device.call("sync_list", json!({})).await.expect("the list")["sentence"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn entered_is_durable_a_damaged_device_is_rebuilt_from_its_outbox_and_the_office() {
    let mut world = World::new();
    let office = world.office("lu").await;
    let (job, about) = job_of(&office, "SAMPLE-1004").await;
    let device = world.device("张晓峰", "tablet").await;
    device.sync().await.expect("a first sync");
    for n in 0..5 {
        note(&device, &about, &format!("sent {n}")).await;
    }
    device.sync().await.expect("delivered");
    world.kill_server();
    for n in 0..12 {
        note(&device, &about, &format!("unsent {n}")).await;
    }
    let photo = std::fs::read(checkout().join("tests/fixtures/before.jpg")).expect("a photo");
    device.photo(json!({ "about": about, "photo": "before", "caption": "" }), photo).await.expect("taken");

    let file = world.path().join("tablet/gongdan.db");
    let device = device
        .restart_after(move || {
            let mut bytes = std::fs::read(&file).expect("the file");
            bytes[..4096].fill(0);
            std::fs::write(&file, bytes).expect("written");
        })
        .await;
    let status = device.call("status", json!({})).await.expect("a status");
    assert_eq!(status["gate"], "damaged", "the gate says what happened");
    let refused = device.call("open_job", json!({ "job": job })).await.expect_err("nothing else goes on");
    assert_eq!(refused.code, Code::DatabaseDamaged);
    let status = device.call("rebuild", json!({})).await.expect("rebuilt");
    assert_eq!(
        (&status["gate"], &status["rebuilt"]["kept"], &status["rebuilt"]["lost"]),
        (&json!("open"), &json!(13), &Value::Null)
    );
    assert!(world.path().join("tablet/damaged-1/gongdan.db").exists(), "the damaged file is kept");

    world.start_server();
    device.sync().await.expect("asks, hands over and fetches");
    let status = device.call("status", json!({})).await.expect("a status");
    assert_eq!(status["rebuilt"]["lost"], 0, "compared with the office, nothing is missing: {}", status["rebuilt"]);
    let expected: BTreeSet<String> =
        (0..5).map(|n| format!("sent {n}")).chain((0..12).map(|n| format!("unsent {n}"))).collect();
    assert_eq!(notes(&office, &job).await, expected.iter().cloned().collect::<Vec<_>>(), "each once");
    let view = device.call("open_job", json!({ "job": job })).await.expect("the job is here again").to_string();
    assert!(expected.iter().all(|text| view.contains(text)), "the device shows all of it again");
    let list = device.call("sync_list", json!({})).await.expect("the list");
    assert_eq!((&list["waiting"], &list["files"]["sent"]), (&json!([]), &json!(1)), "the photo arrived: {list}");
    note(&device, &about, "and goes on").await;
    device.sync().await.expect("delivered");
    assert_eq!(notes(&office, &job).await.len(), expected.len() + 1);
    let status = device.call("read_rebuilt", json!({})).await.expect("read");
    assert_eq!(status["rebuilt"], Value::Null, "told until it was read");
}

#[tokio::test(flavor = "multi_thread")]
async fn l3_a_forgotten_pin_is_opened_by_the_office_once_and_only_by_who_may() {
    let world = World::new();
    let (admin, dispatcher) = (world.office("admin").await, world.office("lu").await);
    let (job, about) = job_of(&dispatcher, "SAMPLE-1004").await;
    let device = world.device("张晓峰", "tablet").await;
    device.sync().await.expect("a first sync brings the code to the office");
    note(&device, &about, "not sent yet").await;
    let id = admin.call("list_devices", json!({})).await.expect("devices")["devices"][0]["device"].clone();
    let ask = json!({ "device": id, "passphrase": world.passphrase() });
    let refused = dispatcher.call("recover_pin", ask.clone()).await.expect_err("not a dispatcher");
    assert_eq!(refused.code, Code::NotAllowed);
    let code = admin.call("recover_pin", ask.clone()).await.expect("a code")["code"].clone();
    device.call("lock", json!({})).await.expect("locked");
    let status = device.call("recover", json!({ "code": code, "pin": "8642" })).await.expect("opens");
    assert_eq!(status["gate"], "open");
    device.sync().await.expect("delivered");
    assert_eq!(notes(&dispatcher, &job).await, ["not sent yet"]);
    device.call("lock", json!({})).await.expect("locked");
    let refused = device.call("unlock", json!({ "pin": PIN })).await.expect_err("the forgotten one");
    assert_eq!(refused.code, Code::PinWrong);
    let refused = device.call("recover", json!({ "code": code, "pin": "1111" })).await.expect_err("used up");
    assert_eq!(refused.code, Code::RecoveryCodeInvalid);
    // The office has the next one already; where it had not, the text on the screen would do.
    let next = admin.call("recover_pin", ask.clone()).await.expect("the next code")["code"].clone();
    assert_ne!(next, code);
    let request = device.call("status", json!({})).await.expect("locked")["recovery_request"].clone();
    let mut by_text = ask;
    by_text["request"] = request;
    assert_eq!(admin.call("recover_pin", by_text).await.expect("the same code")["code"], next);
    device.call("unlock", json!({ "pin": "8642" })).await.expect("opens without it");
    device.sync().await.expect("hears that it was read");
    device.sync().await.expect("brings a new one");
    device.call("lock", json!({})).await.expect("locked");
    let refused = device.call("recover", json!({ "code": next, "pin": "1111" })).await.expect_err("was seen");
    assert_eq!(refused.code, Code::RecoveryCodeInvalid, "a code that was read and not needed opens nothing later");
    let audit = admin.call("list_audit", json!({ "page": 0 })).await.expect("the trail").to_string();
    assert!(audit.contains("recovery_code_read"), "who read it stands in the trail");
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_once_over_a_line_that_is_slow_half_closed_or_silent() {
    let world = World::new();
    let office = world.office("lu").await;
    let (job, about) = job_of(&office, "SAMPLE-1004").await;
    let quick = Patience { connect: Duration::from_secs(1), silence: Duration::from_secs(1) };
    let device = world.device_with("张晓峰", "tablet", move |config| config.patience = quick).await;
    device.sync().await.expect("a first sync");
    let mut written = Vec::new();
    for (n, weather) in
        [Weather::HalfClosed, Weather::Silent, Weather::ServerTrouble, Weather::Cut, Weather::LostReplies]
            .into_iter()
            .enumerate()
    {
        let text = format!("{n} {weather:?}");
        note(&device, &about, &text).await;
        written.push(text);
        device.proxy.set(weather);
        let problem = device.sync().await.expect_err("does not get through");
        assert!(matches!(problem.code, Code::Offline | Code::ServerTrouble), "{weather:?}: {problem:?}");
        let sentence = mood(&device).await;
        assert!(
            sentence["mood"] == "offline" || sentence["mood"] == "trouble",
            "{weather:?} ends in a state that is said: {sentence}"
        );
        assert_eq!(sentence["waiting"], json!(n + 1), "and what waits is counted");
    }
    // 64 kbit/s is a line.
    for n in 0..40 {
        let text = format!("slow {n:02} {}", random_text(n));
        note(&device, &about, &text).await;
        written.push(text);
    }
    let patient = Patience { silence: Duration::from_secs(30), ..quick };
    let device = device.reopened_with(move |config| config.patience = patient).await;
    device.proxy.set(Weather::Slow);
    let began = std::time::Instant::now();
    device.sync().await.expect("slow is not dead");
    assert!(began.elapsed() > Duration::from_secs(1), "it was really slow: {:?}", began.elapsed());
    written.sort();
    assert_eq!(notes(&office, &job).await, written, "everything once, whatever the line did");
    assert_eq!(mood(&device).await["mood"], "delivered");
}

/// Text that does not compress.
fn random_text(seed: u64) -> String {
    let mut state = seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + ((state >> 33) % 90) as u8)
    };
    (0..400).map(|_| letter()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_a_handshake_that_stalls_is_given_up_and_said() {
    let world = World::new();
    let device = world.device("张晓峰", "tablet").await;
    device.sync().await.expect("a first sync");
    // Takes the connection and says nothing, not even who it is.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("https://{}", silent.local_addr().expect("an address"));
    let device = device
        .reopened_with(move |config| {
            config.server_override = Some(address);
            config.patience = Patience { connect: Duration::from_secs(1), silence: Duration::from_secs(1) };
        })
        .await;
    let problem = device.sync().await.expect_err("no handshake, no sync");
    assert_eq!(problem.code, Code::Offline, "{problem:?}");
    assert_eq!(mood(&device).await["mood"], "offline");
}

/// A folder that nobody can write, root neither.
const NOT_WRITABLE: &str = "/sys/gongdan";

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_said_on_both_sides() {
    let device = Device::open(Config::new(NOT_WRITABLE, "0.1.0", Box::new(NoKeyStore))).expect("opens to say why not");
    let said = gongdan_device::commands::call(&device, "status", json!({})).expect_err("nothing works");
    assert_eq!(said.code, Code::FolderReadOnly);
    let run = Command::new(binary("gongdan-server"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data", NOT_WRITABLE])
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success() && said.contains("cannot be written"), "{said}");
}

/// A process that permissions bind, root's too: it gives up the right to pass over them.
fn bound(name: &str, args: &[&str]) -> Command {
    let root = std::fs::metadata("/proc/self").expect("this process").uid() == 0;
    let mut command = Command::new(if root { PathBuf::from("setpriv") } else { binary(name) });
    if root {
        command.args(["--bounding-set=-dac_override", "--inh-caps=-dac_override"]).arg(binary(name));
    }
    command.args(args).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// A folder and all that is in it can be written by its owner, or only read.
fn writable(folder: &Path, yes: bool) {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    for path in entries {
        if path.is_dir() {
            writable(&path, yes);
        } else {
            std::fs::set_permissions(&path, Permissions::from_mode(if yes { 0o600 } else { 0o400 }))
                .expect("its owner may");
        }
    }
    std::fs::set_permissions(folder, Permissions::from_mode(if yes { 0o700 } else { 0o500 })).expect("its owner may");
}

/// What is open already stays writable whatever its mode becomes; a disk that turns read-only under an open database is in `power_cut`.
#[tokio::test(flavor = "multi_thread")]
async fn entered_is_durable_an_enrolled_device_on_a_folder_that_turned_read_only_says_so_and_loses_nothing() {
    let mut world = World::new();
    let office = world.office("lu").await;
    let (job, about) = job_of(&office, "SAMPLE-1004").await;
    let code = world.enrolment_code("张晓峰").await;
    let data = world.path().join("tablet");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let started = || async {
        let port = free_port();
        let at = format!("127.0.0.1:{port}");
        let mut bridge = bound("gongdan-bridge", &["--listen", &at, "--data", data.to_str().expect("a path")]);
        let process = Limited(bridge.stderr(Stdio::null()).spawn().expect("starts"));
        until_answers(port).await;
        (process, format!("http://{at}"))
    };
    let (device, url) = started().await;
    let enrol = json!({ "server": world.url(), "code": code, "pin": PIN, "device_name": "read-only" });
    ask(&http, &url, "enrol", enrol).await.expect("enrols");
    let mut told = http.get(format!("{url}/events")).send().await.expect("the device tells");
    while ask(&http, &url, "open_job", json!({ "job": job })).await.is_err() {
        told.chunk().await.expect("the device lives");
    }
    world.kill_server();
    let fact = |text: &str| json!({ "kind": "note_added", "body": { "text": text } });
    ask(&http, &url, "record", json!({ "about": about, "fact": fact("kept") })).await.expect("noted");

    writable(&data, false);
    let args = json!({ "about": about, "photo": "before", "caption": "" }).to_string();
    let picture = std::fs::read(checkout().join("tests/fixtures/before.jpg")).expect("a photo");
    let sent = http.post(format!("{url}/upload/photo")).header("x-args", percent(&args)).body(picture).send().await;
    let refused = sent.expect("answers").json::<Value>().await.expect("JSON");
    assert_eq!(refused["code"], "folder_read_only", "a new file is said to be impossible: {refused}");
    drop(device);
    let before = std::fs::read(data.join("gongdan.db")).expect("the database");
    let (device, url) = started().await;
    let refused = ask(&http, &url, "unlock", json!({ "pin": PIN })).await.expect_err("nothing can be kept");
    assert_eq!(refused["code"], "folder_read_only", "said by its name: {refused}");
    drop(device);
    assert_eq!(std::fs::read(data.join("gongdan.db")).expect("the database"), before, "untouched");

    writable(&data, true);
    let (_device, url) = started().await;
    ask(&http, &url, "unlock", json!({ "pin": PIN })).await.expect("opens");
    ask(&http, &url, "record", json!({ "about": about, "fact": fact("goes on") })).await.expect("noted");
    let mut told = http.get(format!("{url}/events")).send().await.expect("the device tells");
    world.start_server();
    ask(&http, &url, "sync_now", json!({})).await.expect("a sentence");
    while notes(&office, &job).await.len() < 2 {
        told.chunk().await.expect("the device lives");
    }
    assert_eq!(notes(&office, &job).await, ["goes on", "kept"], "each once");
}

/// A note and a photo on a tablet that the server, which is gone now, has not got.
struct Unsent {
    world: World,
    office: Office,
    job: Value,
    device: TestDevice,
    port: u16,
    data: PathBuf,
}

async fn unsent() -> Unsent {
    let mut world = World::new();
    let office = world.office("lu").await;
    let (job, about) = job_of(&office, "SAMPLE-1004").await;
    let device = world.device("张晓峰", "tablet").await;
    device.sync().await.expect("a first sync");
    note(&device, &about, "first").await;
    let photo = std::fs::read(checkout().join("tests/fixtures/before.jpg")).expect("a photo");
    device.photo(json!({ "about": about, "photo": "before", "caption": "" }), photo).await.expect("taken");
    world.kill_server();
    let port = world.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let data = world.server_data();
    Unsent { world, office, job, device, port, data }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_is_durable_a_server_on_a_folder_that_turned_read_only_takes_nothing_by_halves() {
    let Unsent { mut world, office, job, device, port, data } = unsent().await;
    let serve = ["serve", "--listen", &format!("127.0.0.1:{port}"), "--data", data.to_str().expect("a path")];
    let server = Limited(bound("gongdan-server", &serve).stderr(Stdio::null()).spawn().expect("starts"));
    until_answers(port).await;
    writable(&data.join("attachments"), false);
    device.sync().await.expect_err("the photo finds no place");
    let sentence = mood(&device).await;
    assert_eq!(
        (&sentence["mood"], &sentence["waiting"]),
        (&json!("trouble"), &json!(1)),
        "the photo waits: {sentence}"
    );
    assert_eq!(notes(&office, &job).await, ["first"], "the note did not wait for it");
    drop(server);

    writable(&data, false);
    let run = bound("gongdan-server", &serve).output().expect("runs");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(
        !run.status.success() && said.contains("cannot be written"),
        "said by its name, and nothing served: {said}"
    );
    writable(&data, true);
    world.start_server();
    device.sync().await.expect("goes on");
    let list = device.call("sync_list", json!({})).await.expect("the list");
    assert_eq!(list["files"]["sent"], 1, "the photo too: {list}");
    assert_eq!(notes(&office, &job).await, ["first"], "once");
}

/// A process whose files may be limited while it runs. The signal that would end it is ignored: the write fails, as on a full disk.
struct Limited(Child);

impl Limited {
    fn start(name: &str, args: &[&str]) -> Self {
        let child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(binary(name))
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        Self(child)
    }

    /// No file may grow beyond so many bytes.
    fn limit(&self, bytes: &str) {
        let run = Command::new("prlimit")
            .args(["--pid", &self.0.id().to_string(), &format!("--fsize={bytes}:unlimited")])
            .status()
            .expect("prlimit (util-linux)");
        assert!(run.success());
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        // Ended already is fine.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

async fn until_answers(port: u16) {
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::task::yield_now().await;
    }
}

async fn ask(http: &reqwest::Client, url: &str, name: &str, args: Value) -> Result<Value, Value> {
    let answer = http.post(format!("{url}/call/{name}")).json(&args).send().await.expect("answers");
    let good = answer.status().is_success();
    let body = answer.json().await.expect("JSON");
    if good { Ok(body) } else { Err(body) }
}

#[tokio::test(flavor = "multi_thread")]
async fn full_disk_is_harmless_for_photos_and_records_of_the_real_device_process() {
    let world = World::new();
    let office = world.office("lu").await;
    let (job, about) = job_of(&office, "SAMPLE-1004").await;
    let code = world.enrolment_code("张晓峰").await;
    let port = free_port();
    let data = world.path().join("tablet");
    let device = Limited::start(
        "gongdan-bridge",
        &["--listen", &format!("127.0.0.1:{port}"), "--data", data.to_str().expect("a path")],
    );
    until_answers(port).await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("http://127.0.0.1:{port}");
    let enrol = json!({ "server": world.url(), "code": code, "pin": PIN, "device_name": "full" });
    ask(&http, &url, "enrol", enrol).await.expect("enrols");
    let mut told = http.get(format!("{url}/events")).send().await.expect("the device tells");
    while ask(&http, &url, "open_job", json!({ "job": job })).await.is_err() {
        told.chunk().await.expect("the device lives");
    }
    let photo = || async {
        let args = json!({ "about": about, "photo": "before", "caption": "" }).to_string();
        let picture = std::fs::read(checkout().join("tests/fixtures/before.jpg")).expect("a photo");
        let sent = http.post(format!("{url}/upload/photo")).header("x-args", percent(&args)).body(picture).send().await;
        sent.expect("answers").json::<Value>().await.expect("JSON")
    };
    let files = || names(&data.join("files"));

    device.limit("8192");
    assert_eq!(photo().await["code"], "disk_full", "said by its name");
    assert_eq!(files(), BTreeSet::new(), "nothing half-written");
    let fact = json!({ "kind": "note_added", "body": { "text": "while full" } });
    let refused = ask(&http, &url, "record", json!({ "about": about, "fact": fact })).await.expect_err("no space");
    assert_eq!(refused["code"], "disk_full");
    ask(&http, &url, "open_job", json!({ "job": job })).await.expect("reading goes on");

    device.limit("unlimited");
    let view = photo().await;
    assert!(view["code"].is_null(), "goes on when space returns: {view}");
    assert_eq!(files().len(), 2, "the photo and its small picture");
    ask(&http, &url, "record", json!({ "about": about, "fact": fact })).await.expect("noted");
    while !notes(&office, &job).await.contains(&"while full".to_owned()) {
        told.chunk().await.expect("the device lives");
    }
    assert_eq!(notes(&office, &job).await, ["while full"], "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn full_disk_is_harmless_on_the_real_server_and_is_the_servers_not_the_tablets() {
    let Unsent { world: _world, office, job, device, port, data } = unsent().await;
    let server = Limited::start(
        "gongdan-server",
        &["serve", "--listen", &format!("127.0.0.1:{port}"), "--data", data.to_str().expect("a path")],
    );
    until_answers(port).await;
    office.call("me", json!({})).await.expect("serves");
    server.limit("4096");
    let problem = device.sync().await.expect_err("no space there");
    assert_eq!(problem.code, Code::ServerDiskFull, "{problem:?}");
    let sentence = mood(&device).await;
    assert_eq!((&sentence["mood"], &sentence["problem"]["code"]), (&json!("trouble"), &json!("server_disk_full")));
    assert_eq!(notes(&office, &job).await, Vec::<String>::new(), "nothing half-taken; reading goes on");
    server.limit("unlimited");
    device.sync().await.expect("goes on when space returns");
    assert_eq!(notes(&office, &job).await, ["first"], "once");
    let list = device.call("sync_list", json!({})).await.expect("the list");
    assert_eq!(list["files"]["sent"], 1, "the photo too: {list}");
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
