//! Requests that no app sends: they are a problem of whoever sent them, and nobody else waits for them.

use gongdan_domain::entity::{kind, visit as vf};
use gongdan_domain::finding::FindingCode;
use gongdan_domain::id::WriteId;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{EntityRef, Extra, Op, Scope};
use gongdan_domain::sync::wire::ExchangeRequest;
use gongdan_domain::sync::work::{Packed, Work};
use serde_json::json;
use uuid::Uuid;

use super::team;
use crate::testing::request;

/// Numbers that nobody can have given out.
const IMPOSSIBLE: [(u64, u64); 3] = [(1, u64::MAX), (1, i64::MAX as u64 + 1), (5, 4)];

#[tokio::test]
async fn l2_missing_numbers_that_cannot_be_stop_nobody() {
    let t = team().await;
    for range in IMPOSSIBLE {
        let asked = ExchangeRequest { missing: vec![range], ..request(2, 1, vec![]) };
        let answer = t.world.exchange_raw(&t.device, "1", serde_json::to_vec(&asked).expect("json")).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "field_invalid".to_owned()), "{range:?}");
    }
    let asked = request(2, u64::MAX, vec![]);
    let answer = t.world.exchange_raw(&t.device, "1", serde_json::to_vec(&asked).expect("json")).await;
    assert_eq!(answer.code(), "field_invalid", "the oldest number that is held");
    assert!(!t.finding_codes().contains(&FindingCode::Hole), "nothing was given up for it");
    let reply = t.world.push(&t.device, vec![t.note(1, "照常")]).await;
    assert_eq!((reply.acked_through, t.facts()), (1, 1), "the writer goes on");
}

#[tokio::test]
async fn l2_imported_work_that_claims_impossible_numbers_is_refused_whole() {
    let t = team().await;
    for missing in IMPOSSIBLE {
        let work = Work {
            certificate: t.device.signed.clone(),
            app: "t".to_owned(),
            schema: 1,
            packed_at: t.world.now(),
            missing: vec![missing],
            changes: vec![t.note(2, "二")],
            files: Vec::new(),
            extra: Extra::new(),
        };
        let packed = Packed { work, contents: Vec::new() };
        let refused = crate::import::take(&t.world.core, packed, None).expect_err("refused");
        assert_eq!(refused.problem().code, Code::FieldInvalid, "{missing:?}");
    }
    assert_eq!(t.facts(), 0, "nothing of it was taken in");
}

#[tokio::test]
async fn l2_ranges_in_any_order_and_number_are_one_hole() {
    let t = team().await;
    let mut missing: Vec<(u64, u64)> = (1..=20_000).map(|n| (n, n)).collect();
    missing.reverse();
    missing.push((3, 70));
    let asked = ExchangeRequest { missing, ..request(20_001, 1, vec![t.note(20_001, "还在的")]) };
    let reply = t.world.exchange(&t.device, &asked).await;
    assert_eq!((reply.acked_through, t.facts()), (20_001, 1));
    let holes = t.world.core.store.read(|r| r.holes()).expect("read");
    assert_eq!(holes.iter().map(|(_, from, to)| (*from, *to)).collect::<Vec<_>>(), [(1, 20_000)]);
}

#[tokio::test]
async fn l2_however_many_values_never_came_a_write_makes_one_finding() {
    let t = team().await;
    let entity = EntityRef::new(kind::VISIT, t.job.visit(1).0);
    let seen: Vec<WriteId> = (0..2000).map(|_| WriteId(Uuid::now_v7())).collect();
    let write = t.device.write(&entity, vf::SUGGESTIONS, json!("换油"), seen, Scope::Job(t.job), t.world.now());
    let reply = t.world.push(&t.device, vec![t.device.change(1, t.world.now(), vec![Op::Write(write)])]).await;
    let found = &reply.verdicts[0].findings;
    assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), [FindingCode::SeenUnknown]);
    assert_eq!(found[0].details["count"], 2000, "it says how many");
    assert!(found[0].details["seen"].as_array().is_some_and(|named| named.len() <= 20), "and names some");
}
