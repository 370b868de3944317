//! A damaged database: found, moved aside, rebuilt with every own change that could be read. Pages are spoiled one after the other,
//! so that every kind of page has its turn.

use std::collections::BTreeSet;
use std::path::Path;

use gongdan_domain::fact::{About, FactBody};
use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::{Fact, Scope};
use gongdan_domain::sync::wire::{Outcome, RecordBody};

use crate::store::Reader;
use crate::testing::{Bench, TestKeys, page, verdict};
use crate::view::app::Gate;

const PAGE: usize = 4096;

fn note(bench: &Bench, job: JobId, text: &str) {
    let about = About { job, visit: Some(job.visit(1)) };
    let fact = FactBody::NoteAdded { text: text.to_owned() };
    bench.device.write(|tx| tx.fact(about, fact, Vec::new())).expect("noted");
}

/// Numbers of the own changes that wait.
fn waiting(bench: &Bench) -> BTreeSet<u64> {
    let rows = bench.device.read(|r| r.waiting(1000)).expect("read");
    rows.iter().map(|row| row.device_seq).collect()
}

/// A device with a day's work, half of it judged by the server, closed so that the file is whole.
fn worked() -> Bench {
    // A key store opens without the slow PIN: there are many pages.
    let mut bench = Bench::with_keys(TestKeys::there());
    let job = bench.job();
    let about = About { job, visit: None };
    // The first of forty changes: a drawn number is told to the office.
    bench.device.write(|tx| tx.draw_number(about, "work_order", job.0).map(drop)).expect("drawn");
    for i in 0..39 {
        // Some rows are longer than a page: their rest stands elsewhere.
        note(&bench, job, &format!("第 {i} 条 {}", "油位低，温度高。".repeat(if i % 7 == 0 { 500 } else { 10 })));
    }
    bench.send_all();
    let mut reply = bench.reply();
    reply.verdicts = (1..=20).map(|seq| verdict(seq, Outcome::Accepted, 100 + seq)).collect();
    reply.acked_through = 20;
    bench.take(&reply);
    bench.close();
    bench
}

fn spoil(dir: &Path, page: usize) {
    let file = dir.join("gongdan.db");
    let mut bytes = std::fs::read(&file).expect("the file");
    let end = bytes.len().min((page + 1) * PAGE);
    bytes[page * PAGE..end].fill(0xa5);
    std::fs::write(file, bytes).expect("written");
}

/// Whether the damage is found, at the gate or by a look at everything.
fn found(bench: &Bench) -> bool {
    if bench.device.gate().expect("a gate") == Gate::Open {
        let store = bench.device.store().expect("open");
        return store.is_damaged();
    }
    true
}

/// Goes on working as a person does. Where no screen reads the page, an error that may be damage has it looked at.
fn work_on(bench: &Bench) -> bool {
    let job = bench.device.read(|r| r.jobs()).ok().and_then(|jobs| jobs.first().copied());
    _ = bench.device.read(|r| job.map_or(Ok(Vec::new()), |job| r.facts(job)));
    _ = bench.device.read(|r| r.waiting(1000).map(drop));
    let by_itself = bench.device.gate().expect("a gate") == Gate::Damaged;
    let corrupt = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), None);
    _ = bench.device.read(|_| Err::<(), _>(corrupt.into()));
    by_itself
}

