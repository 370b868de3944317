//! The product in one test: a plain warranty visit in the real app, from the agenda to the signed order, with the server stopped
//! and the app killed on the way; then delivered, and read and archived in the office console (A1–H2, L1, L2).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gongdan_e2e_together::{App, Driver, Finger, Taps};
use gongdan_harness::{PIN, World, checkout};
use serde_json::{Value, json};

/// Where pictures of every screen go.
fn pictures() -> PathBuf {
    checkout().join("test-results/screenshots/visit")
}

/// What is looked at on every screen: a picture, nothing wider than the window, no serious accessibility violation.
struct Eyes {
    axe: String,
    violations: Vec<String>,
    number: u32,
}

impl Eyes {
    fn open() -> Self {
        let source = checkout().join("node_modules/axe-core/axe.min.js");
        Self {
            axe: fs::read_to_string(source).expect("axe-core: npm ci (make setup does)"),
            violations: Vec::new(),
            number: 0,
        }
    }

    async fn look(&mut self, app: &App, name: &str) {
        self.number += 1;
        app.screenshot(&pictures(), &format!("{:02}-{name}", self.number)).await;
        let wider = app.web.execute("return document.documentElement.scrollWidth - window.innerWidth", vec![]).await;
        let wider: i64 = wider.expect("a width").convert().expect("a number");
        assert!(wider <= 0, "{name} is {wider} px wider than the window");
        let found = app.axe(&self.axe).await;
        self.violations.extend(found.into_iter().map(|v| format!("{name}: {v}")));
    }
}

/// The one sealed PDF under the app's data folder.
fn saved_pdf(home: &Path) -> Option<PathBuf> {
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "pdf") {
                return Some(path);
            }
        }
    }
    None
}

async fn unlock(finger: &mut Finger<'_>) {
    finger.typing("gate-pin", PIN).await;
    finger.tap("gate-enter").await;
}

