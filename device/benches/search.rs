//! Search, one job and the day with 100,000 orders on the device, beside raw SQLite on the same file.
//! `GONGDAN_BENCH_ORDERS` changes the number. Prints milliseconds: median and the slowest of the runs.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Instant as Timer;

use ed25519_dalek::SigningKey;
use gongdan_device::assemble;
use gongdan_device::store::Store;
use gongdan_device::store::meta::Identity;
use gongdan_device::store::sealed::Sealed;
use gongdan_device::vault::DatabaseKey;
use gongdan_device::view::app::Language;
use gongdan_domain::fact::{FactBody, Rating, SigningChoice};
use gongdan_domain::id::{DeviceId, FactId, JobId, PersonId, WriteId, derived};
use gongdan_domain::seal::{Receipt, SealPayload, SealedDocument, public_key_text};
use gongdan_domain::sync::change::{EntityRef, Fact, Scope};
use gongdan_domain::sync::merge::{Head, Register};
use gongdan_domain::sync::wire::{Certificate, SignedCertificate};
use gongdan_domain::time::{Instant, Stamp};
use serde_json::{Value, json};
use uuid::Uuid;

const RUNS: usize = 20;
const NAMES: [&str; 12] =
    ["星河", "蓝桥", "云杉", "青禾", "杏林", "紫藤", "白杨", "金穗", "海棠", "松涛", "明湖", "远山"];
const TRADES: [&str; 6] = ["纺织", "食品", "精密机械", "包装", "制药", "汽修"];
const SYMPTOMS: [&str; 6] =
    ["排气温度高停机", "油耗大出口带油", "不加载压力上不去", "电机过载跳闸", "安全阀起跳", "停机后启动不了要放空罐"];

struct World {
    store: Store,
    me: PersonId,
    key: SigningKey,
    device: DeviceId,
    now: Instant,
    /// A whole order as it is sealed.
    order: std::cell::RefCell<Value>,
}

fn registers(value: Value) -> BTreeMap<String, Register> {
    let at: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
    let head =
        |value: &Value| Head { write: WriteId(Uuid::now_v7()), value: value.clone(), at, by: PersonId(Uuid::nil()) };
    let register = |value: &Value| Register { heads: vec![head(value)], superseded: Default::default() };
    value.as_object().unwrap().iter().map(|(k, v)| (k.clone(), register(v))).collect()
}

impl World {
    fn new(path: &std::path::Path) -> Self {
        let (key, server) = (SigningKey::from_bytes(&[7; 32]), SigningKey::from_bytes(&[9; 32]));
        let now: Instant = "2026-11-23T01:00:00Z".parse().unwrap();
        let certificate = Certificate {
            device_id: DeviceId(Uuid::from_u128(1)),
            person: PersonId(Uuid::from_u128(2)),
            person_name: "张师傅".into(),
            number_prefix: "A7".into(),
            device_key: public_key_text(&key.verifying_key()),
            server_key: public_key_text(&server.verifying_key()),
            company: "示例".into(),
            issued_at: now,
        };
        let identity = Identity {
            signing_key: key.clone(),
            signed_certificate: SignedCertificate::sign(&certificate, &server).unwrap(),
            certificate: certificate.clone(),
            token: String::from("token").into(),
            server: String::new(),
        };
        let database = DatabaseKey::new([3; 32]);
        Store::create(path, &database, &identity).unwrap();
        let store = Store::open(path, database).unwrap();
        Self { store, me: certificate.person, key, device: certificate.device_id, now, order: Value::Null.into() }
    }

    fn stamp(&self) -> Stamp {
        Stamp::trusted(self.now)
    }

    fn references(&self) {
        let starter = concat!(env!("CARGO_MANIFEST_DIR"), "/../sync-server/starter");
        for file in std::fs::read_dir(starter).unwrap().map(|f| f.unwrap().path()) {
            let body: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            let Some(kind) = body["kind"].as_str() else { continue };
            let version = body["body"]["version"].as_str().unwrap_or("1");
            let put = |a: &gongdan_device::store::Applier| {
                a.put_reference(kind, "starter", version, &body["body"], 1, &[Scope::Company])
            };
            self.store.apply(self.stamp(), put).unwrap();
        }
    }

