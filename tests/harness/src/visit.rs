//! A whole visit on a technician's device, command by command, as far as the sealed order. The plain case: all done, signed, satisfied.

use gongdan_domain::work_order::OrderDocument;
use serde_json::{Value, json};

use crate::TestDevice;

/// A visit that is under way.
pub struct Visit<'d> {
    pub device: &'d TestDevice,
    pub job: String,
    pub visit: String,
    /// Where the tablet is, by its own word; null where it does not know.
    pub place: Value,
}

impl<'d> Visit<'d> {
    pub fn of(device: &'d TestDevice, job: &str, visit: &str) -> Self {
        Self { device, job: job.to_owned(), visit: visit.to_owned(), place: Value::Null }
    }

    pub fn about(&self) -> Value {
        json!({ "job": self.job, "visit": self.visit })
    }

    pub async fn call(&self, name: &str, args: Value) -> Value {
        self.device.call(name, args).await.unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
    }

    pub async fn view(&self) -> Value {
        self.call("open_job", json!({ "job": self.job })).await
    }

    pub async fn record(&self, kind: &str, body: Value) {
        let fact = json!({ "kind": kind, "body": body });
        self.call("record", json!({ "about": self.about(), "fact": fact })).await;
    }

    /// Writes over whatever is on the screen.
    pub async fn write(&self, field: &str, value: Value) {
        let seen = self.view().await["visit_fields"][field]["heads"].clone();
        let entity = json!({ "kind": "visit", "id": self.visit });
        let seen = if seen.is_null() { json!([]) } else { seen };
        self.call("write_field", json!({ "entity": entity, "field": field, "value": value, "seen": seen })).await;
    }

    async fn ticks(&self, list: &str, items: &[&str], version: &str) {
        let tick = |item: &&str| json!({ "kind": "ticked", "body": { "list": list, "item": item, "template_version": version } });
        let facts: Vec<Value> = items.iter().map(tick).collect();
        self.call("record_all", json!({ "about": self.about(), "facts": facts })).await;
    }

    async fn photo(&self, kind: &str) {
        let bytes = match kind {
            "before" => include_bytes!("../../fixtures/before.jpg").to_vec(),
            _ => include_bytes!("../../fixtures/after.jpg").to_vec(),
        };
        let args = json!({ "about": self.about(), "photo": kind, "caption": "" });
        self.device.photo(args, bytes).await.unwrap_or_else(|problem| panic!("photo: {problem:?}"));
    }

    /// Everything before the order: the customer could sign now.
    pub async fn repaired(&self) {
        self.record("job_accepted", json!({})).await;
        let call = json!({ "number": "0000-5550101", "whom": "设备科", "outcome": "confirmed", "fees_announced": true,
            "new_time": null, "guidance": "", "note": "" });
        self.record("contact_attempt", call).await;
        let kit = self.view().await["kit"].clone();
        let codes: Vec<&str> =
            kit["lines"].as_array().into_iter().flatten().filter_map(|l| l["code"].as_str()).collect();
        self.ticks("kit", &codes, kit["version"].as_str().unwrap_or_default()).await;
        self.call("depart", json!({ "job": self.job })).await;
        self.ticks("door", &["appearance", "introduced", "work_id_shown"], "").await;
        self.record("arrived", json!({ "position": self.place })).await;
        self.record("checked_in", json!({ "position": self.place })).await;
        let safety = self.view().await["safety"].clone();
        for item in safety["items"].as_array().into_iter().flatten() {
            let body = json!({ "item": item["code"], "answer": "yes", "template_version": safety["version"] });
            self.record("safety_answered", body).await;
        }
        self.record("safety_signed", json!({ "conditions": "挂牌断电", "with_whom": "值班班长" })).await;
        let cause =
            json!({ "fault": null, "order": null, "zh": "温控阀卡在旁通", "en": "Thermostatic valve stuck in bypass" });
        self.write("diagnosis", json!({ "causes": [cause], "cause_type": "wear", "analysis_right": "right" })).await;
        for (phase, value) in [("before", "31"), ("after", "30")] {
            let reading =
                json!({ "about": self.about(), "key": "ambient_c", "phase": phase, "value": value, "confirmed": true });
            self.call("take_reading", reading).await;
        }
        self.photo("before").await;
        self.record("fees_shown", json!({ "schedule_version": "2024-A" })).await;
        self.write(
            "parts_used",
            json!([{ "code": "P-014", "quantity": "1", "old_part": "taken_back", "covered": null }]),
        )
        .await;
        self.agreed().await;
        self.record("work_started", json!({})).await;
        self.write("measures", json!(["换温控阀芯"])).await;
        self.record("test_run_recorded", json!({ "result": "full_load", "minutes": 40, "reason": "" })).await;
        self.record("confidence_stated", json!({ "confidence": "certain" })).await;
        let handed = ["reinspected", "training", "equipment_count", "cleaning", "service_card", "business_card"];
        self.ticks("handover", &handed, "").await;
        self.photo("after").await;
        self.write("suggestions", json!("每周吹扫散热器")).await;
        self.record("work_finished", json!({})).await;
    }

    /// The customer agrees to what it costs now.
    pub async fn agreed(&self) {
        let estimate = self.view().await["estimate"].clone();
        let sheet = &estimate["sheet"];
        if sheet["total_fen"].as_i64() > Some(0) {
            let body = json!({ "total_fen": sheet["total_fen"], "schedule_version": sheet["schedule_version"],
                "estimate_hash": estimate["hash"], "by_name": "陈喆", "how": "on_screen" });
            self.record("consent_given", body).await;
        }
    }

    pub async fn preview(&self) -> Value {
        self.call("preview_order", json!({ "job": self.job })).await
    }

    /// Shown, rated and ended; answers the sealed order.
    pub async fn seal(&self, signing: Value) -> OrderDocument {
        let shown = self.preview().await["shown"].clone();
        let rating = json!({ "quality": "satisfied", "attitude": "very_satisfied", "opinion": "来得快" });
        let args =
            json!({ "job": self.job, "shown": shown, "rating": rating, "signing": signing, "position": self.place });
        self.call("seal_order", args).await;
        serde_json::from_value(self.preview().await["document"].clone()).expect("an order")
    }

    pub async fn pdf(&self, language: &str) -> Vec<u8> {
        let args = json!({ "job": self.job, "language": language });
        self.device.download("order_pdf", args).await.unwrap_or_else(|problem| panic!("order_pdf: {problem:?}"))
    }
}

/// A signature of one stroke.
pub fn signed(name: &str) -> Value {
    let stroke: Vec<Value> = (0..8).map(|i| json!({ "x": i * 20, "y": 100 + i * i, "t": i * 16, "p": 500 })).collect();
    json!({ "choice": "signed", "name": name, "role": "设备科", "is_contact": true, "at": "2026-11-23T00:00:00Z",
        "ink": { "height": 400, "strokes": [stroke] } })
}
