//! What tests look up in the console, in the words of the console.

use serde_json::{Value, json};

use crate::Office;

/// The first customer found by a text.
pub async fn customer_of(office: &Office, text: &str) -> String {
    let hits = office.call("search_customers", json!({ "text": text })).await.expect("customers");
    hits[0]["customer"].as_str().unwrap_or_else(|| panic!("nobody found by {text}: {hits}")).to_owned()
}

/// The job of a machine and its visit.
pub async fn job_of(office: &Office, serial_no: &str) -> (String, String) {
    let jobs = office.call("list_jobs", json!({ "filter": "all", "text": serial_no })).await.expect("jobs");
    let row = &jobs["rows"][0];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no job for {serial_no}: {jobs}")).to_owned();
    (text(&row["title"]["job"]), text(&row["visit"]))
}

/// What the office holds of a job's notes, each as often as it is there.
pub async fn notes(office: &Office, job: &str) -> Vec<String> {
    let view = office.call("open_job", json!({ "job": job })).await.expect("the job");
    let mut notes: Vec<String> = view["timeline"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["kind"] == "note_added")
        .filter_map(|row| row["body"]["text"].as_str().map(str::to_owned))
        .collect();
    notes.sort();
    notes
}

/// The hashes of a job's photos as the office knows them.
pub async fn photos(office: &Office, job: &str) -> Vec<String> {
    let view = office.call("open_job", json!({ "job": job })).await.expect("the job");
    let hashes = view["visit"]["photos"].as_array().into_iter().flatten();
    hashes.filter_map(|photo| photo["file"]["hash"].as_str().map(str::to_owned)).collect()
}
