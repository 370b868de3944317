//! What a number is worth once a document bears it (G1, G5): nothing that happens to the document's copy here takes it back.

use ed25519_dalek::SigningKey;
use gongdan_domain::fact::About;
use gongdan_domain::id::{DeviceId, JobId};
use gongdan_domain::seal::public_key_text;
use gongdan_domain::sync::change::Scope;
use gongdan_domain::sync::wire::{Certificate, Outcome, SignedCertificate};
use rand::rngs::OsRng;
use serde_json::json;
use uuid::Uuid;

use crate::store::meta::Identity;
use crate::testing::{Bench, verdict};

/// A job with an order and a receipt that are sealed, and a slip whose number was only shown.
struct Numbers {
    job: JobId,
    order: Uuid,
    receipt: Uuid,
    slip: Uuid,
}

const SHOWN: &str = "FC-A7-2611-0001";

fn numbers(bench: &Bench) -> Numbers {
    let job = bench.job();
    let about = About { job, visit: Some(job.visit(1)) };
    let all = Numbers { job, order: job.visit(1).order().0, receipt: Uuid::now_v7(), slip: Uuid::now_v7() };
    let draw = |kind: &str, owner: Uuid| bench.device.write(|tx| tx.draw_number(about, kind, owner)).expect("drawn");
    let seal = |kind: &str, owner: Uuid, content: serde_json::Value| {
        bench.device.write(|tx| tx.seal(owner, 1, kind, about, content, Vec::new()).map(drop)).expect("sealed");
    };
    let (order_no, no) = (draw("work_order", all.order), draw("receipt", all.receipt));
    assert_eq!(draw("handover_slip", all.slip), SHOWN);
    seal("work_order", all.order, json!({ "order_no": order_no }));
    seal("receipt", all.receipt, json!({ "no": no, "order_no": order_no }));
    all
}

/// Delivered; then the office gives the job to somebody else.
fn leave(bench: &Bench) {
    let mut reply = bench.reply();
    reply.acked_through = 5;
    reply.verdicts = (1..=5).map(|seq| verdict(seq, Outcome::Accepted, 10 + seq)).collect();
    reply.scopes = Some(vec![Scope::Company]);
    bench.take(&reply);
}

fn drop_left(bench: &Bench) {
    let store = bench.device.store().expect("open");
    store.apply(bench.device.stamp(&store), |a| a.drop_left_scopes().map(drop)).expect("dropped");
}

fn abandoned(bench: &Bench) -> Vec<Uuid> {
    bench.device.read(|r| r.abandoned_numbers()).expect("read").into_iter().map(|number| number.owner).collect()
}

fn void(bench: &Bench) -> Vec<String> {
    let read = |r: &crate::store::Reader| {
        let mut statement = r.conn().prepare("SELECT text FROM number WHERE voided_at IS NOT NULL ORDER BY text")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<Vec<String>>>()?)
    };
    bench.device.read(read).expect("read")
}

#[test]
fn g1_a_number_that_a_document_bears_stays_though_its_job_went_to_somebody_else() {
    let bench = Bench::new();
    let all = numbers(&bench);
    assert_eq!(abandoned(&bench), Vec::<Uuid>::new());
    leave(&bench);
    assert_eq!(abandoned(&bench), [all.slip], "only what leads to nothing");
    drop_left(&bench);
    assert_eq!(bench.device.read(|r| r.sealed(all.job)).expect("read"), [], "the seals have left with the job");
    assert_eq!(abandoned(&bench), [all.slip], "and their numbers are still theirs: {:?}", [all.order, all.receipt]);
}

fn fresh(bench: &Bench) -> Identity {
    let store = bench.device.store().expect("open");
    let former = store.identity();
    let signing_key = SigningKey::generate(&mut OsRng);
    let device_key = public_key_text(&signing_key.verifying_key());
    let certificate = Certificate {
        device_id: DeviceId(Uuid::now_v7()),
        number_prefix: "A8".to_owned(),
        device_key,
        ..former.certificate.clone()
    };
    let signed_certificate = SignedCertificate::sign(&certificate, &bench.server_key).expect("signed");
    Identity {
        signing_key,
        signed_certificate,
        certificate,
        token: former.token.clone(),
        server: former.server.clone(),
    }
}

#[test]
fn g1_a_copied_tablet_voids_no_number_that_a_document_bears_whether_it_is_still_here_or_not() {
    for left in [false, true] {
        let bench = Bench::new();
        numbers(&bench);
        if left {
            leave(&bench);
            drop_left(&bench);
        }
        let (store, identity) = (bench.device.store().expect("open"), fresh(&bench));
        store.apply(bench.device.stamp(&store), |a| a.become_again(&identity).map(drop)).expect("again");
        assert_eq!(void(&bench), [SHOWN], "left: {left}");
    }
}

/// The table as the version before kept it.
fn as_before(bench: &mut Bench) {
    let store = bench.device.store().expect("open");
    let former = "ALTER TABLE number DROP COLUMN sealed_at; DELETE FROM refinery_schema_history WHERE version >= 7";
    store.apply(bench.device.stamp(&store), |a| Ok(a.conn().execute_batch(former)?)).expect("as before");
    drop(store);
    bench.restart();
}

#[test]
fn old_app_lives_a_number_that_was_sealed_before_this_was_noted_is_not_voided_by_the_new_version() {
    // The seal is here; it has gone and the change that carried it is here; both have gone.
    for (left, forgotten) in [(false, false), (true, false), (true, true)] {
        let mut bench = Bench::new();
        let all = numbers(&bench);
        if left {
            leave(&bench);
            let open = bench.device.read(|r| r.abandoned_numbers()).expect("read");
            bench.device.write(|tx| open.iter().try_for_each(|n| tx.void_abandoned(n, "abandoned"))).expect("void");
            drop_left(&bench);
        }
        if forgotten {
            let store = bench.device.store().expect("open");
            store
                .apply(bench.device.stamp(&store), |a| Ok(a.conn().execute_batch("DELETE FROM outbox")?))
                .expect("gone");
        }
        as_before(&mut bench);
        if !left {
            assert_eq!(abandoned(&bench), Vec::<Uuid>::new());
            leave(&bench);
            assert_eq!(abandoned(&bench), [all.slip]);
        } else {
            assert_eq!((abandoned(&bench), void(&bench)), (Vec::new(), vec![SHOWN.to_owned()]), "{forgotten}");
        }
    }
}
