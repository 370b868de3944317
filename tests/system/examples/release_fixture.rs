//! Writes what a release leaves behind, for all later versions to be tried on: a device's folder at the first schema with a full outbox,
//! the server's folder that it belongs to, and the request by which that outbox is handed over. Run once per release, into
//! `tests/fixtures/released/<schema>`; what was committed is never written again.

use std::fs;
use std::path::{Path, PathBuf};

use gongdan_device::vault::{NoKeyStore, Vault};
use gongdan_domain::fact::{About, FactBody, Rating, SigningChoice};
use gongdan_domain::id::{FactId, JobId};
use gongdan_harness::{PIN, World};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

mod migrations {
    refinery::embed_migrations!("../../migrations/device");
}

/// The tables of the first schema.
const TABLES: &[&str] = &[
    "meta",
    "scope",
    "membership",
    "entity",
    "register",
    "write_base",
    "pending_write",
    "fact",
    "retraction",
    "visit",
    "sealed",
    "reference",
    "finding",
    "opaque",
    "outbox",
    "number",
    "attachment",
];

#[tokio::main]
async fn main() {
    let target = PathBuf::from(std::env::args().nth(1).expect("the folder to write"));
    let mut world = World::new();
    let office = world.office("lu").await;
    let jobs = office.call("list_jobs", json!({ "filter": "all", "text": "SAMPLE-1004" })).await.expect("jobs");
    let (job, visit) = (jobs["rows"][0]["title"]["job"].clone(), jobs["rows"][0]["visit"].clone());
    let about = json!({ "job": job, "visit": visit });
    let device = world.device("张晓峰", "device").await;
    device.sync().await.expect("a first sync");
    let view = device.call("open_job", json!({ "job": job })).await.expect("the job");
    let customer = view["customer"]["id"].clone();
    world.kill_server();

    let note = |text: &str| json!({ "about": about, "fact": { "kind": "note_added", "body": { "text": text } } });
    for text in ["第一条：油位低", "第二条：写错了", "第三条：客户在场"] {
        device.call("record", note(text)).await.expect("noted");
    }
    let archive = device.call("open_customer", json!({ "customer": customer })).await.expect("the customer");
    let seen = archive["customer"]["fields"]["phone"]["heads"].clone();
    let entity = json!({ "kind": "customer", "id": customer });
    let write = json!({ "entity": entity, "field": "phone", "value": "0000-7712", "seen": seen });
    device.call("write_field", write).await.expect("written");
    let photo = fs::read(gongdan_harness::checkout().join("tests/fixtures/before.jpg")).expect("a photo");
    device.photo(json!({ "about": about, "photo": "before", "caption": "" }), photo).await.expect("taken");

    // What a person does not do in one call: take a note back, draw a number, seal.
    let id = |value: &Value| value.as_str().and_then(|text| Uuid::parse_str(text).ok()).expect("an id");
    let place = About { job: JobId(id(&job)), visit: Some(JobId(id(&job)).visit(1)) };
    let inner = device.device.clone();
    let changes = tokio::task::spawn_blocking(move || {
        let facts = inner.read(|r| r.facts(place.job)).expect("read");
        let wrong: FactId = facts.iter().find(|f| f.body["text"] == "第二条：写错了").expect("noted").id;
        inner.write(|tx| tx.retract(place, vec![wrong], "写错了")).expect("retracted");
        inner
            .write(|tx| {
                let order = place.visit.expect("a visit").order();
                let number = tx.draw_number(place, "work_order", order.0)?;
                let sealed = tx.seal(order.0, 1, "work_order", place, json!({ "order_no": number }), Vec::new())?;
                let body = FactBody::OrderSealed {
                    order,
                    revision: 1,
                    order_no: number,
                    hash: sealed.hash,
                    choice: SigningChoice::Absent,
                    quality: Rating::NotRated,
                    attitude: Rating::NotRated,
                    total_fen: 0,
                    supersedes: None,
                    position: None,
                };
                tx.fact(place, body, Vec::new()).map(drop)
            })
            .expect("sealed");
        inner.read(|r| Ok(r.waiting(100)?.into_iter().map(|row| row.signed).collect::<Vec<_>>())).expect("read")
    })
    .await
    .expect("worked");

    let token = token_of(&world.path().join("device"));
    drop(device);
    let told = json!({
        "login": "lu", "password": world.password("lu"), "admin_password": world.password("admin"), "pin": PIN,
        "token": token, "job": job, "customer": customer, "phone": "0000-7712",
        "notes": ["第一条：油位低", "第三条：客户在场"], "taken_back": "第二条：写错了", "waiting": changes.len(),
    });
    let exchange = json!({
        "epoch": null, "cursors": {}, "first_seq": changes[0].device_seq, "oldest_held": 1, "changes": changes,
        "app": "0.1.0", "schema": 1, "max_bytes": 1 << 20,
    });
    keep(&target, &world, &told, &exchange);
}