#[test]
fn entered_is_durable_whichever_page_is_spoiled_the_other_changes_are_saved() {
    let whole = worked();
    let file = whole.device.database();
    let pages = std::fs::read(&file).expect("the file").len() / PAGE;
    let (mut most_lost, mut in_use) = (0, 0);
    // Every third: all kinds of pages have their turn.
    for page in (0..pages).filter(|page| *page < 3 || page % 3 == 0) {
        let mut bench = whole.copy(|dir| spoil(dir, page));
        let spoiled = std::fs::read(bench.device.database()).expect("the file");
        assert!(found(&bench), "page {page}: a page that does not decrypt is found");
        in_use += u32::from(work_on(&bench));
        assert_eq!(bench.device.gate().expect("a gate"), Gate::Damaged, "page {page}: and said at the gate");
        bench.device.rebuild().unwrap_or_else(|e| panic!("page {page}: rebuilt: {}", e.into_problem()));
        assert_eq!(bench.device.gate().expect("a gate"), Gate::Open);
        let aside = std::fs::read(bench.dir.path().join("damaged-1/gongdan.db")).expect("moved aside");
        assert!(aside == spoiled, "page {page}: the damaged file is kept as it was");
        let saved = waiting(&bench);
        assert!(
            saved.iter().all(|seq| (21..=40).contains(seq)),
            "page {page}: what was judged is not sent again: {saved:?}"
        );
        most_lost = most_lost.max(20 - saved.len());
        let rebuilt = bench.device.read(|r| r.rebuilt()).expect("read").expect("it was");
        assert_eq!(usize::try_from(rebuilt.kept).expect("few"), saved.len(), "page {page}: and the person is told");
        let about = About { job: JobId(uuid::Uuid::now_v7()), visit: None };
        let next = bench.device.write(|tx| tx.draw_number(about, "work_order", uuid::Uuid::now_v7())).expect("drawn");
        assert!(next.ends_with("-0002"), "page {page}: a number is never drawn twice: {next}");
        bench.restart();
        assert!(waiting(&bench).is_superset(&saved), "page {page}: and it stays");
    }
    assert!(in_use > 5, "most damage shows in use by itself: {in_use} of {pages}");
    assert!((1..=9).contains(&most_lost), "one page costs the rows that stood on it and no more: {most_lost}");
}

#[test]
fn entered_is_durable_an_unreadable_first_page_costs_nothing() {
    let bench = worked().copy(|dir| spoil(dir, 0));
    assert!(found(&bench));
    bench.device.rebuild().expect("rebuilt");
    assert_eq!(waiting(&bench), (21..=40).collect(), "every change was found on its page");
}

#[test]
fn exactly_once_a_rebuilt_device_asks_first_and_says_which_numbers_are_lost() {
    let bench = worked().copy(|dir| spoil(dir, 0));
    assert!(found(&bench));
    bench.device.rebuild().expect("rebuilt");
    // As if a page with three of them had been unreadable too.
    let store = bench.device.store().expect("open");
    let stamp = bench.device.stamp(&store);
    store
        .apply(stamp.clone(), |a| {
            a.conn().execute("DELETE FROM outbox WHERE device_seq IN (20, 25, 30)", [])?;
            Ok(())
        })
        .expect("deleted");
    let mut reply = bench.reply();
    reply.acked_through = 26;
    bench.take(&reply);
    let told = bench.device.read(|r| r.rebuilt()).expect("read").expect("it was");
    assert_eq!((told.asked, told.lost), (true, 1), "20 and 25 are at the office; 30 is lost, and that is said");
    let left = waiting(&bench);
    assert!(!left.contains(&26) && left.contains(&27), "what the office has is not sent once more in an older state");
    reply.gap_from = Some(30);
    bench.take(&reply);
    let rows = bench.device.read(|r| r.waiting(1000)).expect("read");
    let filler = rows.iter().find(|row| row.device_seq == 30).expect("its number is filled");
    assert!(filler.change().ops.is_empty() && filler.change().extra["lost"] == true, "and says that it is lost");
}

#[test]
fn l3_without_any_identity_nothing_is_touched() {
    let bench = worked().copy(|dir| {
        let pages = std::fs::read(dir.join("gongdan.db")).expect("the file").len() / PAGE;
        (0..pages).for_each(|page| spoil(dir, page));
        std::fs::remove_file(dir.join(crate::spare::NAME)).expect("removed");
    });
    let file = bench.device.database();
    let before = std::fs::read(&file).expect("the file");
    assert!(found(&bench));
    assert_eq!(bench.device.rebuild().expect_err("refused").into_problem().code, Code::DatabaseDamaged);
    assert_eq!(std::fs::read(&file).expect("the file"), before, "a later tool may read more of it");
}

