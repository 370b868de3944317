//! The console's doors: who may, what is refused and how, and the few walks through a job that only the office makes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Request;
use gongdan_domain::fact::{About, FactBody, Rating, SigningChoice};
use gongdan_domain::permission::Role;
use gongdan_domain::sync::change::Op;
use serde_json::{Value, json};
use uuid::Uuid;

use super::COMMANDS;
use crate::testing::{Browser, PASSWORD, World};

#[tokio::test]
async fn l3_a_wrong_password_says_nothing_and_is_limited() {
    let world = World::new();
    world.person("lu", Role::Dispatcher);
    let try_in = async |login: &str, password: &str| {
        world.office(&Browser::default(), "sign_in", &json!({ "login": login, "password": password })).await
    };
    let (wrong, unknown) = (try_in("lu", "no").await, try_in("nobody", "no").await);
    assert_eq!((wrong.code(), unknown.code()), ("sign_in_failed".to_owned(), "sign_in_failed".to_owned()));
    assert_eq!(wrong.bytes, unknown.bytes, "a stranger cannot tell which logins exist");
    for _ in 0..8 {
        try_in("lu", "no").await;
    }
    let locked = try_in("lu", PASSWORD).await;
    assert_eq!((locked.status.as_u16(), locked.code()), (429, "too_many_tries".to_owned()));
    world.pass(6);
    assert_eq!(try_in("lu", PASSWORD).await.status.as_u16(), 200, "after a while he may try again");
}

/// Who knocks fifty times at once has no more tries than who knocks one by one, and the machine hashes no more for him.
#[tokio::test(flavor = "multi_thread")]
async fn l3_fifty_tries_at_once_are_ten_guesses() {
    let world = World::new();
    world.person("lu", Role::Dispatcher);
    let knock = async |n: usize| {
        let args = json!({ "login": "lu", "password": format!("guess-{n}") });
        world.office(&Browser::default(), "sign_in", &args).await.code()
    };
    let answers = futures_util::future::join_all((0..50).map(knock)).await;
    let judged = answers.iter().filter(|code| *code == "sign_in_failed").count();
    let refused = answers.iter().filter(|code| *code == "too_many_tries").count();
    assert_eq!((judged, refused), (10, 40), "{answers:?}");
}

