//! What encryption costs: the same schema, the same rows, the same settings, once with a key and once without. Opening, one action at a
//! time (an fsync each), a whole page of a first sync in one transaction, reads by key, and a scan of everything.
//! Prints milliseconds: the median of the runs.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, params};

mod migrations {
    refinery::embed_migrations!("../migrations/device");
}

const RUNS: usize = 9;
const ROWS: u32 = 20_000;

fn open(path: &Path, key: bool) -> Connection {
    let connection = Connection::open(path).unwrap();
    if key {
        connection.pragma_update(None, "key", format!("x'{}'", "3f".repeat(32))).unwrap();
    }
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).unwrap();
    connection.pragma_update(None, "cache_size", -32_000).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection
}

fn insert(connection: &Connection, n: u32) {
    let sql =
        "INSERT OR REPLACE INTO fact (id, kind, job, visit, at_ms, body) VALUES (?1, 'note_added', ?2, NULL, ?3, ?4)";
    let body = format!(r#"{{"text":"第 {n} 条：油位低，排气温度高，{}"}}"#, "已通知客户，等备件。".repeat(20));
    let job = format!("job-{}", n % 500);
    connection.prepare_cached(sql).unwrap().execute(params![format!("fact-{n:08}"), job, n, body]).unwrap();
}

fn median(mut run: impl FnMut() -> f64) -> f64 {
    let mut times: Vec<f64> = (0..RUNS).map(|_| run()).collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn timed(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1000.0
}

fn measure(folder: &Path, key: bool) -> Vec<(&'static str, f64)> {
    let path = folder.join(if key { "keyed.db" } else { "plain.db" });
    let mut connection = open(&path, key);
    migrations::migrations::runner().run(&mut connection).unwrap();
    let page = median(|| {
        timed(|| {
            let tx = connection.transaction().unwrap();
            (0..ROWS).for_each(|n| insert(&tx, n));
            tx.commit().unwrap();
        })
    });
    let mut n = ROWS;
    let action = median(|| {
        let took = timed(|| (n..n + 50).for_each(|n| insert(&connection, n)));
        n += 50;
        took / 50.0
    });
    let cold = median(|| {
        timed(|| {
            let again = open(&path, key);
            again.query_row("SELECT count(*) FROM fact WHERE job = 'job-7'", [], |row| row.get::<_, i64>(0)).unwrap();
        })
    });
    let sql = "SELECT body FROM fact WHERE id = ?1";
    let by_key = median(|| {
        let again = open(&path, key);
        let read = |i: u32| -> usize {
            let id = format!("fact-{:08}", i * 7919 % ROWS);
            again.prepare_cached(sql).unwrap().query_row([id], |row| row.get::<_, String>(0)).unwrap().len()
        };
        timed(|| _ = std::hint::black_box((0..2000).map(read).sum::<usize>()))
    });
    let scan = median(|| {
        let again = open(&path, key);
        timed(|| _ = again.query_row("SELECT sum(length(body)) FROM fact", [], |row| row.get::<_, i64>(0)).unwrap())
    });
    vec![
        ("open and read one job", cold),
        ("one action, on the disk", action),
        ("20,000 rows in one transaction", page),
        ("2,000 rows by their key, nothing cached", by_key),
        ("scan of 20,000 rows, nothing cached", scan),
    ]
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, keyed) = (measure(folder.path(), false), measure(folder.path(), true));
    println!("{:<42} {:>10} {:>10} {:>7}", "", "plain ms", "keyed ms", "");
    for ((name, plain), (_, keyed)) in plain.into_iter().zip(keyed) {
        println!("{name:<42} {plain:>10.3} {keyed:>10.3} {:>6.2}x", keyed / plain);
    }
}
