//! A World: one server with the demo company, devices of its technicians behind a network that breaks, and somebody in the office.
//! Devices sync only when told to, so that a test decides every interleaving.

use std::path::{Path, PathBuf};

use gongdan_device::commands;
use gongdan_device::device::{Config, Device};
use gongdan_device::vault::NoKeyStore;
use gongdan_domain::problem::Problem;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Office, Proxy, ServerProcess, first_start, free_port};

/// The PIN of every device in a World.
pub const PIN: &str = "2468";

pub struct World {
    folder: TempDir,
    server: Option<ServerProcess>,
    port: u16,
    /// What `demo` printed: who may sign in, and with which password.
    pub sign_in: String,
    /// Of the recovery key, as it was shown once.
    passphrase: String,
}

impl World {
    /// A fresh server with the demo company, serving.
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let (sign_in, passphrase) = first_start(&folder.path().join("server"));
        let port = free_port();
        let server = ServerProcess::start(&folder.path().join("server"), port);
        Self { folder, server: Some(server), port, sign_in, passphrase }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn server_data(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// SIGKILL: whatever was acknowledged must be there after [`World::start_server`].
    pub fn kill_server(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// Serves again on the same data and port.
    pub fn start_server(&mut self) {
        if self.server.is_none() {
            self.server = Some(ServerProcess::start(&self.server_data(), self.port));
        }
    }

    /// The passphrase of the company's recovery key.
    pub fn passphrase(&self) -> String {
        self.passphrase.clone()
    }

    /// Runs a command of the server's binary on this World's data, beside the serving one; answers what it printed, or what it said
    /// against it.
    pub fn command(&self, args: &[&str], env: &[(&str, &str)]) -> Result<String, String> {
        let mut command = std::process::Command::new(crate::binary("gongdan-server"));
        command.args(args).arg("--data").arg(self.server_data()).envs(env.iter().copied());
        let output = command.output().expect("the server's binary runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Keeps what the whole data folder is now, as a snapshot of the disk would. The server must not be running.
    pub fn snapshot(&self, name: &str) {
        copy_tree(&self.server_data(), &self.path().join(name));
    }

    /// Puts a snapshot in the place of the data folder. The server must not be running.
    pub fn roll_back(&self, name: &str) {
        std::fs::remove_dir_all(self.server_data()).expect("the data goes");
        copy_tree(&self.path().join(name), &self.server_data());
    }

    /// The password that `demo` printed beside a login name.
    pub fn password(&self, login: &str) -> String {
        let line = self.sign_in.lines().find(|line| line.split_whitespace().any(|word| word == login));
        let line = line.unwrap_or_else(|| panic!("demo names nobody called {login}: {}", self.sign_in));
        let mut words = line.split_whitespace().skip_while(|word| *word != login).skip(1);
        words.next().unwrap_or_else(|| panic!("no password beside {login}")).to_owned()
    }

    pub async fn office(&self, login: &str) -> Office {
        Office::sign_in(&self.url(), login, &self.password(login)).await.expect("signs in")
    }

    /// A one-time enrolment code for a person, made by the admin.
    pub async fn enrolment_code(&self, person_name: &str) -> String {
        let admin = self.office("admin").await;
        let people = admin.call("list_devices", json!({})).await.expect("devices and people");
        let person =
            find_person(&people, person_name).unwrap_or_else(|| panic!("nobody called {person_name}: {people}"));
        let code = admin.call("create_enrolment_code", json!({ "person": person })).await.expect("a code");
        code["code"].as_str().expect("a code is text").to_owned()
    }

    /// Enrols a new device for a person, behind its own network.
    pub async fn device(&self, person_name: &str, folder: &str) -> TestDevice {
        self.device_with(person_name, folder, |_| {}).await
    }

    /// The same, opened otherwise than usual.
    pub async fn device_with(
        &self,
        person_name: &str,
        folder: &str,
        how: impl FnOnce(&mut Config) + Send + 'static,
    ) -> TestDevice {
        let code = self.enrolment_code(person_name).await;
        let proxy = Proxy::to(([127, 0, 0, 1], self.port).into()).await;
        let data = self.folder.path().join(folder);
        let device = TestDevice::open(data, proxy, how).await;
        let args = json!({ "server": device.proxy.url(), "code": code, "pin": PIN, "device_name": folder });
        device.call("enrol", args).await.expect("enrols");
        device
    }
}

impl World {
    /// Somebody copies a device's folder and opens it elsewhere.
    pub async fn copied(&self, device: &TestDevice, folder: &str) -> TestDevice {
        let data = self.folder.path().join(folder);
        copy_tree(device.data(), &data);
        let proxy = Proxy::to(([127, 0, 0, 1], self.port).into()).await;
        let copy = TestDevice::open(data, proxy, |_| {}).await;
        copy.call("unlock", json!({ "pin": PIN })).await.expect("unlocks");
        copy
    }
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_tree(&path, &copy);
        } else {
            std::fs::copy(&path, &copy).expect("copied");
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Finds `{ person | id, name }` anywhere in a reply.
fn find_person(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Object(map) => {
            let named = map.get("name").or_else(|| map.get("person_name")).and_then(Value::as_str) == Some(name);
            let id = map.get("person").or_else(|| map.get("id")).filter(|v| v.is_string());
            if named && let Some(id) = id {
                return Some(id.clone());
            }
            map.values().find_map(|v| find_person(v, name))
        }
        Value::Array(list) => list.iter().find_map(|v| find_person(v, name)),
        _ => None,
    }
}

/// One device and the network between it and the server.
pub struct TestDevice {
    pub device: Device,
    pub proxy: Proxy,
    data: PathBuf,
}

impl TestDevice {
    async fn open(data: PathBuf, proxy: Proxy, how: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        let (folder, url) = (data.clone(), proxy.url());
        let device = blocking(move || {
            let mut config = Config::new(folder, "0.1.0", Box::new(NoKeyStore));
            config.server_override = Some(url);
            how(&mut config);
            Device::open(config).expect("opens")
        })
        .await;
        Self { device, proxy, data }
    }

    /// One command, as the interface would call it.
    pub async fn call(&self, name: &str, args: Value) -> Result<Value, Problem> {
        let (device, name) = (self.device.clone(), name.to_owned());
        blocking(move || commands::call(&device, &name, args)).await
    }

    /// A photo up the raw lane.
    pub async fn photo(&self, args: Value, bytes: Vec<u8>) -> Result<Value, Problem> {
        let device = self.device.clone();
        blocking(move || commands::upload_photo(&device, args, &bytes)).await
    }

    /// A file down the raw lane.
    pub async fn download(&self, name: &str, args: Value) -> Result<Vec<u8>, Problem> {
        let (device, name) = (self.device.clone(), name.to_owned());
        blocking(move || commands::download(&device, &name, args)).await
    }

    /// A colleague's exported work up the raw lane.
    pub async fn carry(&self, bytes: Vec<u8>) -> Result<Value, Problem> {
        let device = self.device.clone();
        blocking(move || commands::upload(&device, "work", json!({}), &bytes)).await
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// One whole sync, or the problem that stopped it.
    pub async fn sync(&self) -> Result<(), Problem> {
        let device = self.device.clone();
        blocking(move || device.sync_once().map_err(|e| device.problem(e))).await
    }

    /// Drops the device without closing anything and opens it again from its folder, as after a kill.
    pub async fn restart(self) -> Self {
        self.restart_after(|| {}).await
    }

    /// The same, with something done to its folder while it is closed.
    pub async fn restart_after(self, meanwhile: impl FnOnce() + Send + 'static) -> Self {
        self.again(meanwhile, |_| {}).await
    }

    /// Closed and opened otherwise than before.
    pub async fn reopened_with(self, how: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        self.again(|| {}, how).await
    }

    async fn again(
        self,
        meanwhile: impl FnOnce() + Send + 'static,
        how: impl FnOnce(&mut Config) + Send + 'static,
    ) -> Self {
        let Self { device, proxy, data } = self;
        blocking(move || {
            drop(device);
            meanwhile();
        })
        .await;
        let again = Self::open(data, proxy, how).await;
        again.call("unlock", json!({ "pin": PIN })).await.expect("unlocks");
        again
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the work does not panic")
}
