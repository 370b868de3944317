//! The description of the API is true: a property-based tester that knows nothing else asks a running server everything it promises,
//! as the administrator and as nobody. No answer may be a failure of the server, and none may be undocumented.

use std::process::Command;

use gongdan_harness::{World, checkout};

/// Answers that nothing describes, or failures of the server.
const CHECKS: &str = "not_a_server_error,response_schema_conformance,status_code_conformance,content_type_conformance";

/// Asks everything, always the same in every run. A live line has no end to wait for; signing out would end the walk.
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
