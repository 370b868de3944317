//! What an answer tells: by cursors, by the text that stands for them, in several pages, and each record once.

use gongdan_domain::entity::kind;
use gongdan_domain::id::JobId;
use gongdan_domain::permission::Role;
use gongdan_domain::sync::change::Scope;
use gongdan_domain::sync::wire::{ExchangeReply, ExchangeRequest, RecordBody};
use serde_json::json;
use uuid::Uuid;

use super::team;
use crate::testing::{records, request};

/// What stands for all cursors: kept, sent, and replaced by the next.
fn follow(next: &mut ExchangeRequest, reply: &ExchangeReply) {
    next.epoch = Some(reply.epoch.clone());
    next.covered.clone_from(&reply.covered);
    next.cursors.clear();
}

#[tokio::test]
async fn converges_a_cursor_brings_only_what_is_new_and_a_strange_one_resets() {
    let t = team().await;
    let all = t.world.exchange(&t.device, &request(1, 1, vec![])).await;
    let mut next = request(1, 1, vec![]);
    next.epoch = Some(all.epoch.clone());
    next.cursors = all.pages.iter().map(|p| (p.scope.clone(), p.cursor.clone())).collect();
    let quiet = t.world.exchange(&t.device, &next).await;
    assert!(quiet.pages.is_empty() && !quiet.more && quiet.reset.is_none());
    let pushed = t.world.push(&t.device, vec![t.note(1, "新")]).await;
    next.first_seq = 2;
    let news = t.world.exchange(&t.device, &next).await;
    assert_eq!(records(&news).len(), 1, "the one new fact");
    assert!(records(&news)[0].position >= pushed.verdicts[0].position, "the record tells that the change is in it");
    next.epoch = Some("another".to_owned());
    let reset = t.world.exchange(&t.device, &next).await;
    assert_eq!(reset.reset.as_deref(), Some("epoch_changed"));
    assert!(records(&reset).len() >= records(&all).len(), "everything is sent to reconcile with");
}

#[tokio::test]
async fn converges_one_text_stands_for_the_cursors_of_all_scopes() {
    let t = team().await;
    let all = t.world.exchange(&t.device, &request(1, 1, vec![])).await;
    let mut next = request(1, 1, vec![]);
    follow(&mut next, &all);
    let quiet = t.world.exchange(&t.device, &next).await;
    assert!(quiet.pages.is_empty() && !quiet.more && quiet.reset.is_none());
    assert_eq!(quiet.scopes, None, "the scopes are those that it knows");
    t.world.push(&t.device, vec![t.note(1, "新")]).await;
    next.first_seq = 2;
    let news = t.world.exchange(&t.device, &next).await;
    assert_eq!(records(&news).len(), 1, "the one new fact");
    follow(&mut next, &news);
    assert!(records(&t.world.exchange(&t.device, &next).await).is_empty(), "and it is not told again");

    let mut altered = next.clone();
    altered.covered = Some("bm9uc2Vuc2U".to_owned());
    let reset = t.world.exchange(&t.device, &altered).await;
    assert_eq!(reset.reset.as_deref(), Some("cursor_unreadable"));
    assert!(reset.scopes.is_some() && records(&reset).len() >= records(&all).len(), "everything, to reconcile with");
}

