//! What sync costs beside what it stands on: a company of 10,000 jobs registered through the console's door, the first sync of a
//! device, small syncs after it, beside a bare request on the same loopback and the same rows in raw SQLite. And what a signature costs
//! that is held against those of 100,000 orders, beside a bare loop over all of them.
//! `GONGDAN_BENCH_JOBS` changes the number. Needs the binaries of the same profile (`make bench` builds them).
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Instant as Timer;

use gongdan_domain::finding::ink::{MARK_REACH, Shape};
use gongdan_domain::work_order::{Ink, InkPoint};
use gongdan_harness::{Office, World};
use gongdan_server::storage::Store;
use gongdan_server::storage::evidence::KnownShape;
use gongdan_server::storage::sqlite::SqliteStorage;
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

/// Signatures of five strokes, each of another hand.
fn hands(count: usize) -> Vec<Shape> {
    let mut dice = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move |least: i32, most: i32| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        least + ((dice >> 33) % (most - least) as u64) as i32
    };
    let mut hand = || {
        let mut at = (next(50, 200), next(100, 300));
        let strokes = (0..5).map(|_| {
            at = (at.0 + next(20, 90), at.1 + next(-60, 60));
            let mut pen = at;
            let point = |n: i32| {
                pen = (pen.0 + next(-15, 20), pen.1 + next(-25, 25));
                InkPoint { x: pen.0, y: pen.1, t: n * 16, p: 500 }
            };
            (0..12).map(point).collect()
        });
        Shape::of(&Ink { height: 400, strokes: strokes.collect() }).unwrap()
    };
    (0..count).map(|_| hand()).collect()
}

/// H4: a new order's signature among those of all others, by the index and by a bare loop.
fn signatures(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let now = "2026-11-23T00:00:00Z".parse().unwrap();
    let path = folder.path().join("server.db");
    let store = Store::new(SqliteStorage::open(&path, now).unwrap());
    // The orders that bear them; only their keys matter here.
    let orders = "WITH RECURSIVE one (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM one WHERE n < ?1 - 1)
                  INSERT INTO sealed SELECT printf('%064x', n), n, 'work_order', 1, n, n, 'd', n, 0 FROM one";
    rusqlite::Connection::open(&path).unwrap().execute(orders, [i64::try_from(count).unwrap()]).unwrap();
    let shapes = hands(count + RUNS);
    let (known, fresh) = shapes.split_at(count);
    let kept = known.to_vec();
    store
        .write(move |tx| {
            kept.into_iter().enumerate().try_for_each(|(n, shape)| {
                tx.put_shape(&KnownShape { hash: format!("{n:064x}"), document: Uuid::now_v7(), shape })
            })
        })
        .unwrap();
    let (mut indexed, mut looped, mut near) = (Vec::new(), Vec::new(), 0);
    for shape in fresh {
        let start = Timer::now();
        let others = store.read(|r| r.shapes_near(shape.marks(), MARK_REACH, Uuid::nil())).unwrap();
        let found = others.iter().filter(|other| shape.distance_pm(&other.shape).is_some()).count();
        indexed.push(start.elapsed().as_secs_f64() * 1e3);
        near += others.len();
        let start = Timer::now();
        let all = known.iter().filter(|other| shape.distance_pm(other).is_some()).count();
        looped.push(start.elapsed().as_secs_f64() * 1e3);
        assert_eq!(found, all, "the index leaves out nothing that is near");
    }
    millis(&format!("a signature held against {count} orders, by the index"), indexed);
    println!("{:<58} {:>8}", "  of them read for it, on average", near / RUNS);
    millis("the same by a bare loop over shapes in memory", looped);
}

#[tokio::main]
async fn main() {
    signatures(100_000);
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