#[tokio::test]
async fn l1_l2_a_warranty_visit_offline_then_delivered_and_archived() {
    let mut world = World::new();
    let office = world.office("lu").await;
    let jobs =
        office.call("list_jobs", json!({ "filter": "all", "text": "SAMPLE-1002" })).await.expect("the demo's jobs");
    let job = jobs["rows"][0]["title"]["job"].as_str().expect("the demo has a job for this machine").to_owned();
    let code = world.enrolment_code("张晓峰").await;

    let home = world.path().join("tablet");
    let mut driver = Driver::start(&home);
    let app = App::start(&driver).await;
    app.size(1280, 800).await;
    let mut eyes = Eyes::open();

    // Enrolment is once in a device's life and not part of the visit.
    let mut finger = Finger::new(&app.web, Taps::default());
    finger.find("gate-enter").await;
    eyes.look(&app, "gate").await;
    finger.typing("gate-server", &world.url()).await;
    finger.typing("gate-code", &code).await;
    finger.typing("gate-name", "平板 02").await;
    finger.typing("gate-pin", PIN).await;
    finger.tap("gate-enter").await;
    finger.find(&format!("stop-{job}")).await;
    finger.reads("sync-sentence", "that everything is delivered", |text| text.contains("全部已送达")).await;

    // From here on there is no server.
    world.kill_server();
    finger.taps = Taps::default();
    eyes.look(&app, "today").await;
    finger.tap(&format!("stop-{job}")).await;
    finger.at("/accept").await;
    eyes.look(&app, "accept").await;
    finger.tap("next").await;

    // B1: the call. What the archive knows is one tap each.
    finger.at("/contact").await;
    for copy in finger.ids("copy-", "").await {
        finger.tap(&copy).await;
    }
    for item in finger.ids("tick-contact-", "").await {
        finger.tick(&item).await;
    }
    finger.tap("outcome-confirmed").await;
    finger.reads("next", "that the call is noted", |text| text.contains("准备")).await;
    eyes.look(&app, "contact").await;
    finger.tap("next").await;

    // A3: what may be wrong; parts go into the kit.
    finger.at("/analysis").await;
    finger.tap("cause-2").await;
    eyes.look(&app, "analysis").await;
    finger.tap("next").await;

    // C1: departure is refused by name until all is ticked.
    finger.at("/kit").await;
    let kit = finger.ids("tick-kit-", "").await;
    assert!(kit.iter().any(|id| id.ends_with("KIT-K-11")), "the rag is on every list");
    for item in kit.iter().filter(|id| !id.ends_with("KIT-K-11")) {
        finger.tick(item).await;
    }
    finger.reads("next", "what is missing", |text| text.contains('1')).await;
    eyes.look(&app, "kit-without-rag").await;
    finger.tick("tick-kit-KIT-K-11").await;
    finger.reads("next", "that one can go", |text| text.contains("出发")).await;
    finger.tap("next").await;

    finger.at("/depart").await;
    eyes.look(&app, "depart").await;
    finger.tap("next").await;

    // D1, D3: at the door.
    finger.at("/arrive").await;
    for item in ["appearance", "introduced", "work_id_shown"] {
        finger.tick(&format!("tick-door-{item}")).await;
    }
    finger.reads("next", "that one can check in", |text| text.contains("签到")).await;
    eyes.look(&app, "arrive").await;
    finger.tap("next").await;

    // E1: every answer by itself.
    finger.at("/safety").await;
    for answer in finger.ids("safety-", "-yes").await {
        finger.tick(&answer).await;
    }
    finger.reads("next", "that it can be signed off", |text| text.contains("签署")).await;
    eyes.look(&app, "safety").await;
    finger.tap("next").await;

    // E2.
    finger.at("/diagnose").await;
    finger.tap("cause-0").await;
    finger.tap("analysis-right").await;
    for (key, value) in
        [("ambient_c", "31"), ("discharge_temp_c", "88"), ("discharge_mpa", "0.68"), ("sump_mpa", "0.7")]
    {
        finger.reading(&format!("reading-{key}-before"), value).await;
    }
    finger.photo("photo-before", &checkout().join("tests/fixtures/before.jpg")).await;
    finger.reads("next", "the next step", |text| text.contains("费")).await;
    eyes.look(&app, "diagnose").await;

    // L2: the battery dies here. Everything is there again, and so is the place.
    let taps = finger.taps;
    driver = app.kill(driver);
    let app = App::start(&driver).await;
    app.size(1280, 800).await;
    let mut finger = Finger::new(&app.web, Taps::default());
    finger.find("gate-pin").await;
    eyes.look(&app, "locked").await;
    unlock(&mut finger).await;
    finger.at("/diagnose").await;
    finger.taps = taps;
    finger.reads("next", "the next step", |text| text.contains("费")).await;
    let before = finger.find("reading-ambient_c-before").await.prop("value").await.expect("a value");
    assert_eq!(before.as_deref(), Some("31"), "a reading survives a kill");
    finger.tap("next").await;

    // E3, F1: the schedule is shown to the customer before work.
    finger.at("/charge").await;
    eyes.look(&app, "charge").await;
    finger.tap("next").await;
    finger.at("/estimate").await;
    eyes.look(&app, "estimate").await;
    finger.tap("consent-yes").await;

    // E11, E12, G8.
    finger.at("/repair").await;
    finger.tap("measure-1").await;
    finger.tap("test-full_load").await;
    finger.tap("confidence-certain").await;
    for item in finger.ids("tick-handover-", "").await {
        finger.tick(&item).await;
    }
    for answer in finger.ids("safety-", "-yes").await {
        finger.tick(&answer).await;
    }
    finger.photo("photo-after", &checkout().join("tests/fixtures/after.jpg")).await;
    finger.reads("next", "that the order is next", |text| text.contains("工作单")).await;
    eyes.look(&app, "repair").await;
    finger.tap("next").await;

    // G1, G2, G6.
    finger.at("/order").await;
    eyes.look(&app, "order").await;
    finger.tap("next").await;
    finger.at("/sign").await;
    finger.tick("rating-quality-very_satisfied").await;
    finger.tick("rating-attitude-satisfied").await;
    finger.tap("sign-choice-signed").await;
    finger.sign("signature-pad").await;
    eyes.look(&app, "sign").await;
    finger.tap("next").await;
    finger.at("/done").await;
    finger.reads("sync-sentence", "that something waits", |text| text.contains("离线")).await;
    eyes.look(&app, "done-offline").await;
    finger.tap("next").await;
    let taps = finger.taps;
    println!("taps of one's own: {}, demanded by the standard: {}, typed: {}", taps.free, taps.demanded, taps.typed);
    assert!(taps.free <= 30, "a plain warranty visit took {} taps", taps.free);
    assert_eq!(taps.typed, 0, "nothing had to be typed");

    // G7: the PDF, with no server anywhere.
    finger.tap("pdf").await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let pdf = loop {
        if let Some(path) = saved_pdf(&home) {
            break path;
        }
        assert!(std::time::Instant::now() < deadline, "no PDF was written");
        tokio::task::yield_now().await;
    };
    let text = Command::new("pdftotext").arg(&pdf).arg("-").output().expect("pdftotext: install poppler-utils");
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("空气压缩机检测维修工作单"), "the PDF names its form: {text}");
    assert!(text.contains("SAMPLE-1002"), "the PDF names the machine: {text}");

    // H1, L4: later the server is there, and the app says so by itself.
    world.start_server();
    finger.reads("sync-sentence", "that everything is delivered", |text| text.contains("全部已送达")).await;
    eyes.look(&app, "done-delivered").await;

    let manager = world.office("cheng").await;
    let orders = manager.call("list_orders", json!({ "filter": "to_review" })).await.expect("orders to review");
    assert_eq!(orders["total"], 1, "delivered once: {orders}");
    let row = &orders["rows"][0];
    let order = manager.call("open_order", json!({ "order": row["order"] })).await.expect("the order");
    assert_eq!(order["seal"]["content_ok"], true);
    assert_eq!(order["seal"]["chain_ok"], true);
    assert_eq!(order["seal"]["countersignature_ok"], true);
    assert_eq!(order["document"]["fault"]["causes"][0]["zh"], "零点漂移");
    assert!(
        order["files"].as_array().is_some_and(|f| f.len() == 2 && f.iter().all(|f| f["here"] == true)),
        "{}",
        order["files"]
    );
    assert_eq!(order["ink"]["strokes"].as_array().map(Vec::len), Some(3), "three strokes were drawn");

    // The console, as the manager sees it.
    let number = row["number"].as_str().expect("a number").to_owned();
    let console = Command::new("node")
        .arg(checkout().join("tests/e2e/together/console.mjs"))
        .args([&world.url(), "cheng", &world.password("cheng"), &number])
        .arg(pictures())
        .output()
        .expect("node");
    assert!(
        console.status.success(),
        "the console: {}{}",
        String::from_utf8_lossy(&console.stdout),
        String::from_utf8_lossy(&console.stderr)
    );
    let archived: Value = manager.call("list_orders", json!({ "filter": "archived" })).await.expect("archived orders");
    assert_eq!(archived["total"], 1, "archived from the console: {archived}");

    assert!(eyes.violations.is_empty(), "axe found:\n{}", eyes.violations.join("\n"));
    app.web.quit().await.expect("the app closes");
}