fn key_hex(folder: &Path) -> String {
    let key = Vault::new(folder, Box::new(NoKeyStore)).by_pin(PIN, chrono::Utc::now()).expect("the PIN");
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn opened(path: &Path, key: &str) -> Connection {
    let connection = Connection::open(path).expect("opens");
    connection.pragma_update(None, "key", format!("x'{key}'")).expect("the key");
    connection
}

fn token_of(folder: &Path) -> String {
    let connection = opened(&folder.join("gongdan.db"), &key_hex(folder));
    connection.query_row("SELECT value FROM meta WHERE key = 'token'", [], |row| row.get(0)).expect("a token")
}

fn keep(target: &Path, world: &World, told: &Value, exchange: &Value) {
    let (from, to) = (world.path().join("device"), target.join("device"));
    fs::create_dir_all(to.join("files")).expect("a folder");
    for name in ["vault.json", "enrolment.json", "recovery.json"] {
        fs::copy(from.join(name), to.join(name)).expect("copied");
    }
    for file in fs::read_dir(from.join("files")).expect("files").flatten() {
        fs::copy(file.path(), to.join("files").join(file.file_name())).expect("copied");
    }
    first_schema(&from.join("gongdan.db"), &to.join("gongdan.db"), &key_hex(&from));

    let (from, to) = (world.server_data(), target.join("server"));
    fs::create_dir_all(to.join("keys")).expect("a folder");
    for name in ["server.key", "recovery.key", "enrolments.txt"] {
        fs::copy(from.join("keys").join(name), to.join("keys").join(name)).expect("copied");
    }
    let server = Connection::open(from.join("gongdan.db")).expect("opens");
    server.execute("VACUUM INTO ?1", [to.join("gongdan.db").to_string_lossy()]).expect("copied");
    let packed = zstd::encode_all(fs::read(to.join("gongdan.db")).expect("the file").as_slice(), 19).expect("packed");
    fs::write(to.join("gongdan.db.zst"), packed).expect("written");
    fs::remove_file(to.join("gongdan.db")).expect("removed");
    fs::write(target.join("about.json"), serde_json::to_vec_pretty(told).expect("JSON")).expect("written");
    fs::write(target.join("exchange.json"), serde_json::to_vec_pretty(exchange).expect("JSON")).expect("written");
}

/// The same rows in a database that knows the first migration alone.
fn first_schema(from: &Path, to: &Path, key: &str) {
    let mut fresh = opened(to, key);
    migrations::migrations::runner()
        .set_target(refinery::Target::Version(1))
        .run(&mut fresh)
        .expect("the first schema");
    fresh
        .execute("ATTACH ?1 AS later KEY ?2", [from.to_string_lossy().into_owned(), format!("x'{key}'")])
        .expect("attached");
    for table in TABLES {
        fresh.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM later.{table}")).expect("copied");
    }
    fresh.execute_batch("DETACH later; VACUUM;").expect("whole");
}
