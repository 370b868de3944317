//! A copied device that is enrolled anew: who may, and what an origin is worth.

use ed25519_dalek::SigningKey;
use gongdan_domain::permission::Role;
use gongdan_domain::problem::Code;
use gongdan_domain::seal::public_key_text;
use gongdan_domain::sync::again::{Former, Reissue};
use gongdan_domain::sync::change::{Change, SignedChange};
use gongdan_domain::sync::wire::{EnrolRequest, Outcome};

use super::{Team, team};

/// The former enrolment's certificate, and its signature over the new key.
fn former(t: &Team, public_key: &str) -> Former {
    Former::sign(t.device.signed.clone(), public_key, &t.device.key).expect("signed")
}

#[tokio::test]
async fn exactly_once_only_who_holds_the_copied_key_continues_it_and_only_once_it_was_copied() {
    let t = team().await;
    let key = public_key_text(&SigningKey::from_bytes(&[5; 32]).verifying_key());
    let other = t.world.device(t.world.person("shen", Role::Technician)).await;
    let ask = |who, former: Former| {
        let request = EnrolRequest {
            code: t
                .world
                .core
                .write_now(move |core, tx| crate::sync::enrol::create_code(tx, who, core.now()))
                .expect("a code")
                .0,
            public_key: key.clone(),
            device_name: "again".to_owned(),
            app: "t".to_owned(),
            former: Some(former),
        };
        let enrolled = t.world.core.write_now(move |core, tx| crate::sync::enrol::enrol_with(core, tx, &request));
        enrolled.map(|reply| reply.certificate.read().expect("a certificate")).map_err(|e| e.problem().code)
    };
    let zhang = t.device.person;
    assert_eq!(ask(zhang, former(&t, &key)).expect_err("it was not copied"), Code::NotCopied);
    t.world.push(&t.device, vec![t.note(1, "原来的")]).await;
    t.world.push(&t.device, vec![t.note(1, "另一台的")]).await;
    assert_eq!(ask(other.person, former(&t, &key)).expect_err("not his"), Code::EnrolmentForAnother);
    let forged = Former { signature: former(&t, "another key").signature, ..former(&t, &key) };
    assert_eq!(ask(zhang, forged).expect_err("not signed for this key"), Code::SignatureInvalid);
    let again = ask(zhang, former(&t, &key)).expect("continues");
    assert!(
        again.device_id != t.device.certificate.device_id && again.number_prefix != t.device.certificate.number_prefix
    );
    let former = t.world.core.store.read(|r| r.former(again.device_id)).expect("read");
    assert_eq!(former, Some(t.device.certificate.device_id));
}

#[tokio::test]
async fn exactly_once_an_origin_that_the_enrolment_did_not_prove_settles_nothing() {
    let t = team().await;
    t.world.push(&t.device, vec![t.note(1, "原来的")]).await;
    let apart = t.note(1, "另一台的");
    t.world.push(&t.device, vec![apart.clone()]).await;
    let other = t.world.device(t.device.person).await;
    let original: Change = serde_json::from_str(&apart.payload).expect("a change");
    let change = Reissue::new(&other.certificate).again(original, &apart);
    let signed = SignedChange::sign(&change, &other.key).expect("signed");
    let reply = t.world.push(&other, vec![signed]).await;
    assert_eq!(reply.verdicts[0].outcome, Outcome::Accepted, "it is his own work, whatever it says about its origin");
    let kept = t.world.core.store.read(|r| r.refused_changes()).expect("read");
    assert_eq!(kept.len(), 1, "what is kept apart stays in the office's list");
}
