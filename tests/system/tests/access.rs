//! How a device gets to its company and to nobody else, and how it is taken back (L3: enrolment, TLS with a pinned key, revoking).

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use gongdan_device::clock::Clock;
use gongdan_device::commands;
use gongdan_device::device::{Config, Device};
use gongdan_device::vault::NoKeyStore;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::enrolment::EnrolmentText;
use gongdan_domain::time::Instant;
use gongdan_harness::{Office, PIN, ServerProcess, World, device_row, free_port, pinned_address, sign_in_lines};
use serde_json::{Value, json};

/// A tablet whose battery was empty for long: it believes to be in the year 2000.
struct Millennium;

impl Clock for Millennium {
    fn wall(&self) -> Instant {
        Instant::from_timestamp_millis(946_684_800_000).expect("a time")
    }

    fn boot(&self) -> Option<(String, i64)> {
        None
    }
}

fn tablet(folder: &Path) -> Device {
    let mut config = Config::new(folder, "0.1.0", Box::new(NoKeyStore));
    config.clock = Box::new(Millennium);
    Device::open(config).expect("opens")
}

fn enrol(device: &Device, code: &str) -> Result<Value, Problem> {
    let args = json!({ "server": "", "code": code, "pin": PIN, "device_name": "平板" });
    commands::call(device, "enrol", args)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the work does not panic")
}

async fn sync(device: &Device) -> Result<(), Problem> {
    let device = device.clone();
    blocking(move || device.sync_once().map_err(|e| device.problem(e))).await
}

fn password(lines: &str, login: &str) -> String {
    let mut words = lines.split_whitespace().skip_while(|word| *word != login).skip(1);
    words.next().expect("demo prints the password").to_owned()
}

async fn enrolment_text(admin: &Office, person: &str) -> String {
    let list = admin.call("list_devices", json!({})).await.expect("people");
    let people = list["people"].as_array().expect("a list");
    let of = people.iter().find(|p| p["person"]["name"] == person).expect("the person")["person"]["id"].clone();
    let made = admin.call("create_enrolment_code", json!({ "person": of })).await.expect("a code");
    made["qr_text"].as_str().expect("text").to_owned()
}

