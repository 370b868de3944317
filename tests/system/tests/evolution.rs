//! Old and new together (invariant `old_app_lives`): what a release left behind opens in this version and hands its work over, a newer
//! database is left alone, and what this version does not know passes through it unchanged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gongdan_device::commands;
use gongdan_device::device::{Config, Device};
use gongdan_device::vault::{NoKeyStore, Vault};
use gongdan_domain::problem::{Code, Problem};
use gongdan_harness::{Office, ServerProcess, binary, checkout, free_port};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Every schema that was released, oldest first.
fn released() -> Vec<PathBuf> {
    let folder = checkout().join("tests/fixtures/released");
    let mut all: Vec<PathBuf> = fs::read_dir(folder).expect("fixtures").map(|e| e.expect("an entry").path()).collect();
    all.sort();
    assert!(!all.is_empty(), "there is a release to be kept alive");
    all
}

/// A release's device and server in a folder of their own, the server serving as this version.
struct Release {
    folder: TempDir,
    server: ServerProcess,
    about: Value,
    exchange: Value,
}

impl Release {
    fn of(fixture: &Path) -> Self {
        let folder = TempDir::new().expect("a folder");
        copy(&fixture.join("device"), &folder.path().join("device"));
        copy(&fixture.join("server"), &folder.path().join("server"));
        let packed = folder.path().join("server/gongdan.db.zst");
        let database = zstd::decode_all(fs::read(&packed).expect("the database").as_slice()).expect("unpacks");
        fs::write(folder.path().join("server/gongdan.db"), database).expect("written");
        fs::remove_file(packed).expect("removed");
        let read = |name: &str| serde_json::from_slice(&fs::read(fixture.join(name)).expect("a file")).expect("JSON");
        let server = ServerProcess::start(&folder.path().join("server"), free_port());
        Self { folder, server, about: read("about.json"), exchange: read("exchange.json") }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port)
    }

    fn text(&self, name: &str) -> &str {
        self.about[name].as_str().expect("told")
    }

    async fn office(&self) -> Office {
        Office::sign_in(&self.url(), self.text("login"), self.text("password")).await.expect("signs in")
    }

    /// What the office has of the job's notes, and the customer's phone.
    async fn arrived(&self) -> (Vec<String>, Value) {
        let office = self.office().await;
        let job = office.call("open_job", json!({ "job": self.about["job"] })).await.expect("the job");
        let rows = job["timeline"].as_array().expect("a timeline").iter();
        let notes = rows.filter(|row| row["kind"] == "note_added" && row["retracted"] != true);
        let mut notes: Vec<String> = notes.filter_map(|row| row["body"]["text"].as_str().map(str::to_owned)).collect();
        notes.sort();
        let customer = office.call("open_customer", json!({ "customer": self.about["customer"] })).await;
        (notes, customer.expect("the customer")["fields"]["phone"]["value"].clone())
    }

    fn expected(&self) -> (Vec<String>, Value) {
        (serde_json::from_value(self.about["notes"].clone()).expect("notes"), self.about["phone"].clone())
    }

    /// A request in the name of the release's device.
    fn ask(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let method = method.parse().expect("a method");
        client.request(method, format!("{}/sync/v1/{path}", self.url())).bearer_auth(self.text("token"))
    }

    async fn exchange(&self, protocol: &str, body: &Value) -> (u16, Value) {
        let request = self.ask("POST", "exchange").header("gongdan-protocol", protocol).json(body);
        let answer = request.send().await.expect("answers");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.ask("POST", path).json(body).send().await.expect("answers");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// A file in two pieces, each asked for and described as the release does it.
    async fn uploads(&self, file: &Value) {
        let (path, bytes) = (format!("attachments/{}", file["hash"].as_str().expect("a hash")), file["bytes"].as_str());
        let bytes = bytes.expect("text").as_bytes().to_vec();
        let offset = async || {
            let answer = self.ask("HEAD", &path).send().await.expect("answers");
            answer.headers()["upload-offset"].to_str().expect("text").parse::<usize>().expect("a number")
        };
        for piece in [&bytes[..9], &bytes[9..]] {
            let begun = offset().await;
            let request = self.ask("PATCH", &path).header("upload-offset", begun).header("upload-length", bytes.len());
            let request = request.header("upload-mime", "image/jpeg");
            let request = request.header("content-type", "application/offset+octet-stream").body(piece.to_vec());
            let answer = request.send().await.expect("answers");
            let told = answer.headers()["upload-offset"].to_str().expect("text").to_owned();
            assert_eq!((answer.status().as_u16(), told), (204, (begun + piece.len()).to_string()));
        }
        assert_eq!(offset().await, bytes.len());
        let whole = self.ask("GET", &path).send().await.expect("answers").bytes().await.expect("a body");
        assert_eq!(whole, bytes, "and it reads what it sent");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}

async fn on_device<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the work does not panic")
}