    fn customers(&self, count: usize) {
        self.store
            .apply(self.stamp(), |a| {
                for n in 0..count {
                    let (customer, machine) = (derived(Uuid::nil(), &format!("c{n}")), derived(Uuid::nil(), &format!("m{n}")));
                    let name = format!("样例{}{}{n}号有限公司", NAMES[n % 12], TRADES[n / 12 % 6]);
                    let fields = json!({ "name": name, "phone": format!("0000-{:07}", 5_550_000 + n), "address": format!("示例省样例市虚构路{n}号"), "distance_km": "12" });
                    a.put_entity(&EntityRef::new("customer", customer), &registers(fields), 1, &[Scope::Company])?;
                    let fields = json!({ "customer": customer, "brand": "样例", "model": format!("GA{}", 7 + n % 90), "serial_no": format!("SAMPLE-{n:05}"), "machine_type": "screw" });
                    a.put_entity(&EntityRef::new("machine", machine), &registers(fields), 1, &[Scope::Company])?;
                }
                Ok(())
            })
            .unwrap();
    }

    /// What every sealed order of this bench says, drafted from a live job.
    fn draft(&self, n: usize, customers: usize) {
        let job = self.store.apply(self.stamp(), |a| Ok(self.order(a, n, customers, false))).unwrap();
        let drafted = |r: &gongdan_device::store::Reader| {
            let case = assemble::Case::load(r, job, None)?;
            assemble::order::drafted(r, &case, "GD-A7-2611-0001")
        };
        *self.order.borrow_mut() = serde_json::to_value(self.store.read(self.stamp(), drafted).unwrap()).unwrap();
    }

    /// A finished order of a former year, as it comes from the office.
    fn order(&self, a: &gongdan_device::store::Applier, n: usize, customers: usize, settled: bool) -> JobId {
        // In the order of time, as the ids of real jobs are.
        let job = JobId(Uuid::from_u128((0x0190_0000_0000_7000_8000_u128 << 48) + n as u128));
        let visit = job.visit(1);
        let scope = [Scope::Job(job)];
        let of = n % customers;
        let fields = json!({
            "customer": derived(Uuid::nil(), &format!("c{of}")), "machine": derived(Uuid::nil(), &format!("m{of}")),
            "symptom": SYMPTOMS[n % 6], "service_kind": "repair", "reported_at": format!("2025-{:02}-{:02}T01:00:00Z", 1 + n % 12, 1 + n % 28),
        });
        a.put_entity(&EntityRef::new("job", job.0), &registers(fields), 1, &scope).unwrap();
        let fact = |k: usize, body: FactBody| {
            let (kind, body) = body.parts();
            let at = self.now - chrono::TimeDelta::days(if settled { 300 } else { 0 })
                + chrono::TimeDelta::minutes(k as i64);
            let id = FactId(Uuid::now_v7());
            let visit = Some(visit);
            Fact {
                id,
                kind,
                job: Some(job),
                visit,
                scopes: scope.to_vec(),
                at: Stamp::trusted(at),
                by: self.me,
                body,
                files: vec![],
                extra: Default::default(),
            }
        };
        let mut story = vec![FactBody::JobAssigned {
            visit,
            technicians: vec![self.me],
            leader: self.me,
            planned_at: Some(self.now),
        }];
        if settled {
            let order_no = format!("GD-A7-25{:02}-{n:04}", 1 + n % 12);
            let mut content = self.order.borrow().clone();
            content["order_no"] = json!(order_no);
            content["fault"]["causes"] = json!([{ "zh": "温控阀卡在旁通", "en": "" }]);
            let payload = SealPayload {
                kind: "work_order".into(),
                device_id: self.device,
                seal_no: n as u64 + 1,
                previous: String::new(),
                sealed_at: self.now,
                clock: None,
                content,
            };
            let document = SealedDocument::seal(visit.order().0, 1, &payload, &self.key).unwrap();
            let receipt = Receipt::sign(&document, self.now, &self.key).ok();
            story.push(FactBody::OrderSealed {
                order: visit.order(),
                revision: 1,
                order_no,
                hash: document.hash.clone(),
                choice: SigningChoice::Signed,
                quality: Rating::Satisfied,
                attitude: Rating::Satisfied,
                total_fen: 0,
                supersedes: None,
                position: None,
            });
            story.push(FactBody::CheckedOut { position: None });
            a.put_sealed(&Sealed { document, job, visit, files: vec![], receipt }, 1, &scope).unwrap();
        }
        for (k, body) in story.into_iter().enumerate() {
            a.put_fact(&fact(k, body), self.now, 1, &scope).unwrap();
        }
        job
    }
}