/// An office behind one address: who signs in rightly is in nobody's way, however many do at once.
#[tokio::test(flavor = "multi_thread")]
async fn l3_thirty_who_sign_in_at_once_from_one_address_all_come_in() {
    let world = World::new();
    for n in 0..30 {
        world.person(&format!("person-{n}"), Role::Sales);
    }
    let knock = async |n: usize| {
        let args = json!({ "login": format!("person-{n}"), "password": PASSWORD });
        world.office(&Browser::default(), "sign_in", &args).await.status.as_u16()
    };
    // Nine of the ten tries of the address are gone: one wrong password more is what it takes, and nothing less.
    for _ in 0..9 {
        let wrong = json!({ "login": "nobody", "password": "no" });
        world.office(&Browser::default(), "sign_in", &wrong).await;
    }
    let statuses = futures_util::future::join_all((0..30).map(knock)).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[tokio::test]
async fn l3_what_a_stranger_sends_to_sign_in_is_small() {
    let world = World::new();
    let long = "x".repeat(60 * 1024);
    let tried = world.office(&Browser::default(), "sign_in", &json!({ "login": long, "password": "no" })).await;
    assert_eq!((tried.status.as_u16(), tried.code()), (401, "sign_in_failed".to_owned()), "said like a wrong password");
    let huge =
        world.office(&Browser::default(), "sign_in", &json!({ "login": "x".repeat(1 << 20), "password": "" })).await;
    assert_eq!((huge.status.as_u16(), huge.code()), (413, "too_large".to_owned()));
}

#[tokio::test]
async fn l3_a_session_ends_by_signing_out_and_by_time() {
    let world = World::new();
    let browser = world.signed_in("lu", Role::Dispatcher).await;
    let again = world.sign_in("lu").await;
    world.done(&browser, "sign_out", json!({})).await;
    assert_eq!(world.office(&browser, "me", &json!({})).await.code(), "not_signed_in");
    world.done(&again, "me", json!({})).await;
    world.pass(13 * 60);
    assert_eq!(world.office(&again, "me", &json!({})).await.code(), "not_signed_in");
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let world = World::new();
    let browser = world.signed_in("lu", Role::Dispatcher).await;
    let broken = world.office_bytes(&browser, "home", b"{".to_vec()).await;
    assert_eq!((broken.status.as_u16(), broken.code()), (400, "bad_request".to_owned()));
    let unknown = world.office(&browser, "fly", &json!({})).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (404, "unknown_command".to_owned()));
    let huge = world.office_bytes(&browser, "home", vec![b' '; 9 << 20]).await;
    assert_eq!((huge.status.as_u16(), huge.code()), (413, "too_large".to_owned()));
    let ask = async |method: &str, path: &str, kind: &str| {
        let request = Request::builder().method(method).uri(path).header("content-type", kind);
        let request = request.header("cookie", &browser.cookies).header("x-csrf", &browser.csrf);
        world.ask(request.body(Body::from("{}")).expect("a request")).await
    };
    let method = ask("PUT", "/api/office/home", "application/json").await;
    assert_eq!((method.status.as_u16(), method.code()), (405, "method_not_allowed".to_owned()));
    let kind = ask("POST", "/api/office/home", "text/plain").await;
    assert_eq!((kind.status.as_u16(), kind.code()), (415, "content_type_wrong".to_owned()));
    let nowhere = ask("GET", "/api/nowhere", "application/json").await;
    assert_eq!((nowhere.status.as_u16(), nowhere.code()), (404, "not_found".to_owned()));
    for answer in [broken, unknown, huge, method, kind, nowhere] {
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers["content-security-policy"].to_str().expect("text").contains("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn a6_a_call_is_registered_once_and_reaches_who_goes() {
    let world = World::new();
    let dispatcher = world.signed_in("lu", Role::Dispatcher).await;
    let zhang = world.person("zhang", Role::Technician);
    let job = world.job(&dispatcher, zhang).await;
    let row = world.done(&dispatcher, "open_job", json!({ "job": job })).await["row"].clone();
    assert_eq!((row["stage"].clone(), row["title"]["customer"].clone()), (json!("assigned"), json!("样例星河纺织")));
    let again = json!({
        "job": job, "customer": { "kind": "new", "fields": { "name": "另一家" } }, "machine": { "kind": "unknown" },
        "symptom": "x", "service_kind": "repair", "urgency": "down",
    });
    let same = world.done(&dispatcher, "create_job", again).await;
    assert_eq!(same["title"]["customer"], "样例星河纺织", "the same form twice is one job");
    assert_eq!(world.done(&dispatcher, "list_jobs", json!({ "filter": "all" })).await["total"], 1);
}

#[tokio::test]
async fn a6_an_unknown_job_and_a_desk_worker_cannot_be_assigned() {
    let world = World::new();
    let dispatcher = world.signed_in("lu", Role::Dispatcher).await;
    let (zhang, cheng) = (world.person("zhang", Role::Technician), world.person("cheng", Role::ServiceManager));
    let unknown = json!({ "job": Uuid::now_v7(), "technicians": [zhang], "leader": zhang });
    assert_eq!(world.office(&dispatcher, "assign_job", &unknown).await.code(), "not_found");
    let job = world.job(&dispatcher, zhang).await;
    let desk = json!({ "job": job, "technicians": [cheng], "leader": cheng });
    assert_eq!(world.office(&dispatcher, "assign_job", &desk).await.code(), "field_invalid");
}

#[tokio::test]
async fn a2_any_fragment_finds_a_customer() {
    let world = World::new();
    let dispatcher = world.signed_in("lu", Role::Dispatcher).await;
    let zhang = world.person("zhang", Role::Technician);
    world.job(&dispatcher, zhang).await;
    for text in ["星河", "ylxh", "虚构路", "5550101", "00005550101", "ga37", "sample-1001", "样例 GA37", "星"] {
        let hits = world.done(&dispatcher, "search_customers", json!({ "text": text })).await;
        assert_eq!(hits.as_array().expect("a list").len(), 1, "{text}");
    }
    assert_eq!(world.done(&dispatcher, "search_customers", json!({ "text": "不存在" })).await, json!([]));
}

#[tokio::test]
async fn f1_a_negative_price_and_overlapping_dates_are_not_published() {
    let world = World::new();
    let manager = world.signed_in("cheng", Role::ServiceManager).await;
    let known = world.done(&manager, "reference_list", json!({ "kind": "fee_schedule" })).await;
    let mut body = known[0]["body"].clone();
    let publish = async |body: &Value| {
        world.office(&manager, "publish_reference", &json!({ "kind": "fee_schedule", "body": body })).await
    };
    body["version"] = json!("2027-A");
    assert_eq!(publish(&body).await.code(), "dates_overlap", "the same first day");
    body["valid_from"] = json!("2027-01-01");
    body["travel"][0]["fee_fen"] = json!(-1);
    let negative = publish(&body).await;
    assert_eq!((negative.status.as_u16(), negative.code()), (422, "negative_price".to_owned()));
    body["travel"][0]["fee_fen"] = json!(16_000);
    assert_eq!(publish(&body).await.status.as_u16(), 200);
    assert_eq!(publish(&body).await.code(), "reference_invalid", "a version is published once");
    assert_eq!(publish(&json!({ "version": 1 })).await.code(), "wrong_type");
}

#[tokio::test]
async fn h2_an_order_is_questioned_answered_and_archived_without_gaps() {
    let world = World::new();
    let (dispatcher, manager) =
        (world.signed_in("lu", Role::Dispatcher).await, world.signed_in("cheng", Role::ServiceManager).await);
    let zhang = world.person("zhang", Role::Technician);
    let device = world.device(zhang).await;
    let mut seq = 0;
    for n in 1..=2 {
        let job = world.job(&dispatcher, zhang).await;
        let about = About { job, visit: Some(job.visit(1)) };
        let order = job.visit(1).order();
        world.pass(10);
        let seal = device.seal(about, 1, json!({ "form": n }), world.now(), vec![]);
        let sealed = FactBody::OrderSealed {
            order,
            revision: 1,
            order_no: format!("GD-A1-2611-000{n}"),
            hash: seal.document.hash.clone(),
            choice: SigningChoice::Signed,
            quality: Rating::Satisfied,
            attitude: Rating::Satisfied,
            total_fen: 45_000,
            supersedes: None,
            position: None,
        };
        seq += 1;
        let ops = vec![Op::Seal(seal), device.fact(about, world.now(), &sealed)];
        world.push(&device, vec![device.change(seq, world.now(), ops)]).await;
        let listed = world.done(&manager, "list_orders", json!({ "filter": "to_review" })).await;
        assert_eq!(
            (listed["rows"][0]["number"].clone(), listed["rows"][0]["total_fen"].clone()),
            (json!(format!("GD-A1-2611-000{n}")), json!(45_000))
        );
        world
            .done(&manager, "question_order", json!({ "order": order, "revision": 1, "question": "油滤换了几个？" }))
            .await;
        let open = world.done(&manager, "open_order", json!({ "order": order })).await;
        assert_eq!(
            (open["row"]["state"].clone(), open["seal"]["chain_ok"].clone()),
            (json!("questioned"), json!(true))
        );
        assert_eq!(open["seal"]["countersignature_ok"], true);
        let answer = FactBody::QuestionAnswered { order, answer: "一个".to_owned() };
        seq += 1;
        world.pass(1);
        world
            .push(&device, vec![device.change(seq, world.now(), vec![device.fact(about, world.now(), &answer)])])
            .await;
        let stale = world.office(&manager, "archive_order", &json!({ "order": order, "revision": 2 })).await;
        assert_eq!(stale.code(), "order_changed");
        let args = json!({ "order": order, "revision": 1 });
        let archived = world.done(&manager, "archive_order", args.clone()).await;
        assert_eq!(archived["archive_no"], format!("存-2611-000{n}"));
        assert_eq!(
            world.done(&manager, "archive_order", args).await,
            archived,
            "archiving again answers the same number"
        );
    }
}

#[tokio::test]
async fn f2_who_may_not_see_money_sees_none() {
    let world = World::new();
    let (dispatcher, sales) =
        (world.signed_in("lu", Role::Dispatcher).await, world.signed_in("meng", Role::Sales).await);
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
    let seen = world.done(&dispatcher, "open_job", json!({ "job": job })).await.to_string();
    assert!(seen.contains("987654"));
    let hidden = world.done(&sales, "open_job", json!({ "job": job })).await.to_string();
    assert!(!hidden.contains("987654"), "not even inside the moments");
}

#[tokio::test]
async fn a1_the_demo_company_loads_once_into_an_empty_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let core = crate::core::Core::open(folder.path(), crate::core::system_clock()).expect("opens");
    let printed = crate::demo::load(&core).expect("loads");
    assert!(printed.contains("enrolment code") && printed.contains("dispatcher"));
    assert!(crate::demo::load(&core).is_err(), "a folder with a company in it is left alone");
    let query = crate::storage::RowQuery::default();
    let jobs = core.store.read(|r| r.count_rows(&query)).expect("read");
    assert!(jobs >= 10, "the jobs of the demo company: {jobs}");
}

/// Writes `OfficeCommands` beside the generated types; the interfaces do not type-check against an outdated list.
#[test]
fn export_office_commands() {
    let map = super::typescript_map();
    let mut names = BTreeSet::new();
    let mut lines = String::new();
    for (name, args, reply) in &map {
        for word in [args, reply].iter().flat_map(|t| t.split(|c: char| !c.is_alphanumeric())) {
            if word.starts_with(char::is_uppercase) && word != "Array" {
                names.insert(word.to_owned());
            }
        }
        writeln!(lines, "  {name}: {{ args: {args}; reply: {reply} }};").expect("a string takes everything");
    }
    let imports: String = names.iter().map(|n| format!("import type {{ {n} }} from './{n}';\n")).collect();
    let folder = std::env::var("TS_RS_EXPORT_DIR").expect(".cargo/config.toml names the folder");
    let text = format!(
        "// Generated from sync-server/src/office.rs; do not edit.\n{imports}\nexport type OfficeCommands = {{\n{lines}}};\n"
    );
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    std::fs::write(std::path::Path::new(&folder).join("office-commands.ts"), text).expect("the file can be written");
    assert_eq!(map.len(), COMMANDS.len());
}
