//! L3: devices are enrolled with a code that serves once, and revoked.

use chrono::TimeDelta;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::enrolment::EnrolmentText;
use serde_json::json;

use crate::bench::{Bench, Field};

#[tokio::test]
async fn l3_an_enrolment_code_serves_once_within_its_day() {
    let bench = Bench::new();
    let person = json!({ "person": bench.person("zhang") });
    let made = bench.call("admin", "create_enrolment_code", person.clone()).await;
    let code = made["code"].as_str().expect("a code");
    let text: EnrolmentText = made["qr_text"].as_str().expect("text").parse().expect("the whole text can be read");
    assert_eq!((text.code.as_str(), text.server.pin), (code, None), "a plain server has no key to insist on");
    assert!(made["qr_svg"].as_str().is_some_and(|svg| svg.contains("<svg")));
    assert!(Field::with_code(&bench, code).await.0.is_success());
    assert_eq!(Field::with_code(&bench, code).await.1["code"], "enrolment_code_invalid", "once");

    let late = bench.call("admin", "create_enrolment_code", person).await;
    bench.later(TimeDelta::hours(25));
    let answer = Field::with_code(&bench, late["code"].as_str().expect("a code")).await;
    assert_eq!(answer.1["code"], "enrolment_code_invalid", "too old");
}

#[tokio::test]
async fn l3_only_an_admin_gives_devices_and_only_to_who_may_sync() {
    let bench = Bench::new();
    let zhang = json!({ "person": bench.person("zhang") });
    assert_eq!(bench.refused("lu", "create_enrolment_code", zhang).await.code, Code::NotAllowed);
    let list = bench.call("admin", "list_devices", json!({})).await;
    let logins: Vec<_> = list["people"].as_array().into_iter().flatten().map(|p| p["login"].clone()).collect();
    assert_eq!(logins.len(), 2);
    assert!(logins.contains(&json!("zhang")) && logins.contains(&json!("shen")), "{logins:?}");
    for person in [bench.person("lu"), uuid::Uuid::now_v7().into()] {
        assert_eq!(
            bench.refused("admin", "create_enrolment_code", json!({ "person": person })).await.code,
            Code::NotAllowed
        );
    }
}

#[tokio::test]
async fn l3_a_revoked_device_is_told_and_stays_revoked() {
    let bench = Bench::new();
    let mut zhang = Field::enrol(&bench, "zhang").await;
    bench.job("样例一号").await;
    assert!(!zhang.holds().await.is_empty());
    let device = bench.call("admin", "list_devices", json!({})).await["devices"][0]["device"].clone();
    bench.call("admin", "revoke_device", json!({ "device": device, "mode": "erase" })).await;
    let told = zhang.exchange(None).await;
    assert_eq!((told.revoked.as_deref(), told.pages.len()), (Some("erase"), 0));
    let list = bench.call("admin", "list_devices", json!({})).await;
    assert_eq!(list["devices"][0]["state"], "erased");
    assert_eq!(bench.core.keys.revoked().expect("the list beside the keys").len(), 1, "outside the database");
    let home = bench.call("admin", "home", json!({})).await;
    assert_eq!(home["devices"], 0);
    let audit = bench.call("admin", "list_audit", json!({})).await;
    assert!(audit["rows"].as_array().is_some_and(|a| a.iter().any(|e| e["action"] == "erasing")), "{audit}");
    let nothing = json!({ "device": uuid::Uuid::now_v7(), "mode": "collect" });
    assert_eq!(bench.refused("admin", "revoke_device", nothing).await.code, Code::NotFound);
}
