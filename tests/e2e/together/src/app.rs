//! The real app's process under WebDriver. Killing it and starting it again on the same data is part of the interface.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gongdan_harness::{binary, free_port};
use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};

/// What driver and app say, for whoever asks why an app did not start.
const SAID: &str = "said.txt";

/// One WebKitWebDriver process; it serves one session at a time.
pub struct Driver {
    process: Child,
    home: PathBuf,
    url: String,
}

impl Driver {
    /// Starts the driver with the app's data folders under `home`.
    pub fn start(home: &Path) -> Self {
        let port = free_port();
        std::fs::create_dir_all(home).expect("a folder for the app");
        let said = File::create(home.join(SAID)).expect("a place for what driver and app say");
        let process = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("LANG", "C.UTF-8")
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()
            .expect("WebKitWebDriver: install webkit2gtk-driver (make setup does)");
        let driver = Self { process, home: home.to_owned(), url: format!("http://127.0.0.1:{port}") };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "WebKitWebDriver did not start");
            std::thread::yield_now();
        }
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may be gone already.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// One running instance of the app.
pub struct App {
    pub web: WebDriver,
}

impl App {
    /// Starts the app through the driver.
    pub async fn start(driver: &Driver) -> Self {
        let mut caps = Capabilities::default();
        let options = json!({ "binary": binary("gongdan"), "args": [] });
        caps.set("webkitgtk:browserOptions", options).expect("a capability");
        match WebDriver::new(&driver.url, caps).await {
            Ok(web) => Self { web },
            Err(error) => {
                let said = std::fs::read_to_string(driver.home.join(SAID)).unwrap_or_default();
                panic!("the app does not start under WebDriver: {error}; it said: {said}");
            }
        }
    }

    /// Sets the window's inner size.
    pub async fn size(&self, width: u32, height: u32) {
        self.web.set_window_rect(0, 0, width, height).await.expect("the window takes a size");
    }

    /// Kills the process the way a battery does: without a word. The driver goes too: one that has not noticed yet would wait for
    /// minutes for a window that is gone.
    pub fn kill(self, driver: Driver) -> Driver {
        let killed =
            Command::new("pkill").args(["-KILL", "-f", &format!("^{}( |$)", binary("gongdan").display())]).status();
        assert!(killed.is_ok_and(|s| s.success()), "the app's process was there to be killed");
        // The session is gone with the process: there is nothing to quit, and asking would wait for it.
        _ = self.web.leak();
        let home = driver.home.clone();
        drop(driver);
        Driver::start(&home)
    }

    pub async fn screenshot(&self, folder: &Path, name: &str) -> PathBuf {
        std::fs::create_dir_all(folder).expect("a folder for pictures");
        let path = folder.join(format!("{name}.png"));
        self.web.screenshot(&path).await.expect("a screenshot");
        path
    }

    /// Runs axe-core inside the app; answers serious and critical violations as text.
    pub async fn axe(&self, source: &str) -> Vec<String> {
        self.web.execute(source, vec![]).await.expect("axe loads");
        let script = r#"
            const done = arguments[arguments.length - 1];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
                .then(r => done(r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
                    .map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.failureSummary ?? '')).slice(0, 3).join(' | '))))
                .catch(e => done(['axe failed: ' + e]));
        "#;
        let found = self.web.execute_async(script, vec![]).await.expect("axe answers");
        found.convert().expect("a list of texts")
    }
}
