//! What sync costs beside what it stands on: a company of 10,000 jobs registered through the console's door, the first sync of a
//! device, small syncs after it, beside a bare request on the same loopback and the same rows in raw SQLite.
//! `GONGDAN_BENCH_JOBS` changes the number. Needs the binaries of the same profile (`make bench` builds them).
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Instant as Timer;

use gongdan_harness::{Office, World};
use serde_json::{Value, json};
use uuid::Uuid;

/// Calls of the console under way at once.
const AT_ONCE: usize = 32;
const RUNS: usize = 30;

fn per_second(what: &str, count: usize, since: Timer) {
    let seconds = since.elapsed().as_secs_f64();
    println!("{what:<58} {seconds:>8.2} s {:>10.0} a second", count as f64 / seconds);
}

fn millis(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    println!("{what:<58} {:>8.2} ms median {:>8.2} ms slowest", times[times.len() / 2], times[times.len() - 1]);
}

/// Registers calls for one technician, many at a time: every answer is a commit on the disk.
async fn register(office: Arc<Office>, technician: &Value, customer: &Value, count: usize) {
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..count {
        if tasks.len() >= AT_ONCE {
            tasks.join_next().await.unwrap().unwrap();
        }
        let args = json!({
            "job": Uuid::now_v7(), "customer": { "kind": "known", "customer": customer }, "machine": { "kind": "unknown" },
            "symptom": format!("排气温度高停机 {n}"), "service_kind": "repair", "urgency": "normal",
            "assign": { "technicians": [technician], "leader": technician },
        });
        let office = Arc::clone(&office);
        tasks.spawn(async move { drop(office.call("create_job", args).await.unwrap()) });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

/// The same number of rows of a job's size, committed together and one by one.
fn raw_sqlite(rows: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut db = rusqlite::Connection::open(folder.path().join("raw.db")).unwrap();
    db.pragma_update(None, "journal_mode", "WAL").unwrap();
    db.pragma_update(None, "synchronous", "FULL").unwrap();
    db.execute_batch("CREATE TABLE row (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT").unwrap();
    let body = "x".repeat(3000);
    let insert = |db: &rusqlite::Connection| {
        db.execute("INSERT INTO row VALUES (?1, ?2)", (Uuid::now_v7().to_string(), &body)).unwrap();
    };
    let start = Timer::now();
    let tx = db.transaction().unwrap();
    (0..rows).for_each(|_| insert(&tx));
    tx.commit().unwrap();
    per_second("raw SQLite: rows of 3 KB in one transaction", rows, start);
    let alone = rows.min(1_000);
    let start = Timer::now();
    (0..alone).for_each(|_| insert(&db));
    per_second("raw SQLite: a transaction for each", alone, start);
}

#[tokio::main]
async fn main() {
    let jobs: usize = std::env::var("GONGDAN_BENCH_JOBS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let world = World::new();
    let office = Arc::new(world.office("lu").await);
    let customers = office.call("search_customers", json!({ "text": "样例云杉" })).await.unwrap();
    let technicians = office.call("technicians", json!({ "day": "2026-11-23" })).await.unwrap();
    let technician = technicians.as_array().unwrap().iter().find(|t| t["person"]["name"] == "张晓峰").unwrap();

    let start = Timer::now();
    register(Arc::clone(&office), &technician["person"]["id"], &customers[0]["customer"], jobs).await;
    per_second("jobs registered and assigned, 32 callers, each durable", jobs, start);
    raw_sqlite(jobs);

    let device = world.device("张晓峰", "a").await;
    let before = device.proxy.carried();
    let start = Timer::now();
    device.sync().await.unwrap();
    per_second("first sync: jobs on the device, readable", jobs, start);
    let after = device.proxy.carried();
    println!("{:<58} {:>8.2} MB", "  received for it", (after.1 - before.1) as f64 / 1e6);

    let list = office.call("list_jobs", json!({ "filter": "all", "text": "SAMPLE-1004" })).await.unwrap();
    let about = json!({ "job": list["rows"][0]["title"]["job"], "visit": list["rows"][0]["visit"] });
    let (mut writes, mut syncs) = (Vec::new(), Vec::new());
    for n in 0..RUNS {
        let fact = json!({ "kind": "note_added", "body": { "text": format!("第 {n} 条") } });
        let start = Timer::now();
        device.call("record", json!({ "about": about, "fact": fact })).await.unwrap();
        writes.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Timer::now();
        device.sync().await.unwrap();
        syncs.push(start.elapsed().as_secs_f64() * 1e3);
    }
    millis("a tap: kept on the device, its job on the screen again", writes);
    millis("a small sync: one change delivered, nothing new fetched", syncs);
    let bare = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Timer::now();
        bare.get(format!("{}/health", world.url())).send().await.unwrap().bytes().await.unwrap();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    millis("a bare request on the same loopback", times);
}
