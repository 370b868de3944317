//! What every backend must keep, as tests that are called with a way to open it. PostgreSQL comes next and passes the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use gongdan_domain::finding::{Finding, FindingCode};
use gongdan_domain::id::{ChangeId, DeviceId, FactId, FindingId, JobId, PersonId};
use gongdan_domain::number::NumberState;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{EntityRef, Extra, Fact, Scope};
use gongdan_domain::sync::wire::{Record, RecordBody};
use gongdan_domain::time::{Instant, Stamp};
use serde_json::json;
use uuid::Uuid;

use super::{FindingQuery, NumberRow, Offered, RowQuery, Store, Tx, record_id};
use crate::error::{Error, Result};

fn at(ms: i64) -> Instant {
    Instant::from_timestamp_millis(ms).expect("a time")
}

fn fact(job: JobId, ms: i64) -> Fact {
    Fact {
        id: FactId(Uuid::now_v7()),
        kind: "note_added".to_owned(),
        job: Some(job),
        visit: None,
        scopes: vec![Scope::Job(job)],
        at: Stamp::trusted(at(ms)),
        by: PersonId(Uuid::now_v7()),
        body: json!({ "text": "油" }),
        files: vec![],
        extra: Extra::from_iter([("newer".to_owned(), json!({ "kept": [1, 2] }))]),
    }
}

fn put_fact(tx: &mut dyn Tx, fact: &Fact) -> Result<u64> {
    let body = RecordBody::Fact { fact: fact.clone(), received_at: at(5) };
    let position = tx.put(&record_id::fact(fact.id), &body, &fact.scopes.iter().cloned().collect())?;
    tx.put_fact(fact, false, fact.at.wall, at(5))?;
    Ok(position)
}

/// Runs all of it. `open` opens the same database again and again.
pub fn suite(open: &dyn Fn() -> Store) {
    acknowledged_is_durable(open);
    failing_work_changes_nothing(&open());
    a_panic_disturbs_nobody(&open());
    late_commit_seen(&open());
    every_commit_has_its_nonce(&open());
    a_record_is_told_once_however_often_it_changed(&open());
    entering_a_scope_brings_what_was_there(&open());
    a_retraction_may_come_first(&open());
    unknown_fields_are_kept(&open());
    an_archive_number_is_never_skipped(&open());
    a_number_stands_once_with_its_first_claim(&open());
    the_audit_trail_only_grows(&open());
    an_empty_list_is_empty(&open());
    what_was_found_in_one_instant_stands_in_one_order(&open());
    restore_refills_an_offer_waits_until_it_is_decided(&open());
    exactly_once_what_came_again_is_not_looked_at_twice(&open());
}

fn acknowledged_is_durable(open: &dyn Fn() -> Store) {
    let job = JobId(Uuid::now_v7());
    let written = fact(job, 1);
    let kept = written.clone();
    open().write(move |tx| put_fact(tx, &written).map(|_| ())).expect("written");
    let found = open().read(|r| r.facts(job)).expect("read");
    assert_eq!(found.len(), 1, "what was acknowledged is there after opening again");
    assert_eq!(found[0].fact, kept);
}

fn failing_work_changes_nothing(store: &Store) {
    let job = JobId(Uuid::now_v7());
    let before = store.read(|r| r.head()).expect("head");
    let refused = store.write(move |tx| -> Result<()> {
        put_fact(tx, &fact(job, 1))?;
        Err(Error::from(Code::Conflict))
    });
    assert!(matches!(refused, Err(Error::Refused(p)) if p.code == Code::Conflict), "the refusal reaches who asked");
    assert!(store.read(|r| r.facts(job)).expect("read").is_empty(), "nothing of it is there");
    assert_eq!(store.read(|r| r.head()).expect("head"), before);
}

fn a_panic_disturbs_nobody(store: &Store) {
    let job = JobId(Uuid::now_v7());
    let died: Result<()> = store.write(|_| panic!("a mistake in a handler"));
    assert!(died.is_err());
    store.write(move |tx| put_fact(tx, &fact(job, 1)).map(|_| ())).expect("the writer lives on");
    assert_eq!(store.read(|r| r.facts(job)).expect("read").len(), 1);
}

