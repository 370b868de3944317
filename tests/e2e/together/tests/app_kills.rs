//! The real app killed at random steps of a visit: whatever the screen showed as kept is there after the next start
//! (`entered_is_durable`). `GONGDAN_APP_KILLS` says how often (5 in `make test`), `GONGDAN_SEED` replays.

use gongdan_e2e_together::{App, Driver, Finger, Taps};
use gongdan_harness::{PIN, World};
use serde_json::json;

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

/// The ticks of the screen that are set.
async fn set(app: &App) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[data-testid]')].filter(e => e.dataset.testid.startsWith('tick-kit-') \
                  && e.querySelector('input')?.checked).map(e => e.dataset.testid)";
    app.web.execute(script, vec![]).await.expect("ticks of the screen").convert().expect("a list of texts")
}

/// The ticks that the device has answered, asked through the window's own door: shown as kept at this instant.
async fn kept(app: &App, job: &str) -> Vec<String> {
    let script = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('call', { name: 'open_job', args: { job: arguments[0] } })
            .then(view => done(Object.keys(view.state.ticks.kit ?? {}).map(code => 'tick-kit-' + code)), e => done(['failed: ' + JSON.stringify(e)]));";
    app.web.execute_async(script, vec![job.into()]).await.expect("the device answers").convert().expect("a list")
}

/// Everything is ticked: it is taken back, so that there is something to tick again.
async fn taken_back(finger: &mut Finger<'_>, app: &App, job: &str, ticked: Vec<String>) -> Vec<String> {
    for id in &ticked {
        finger.tap(id).await;
    }
    let mut asked = 0;
    while !kept(app, job).await.is_empty() {
        asked += 1;
        assert!(asked < 1000, "what is taken back stays");
    }
    ticked
}

#[tokio::test]
async fn entered_is_durable_over_kills_of_the_real_app() {
    let (kills, seed) = (number("GONGDAN_APP_KILLS", 5), number("GONGDAN_SEED", 26));
    println!("GONGDAN_SEED={seed} GONGDAN_APP_KILLS={kills}");
    let mut dice = Dice(seed);
    let mut world = World::new();
    let office = world.office("lu").await;
    let args = json!({ "filter": "all", "text": "SAMPLE-1002" });
    let jobs = office.call("list_jobs", args).await.expect("the demo's jobs");
    let job = jobs["rows"][0]["title"]["job"].as_str().expect("the demo has a job for this machine").to_owned();
    let code = world.enrolment_code("张晓峰").await;
    let mut driver = Driver::start(&world.path().join("tablet"));
    let mut app = App::start(&driver).await;
    app.size(1280, 800).await;
    {
        let mut finger = Finger::new(&app.web, Taps::default());
        finger.typing("gate-server", &world.url()).await;
        finger.typing("gate-code", &code).await;
        finger.typing("gate-pin", PIN).await;
        finger.tap("gate-enter").await;
        finger.find(&format!("stop-{job}")).await;
        finger.reads("sync-sentence", "that everything is delivered", |text| text.contains("全部已送达")).await;
    }
    // From here on everything lives on the tablet alone.
    world.kill_server();

    let mut shown: Vec<String> = Vec::new();
    for kill in 0..=kills {
        let mut finger = Finger::new(&app.web, Taps::default());
        app.web.execute(&format!("location.hash = '#/job/{job}/kit'"), vec![]).await.expect("goes there");
        finger.find("tick-kit-KIT-K-11").await;
        let there = kept(&app, &job).await;
        let lost: Vec<_> = shown.iter().filter(|id| !there.contains(id)).collect();
        assert!(lost.is_empty(), "seed {seed}, kill {kill}: shown as kept and gone: {lost:?}");
        if kill == kills {
            break;
        }
        let ticked = set(&app).await;
        assert!(kill == 0 || !ticked.is_empty(), "and the screen shows it");
        let mut open = finger.ids("tick-kit-", "").await;
        open.retain(|id| !ticked.contains(id));
        if open.is_empty() {
            open = taken_back(&mut finger, &app, &job, ticked).await;
        }
        for id in open.iter().take(1 + dice.roll(3) as usize) {
            finger.tick(id).await;
        }
        // At this instant; the last taps may be under way, and may be lost.
        shown = kept(&app, &job).await;
        assert!(shown.iter().all(|id| id.starts_with("tick-kit-")), "{shown:?}");
        driver = app.kill(driver);
        app = App::start(&driver).await;
        app.size(1280, 800).await;
        let mut finger = Finger::new(&app.web, Taps::default());
        finger.typing("gate-pin", PIN).await;
        finger.tap("gate-enter").await;
        finger.find("sync-sentence").await;
    }
    drop(app.kill(driver));
    println!("{kills} kills of the app survived");
}