/// The key is pinned, dates and names do not matter, and another key gets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn l3_a_device_in_the_year_2000_syncs_over_tls_and_speaks_with_no_other_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, port) = (folder.path().join("server"), free_port());
    let lines = sign_in_lines(&data);
    let server = ServerProcess::start_with(&data, port, &["--tls"]);
    let address = pinned_address(&data, port);
    let admin = Office::sign_in(&address.to_string(), "admin", &password(&lines, "admin")).await.expect("signs in");
    let text = enrolment_text(&admin, "张晓峰").await;
    let read: EnrolmentText = text.parse().expect("read");
    assert_eq!(read.server, address, "the enrolment text carries address and pin");

    let device = tablet(&folder.path().join("tablet"));
    let (worker, damaged) = (device.clone(), format!("{}A", &text[..text.len() - 1]));
    let slip = blocking(move || enrol(&worker, &damaged)).await.expect_err("a slip of the finger");
    assert_eq!(slip.code, Code::EnrolmentTextDamaged);
    let (worker, typed) = (device.clone(), text.to_lowercase());
    let status = blocking(move || enrol(&worker, &typed)).await.expect("enrols");
    assert_eq!(status["server"], address.url(), "a person sees the address without the key");
    sync(&device).await.expect("syncs");
    let device = {
        drop(device);
        let again = tablet(&folder.path().join("tablet"));
        commands::call(&again, "unlock", json!({ "pin": PIN })).expect("unlocks");
        again
    };
    sync(&device).await.expect("knows the key also after a restart");

    drop(server);
    std::fs::remove_file(data.join("keys/tls.crt")).expect("removed");
    let server = ServerProcess::start_with(&data, port, &["--tls"]);
    sync(&device).await.expect("a new certificate of the same key is the same server");
    drop(server);
    for file in ["keys/tls.crt", "keys/tls.key"] {
        std::fs::remove_file(data.join(file)).expect("removed");
    }
    let _other = ServerProcess::start_with(&data, port, &["--tls"]);
    let told = sync(&device).await.expect_err("another key");
    assert_eq!(told.code, Code::ServerKeyWrong, "said as what it is, not as being offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn l3_plain_http_at_a_tls_door_gets_a_sentence_and_cookies_are_secure() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, port) = (folder.path().join("server"), free_port());
    let lines = sign_in_lines(&data);
    let _server = ServerProcess::start_with(&data, port, &["--tls"]);
    let mut plain = TcpStream::connect(("127.0.0.1", port)).expect("connects");
    plain.write_all(b"GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    plain.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("https://"), "{answer}");

    let address = pinned_address(&data, port);
    let config = gongdan_device::sync::pin::config(address.pin.expect("a pin")).expect("TLS");
    let http = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(config).build().expect("a client");
    let body = json!({ "login": "admin", "password": password(&lines, "admin") });
    let answer = http.post(format!("{}/api/office/sign_in", address.url())).json(&body).send().await.expect("sent");
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().map(|v| v.to_str().expect("text")).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in &cookies {
        assert!(cookie.contains("; Secure") && cookie.contains("SameSite=Strict"), "{cookie}");
    }
    assert!(cookies.iter().any(|c| c.starts_with("gd_session=") && c.contains("HttpOnly")), "{cookies:?}");
}

/// What lies in a device's folder that could still open anything.
fn left(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").file_name());
    let names = names.map(|n| n.to_string_lossy().into_owned());
    names.filter(|n| n.contains(".db") || n.contains("key") || n == "files" || n == "enrolment.json").collect()
}

/// L3: "erase now" takes the key and the database, and what was not sent is gone, as was said aloud.
#[tokio::test(flavor = "multi_thread")]
async fn l3_erased_means_key_gone_and_database_gone() {
    let world = World::new();
    let device = world.device("张晓峰", "lost").await;
    device.sync().await.expect("syncs");
    let folder = world.path().join("lost");
    assert!(left(&folder).len() >= 2, "there is a key and a database: {:?}", left(&folder));
    let admin = world.office("admin").await;
    let row = device_row(&admin, "lost").await;
    admin.call("revoke_device", json!({ "device": row["device"], "mode": "erase" })).await.expect("revoked");
    // The round ends in the erasing, whether or not that counts as a round.
    _ = device.sync().await;
    let status = device.call("status", json!({})).await.expect("a status");
    assert_eq!(status["gate"], "revoked");
    assert_eq!(left(&folder), Vec::<String>::new(), "erased means key gone and database gone");
    assert_eq!(device_row(&admin, "lost").await["state"], "erased", "and the office sees that it is done");
}

/// L3: "collect first" lets the device hand over what it holds; then it erases itself.
#[tokio::test(flavor = "multi_thread")]
async fn l3_collect_first_hands_over_what_was_entered_and_then_erases() {
    let world = World::new();
    let device = world.device("张晓峰", "leaving").await;
    device.sync().await.expect("syncs");
    let admin = world.office("admin").await;
    let jobs = admin.call("list_jobs", json!({ "filter": "all", "text": "SAMPLE-1004" })).await.expect("jobs");
    let (job, visit) = (jobs["rows"][0]["title"]["job"].clone(), jobs["rows"][0]["visit"].clone());
    let fact = json!({ "kind": "note_added", "body": { "text": "交回前的记录" } });
    device.call("record", json!({ "about": { "job": job, "visit": visit }, "fact": fact })).await.expect("recorded");
    let row = device_row(&admin, "leaving").await;
    admin.call("revoke_device", json!({ "device": row["device"], "mode": "collect" })).await.expect("revoked");
    _ = device.sync().await;
    let seen = admin.call("open_job", json!({ "job": job })).await.expect("the job").to_string();
    assert!(seen.contains("交回前的记录"), "collected first");
    assert_eq!(left(&world.path().join("leaving")), Vec::<String>::new(), "then key gone and database gone");
    assert_eq!(device_row(&admin, "leaving").await["state"], "collected", "and the office sees that it is done");
}