fn opened(folder: &Path, server: Option<String>) -> Device {
    let mut config = Config::new(folder, env!("CARGO_PKG_VERSION"), Box::new(NoKeyStore));
    config.server_override = server;
    Device::open(config).expect("opens")
}

fn call(device: &Device, name: &str, args: Value) -> Result<Value, Problem> {
    commands::call(device, name, args)
}

#[tokio::test(flavor = "multi_thread")]
async fn old_app_lives_a_device_of_every_release_upgrades_with_its_outbox_and_hands_it_over() {
    for fixture in released() {
        let release = Release::of(&fixture);
        let (folder, url, pin) = (release.folder.path().join("device"), release.url(), release.about["pin"].clone());
        let (job, waiting) = (release.about["job"].clone(), release.about["waiting"].clone());
        on_device(move || {
            let device = opened(&folder, Some(url));
            call(&device, "unlock", json!({ "pin": pin })).expect("the old PIN opens");
            let list = call(&device, "sync_list", json!({})).expect("the list");
            assert_eq!(
                list["waiting"].as_array().map(Vec::len),
                waiting.as_u64().map(|n| n as usize),
                "all waits: {list}"
            );
            let view = call(&device, "open_job", json!({ "job": job })).expect("the job is there");
            assert!(view.to_string().contains("第三条：客户在场"), "what was entered shows before anything is sent");
            let found = call(&device, "search", json!({ "text": "SAMPLE-1004" })).expect("what came later works too");
            assert!(found.to_string().contains("SAMPLE-1004"), "old records are in the new index: {found}");
            device.sync_once().unwrap_or_else(|e| panic!("hands over: {:?}", e.into_problem()));
            let list = call(&device, "sync_list", json!({})).expect("the list");
            assert_eq!(list["waiting"], json!([]), "nothing waits");
            assert_eq!(list["refused"], json!([]), "nothing was refused");
            assert!(folder.join("code.json").exists(), "an old device gets a recovery code");
        })
        .await;
        assert_eq!(
            release.arrived().await,
            release.expected(),
            "{}: once, and what was taken back is",
            fixture.display()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_app_lives_every_released_request_is_still_taken_and_taken_once() {
    for fixture in released() {
        let release = Release::of(&fixture);
        for again in [false, true] {
            let (status, reply) = release.exchange("1", &release.exchange).await;
            assert_eq!(status, 200, "{reply}");
            let verdicts = reply["verdicts"].as_array().expect("verdicts");
            assert_eq!(verdicts.len() as u64, release.about["waiting"].as_u64().expect("a number"));
            assert!(verdicts.iter().all(|v| v["outcome"] == "accepted"), "again {again}: {reply}");
            assert_eq!(release.arrived().await, release.expected(), "again {again}");
            // What an app of that release must find in the answer, by the names it knows.
            for name in
                ["epoch", "acked_through", "safe_through", "verdicts", "scopes", "pages", "more", "time", "min_app"]
            {
                assert!(!reply[name].is_null(), "{name} is missing for an old app: {reply}");
            }
        }
        let receipts = release.exchange("1", &release.exchange).await.1["verdicts"].to_string();
        assert!(receipts.contains("\"receipts\":[{"), "the sealed order has its receipt: {receipts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_app_lives_a_protocol_that_nobody_knows_is_said_with_the_app_that_would() {
    let release = Release::of(&released()[0]);
    for spoken in ["99", "0", "x"] {
        let (status, problem) = release.exchange(spoken, &release.exchange).await;
        assert_eq!((status, &problem["code"]), (400, &json!("protocol_unknown")), "{problem}");
        assert_eq!((&problem["details"]["spoken"], &problem["details"]["newest"]), (&json!(spoken), &json!(1)));
        assert!(problem["details"]["min_app"].is_string(), "and which app would do: {problem}");
    }
}

/// The database's bytes and its log's.
fn bytes(folder: &Path) -> Vec<Option<Vec<u8>>> {
    ["gongdan.db", "gongdan.db-wal"].map(|name| fs::read(folder.join(name)).ok()).to_vec()
}

/// What an app of a release sends besides: recorded by `examples/release_requests.rs`. It hands its outbox over first.
#[tokio::test(flavor = "multi_thread")]
async fn old_app_lives_every_format_of_every_release_is_still_taken() {
    for fixture in released() {
        let release = Release::of(&fixture);
        let requests: Value =
            serde_json::from_slice(&fs::read(fixture.join("requests.json")).expect("a file")).expect("JSON");
        assert_eq!(release.exchange("1", &release.exchange).await.0, 200);

        for again in [false, true] {
            let (status, reply) = release.exchange("1", &requests["mixed"]).await;
            let outcomes: Vec<_> = reply["verdicts"].as_array().into_iter().flatten().map(|v| &v["outcome"]).collect();
            assert_eq!((status, json!(outcomes)), (200, requests["verdicts"].clone()), "again {again}: {reply}");
        }
        let phone = release.arrived().await.1;
        assert_eq!(phone, "0000-7713", "what a write had seen is replaced by it");

        release.uploads(&requests["upload"]).await;

        let (status, reply) = release.post("readmit", &requests["readmit"]).await;
        assert_eq!(status, 200, "a device of the release comes back: {reply}");

        let admin = Office::sign_in(&release.url(), "admin", release.text("admin_password")).await.expect("signs in");
        let people = admin.call("list_devices", json!({})).await.expect("people")["people"].clone();
        let args = json!({ "person": people[0]["person"]["id"] });
        let code = admin.call("create_enrolment_code", args).await.expect("a code")["code"].clone();
        let enrol = requests["enrol"].to_string().replace("{code}", code.as_str().expect("text"));
        let (status, reply) = release.post("enrol", &serde_json::from_str(&enrol).expect("JSON")).await;
        assert_eq!(status, 200, "{reply}");
        for name in ["certificate", "token", "recovery_key", "epoch", "time"] {
            assert!(!reply[name].is_null(), "{name} is missing for an old app: {reply}");
        }

        let (status, reply) = release.exchange("1", &requests["everything"]).await;
        assert_eq!((status, &reply["revoked"]), (200, &Value::Null), "nobody has revoked it: {reply}");
        let offered = admin.call("list_offered", json!({})).await.expect("a list");
        assert_eq!(offered.as_array().map(Vec::len), Some(1), "what it offered waits for the office: {offered}");
    }
}

const NEWER: &str = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'x', '2030-01-01T00:00:00Z', '1')";

#[tokio::test(flavor = "multi_thread")]
async fn old_app_lives_a_newer_database_is_refused_by_both_sides_and_not_touched() {
    let folder = TempDir::new().expect("a folder");
    copy(&released()[0].join("device"), folder.path());
    let path = folder.path().to_owned();
    let writer = on_device(move || {
        let key = Vault::new(&path, Box::new(NoKeyStore)).by_pin("2468", chrono::Utc::now()).expect("the PIN");
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let newer = Connection::open(path.join("gongdan.db")).expect("opens");
        newer.pragma_update(None, "key", format!("x'{hex}'")).expect("the key");
        newer.pragma_update(None, "journal_mode", "WAL").expect("a log");
        newer.execute(NEWER, []).expect("written");
        newer
    })
    .await;
    // The newer app was killed: its log still holds what it wrote.
    let (left, path) = (TempDir::new().expect("a folder"), folder.path().to_owned());
    copy(&path, left.path());
    drop(writer);
    let before = bytes(left.path());
    assert!(before[1].as_ref().is_some_and(|log| !log.is_empty()), "the log is not empty");
    let path = left.path().to_owned();
    on_device(move || {
        let device = opened(&path, None);
        let refused = call(&device, "unlock", json!({ "pin": "2468" })).expect_err("refused");
        assert_eq!(refused.code, Code::DatabaseNewer);
        assert_eq!(call(&device, "status", json!({})).expect_err("still").code, Code::DatabaseNewer);
    })
    .await;
    assert!(bytes(left.path()) == before, "the device's files are as they were");

    let release = Release::of(&released()[0]);
    let data = release.folder.path().join("server");
    release.server.kill();
    let newer = Connection::open(data.join("gongdan.db")).expect("opens");
    newer.execute(NEWER, []).expect("written");
    let left = TempDir::new().expect("a folder");
    copy(&data, left.path());
    let before = bytes(left.path());
    let run = Command::new(binary("gongdan-server"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(left.path())
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success() && said.contains("newer version") && said.contains("untouched"), "{said}");
    assert!(bytes(left.path()) == before, "the server's files are as they were");
}

/// A change as a newer app would make it, signed with the old device's own key.
fn newer_change(release: &Release, seq: u64, ops: Value) -> Value {
    use gongdan_domain::sync::change::SignedChange;
    let first: SignedChange = serde_json::from_value(release.exchange["changes"][0].clone()).expect("a change");
    let old: Value = serde_json::from_str(&first.payload).expect("JSON");
    let mut change = old.clone();
    change["change_id"] = json!(uuid::Uuid::now_v7());
    change["device_seq"] = json!(seq);
    change["schema"] = json!(7);
    change["mood"] = json!({ "weather": "rain" });
    change["ops"] = ops;
    let payload = change.to_string();
    let key = signing_key(&release.folder.path().join("device"));
    use ed25519_dalek::Signer as _;
    let signature = key.sign(&[b"gongdan-change/1\n".as_slice(), payload.as_bytes()].concat());
    json!({
        "device_id": old["device_id"], "device_seq": seq, "payload": payload,
        "signature": base64(&signature.to_bytes()), "carried_by": "a field of the envelope that nobody knows",
    })
}

fn signing_key(folder: &Path) -> ed25519_dalek::SigningKey {
    let key = Vault::new(folder, Box::new(NoKeyStore)).by_pin("2468", chrono::Utc::now()).expect("the PIN");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let connection = Connection::open(folder.join("gongdan.db")).expect("opens");
    connection.pragma_update(None, "key", format!("x'{hex}'")).expect("the key");
    let text: String =
        connection.query_row("SELECT value FROM meta WHERE key = 'signing_key'", [], |row| row.get(0)).expect("a key");
    use base64::Engine as _;
    let raw = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
    ed25519_dalek::SigningKey::from_bytes(&raw.try_into().expect("32 bytes"))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn old_app_lives_what_a_newer_app_wrote_passes_through_an_older_server_unchanged() {
    let release = Release::of(&released()[0]);
    let (_, reply) = release.exchange("1", &release.exchange).await;
    let next = reply["acked_through"].as_u64().expect("a number") + 1;
    let first: Value =
        serde_json::from_str(release.exchange["changes"][0]["payload"].as_str().expect("text")).expect("JSON");
    let note = &first["ops"][0];
    let scope = note["scopes"][0].clone();
    // A fact of an unknown kind with unknown fields, one more scope that nobody knows, and an operation that nobody knows.
    let mut fact = note.clone();
    fact["id"] = json!(uuid::Uuid::now_v7());
    fact["kind"] = json!("hologram_taken");
    fact["body"] = json!({ "angles": [1, 2, 3], "unit": "°" });
    fact["depth"] = json!({ "layers": 4 });
    let hologram = fact["id"].clone();
    let unknown = json!({ "op": "teleport", "scopes": [scope], "to": { "planet": "火星" } });
    let change = newer_change(&release, next, json!([fact, unknown]));
    let mut request = release.exchange.clone();
    request["first_seq"] = json!(next);
    request["changes"] = json!([change]);
    request["telepathy"] = json!(true);
    let (status, reply) = release.exchange("1", &request).await;
    assert_eq!((status, &reply["verdicts"][0]["outcome"]), (200, &json!("accepted")), "{reply}");

    // Pulled from zero by anyone who may see it: byte for byte in meaning.
    let mut pulled = Vec::new();
    let mut cursors = BTreeMap::new();
    loop {
        let mut ask = release.exchange.clone();
        ask["changes"] = json!([]);
        ask["first_seq"] = json!(next + 1);
        ask["cursors"] = json!(cursors);
        ask["epoch"] = reply["epoch"].clone();
        let (_, page) = release.exchange("1", &ask).await;
        for page in page["pages"].as_array().expect("pages") {
            cursors.insert(page["scope"].as_str().expect("a scope").to_owned(), page["cursor"].clone());
            pulled.extend(page["records"].as_array().expect("records").iter().cloned());
        }
        if page["more"] != true {
            break;
        }
    }
    let found = pulled.iter().find(|r| r["fact"]["id"] == hologram).expect("the unknown fact is passed on");
    fact.as_object_mut().expect("a fact").remove("op");
    assert_eq!(found["fact"], fact, "with every field that nobody knows");
    let found = pulled.iter().find(|r| r.to_string().contains("teleport"));
    assert!(found.is_some_and(|r| r.to_string().contains("火星")), "the unknown operation is passed on: {found:?}");
}
