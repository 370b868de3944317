//! What was refused because nobody here knew whose the job was, when the office gives it to him.

use gongdan_domain::entity::{kind, visit as vf};
use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::JobId;
use gongdan_domain::permission::Role;
use gongdan_domain::sync::change::{EntityRef, Op, Scope, SignedChange};
use gongdan_domain::sync::wire::{ExchangeRequest, Outcome};
use serde_json::json;
use uuid::Uuid;

use super::{Team, team};
use crate::testing::{Device, request};

fn write(t: &Team, device: &Device, seq: u64, job: JobId, value: &str) -> SignedChange {
    let entity = EntityRef::new(kind::VISIT, job.visit(1).0);
    let at = t.world.now();
    let write = device.write(&entity, vf::SUGGESTIONS, json!(value), vec![], Scope::Job(job), at);
    device.change(seq, at, vec![Op::Write(write)])
}

#[tokio::test]
async fn restore_refills_a_write_refused_for_its_scope_counts_when_the_job_is_given_to_its_author() {
    let t = team().await;
    let shen = t.world.person("shen", Role::Technician);
    let second = t.world.device(shen).await;
    // Jobs that the backup lacked: whoever sends first makes them known.
    let [lost, foreign] = [JobId(Uuid::now_v7()), JobId(Uuid::now_v7())];
    for (seq, job) in [(1, lost), (2, foreign)] {
        let body = FactBody::NoteAdded { text: "到了".to_owned() };
        let note = t.device.fact(About { job, visit: Some(job.visit(1)) }, t.world.now(), &body);
        t.world.push(&t.device, vec![t.device.change(seq, t.world.now(), vec![note])]).await;
    }
    let changes = vec![write(&t, &second, 1, lost, "换皮带"), write(&t, &second, 2, foreign, "不是他的")];
    let reply = t.world.push(&second, changes.clone()).await;
    assert!(reply.verdicts.iter().all(|v| matches!(v.outcome, Outcome::Refused { .. })), "{:?}", reply.verdicts);
    let asked = ExchangeRequest { refused: vec![2, 1, 77], ..request(3, 1, vec![]) };
    assert_eq!(t.world.exchange(&second, &asked).await.verdicts, [], "nothing has changed yet");

    let both = [t.device.person, shen];
    t.world.done(&t.dispatcher, "assign_job", json!({ "job": lost, "technicians": both, "leader": shen })).await;
    let fields = t.world.core.store.read(|r| r.fields(&EntityRef::new(kind::VISIT, lost.visit(1).0))).expect("read");
    assert_eq!(fields.text(vf::SUGGESTIONS), "换皮带", "it counts");
    let reply = t.world.exchange(&second, &asked).await;
    let told: Vec<_> = reply.verdicts.iter().map(|v| (v.device_seq, v.outcome == Outcome::Accepted)).collect();
    assert_eq!(told, [(1, true)], "and its device learns it, whenever it asks");
    let repeated = t.world.push(&second, changes).await;
    assert_eq!(repeated.verdicts[0].outcome, Outcome::Accepted, "a repeat gets the verdict that stands");
    let left = t.world.core.store.read(|r| r.refused_changes()).expect("read");
    assert_eq!(left.iter().map(|(c, _)| c.device_seq).collect::<Vec<_>>(), [2], "what is not his stays refused");
}
