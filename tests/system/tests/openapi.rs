//! The description of the API is true: a property-based tester that knows nothing else asks a running server everything it promises,
//! as the administrator, as a device and as nobody. No answer may be a failure of the server, and none may be undocumented.

use std::process::Command;

use ed25519_dalek::SigningKey;
use gongdan_domain::seal::public_key_text;
use gongdan_harness::{World, checkout};
use serde_json::{Value, json};

/// Answers that nothing describes, or failures of the server.
const CHECKS: &str = "not_a_server_error,response_schema_conformance,status_code_conformance,content_type_conformance";

/// Asks everything but what is skipped, always the same in every run. A live line has no end to wait for; signing out would end the walk.
fn ask(world: &World, headers: &[(&str, String)], skipped: &[&str], examples: &str) {
    let tester = checkout().join(".venv/bin/st");
    assert!(tester.exists(), "{} is missing: make setup", tester.display());
    let mut command = Command::new(tester);
    // Outside the checkout: it leaves its notes where it runs.
    command.current_dir(world.path()).args(["run", &format!("{}/api/openapi.json", world.url())]);
    command.args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "-n", examples]);
    command.args(["--generation-deterministic", "--no-color", "--workers", "1", "--warnings", "off", "--no-shrink"]);
    // Who asks is decided here, not by chance.
    command.args(["--generation-with-security-parameters", "false"]);
    for path in skipped {
        command.args(["--exclude-path", path]);
    }
    if headers.iter().any(|(name, _)| *name == "authorization") {
        command.args(["--include-path-regex", "^/sync/"]);
    }
    for (name, value) in headers {
        command.args(["-H", &format!("{name}: {value}")]);
    }
    let output = command.output().expect("the tester runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_described_the_administrator_gets_no_undocumented_answer_and_no_failure() {
    let world = World::new();
    let headers = world.office("admin").await.headers();
    let skipped = ["/api/office/events", "/sync/v1/events", "/api/office/sign_out"];
    tokio::task::spawn_blocking(move || ask(&world, &headers, &skipped, "5")).await.expect("asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_described_nobody_gets_no_undocumented_answer_and_no_failure() {
    let world = World::new();
    tokio::task::spawn_blocking(move || ask(&world, &[], &[], "2")).await.expect("asked");
}

/// What devices send goes past the first question, who it is, only with the token of one.
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_described_a_device_gets_no_undocumented_answer_and_no_failure() {
    let world = World::new();
    let admin = world.office("admin").await;
    let people = admin.call("list_devices", json!({})).await.expect("people")["people"].clone();
    let of = people[0]["person"]["id"].clone();
    let code = admin.call("create_enrolment_code", json!({ "person": of })).await.expect("a code")["code"].clone();
    let key = public_key_text(&SigningKey::from_bytes(&[9; 32]).verifying_key());
    let body = json!({ "code": code, "public_key": key, "device_name": "平板", "app": "t" });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client.post(format!("{}/sync/v1/enrol", world.url())).json(&body).send().await.expect("answers");
    let reply: Value = answer.json().await.expect("a reply");
    let bearer = format!("Bearer {}", reply["token"].as_str().expect("a token"));
    let headers = [("authorization", bearer)];
    let skipped = ["/sync/v1/events"];
    tokio::task::spawn_blocking(move || ask(&world, &headers, &skipped, "10")).await.expect("asked");
}
