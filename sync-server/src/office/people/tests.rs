//! Accounts: who is let in as what, and that a change of it ends what was open (L3). All of it is in the audit trail.

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::permission::Role;
use serde_json::{Value, json};

use crate::testing::{Browser, PASSWORD, World};

async fn sign_in(world: &World, login: &str, password: &str) -> String {
    let args = json!({ "login": login, "password": password });
    let answer = world.office(&Browser::default(), "sign_in", &args).await;
    if answer.status.is_success() { "in".to_owned() } else { answer.code() }
}

async fn code(world: &World, browser: &Browser, name: &str, args: Value) -> String {
    let answer = world.office(browser, name, &args).await;
    if answer.status.is_success() { "done".to_owned() } else { answer.code() }
}

async fn trail(world: &World, admin: &Browser, filter: Value) -> Vec<(String, String, String)> {
    let list = world.done(admin, "list_audit", filter).await;
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = list["rows"].as_array().expect("rows").iter();
    rows.map(|row| (text(row, "action"), text(row, "about"), text(row, "address"))).collect()
}

#[tokio::test]
async fn l3_every_role_can_be_given_and_a_login_is_taken_once() {
    let world = World::new();
    let admin = world.signed_in("admin", Role::Admin).await;
    for role in Role::ALL {
        let login = format!("new-{}", json!(role).as_str().expect("a name"));
        let made =
            world.done(&admin, "create_account", json!({ "login": login, "name": "新同事", "role": role })).await;
        let password = made["password"].as_str().expect("shown once").to_owned();
        assert_eq!(sign_in(&world, &login.to_uppercase(), &password).await, "in", "{login}");
    }
    let again = json!({ "login": "New-Sales ", "name": "另一人", "role": "sales" });
    assert_eq!(code(&world, &admin, "create_account", again).await, "login_taken", "capitals are no other login");
    for bad in ["", "两个字", "a b", "a/b"] {
        let args = json!({ "login": bad, "name": "某人", "role": "sales" });
        assert_eq!(code(&world, &admin, "create_account", args).await, "field_invalid", "{bad}");
    }
    let people = world.done(&admin, "list_people", json!({})).await;
    assert_eq!(people.as_array().expect("a list").len(), 11);
}

#[tokio::test]
async fn l3_a_new_role_a_new_password_and_a_closed_account_end_the_sessions() {
    let world = World::new();
    let admin = world.signed_in("admin", Role::Admin).await;
    let first = world.signed_in("lu", Role::Dispatcher).await;
    world.done(&admin, "change_role", json!({ "login": "lu", "role": "sales" })).await;
    assert_eq!(code(&world, &first, "me", json!({})).await, "not_signed_in", "a role of yesterday");
    let second = world.sign_in("lu").await;
    assert_eq!(code(&world, &second, "create_job", json!(0)).await, "not_allowed", "the new role counts");

    let fresh = world.done(&admin, "reset_password", json!({ "login": "lu" })).await["password"].clone();
    assert_eq!(code(&world, &second, "me", json!({})).await, "not_signed_in");
    assert_eq!(sign_in(&world, "lu", PASSWORD).await, "sign_in_failed");
    assert_eq!(sign_in(&world, "lu", fresh.as_str().expect("text")).await, "in");

    world.done(&admin, "disable_account", json!({ "login": "lu", "disabled": true })).await;
    assert_eq!(
        sign_in(&world, "lu", fresh.as_str().expect("text")).await,
        "sign_in_failed",
        "said like a wrong password"
    );
    world.done(&admin, "disable_account", json!({ "login": "lu", "disabled": false })).await;
    assert_eq!(sign_in(&world, "lu", fresh.as_str().expect("text")).await, "in");
}

#[tokio::test]
async fn l3_ones_own_password_is_changed_with_the_old_one_and_other_sessions_end() {
    let world = World::new();
    let here = world.signed_in("lu", Role::Dispatcher).await;
    let elsewhere = world.sign_in("lu").await;
    let wrong = json!({ "now": "guessed", "wanted": "lang-genug-neu" });
    assert_eq!(code(&world, &here, "change_password", wrong).await, "sign_in_failed");
    let short = json!({ "now": PASSWORD, "wanted": "kurz" });
    assert_eq!(code(&world, &here, "change_password", short).await, "password_too_short");
    world.done(&here, "change_password", json!({ "now": PASSWORD, "wanted": "lang-genug-neu" })).await;
    world.done(&here, "me", json!({})).await;
    assert_eq!(code(&world, &elsewhere, "me", json!({})).await, "not_signed_in");
    assert_eq!(sign_in(&world, "lu", "lang-genug-neu").await, "in");
}

#[tokio::test]
async fn l3_the_last_administrator_stays() {
    let world = World::new();
    let admin = world.signed_in("admin", Role::Admin).await;
    let role = json!({ "login": "admin", "role": "sales" });
    assert_eq!(code(&world, &admin, "change_role", role.clone()).await, "last_admin");
    let close = json!({ "login": "admin", "disabled": true });
    assert_eq!(code(&world, &admin, "disable_account", close).await, "last_admin");
    world.done(&admin, "create_account", json!({ "login": "zweite", "name": "第二人", "role": "admin" })).await;
    world.done(&admin, "change_role", role).await;
}