/// Many writers at once, one reader that follows the head: it never misses a record.
fn late_commit_seen(store: &Store) {
    let job = JobId(Uuid::now_v7());
    let scope = Scope::Job(job);
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || {
                for n in 0..25 {
                    store.write(move |tx| put_fact(tx, &fact(job, n)).map(|_| ())).expect("written");
                }
            })
        })
        .collect();
    let mut seen = BTreeSet::new();
    let mut after = 0;
    while seen.len() < 100 {
        let (page, head) = store.read(|r| Ok((r.page(&scope, after, 1000)?, r.head()?))).expect("read");
        seen.extend(page.into_iter().map(|(_, stored)| stored.id));
        after = head;
        assert!(seen.len() < 100 || writers.len() == 4);
        if writers.iter().all(std::thread::JoinHandle::is_finished) {
            let rest = store.read(|r| r.page(&scope, after, 1000)).expect("read");
            seen.extend(rest.into_iter().map(|(_, stored)| stored.id));
            break;
        }
    }
    for writer in writers {
        writer.join().expect("a writer ended well");
    }
    assert_eq!(seen.len(), 100, "who followed the head skipped nothing");
}

fn every_commit_has_its_nonce(store: &Store) {
    let (a, b) = (JobId(Uuid::now_v7()), JobId(Uuid::now_v7()));
    let first = store.write(move |tx| put_fact(tx, &fact(a, 1))).expect("written");
    let second = store.write(move |tx| put_fact(tx, &fact(b, 1))).expect("written");
    let (one, two) = store.read(|r| Ok((r.nonce(first)?, r.nonce(second)?))).expect("read");
    assert!(one.is_some() && two.is_some());
    assert_ne!(one, two, "two commits, two nonces");
    assert_eq!(store.read(|r| r.nonce(second + 1000)).expect("read"), None, "no nonce beyond the head");
}

fn a_record_is_told_once_however_often_it_changed(store: &Store) {
    let scope = Scope::Person(PersonId(Uuid::now_v7()));
    let entity = EntityRef::new("customer", Uuid::now_v7());
    let (of, id) = (scope.clone(), record_id::entity(&entity));
    store
        .write(move |tx| {
            for _ in 0..3 {
                let body = RecordBody::Entity { entity: entity.clone(), fields: Default::default() };
                tx.put(&id, &body, &BTreeSet::from([of.clone()]))?;
            }
            Ok(())
        })
        .expect("written");
    let (page, head) = store.read(|r| Ok((r.page(&scope, 0, 10)?, r.head()?))).expect("read");
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].0, head, "at the position of its last change");
    let news = |after| store.read(|r| r.scopes_after(after)).expect("read");
    assert!(news(head - 1).contains(&scope), "its scope has news");
    assert!(news(head).is_empty(), "and none after it");
}

fn entering_a_scope_brings_what_was_there(store: &Store) {
    let (job, other) = (JobId(Uuid::now_v7()), Scope::Job(JobId(Uuid::now_v7())));
    let known = fact(job, 1);
    let id = record_id::fact(known.id);
    store.write(move |tx| put_fact(tx, &known).map(|_| ())).expect("written");
    let before = store.read(|r| r.head()).expect("head");
    let to = other.clone();
    store.write(move |tx| tx.grant(&id, &to).and_then(|()| tx.grant(&id, &to))).expect("granted, twice is once");
    assert_eq!(store.read(|r| r.page(&other, before, 10)).expect("read").len(), 1, "the newcomer learns of it");
    let old = store.read(|r| r.page(&Scope::Job(job), before, 10)).expect("read");
    assert!(old.is_empty(), "who had it is not told again");
}

fn a_retraction_may_come_first(store: &Store) {
    let job = JobId(Uuid::now_v7());
    let late = fact(job, 1);
    let target = late.id;
    store.write(move |tx| tx.retract(target, PersonId(Uuid::now_v7()), at(2))).expect("retracted");
    store.write(move |tx| put_fact(tx, &late).map(|_| ())).expect("written");
    assert!(store.read(|r| r.facts(job)).expect("read")[0].retracted);
}

fn unknown_fields_are_kept(store: &Store) {
    let job = JobId(Uuid::now_v7());
    let newer = fact(job, 1);
    store.write(move |tx| put_fact(tx, &newer).map(|_| ())).expect("written");
    let found = store.read(|r| r.facts(job)).expect("read");
    assert_eq!(found[0].fact.extra["newer"]["kept"], json!([1, 2]), "old_app_lives: nothing is stripped");
}

fn an_archive_number_is_never_skipped(store: &Store) {
    let month = "2611";
    let first = store.write(|tx| tx.draw_archive_count(month)).expect("drawn");
    let lost = store.write(|tx| -> Result<u32> { tx.draw_archive_count(month).and(Err(Code::Conflict.into())) });
    assert!(lost.is_err());
    assert_eq!(store.write(|tx| tx.draw_archive_count(month)).expect("drawn"), first + 1, "H2: gapless");
}

