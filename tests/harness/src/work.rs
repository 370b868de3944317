//! What tests let technicians do, and what must hold after it: small work at a job, and nothing left waiting.

use serde_json::{Value, json};

use crate::{Office, TestDevice, World, checkout, job_of};

/// Two technicians of the demo company.
pub const ZHANG: &str = "张晓峰";
pub const SHEN: &str = "沈一川";
/// Of a machine whose job Zhang has.
const MACHINE: &str = "SAMPLE-1004";

/// A World with a job to work at: the dispatcher, the job's id, and what facts name it by.
pub struct AtWork {
    pub world: World,
    pub office: Office,
    pub job: String,
    pub about: Value,
}

impl AtWork {
    pub async fn new() -> Self {
        let world = World::new();
        let office = world.office("lu").await;
        let (job, visit) = job_of(&office, MACHINE).await;
        let about = json!({ "job": job, "visit": visit });
        Self { world, office, job, about }
    }
}

impl TestDevice {
    pub async fn note(&self, about: &Value, text: &str) {
        let fact = json!({ "kind": "note_added", "body": { "text": text } });
        self.call("record", json!({ "about": about, "fact": fact })).await.expect("a note is always taken");
    }

    /// A picture of the fixtures, as one taken before the repair.
    pub async fn picture(&self, about: &Value) {
        let picture = std::fs::read(checkout().join("tests/fixtures/before.jpg")).expect("a picture");
        self.photo(json!({ "about": about, "photo": "before", "caption": "" }), picture).await.expect("kept");
    }

    pub async fn nothing_waits(&self) {
        let list = self.call("sync_list", json!({})).await.expect("the list");
        assert_eq!(list["waiting"].as_array().map(Vec::len), Some(0), "nothing waits: {list}");
        assert_eq!(list["refused"].as_array().map(Vec::len), Some(0), "nothing was refused: {list}");
        assert_eq!(list["files"]["sent"], list["files"]["total"], "every file has arrived: {list}");
    }
}

/// A device as the console's page of devices shows it.
pub async fn device_row(admin: &Office, name: &str) -> Value {
    let list = admin.call("list_devices", json!({})).await.expect("devices");
    let rows = list["devices"].as_array().expect("rows");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no device {name}: {list}")).clone()
}