#[tokio::test]
async fn l3_the_audit_trail_says_who_did_what_from_where_and_is_narrowed() {
    let world = World::new();
    let admin = world.signed_in("admin", Role::Admin).await;
    let zhang = world.person("zhang", Role::Technician);
    let lu = world.signed_in("lu", Role::Dispatcher).await;
    sign_in(&world, "lu", "wrong").await;
    sign_in(&world, "my-password-in-the-wrong-box", "wrong").await;
    let device = world.device(zhang).await;
    let id = device.certificate.device_id;
    world.done(&admin, "revoke_device", json!({ "device": id, "mode": "erase" })).await;
    world.push(&device, vec![]).await;
    world.done(&admin, "create_account", json!({ "login": "neu", "name": "新人", "role": "sales" })).await;
    world.done(&admin, "change_role", json!({ "login": "neu", "role": "dispatcher" })).await;
    world.done(&admin, "reset_password", json!({ "login": "neu" })).await;
    world.done(&admin, "disable_account", json!({ "login": "neu", "disabled": true })).await;
    world.done(&lu, "sign_out", json!({})).await;

    let all = trail(&world, &admin, json!({})).await;
    let wanted = [
        ("signed_out", ""),
        ("account_disabled", "neu"),
        ("password_reset", "neu"),
        ("role_changed", "neu sales → dispatcher"),
        ("account_created", "neu sales"),
        ("erased", "A1 平板"),
        ("erasing", "A1 平板"),
        ("enrolled", "A1 平板"),
        ("sign_in_failed", ""),
        ("sign_in_failed", "lu"),
    ];
    let newest: Vec<_> =
        all.iter().take(wanted.len()).map(|(action, about, _)| (action.as_str(), about.as_str())).collect();
    assert_eq!(newest, wanted, "newest first; what is no login is not written down");
    let from_afar = |action: &str| matches!(action, "enrolled" | "erased" | "collected");
    assert!(all.iter().filter(|(action, ..)| from_afar(action)).all(|(.., from)| !from.is_empty()), "{all:?}");
    let failed = trail(&world, &admin, json!({ "action": "sign_in_failed" })).await;
    assert_eq!(failed.len(), 2);
    let his = trail(&world, &admin, json!({ "by": zhang })).await;
    assert!(
        his.iter().any(|(action, ..)| action == "enrolled") && his.iter().all(|(action, ..)| action != "role_changed")
    );
    assert_eq!(trail(&world, &admin, json!({ "page": 9 })).await, vec![]);
}

/// The departments that read and answer see no money and no telephone number, wherever they look (invariant 8 for people).
#[tokio::test]
async fn scope_is_tight_departments_read_and_answer_without_money_and_without_phones() {
    let world = World::new();
    let dispatcher = world.signed_in("lu", Role::Dispatcher).await;
    let quality = world.signed_in("qi", Role::QualityDepartment).await;
    let zhang = world.person("zhang", Role::Technician);
    let device = world.device(zhang).await;
    let job = world.job(&dispatcher, zhang).await;
    let about = About { job, visit: Some(job.visit(1)) };
    world.pass(1);
    let consent = FactBody::ConsentGiven {
        total_fen: 987_654,
        schedule_version: "2024-A".to_owned(),
        estimate_hash: String::new(),
        by_name: "王".to_owned(),
        how: gongdan_domain::fact::ConsentHow::OnScreen,
    };
    world.push(&device, vec![device.change(1, world.now(), vec![device.fact(about, world.now(), &consent)])]).await;
    let customer = world.done(&dispatcher, "search_customers", json!({ "text": "星河" })).await[0]["customer"].clone();
    let order = job.visit(1).order();
    let reads = [
        ("home", json!({})),
        ("list_orders", json!({ "filter": "all" })),
        ("open_order", json!({ "order": order })),
        ("search_customers", json!({ "text": "星河" })),
        ("open_customer", json!({ "customer": customer })),
        ("list_jobs", json!({ "filter": "all" })),
        ("open_job", json!({ "job": job })),
        ("technicians", json!({})),
        ("list_findings", json!({ "open": true })),
        ("list_conflicts", json!({})),
        ("callbacks", json!({})),
    ];
    let (mut money, mut phones) = (0, 0);
    for (name, args) in reads {
        let seen = world.done(&dispatcher, name, args.clone()).await.to_string();
        money += usize::from(seen.contains("987654"));
        phones += usize::from(seen.contains("0000-5550101"));
        let hidden = world.done(&quality, name, args).await.to_string();
        assert!(!hidden.contains("987654"), "{name} shows money");
        assert!(!hidden.contains("0000-5550101"), "{name} shows a telephone number");
    }
    assert!(money > 0 && phones > 2, "there is something to hide: {money} {phones}");
    let pdf = world.get(&quality, &format!("/api/office/orders/{order}/pdf")).await;
    assert_eq!(pdf.code(), "not_allowed", "the paper shows both");
}