fn the_audit_trail_only_grows(store: &Store) {
    let somebody = PersonId(Uuid::now_v7());
    let by = Some(somebody);
    let entry = |action: &str, by| super::AuditEntry {
        at: at(1),
        by,
        address: "192.0.2.7".to_owned(),
        action: action.to_owned(),
        about: String::new(),
    };
    let all = super::AuditQuery::default();
    let before = store.read(|r| r.count_audit(&all)).expect("read");
    for entry in [entry("signed_in", by), entry("exported", by), entry("signed_in", None)] {
        store.write(move |tx| tx.note_audit(&entry)).expect("noted");
    }
    assert_eq!(store.read(|r| r.count_audit(&all)).expect("read"), before + 3);
    let his = super::AuditQuery { action: Some("signed_in".to_owned()), by };
    let found = store.read(|r| r.audit(&his, 10, 0)).expect("read");
    assert_eq!((found.len(), found[0].address.as_str()), (1, "192.0.2.7"));
    let (actions, people) = store.read(|r| r.audit_choices()).expect("read");
    assert!(actions.iter().any(|a| a == "exported") && people.contains(&somebody));
}

fn an_empty_list_is_empty(store: &Store) {
    let query = RowQuery { words: vec!["没有的词%_".to_owned()], ..RowQuery::default() };
    assert_eq!(store.read(|r| r.count_rows(&query)).expect("read"), 0, "a search word is a text, not a pattern");
    assert!(store.read(|r| r.rows(&query)).expect("read").is_empty());
}

/// The instant is the same for all that one change brings; a list must not turn around because of it, whole or page by page.
fn what_was_found_in_one_instant_stands_in_one_order(store: &Store) {
    let ids: Vec<FindingId> = (0..6_u8).map(|n| FindingId(Uuid::new_v5(&Uuid::NAMESPACE_OID, &[n]))).collect();
    for &id in &ids {
        let finding = Finding {
            id,
            code: FindingCode::NotSigned,
            job: None,
            visit: None,
            fact: None,
            found_at: at(9),
            details: json!({}),
            answer: None,
            decision: None,
        };
        store
            .write(move |tx| {
                tx.put(&record_id::finding(id), &RecordBody::Finding { finding }, &BTreeSet::new())?;
                tx.put_finding(id, FindingCode::NotSigned, None, None, None, at(9))
            })
            .expect("found");
    }
    let names = |open_only: bool, limit, offset| -> Vec<FindingId> {
        let which = FindingQuery { open_only, code: None };
        let found = store.read(|r| r.findings(which, limit, offset)).expect("read");
        found.iter().map(|state| state.id).filter(|id| ids.contains(id)).collect()
    };
    let open = names(true, 100, 0);
    assert_eq!(open.len(), ids.len());
    assert_eq!(names(false, 100, 0), open, "H4: open and all in one order");
    let paged: Vec<FindingId> = (0..6).flat_map(|n| names(false, 1, n)).collect();
    assert_eq!(paged, open, "H4: page by page, nothing twice and nothing left out");
    let of = |code| FindingQuery { open_only: true, code: Some(code) };
    let (count, kinds) =
        store.read(|r| Ok((r.count_findings(of(FindingCode::NotSigned))?, r.finding_kinds(true)?))).expect("read");
    assert_eq!(count as usize, ids.len());
    assert!(kinds.contains(&(FindingCode::NotSigned, count)), "H4: each kind with its number: {kinds:?}");
    let others = store.read(|r| r.findings(of(FindingCode::ChainBroken), 100, 0)).expect("read");
    assert!(others.iter().all(|state| !ids.contains(&state.id)), "H4: one kind shows no other");
}

fn a_number_stands_once_with_its_first_claim(store: &Store) {
    let device = DeviceId(Uuid::now_v7());
    let row = |number: &str, count, state| NumberRow {
        number: number.to_owned(),
        device: Some(device),
        mark: "GD".to_owned(),
        count,
        owner: Some(Uuid::from_u128(7)),
        state,
        reason: String::new(),
        by: PersonId(Uuid::now_v7()),
        job: None,
        claimed_at: at(i64::from(count)),
        changed_at: at(i64::from(count)),
    };
    let first = row("GD-Z9-2611-0001", 1, NumberState::Drawn);
    let void =
        NumberRow { reason: "写错".to_owned(), changed_at: at(9), ..row("GD-Z9-2611-0001", 1, NumberState::Void) };
    let rows = [first.clone(), row("GD-Z9-2611-0003", 3, NumberState::Sealed), void.clone()];
    store.write(move |tx| rows.iter().try_for_each(|row| tx.put_number(row))).expect("kept");
    let told = store.read(|r| {
        let kept = r.number("GD-Z9-2611-0001")?.expect("known");
        assert_eq!((kept.state, kept.reason.as_str(), kept.claimed_at, kept.by), (void.state, "写错", at(1), first.by));
        assert_eq!(r.number("GD-Z9-2611-0002")?, None);
        assert_eq!((r.last_number(device, "GD")?, r.last_number(device, "SJ")?), (3, 0));
        let voids = r.numbers(Some(NumberState::Void), 10, 0)?;
        assert_eq!(voids.first().map(|row| row.number.as_str()), Some("GD-Z9-2611-0001"));
        Ok((r.count_numbers(Some(NumberState::Void))?, r.count_numbers(None)?))
    });
    assert_eq!(told.expect("read"), (1, 2));
}

