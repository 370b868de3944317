//! The roads to a mail server: encrypted at once, by STARTTLS, with a password that is right or wrong, to a server that is somebody else
//! or says nothing. Where it is not safe, the password stays here.

use std::fs;
use std::time::Duration;

use gongdan_domain::permission::Role;
use lettre::message::Message;
use uuid::Uuid;

use super::super::post::{Failure, Patience, Road};
use super::super::settings::{MailSecurity, MailSettings};
use super::server::{Manner, Post, authority};
use super::{asked, state, turn};
use crate::storage::mail::{MailState, MailTrouble};
use crate::testing::World;

const USER: &str = "service:geheim";

fn settings(port: u16, security: MailSecurity, password: &str) -> MailSettings {
    MailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        user: "service".to_owned(),
        password: password.to_owned(),
        from: "service@example.com".to_owned(),
        from_name: String::new(),
    }
}

fn hello(to: &str) -> Message {
    Message::builder()
        .from("service@example.com".parse().expect("an address"))
        .to(to.parse().expect("an address"))
        .subject("工单 GD-A7-2611-0032")
        .body("您好。\r\n.\r\n再见。".to_owned())
        .expect("a message")
}

/// Long enough for loopback on a busy machine; the silent server is told apart by its own test.
fn patience() -> Patience {
    Patience { answer: Duration::from_secs(20), message: Duration::from_secs(20) }
}

async fn sent(world: &World, with: MailSettings, to: &str) -> Result<(), Failure> {
    Road::open(&world.core.keys, with)?.send(&hello(to), patience()).await
}

fn trust(world: &World, authority: &str) {
    fs::write(world.core.keys.folder().join("mail-ca.pem"), authority).expect("written");
}

#[tokio::test]
async fn g7_tls_from_the_first_byte_and_starttls_carry_the_password_and_the_whole_message() {
    let world = World::new();
    let (pem, tls) = authority();
    trust(&world, &pem);
    for (security, at_once) in [(MailSecurity::Tls, true), (MailSecurity::Starttls, false)] {
        let post =
            Post::on_any_port(Manner { tls: Some(tls.clone()), at_once, wants: Some(USER), ..Manner::default() });
        sent(&world, settings(post.port, security, "geheim"), "chen@example.com").await.expect("it goes");
        let taken = post.taken();
        assert_eq!(taken.len(), 1, "{security:?}");
        assert!(taken[0].contains("Subject: =?utf-8?b?") && taken[0].is_ascii(), "{}", taken[0]);
        let heard = post.heard();
        let at = |word: &str| heard.iter().position(|line| line.to_uppercase().starts_with(word));
        assert_eq!(at("STARTTLS").is_some(), !at_once);
        assert!(at_once || at("STARTTLS") < at("AUTH"), "the password comes after the encryption: {heard:?}");
        assert_eq!(heard[0], "EHLO example.com", "a full name, not this machine's");
    }
}

#[tokio::test]
async fn starttls_that_is_not_offered_is_refused_and_no_password_is_sent() {
    let world = World::new();
    let post = Post::on_any_port(Manner { wants: Some(USER), ..Manner::default() });
    let failure = sent(&world, settings(post.port, MailSecurity::Starttls, "geheim"), "chen@example.com").await;
    assert_eq!(failure, Err(Failure::of(MailTrouble::NotEncrypted, false)));
    assert!(post.heard().iter().all(|line| !line.starts_with("AUTH")), "{:?}", post.heard());
    assert!(post.taken().is_empty());
}

