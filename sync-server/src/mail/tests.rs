//! The queue against a mail server on loopback: what was refused, what was down and came up, what a restart leaves, what is never sent twice.

mod road;
mod server;

use std::net::TcpListener;

use chrono::TimeDelta;
use gongdan_domain::permission::Role;
use serde_json::{Value, json};

use super::settings::{MailSecurity, MailSettings, keep};
use super::{Patience, Turn, send_due};
use crate::core::Core;
use crate::storage::mail::{MailState, MailTrouble};
use crate::testing::{Browser, World};
use server::Post;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("binds").local_addr().expect("an address").port()
}

fn set(core: &Core, port: u16) {
    let settings = MailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: MailSecurity::None,
        user: String::new(),
        password: "geheim".to_owned(),
        from: "service@example.com".to_owned(),
        from_name: "示例压缩机".to_owned(),
    };
    keep(&core.keys, &settings).expect("kept");
}

async fn asked(world: &World, admin: &Browser, recipient: &str) -> uuid::Uuid {
    let view = world.done(admin, "test_mail", json!({ "recipient": recipient, "language": "zh" })).await;
    view["mail"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

fn state(world: &World, id: uuid::Uuid) -> (MailState, Option<MailTrouble>, u32) {
    let mail = world.core.store.read(|r| r.mail(id)).expect("read").expect("known");
    (mail.state, mail.why, mail.attempts)
}

async fn turn(world: &World) -> Turn {
    send_due(&world.core, Patience::default()).await.expect("a turn")
}

#[tokio::test]
async fn g7_a_message_arrives_once_and_its_state_says_so() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let post = Post::open(TcpListener::bind("127.0.0.1:0").expect("binds"));
    set(&world.core, post.port);
    let id = asked(&world, &admin, "chen@example.com").await;
    assert_eq!(turn(&world).await, Turn::Tried);
    assert_eq!(turn(&world).await, Turn::Nothing(None), "it is not sent again");
    assert_eq!(state(&world, id), (MailState::Sent, None, 1));
    let taken = post.taken();
    assert_eq!(taken.len(), 1);
    assert!(
        taken[0].contains(&format!("Message-ID: <{id}@")) && taken[0].contains("To: chen@example.com"),
        "{}",
        taken[0]
    );
}

#[tokio::test]
async fn a_recipient_that_does_not_exist_is_given_up_and_says_what_the_server_said() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let post = Post::open(TcpListener::bind("127.0.0.1:0").expect("binds"));
    set(&world.core, post.port);
    let id = asked(&world, &admin, "nobody@example.com").await;
    turn(&world).await;
    assert_eq!(state(&world, id), (MailState::Failed, Some(MailTrouble::Recipient), 1));
    let server = world.done(&admin, "mail_settings", json!({})).await;
    assert!(server["tests"][0]["said"].as_str().is_some_and(|said| said.contains("no such user")), "{server}");
    assert!(post.taken().is_empty());
}

#[tokio::test]
async fn a_server_that_was_down_gets_it_later_with_growing_pauses() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let port = free_port();
    set(&world.core, port);
    let id = asked(&world, &admin, "chen@example.com").await;
    turn(&world).await;
    assert_eq!(state(&world, id), (MailState::Queued, Some(MailTrouble::NoConnection), 1));
    assert_eq!(
        turn(&world).await,
        Turn::Nothing(Some(world.now() + TimeDelta::minutes(1))),
        "not before its pause is over"
    );
    world.pass(1);
    turn(&world).await;
    assert_eq!(turn(&world).await, Turn::Nothing(Some(world.now() + TimeDelta::minutes(5))));
    let post = Post::open(TcpListener::bind(("127.0.0.1", port)).expect("binds again"));
    world.pass(5);
    turn(&world).await;
    assert_eq!((state(&world, id).0, post.taken().len()), (MailState::Sent, 1));
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_the_end_and_a_person_tries_again() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let post = Post::open(TcpListener::bind("127.0.0.1:0").expect("binds"));
    set(&world.core, post.port);
    let id = asked(&world, &admin, "full@example.com").await;
    let mut tries = 0;
    while state(&world, id).0 == MailState::Queued {
        turn(&world).await;
        tries += 1;
        world.pass(25 * 60);
    }
    assert_eq!((tries, state(&world, id).1), (8, Some(MailTrouble::Recipient)));
    let manager = world.signed_in("jiang", Role::ServiceManager).await;
    world.done(&manager, "retry_mail", json!({ "mail": id })).await;
    assert_eq!(turn(&world).await, Turn::Tried);
    let cancelled = world.done(&manager, "cancel_mail", json!({ "mail": id })).await;
    assert_eq!(cancelled["state"], "cancelled");
    world.pass(25 * 60);
    assert_eq!(turn(&world).await, Turn::Nothing(None));
    let manager = world.sign_in("jiang").await;
    assert_eq!(world.office(&manager, "retry_mail", &json!({ "mail": id })).await.code(), "conflict");
}

#[tokio::test]
async fn a_restart_sends_what_was_under_way_under_the_same_message_id() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let id = asked(&world, &admin, "chen@example.com").await;
    // The server stopped between handing over and hearing the answer.
    let before = world.core.write_now(move |_, tx| {
        let mut mail = tx.mail(id)?.expect("queued");
        mail.state = MailState::Sending;
        tx.put_mail(&mail)?;
        Ok(mail.message_id)
    });
    assert_eq!(turn(&world).await, Turn::Nothing(None), "nobody else takes it");
    world.core.write_now(|core, tx| tx.requeue_mail(core.now())).expect("begun again");
    let post = Post::open(TcpListener::bind("127.0.0.1:0").expect("binds"));
    set(&world.core, post.port);
    turn(&world).await;
    let taken = post.taken();
    assert!(taken.len() == 1 && taken[0].contains(&before.expect("an id")), "{taken:?}");
}

#[tokio::test]
async fn restore_refills_but_no_old_queue_writes_to_customers() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let id = asked(&world, &admin, "chen@example.com").await;
    world.core.write_now(|_, tx| tx.renew_epoch("restored")).expect("restored");
    assert_eq!(state(&world, id), (MailState::Failed, Some(MailTrouble::Restored), 0));
    assert_eq!(turn(&world).await, Turn::Nothing(None));
}

#[tokio::test]
async fn l3_the_password_goes_in_and_never_comes_out() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let server = |security: &str, password: Value| {
        json!({ "host": "mail.example.com", "port": 465, "security": security, "user": "service", "password": password,
            "from": "service@example.com", "from_name": "" })
    };
    let plain = world.office(&admin, "set_mail_server", &server("none", json!("geheim"))).await;
    assert_eq!(plain.json()["details"]["field"], "security", "no password in the clear");
    let set = world.done(&admin, "set_mail_server", server("tls", json!("geheim"))).await;
    assert_eq!(set["has_password"], true);
    let kept = world.done(&admin, "set_mail_server", server("tls", Value::Null)).await;
    assert!(kept["has_password"] == true && !kept.to_string().contains("geheim"));
    let mut elsewhere = server("tls", Value::Null);
    elsewhere["host"] = json!("other.example.com");
    assert_eq!(world.done(&admin, "set_mail_server", elsewhere).await["has_password"], false, "not for another host");
    let settings = super::settings::read(&world.core.keys).expect("read").expect("set");
    assert!(!format!("{settings:?}").contains("geheim"));
    let bad = world.office(&admin, "test_mail", &json!({ "recipient": "nobody", "language": "zh" })).await;
    assert_eq!(bad.json()["details"]["field"], "recipient");
}