#[test]
fn l2_sqlite_keeps_every_promise_of_storage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Arc::new(folder.path().join("gongdan.db"));
    suite(&|| Store::new(super::sqlite::SqliteStorage::open(&path, at(0)).expect("opens")));
}

#[test]
fn l2_the_audit_trail_cannot_be_changed_or_shortened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gongdan.db");
    the_audit_trail_only_grows(&Store::new(super::sqlite::SqliteStorage::open(&path, at(0)).expect("opens")));
    let conn = rusqlite::Connection::open(&path).expect("opens");
    assert!(conn.execute("DELETE FROM audit", []).is_err());
    assert!(conn.execute("UPDATE audit SET action = 'x'", []).is_err());
}

#[test]
fn l2_a_database_of_a_newer_version_is_left_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gongdan.db");
    drop(super::sqlite::SqliteStorage::open(&path, at(0)).expect("opens"));
    let conn = rusqlite::Connection::open(&path).expect("opens");
    let newer =
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'future', '', '1')";
    conn.execute(newer, []).expect("pretends");
    let tables = |c: &rusqlite::Connection| -> i64 {
        c.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).expect("counted")
    };
    let before = tables(&conn);
    let refused = super::sqlite::SqliteStorage::open(&path, at(0)).err();
    assert!(matches!(refused, Some(Error::DatabaseNewer { found: 999, .. })));
    assert_eq!(tables(&conn), before);
}

fn restore_refills_an_offer_waits_until_it_is_decided(store: &Store) {
    let fact = fact(JobId(Uuid::now_v7()), 1);
    let body = RecordBody::Fact { fact: fact.clone(), received_at: at(5) };
    let record = Record { position: 0, scopes: fact.scopes.clone(), body };
    let offer = |device: u128, ms| Offered {
        id: record_id::fact(fact.id),
        device: DeviceId(Uuid::from_u128(device)),
        record: record.clone(),
        offered_at: at(ms),
    };
    let (first, second, again) = (offer(1, 1), offer(2, 2), offer(1, 3));
    let id = first.id.clone();
    store.write(move |tx| [first, second, again].iter().try_for_each(|one| tx.offer(one))).expect("offered");
    let waiting = store.read(|r| r.offered()).expect("read");
    let here: Vec<_> = waiting.iter().map(|one| (one.device.0.as_u128(), one.offered_at)).collect();
    assert_eq!(here, [(2, at(2)), (1, at(3))], "once from each device, oldest first");
    assert!(matches!(&waiting[0].record.body, RecordBody::Fact { fact: kept, .. } if *kept == fact), "as it came");
    store.write(move |tx| tx.settle_offer(&id, PersonId(Uuid::now_v7()), at(4))).expect("decided");
    assert!(store.read(|r| r.offered()).expect("read").is_empty(), "for whoever offered it");
}

/// Whichever comes first, the original or the word that it came again.
fn exactly_once_what_came_again_is_not_looked_at_twice(store: &Store) {
    let [former, first, second] = [0; 3].map(|_| DeviceId(Uuid::now_v7()));
    let apart = |store: &Store| {
        let kept = store.read(|r| r.refused_changes()).expect("read");
        kept.into_iter().filter(|(change, apart)| *apart && change.device == former).count()
    };
    let again = ChangeId(Uuid::now_v7());
    store
        .write(move |tx| {
            tx.put_former(first, former)?;
            tx.put_former(second, former)?;
            tx.quarantine(former, 1, "{}", "one", at(1))?;
            tx.quarantine(former, 1, "{ }", "two", at(1))
        })
        .expect("written");
    assert_eq!(apart(store), 2);
    store.write(move |tx| tx.put_moved(former, "one", again)).expect("written");
    store.write(move |tx| tx.put_moved(former, "three", again)).expect("written");
    store.write(move |tx| tx.quarantine(former, 2, "{}", "three", at(2))).expect("written");
    assert_eq!(apart(store), 1, "only what did not come again");
    let (of, by) = store.read(|r| Ok((r.former(first)?, r.continued_by(former)?))).expect("read");
    let continued: BTreeSet<DeviceId> = by.into_iter().collect();
    assert_eq!((of, continued), (Some(former), BTreeSet::from([first, second])));
}