#[test]
fn entered_is_durable_a_rebuild_that_was_cut_off_is_ended_at_the_next_start() {
    let mut bench = worked().copy(|dir| spoil(dir, 0));
    assert!(found(&bench));
    bench.device.rebuild().expect("rebuilt");
    let saved = waiting(&bench);
    bench.close();
    // The power went when the new file was whole and the old one still had the name.
    let (file, dir) = (bench.device.database(), bench.dir.path().to_owned());
    std::fs::rename(&file, dir.join("gongdan.db.rebuilt")).expect("renamed");
    std::fs::rename(dir.join("damaged-1/gongdan.db"), &file).expect("renamed");
    std::fs::write(dir.join("gongdan.db-wal"), b"the log of the damaged file").expect("written");
    bench.restart();
    assert_eq!(waiting(&bench), saved);
    assert!(dir.join("damaged-1/gongdan.db").exists(), "the damaged file is still kept");
    assert!(!dir.join("gongdan.db.rebuilt").exists());
}

/// A number that was void and its successor, told to the office before the database broke.
fn with_void_numbers() -> (Bench, JobId, uuid::Uuid, Vec<Fact>) {
    let mut bench = Bench::with_keys(TestKeys::there());
    let job = bench.job();
    let (about, order) = (About { job, visit: None }, uuid::Uuid::now_v7());
    let draw = |bench: &Bench| bench.device.write(|tx| tx.draw_number(about, "work_order", order)).expect("drawn");
    draw(&bench);
    bench.device.write(|tx| tx.void_number(about, "work_order", order, "写错客户")).expect("void");
    draw(&bench);
    let other = uuid::Uuid::now_v7();
    bench.device.write(|tx| tx.draw_number(about, "work_order", other)).expect("drawn");
    bench.device.write(|tx| tx.void_number(about, "work_order", other, "不做了")).expect("void");
    let facts = bench.device.read(|r| r.facts(job)).expect("facts");
    bench.close();
    (bench, job, other, facts)
}

/// Void or not and job of each number.
fn numbers(bench: &Bench) -> Vec<(String, bool, Option<String>)> {
    let store = bench.device.store().expect("open");
    let read = |r: &Reader| {
        let mut statement = r.conn().prepare("SELECT text, voided_at IS NOT NULL, job FROM number ORDER BY count")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
    };
    store.read(bench.device.stamp(&store), read).expect("read")
}

fn remembered(job: JobId) -> Vec<(String, bool, Option<String>)> {
    let number = |n: u32, void| (format!("GD-A7-2611-{n:04}"), void, Some(job.to_string()));
    vec![number(1, true), number(2, false), number(3, true)]
}

#[test]
fn g1_a_rebuilt_database_remembers_which_numbers_are_void_and_whose_job_they_are() {
    let (whole, job, other, _) = with_void_numbers();
    let bench = whole.copy(|dir| spoil(dir, 0));
    assert!(found(&bench));
    bench.device.rebuild().expect("rebuilt");
    assert_eq!(numbers(&bench), remembered(job), "from the own changes, where the table itself is lost");
    let about = About { job, visit: None };
    let next = bench.device.write(|tx| tx.draw_number(about, "work_order", other)).expect("drawn");
    assert_eq!(next, "GD-A7-2611-0004", "a void number is never shown again");
}

#[test]
fn g1_a_rebuilt_database_keeps_the_book_that_can_be_read() {
    let (whole, job, _, _) = with_void_numbers();
    let mut bench = whole.copy(|_| ());
    assert_eq!(numbers(&bench), remembered(job));
    // Everything was forgotten here because the office has it in a backup; then a page that is not the book's breaks.
    let store = bench.device.store().expect("open");
    let forget = |a: &crate::store::Applier| Ok(a.conn().execute_batch("DELETE FROM outbox; DELETE FROM fact;")?);
    store.apply(bench.device.stamp(&store), forget).expect("forgotten");
    drop(store);
    bench.close();
    let page = {
        let store = bench.device.store().expect("open");
        let root = |r: &Reader| {
            let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'reference'";
            Ok(r.conn().query_row(sql, [], |row| row.get::<_, usize>(0))?)
        };
        store.read(bench.device.stamp(&store), root).expect("read") - 1
    };
    bench.close();
    let bench = bench.copy(|dir| spoil(dir, page));
    assert!(found(&bench));
    work_on(&bench);
    bench.device.rebuild().expect("rebuilt");
    assert_eq!(numbers(&bench), remembered(job));
}