/// Median and slowest of the runs in milliseconds.
fn measure(name: &str, mut run: impl FnMut()) {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Timer::now();
            run();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<44} {:>9.2} ms {:>9.2} ms", times[RUNS / 2], times[RUNS - 1]);
}

fn main() {
    let orders: usize = std::env::var("GONGDAN_BENCH_ORDERS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let customers = (orders / 20).clamp(10, 5_000);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("device.db");
    let world = World::new(&path);
    let start = Timer::now();
    world.references();
    world.customers(customers);
    world.draft(orders + 6, customers);
    for chunk in (0..orders).collect::<Vec<_>>().chunks(2_000) {
        world
            .store
            .apply(world.stamp(), |a| {
                chunk.iter().for_each(|n| _ = world.order(a, *n, customers, true));
                Ok(())
            })
            .unwrap();
    }
    let today = world
        .store
        .apply(world.stamp(), |a| {
            Ok((orders..orders + 6).map(|n| world.order(a, n, customers, false)).collect::<Vec<_>>())
        })
        .unwrap();
    println!("{orders} orders, {customers} customers stored in {:.1} s", start.elapsed().as_secs_f64());
    let start = Timer::now();
    while world.store.apply(world.stamp(), |a| a.refresh_search(2_000)).unwrap() {}
    println!("indexed in {:.1} s", start.elapsed().as_secs_f64());
    // What the first agendas after a first sync find settled.
    let settled: Vec<JobId> = world
        .store
        .read(world.stamp(), |r| Ok(r.live_jobs()?.into_iter().filter(|j| !today.contains(j)).collect()))
        .unwrap();
    world.store.write(world.stamp(), |tx| tx.settle_jobs(&settled)).unwrap();

    println!("{:<44} {:>12} {:>12}", "", "median", "slowest");
    for text in [
        "油",
        "样",
        "星河",
        "x",
        "xh",
        "xhfz",
        "星河纺织",
        "5550101",
        "SAMPLE-00101",
        "GA37",
        "样例星河纺织",
        "温控阀芯",
        "星河 油耗",
        "GD-A7-2503",
    ] {
        let mut found = 0;
        measure(&format!("search {text}"), || {
            let view = world.store.read(world.stamp(), |r| r.search(text, None, Language::Zh)).unwrap();
            found = view.counts.iter().map(|c| c.count).sum();
        });
        println!("{:>44}", format!("{found} found"));
    }
    measure("open_job (a machine with 20 former orders)", || {
        _ = world.store.read(world.stamp(), |r| assemble::job::view(r, today[0])).unwrap()
    });
    measure("agenda's jobs (6 of today)", || {
        world
            .store
            .read(world.stamp(), |r| {
                for job in r.live_jobs()? {
                    std::hint::black_box(assemble::agenda::planned(&assemble::Case::load(r, job, None)?));
                }
                Ok(())
            })
            .unwrap();
    });

    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "key", format!("x'{}'", hex::encode([3u8; 32]))).unwrap();
    measure("raw SQLite: LIKE over the texts", || {
        raw.query_row("SELECT count(*) FROM search_document WHERE text LIKE '%油%'", [], |r| r.get::<_, i64>(0))
            .unwrap();
    });
    measure("raw SQLite: one token, 40 rows", || {
        let sql = "SELECT rowid FROM search_index WHERE search_index MATCH '\"o油\"' ORDER BY rowid DESC LIMIT 40";
        raw.prepare_cached(sql).unwrap().query_map([], |r| r.get::<_, i64>(0)).unwrap().for_each(|id| _ = id.unwrap());
    });
    measure("raw SQLite: one row by its key", || {
        raw.query_row(
            "SELECT state FROM register WHERE kind = 'job' AND entity = ?1 AND field = 'symptom'",
            [today[0].to_string()],
            |r| r.get::<_, String>(0),
        )
        .unwrap();
    });
}
