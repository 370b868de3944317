//! Takes an answer of the server in: verdicts on own changes, then pages, each with its cursor in one transaction. Applying the same
//! answer again changes nothing. Refuses to drop what it does not know.

use std::collections::BTreeSet;

use gongdan_domain::id::JobId;
use gongdan_domain::number::Claim;
use gongdan_domain::sync::wire::{ExchangeReply, Page, RECOVERY_CODE, Record, RecordBody};
use gongdan_domain::time::Stamp;

use crate::error::Result;
use crate::store::meta::Standing;
use crate::store::sealed::Sealed;
use crate::store::{Applier, Store};

/// Records brought into the search index under one hold of the writer.
const INDEXED_AT_ONCE: u32 = 500;

/// Records of pages that are committed together: most scopes are one job with a handful of them, and a commit waits for the disk. A
/// person's own action waits for no more than these.
const RECORDS_AT_ONCE: usize = 200;

/// Gathers neighbours as long as their records together are few.
fn together(most: usize) -> impl FnMut(&Page, &Page) -> bool {
    let mut gathered = None;
    move |before, next| {
        let sum = gathered.unwrap_or(before.records.len()) + next.records.len();
        gathered = (sum <= most).then_some(sum);
        sum <= most
    }
}

/// Answers whether anything changed that a screen may show.
pub fn reply(store: &Store, stamp: Stamp, reply: &ExchangeReply) -> Result<bool> {
    store.apply(stamp.clone(), |a| verdicts(a, reply))?;
    for pages in reply.pages.chunk_by(together(RECORDS_AT_ONCE)) {
        store.apply(stamp.clone(), |a| pages.iter().try_for_each(|page| self::page(a, page)))?;
    }
    // Only now is everything here that it stands for.
    if let Some(covered) = &reply.covered {
        store.apply(stamp.clone(), |a| a.set_covered(covered))?;
    }
    // What came is found by the next search; in steps, so that a person's own action never waits for a whole first sync.
    if !reply.pages.is_empty() {
        while store.apply(stamp.clone(), |a| a.refresh_search(INDEXED_AT_ONCE))? {}
        let mut told = reply.pages.iter().flat_map(|page| &page.records);
        let jobs: BTreeSet<JobId> = told.clone().filter_map(|record| record.body.job()).collect();
        store.apply(stamp.clone(), |a| a.settle_archive(&jobs))?;
        if told.any(claims_a_number) {
            store.apply(stamp.clone(), |a| a.learn_numbers())?;
        }
    }
    Ok(!reply.verdicts.is_empty() || reply.pages.iter().any(|page| !page.records.is_empty()))
}

fn verdicts(a: &Applier, reply: &ExchangeReply) -> Result<()> {
    let standing = a.standing()?;
    let other_server = standing.epoch.as_ref().is_some_and(|epoch| *epoch != reply.epoch);
    if reply.reset.is_some() || other_server {
        tracing::info!(reason = reply.reset, "pulling from zero");
        a.forget_cursors()?;
        a.offer_files_again()?;
        a.doubt_everything()?;
    }
    for verdict in &reply.verdicts {
        a.judge(verdict)?;
        for finding in &verdict.findings {
            let scopes = finding.job.map(gongdan_domain::sync::change::Scope::Job);
            a.put_finding(finding, verdict.position, scopes.as_slice())?;
        }
    }
    if let Some(from) = reply.gap_from {
        // A server that lacks changes may lack their files as well.
        a.rewind(from)?;
        a.offer_files_again()?;
        a.fill_missing(from)?;
    }
    a.set_standing(&Standing {
        epoch: Some(reply.epoch.clone()),
        acked_through: reply.acked_through,
        safe_through: reply.safe_through,
        last_seq: standing.last_seq,
    })?;
    a.answered(reply.acked_through)?;
    if let Some(held) = reply.extra.get(RECOVERY_CODE).and_then(serde_json::Value::as_str) {
        a.set_code_held(held)?;
    }
    a.forget_safe(reply.safe_through)?;
    a.set_min_app(&reply.min_app)?;
    a.set_copied(reply.copied)?;
    if reply.cursors_wanted {
        a.forget_covered()?;
    }
    match &reply.scopes {
        // Until an admin has looked, no scopes are named; that is no reason to drop anything.
        Some(scopes) if !reply.unconfirmed => a.set_allowed(scopes),
        _ => Ok(()),
    }
}

fn claims_a_number(record: &Record) -> bool {
    matches!(&record.body, RecordBody::Fact { fact, .. } if Claim::KINDS.contains(&fact.kind.as_str()))
}

/// One page and its cursor.
pub fn page(a: &Applier, page: &Page) -> Result<()> {
    page.records.iter().try_for_each(|r| record(a, r))?;
    a.set_cursor(&page.scope, &page.cursor)
}

fn record(a: &Applier, record: &Record) -> Result<()> {
    let (position, scopes) = (record.position, record.scopes.as_slice());
    match &record.body {
        RecordBody::Entity { entity, fields } => a.put_entity(entity, fields, position, scopes),
        RecordBody::Fact { fact, received_at } => a.put_fact(fact, *received_at, position, scopes),
        RecordBody::Retraction { targets } => a.put_retraction(targets),
        RecordBody::Sealed { document, files, job, visit, receipt } => {
            let sealed = Sealed {
                document: document.clone(),
                job: (*job).into(),
                visit: (*visit).into(),
                files: files.clone(),
                receipt: Some(receipt.clone()),
            };
            a.put_sealed(&sealed, position, scopes)
        }
        RecordBody::Reference { kind, id, version, body } => a.put_reference(kind, id, version, body, position, scopes),
        RecordBody::Finding { finding } => a.put_finding(finding, position, scopes),
        RecordBody::Opaque { value } => a.put_opaque(value, position, scopes),
    }
}

#[cfg(test)]
mod tests {
    use gongdan_domain::problem::Code;

    use crate::testing::Bench;
    use crate::view::sync::SyncMood;

    #[test]
    fn l4_a_copied_device_says_so_also_after_a_restart_and_without_network() {
        let mut bench = Bench::new();
        let mut reply = bench.reply();
        reply.copied = true;
        bench.take(&reply);
        bench.restart();
        let sentence = bench.device.sentence().expect("a sentence");
        assert_eq!(sentence.mood, SyncMood::Copied, "this comes before everything else");
        assert_eq!(sentence.problem.map(|problem| problem.code), Some(Code::Fork), "and the screen has words for it");
    }
}