#[test]
fn g1_a_rebuilt_database_learns_from_the_office_what_it_could_not_read() {
    let (whole, job, _, facts) = with_void_numbers();
    let bench = whole.copy(|dir| spoil(dir, 0));
    assert!(found(&bench));
    bench.device.rebuild().expect("rebuilt");
    // As if neither the book nor any own change had been readable: the spare copy's count is all there is.
    let store = bench.device.store().expect("open");
    let forget = |a: &crate::store::Applier| {
        a.conn().execute_batch("DELETE FROM outbox; DELETE FROM fact;")?;
        let mut book = crate::store::book::Book::default();
        book.count_on(&std::collections::BTreeMap::from([("work_order".to_owned(), 3)]), a.now());
        book.keep(a.conn())
    };
    store.apply(bench.device.stamp(&store), forget).expect("forgotten");
    assert_eq!(numbers(&bench), [("work_order/3".to_owned(), false, None)]);
    // In any order, one page each, and again.
    for fact in facts.iter().rev().chain(&facts) {
        let mut reply = bench.reply();
        reply.scopes = Some(vec![Scope::Company, Scope::Job(job)]);
        let body = RecordBody::Fact { fact: fact.clone(), received_at: fact.at.corrected() };
        reply.pages = vec![page(Scope::Job(job), 9, body)];
        bench.take(&reply);
    }
    assert_eq!(numbers(&bench), remembered(job));
}

/// The log of an app that was killed, altered.
fn killed(alter: impl FnOnce(&mut Vec<u8>)) -> Bench {
    let bench = Bench::with_keys(TestKeys::there());
    let job = bench.job();
    for n in 0..30 {
        note(&bench, job, &format!("第 {n} 条"));
    }
    bench.copy(|dir| {
        let log = dir.join("gongdan.db-wal");
        let mut bytes = std::fs::read(&log).expect("a log: the app did not end by itself");
        alter(&mut bytes);
        std::fs::write(log, bytes).expect("written");
    })
}

const FRAME: usize = 24 + PAGE;

#[test]
fn entered_is_durable_a_log_that_breaks_off_is_noticed_and_the_rest_of_it_is_read() {
    assert_eq!(killed(|_| ()).device.gate().expect("a gate"), Gate::Open, "a whole log is no damage");
    let frames = |bytes: &[u8]| (bytes.len() - 32) / FRAME;
    // One bit of a checksum in the middle of the log, and in its last frame: SQLite ends there without a word.
    for part in [2, 1] {
        let bench = killed(|bytes| {
            let frame = (frames(bytes) - 1) / part;
            bytes[32 + frame * FRAME + 17] ^= 1;
        });
        assert_eq!(bench.device.gate().expect("a gate"), Gate::Damaged, "part {part}: acknowledged work is missing");
        bench.device.rebuild().expect("rebuilt");
        assert_eq!(waiting(&bench), (1..=30).collect(), "part {part}: what follows the damage is found");
        note(&bench, JobId(uuid::Uuid::now_v7()), "next");
        assert!(waiting(&bench).contains(&31), "part {part}: and no number is used twice");
    }
}

#[test]
fn entered_is_durable_a_log_that_was_cut_short_or_lost_is_noticed_and_said() {
    for kept in [3, 0] {
        let bench = killed(|bytes| bytes.truncate(if kept == 0 { 0 } else { bytes.len() - (kept * FRAME + 5) }));
        assert_eq!(bench.device.gate().expect("a gate"), Gate::Damaged, "{kept}");
        bench.device.rebuild().expect("rebuilt");
        let saved = waiting(&bench);
        bench.take(&bench.reply());
        let told = bench.device.read(|r| r.rebuilt()).expect("read").expect("it was");
        let lost = u32::try_from(30 - saved.len()).expect("few");
        assert!(told.asked && lost > 0, "{kept}: what is not on the disk is lost: {saved:?}");
        assert_eq!(told.lost, lost, "{kept}: and the person is told how much");
        note(&bench, JobId(uuid::Uuid::now_v7()), "next");
        assert!(waiting(&bench).contains(&31), "{kept}: no number is used twice");
    }
}