#[tokio::test]
async fn words_that_somebody_slips_in_before_the_encryption_are_no_answers() {
    let world = World::new();
    let (pem, tls) = authority();
    trust(&world, &pem);
    let slipped_in = "\r\n250-test\r\n250 AUTH PLAIN";
    let post = Post::on_any_port(Manner { tls: Some(tls), wants: Some(USER), slipped_in, ..Manner::default() });
    let failure = sent(&world, settings(post.port, MailSecurity::Starttls, "geheim"), "chen@example.com").await;
    assert_eq!(failure.expect_err("the line is broken off").why, MailTrouble::NoConnection);
    assert!(post.heard().iter().all(|line| !line.starts_with("AUTH")), "{:?}", post.heard());
    assert!(post.taken().is_empty());
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_named_and_gets_no_password() {
    let world = World::new();
    let (_, tls) = authority();
    for (security, at_once) in [(MailSecurity::Tls, true), (MailSecurity::Starttls, false)] {
        let post =
            Post::on_any_port(Manner { tls: Some(tls.clone()), at_once, wants: Some(USER), ..Manner::default() });
        let failure = sent(&world, settings(post.port, security, "geheim"), "chen@example.com").await;
        let failure = failure.expect_err("a stranger");
        assert_eq!((failure.why, failure.for_good), (MailTrouble::Untrusted, false), "{failure:?}");
        assert!(failure.said.is_some_and(|said| said.contains("UnknownIssuer")), "the reason is there");
        assert!(post.heard().iter().all(|line| !line.starts_with("AUTH")), "{:?}", post.heard());
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted_either() {
    let world = World::new();
    let (pem, tls) = authority();
    trust(&world, &pem);
    let post = Post::on_any_port(Manner { tls: Some(tls), at_once: true, ..Manner::default() });
    let elsewhere = MailSettings { host: "localhost".to_owned(), ..settings(post.port, MailSecurity::Tls, "geheim") };
    let failure = sent(&world, elsewhere, "chen@example.com").await.expect_err("another name");
    assert_eq!(failure.why, MailTrouble::Untrusted, "{failure:?}");
}

#[tokio::test]
async fn a_wrong_password_is_final_and_says_what_the_server_said() {
    let world = World::new();
    let (pem, tls) = authority();
    trust(&world, &pem);
    let post = Post::on_any_port(Manner { tls: Some(tls), at_once: true, wants: Some(USER), ..Manner::default() });
    let failure = sent(&world, settings(post.port, MailSecurity::Tls, "falsch"), "chen@example.com").await;
    let failure = failure.expect_err("not let in");
    assert_eq!((failure.why, failure.for_good), (MailTrouble::SignIn, true));
    let said = failure.said.expect("its answer");
    assert!(said.starts_with("535") && said.contains("wrong user or password"), "{said}");
    assert!(!said.contains("falsch"));
}

#[tokio::test]
async fn a_recipient_is_refused_for_good_or_for_now() {
    let world = World::new();
    let post = Post::on_any_port(Manner::default());
    for (to, for_good) in [("nobody@example.com", true), ("full@example.com", false)] {
        let with = MailSettings { user: String::new(), ..settings(post.port, MailSecurity::None, "") };
        let failure = sent(&world, with, to).await.expect_err("refused");
        assert_eq!((failure.why, failure.for_good), (MailTrouble::Recipient, for_good), "{failure:?}");
    }
    assert!(post.taken().is_empty());
}

#[tokio::test]
async fn a_server_that_says_nothing_any_more_is_left_and_tried_again() {
    let world = World::new();
    for word in ["EHLO", "MAIL", "RCPT", "DATA"] {
        let post = Post::on_any_port(Manner { silent_at: Some(word), ..Manner::default() });
        let with = MailSettings { user: String::new(), ..settings(post.port, MailSecurity::None, "") };
        let short = Patience { answer: Duration::from_millis(150), message: Duration::from_millis(150) };
        let road = Road::open(&world.core.keys, with).expect("a road");
        let failure = road.send(&hello("chen@example.com"), short).await;
        assert_eq!(failure, Err(Failure::of(MailTrouble::NoAnswer, false)), "{word}");
    }
}

#[tokio::test]
async fn what_a_distrusted_server_leaves_waits_and_goes_once_its_authority_is_known() {
    let world = World::new();
    let admin = world.signed_in("root", Role::Admin).await;
    let (pem, tls) = authority();
    let post = Post::on_any_port(Manner { tls: Some(tls), at_once: true, wants: Some(USER), ..Manner::default() });
    super::keep(&world.core.keys, &settings(post.port, MailSecurity::Tls, "geheim")).expect("kept");
    let id: Uuid = asked(&world, &admin, "chen@example.com").await;
    turn(&world).await;
    assert_eq!(state(&world, id), (MailState::Queued, Some(MailTrouble::Untrusted), 1), "visible while it waits");
    trust(&world, &pem);
    world.pass(1);
    turn(&world).await;
    assert_eq!(state(&world, id), (MailState::Sent, None, 2));
    assert_eq!(post.taken().len(), 1);
}