/// A customer of a thousand jobs is held by a thousand scopes.
#[tokio::test]
async fn converges_what_many_scopes_hold_is_told_once() {
    let t = team().await;
    let customer =
        t.world.core.store.read(|r| Ok(r.entities(kind::CUSTOMER)?.pop())).expect("read").expect("a customer");
    let mut jobs = vec![t.job];
    for n in 0..30 {
        let job = JobId(Uuid::now_v7());
        let args = json!({
            "job": job, "customer": { "kind": "known", "customer": customer }, "machine": { "kind": "unknown" },
            "symptom": format!("第 {n} 次"), "service_kind": "repair", "urgency": "normal",
            "assign": { "technicians": [t.device.person], "leader": t.device.person },
        });
        t.world.done(&t.dispatcher, "create_job", args).await;
        jobs.push(job);
    }
    let customers = |reply: &ExchangeReply| -> Vec<usize> {
        let told = records(reply)
            .into_iter()
            .filter(|r| matches!(&r.body, RecordBody::Entity { entity, .. } if entity.id == customer));
        told.map(|record| record.scopes.len()).collect()
    };
    let mut next = request(1, 1, vec![]);
    next.max_bytes = 1;
    let (mut told, mut answers) = (Vec::new(), 0);
    loop {
        let reply = t.world.exchange(&t.device, &next).await;
        told.extend(customers(&reply));
        follow(&mut next, &reply);
        answers += 1;
        if !reply.more {
            break;
        }
    }
    assert!(answers > 1, "told in several answers");
    assert_eq!(told, [jobs.len()], "once, with all the scopes that hold it");

    let args = json!({
        "write": Uuid::now_v7(), "entity": { "kind": kind::CUSTOMER, "id": customer }, "field": "phone", "value": "000-1", "seen": [],
    });
    t.world.done(&t.dispatcher, "correct_archive", args).await;
    let news = t.world.exchange(&t.device, &next).await;
    assert_eq!(customers(&news), [jobs.len()], "and once again when it changed");
    follow(&mut next, &news);
    assert!(records(&t.world.exchange(&t.device, &next).await).is_empty());
}

#[tokio::test]
async fn scope_is_tight_when_the_scopes_are_others_the_cursors_are_asked_for() {
    let t = team().await;
    let all = t.world.exchange(&t.device, &request(1, 1, vec![])).await;
    let mut next = request(1, 1, vec![]);
    follow(&mut next, &all);
    let shen = t.world.person("shen", Role::Technician);
    t.world.done(&t.dispatcher, "assign_job", json!({ "job": t.job, "technicians": [shen], "leader": shen })).await;
    let asked = t.world.exchange(&t.device, &next).await;
    assert!(asked.cursors_wanted && asked.more && asked.pages.is_empty() && asked.covered.is_none());
    assert!(asked.scopes.is_some_and(|scopes| !scopes.contains(&Scope::Job(t.job))), "the job left his scopes");
    next.covered = None;
    next.cursors = all.pages.iter().map(|p| (p.scope.clone(), p.cursor.clone())).collect();
    let told = t.world.exchange(&t.device, &next).await;
    assert!(told.covered.is_some() && !told.cursors_wanted && told.reset.is_none());
    assert!(told.pages.iter().all(|page| page.scope != Scope::Job(t.job)));
}

#[tokio::test]
async fn converges_small_pages_add_up_to_the_whole() {
    let t = team().await;
    let whole = t.world.exchange(&t.device, &request(1, 1, vec![])).await;
    let wanted = records(&whole).len();
    let mut next = request(1, 1, vec![]);
    next.max_bytes = 1;
    let mut got = std::collections::BTreeSet::new();
    for _ in 0..1000 {
        let reply = t.world.exchange(&t.device, &next).await;
        for page in &reply.pages {
            got.extend(page.records.iter().map(|r| serde_json::to_string(&r.body).expect("json")));
            next.cursors.insert(page.scope.clone(), page.cursor.clone());
        }
        next.epoch = Some(reply.epoch);
        if !reply.more {
            break;
        }
    }
    assert_eq!(got.len(), wanted);

    let mut next = request(1, 1, vec![]);
    next.max_bytes = 1;
    let (mut got, mut times) = (0, 0);
    loop {
        let reply = t.world.exchange(&t.device, &next).await;
        got += records(&reply).len();
        follow(&mut next, &reply);
        times += 1;
        if !reply.more {
            break;
        }
    }
    assert!(times > 1, "several pages");
    assert_eq!(got, wanted, "each record once, told where the page before ended");
}
