//! Changes that were refused for their scope because this server did not know whose the job was: after a restore the assignment may come
//! back later than they. When it does they are judged again and count; the device learns it where it names what it holds as refused.
//! Refuses to look at any other refusal: who signed a change, and what it says, no decision of the office alters.

use std::collections::BTreeSet;

use gongdan_domain::id::JobId;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::SignedChange;
use gongdan_domain::sync::wire::{Outcome, Verdict};

use crate::core::Env;
use crate::error::Result;
use crate::storage::{DeviceRecord, Reader, StoredChange, Tx};
use crate::sync::reach::{Reach, jobs_of};
use crate::sync::{apply, push};

/// Refused changes of one request that are looked up.
const ASKED: usize = 500;

/// Judges again what was refused about jobs that somebody was just given.
pub fn of_jobs(tx: &mut dyn Tx, env: &Env, jobs: &BTreeSet<JobId>) -> Result<()> {
    let mut refused: Vec<StoredChange> = tx.refused_changes()?.into_iter().filter_map(out_of_scope).collect();
    refused.sort_by_key(|stored| (stored.device, stored.device_seq));
    refused.into_iter().try_for_each(|stored| again(tx, env, stored, jobs))
}

fn out_of_scope((stored, apart): (StoredChange, bool)) -> Option<StoredChange> {
    let scope = matches!(stored.verdict.outcome, Outcome::Refused { code: Code::ScopeViolation, .. });
    (scope && !apart).then_some(stored)
}

fn again(tx: &mut dyn Tx, env: &Env, stored: StoredChange, jobs: &BTreeSet<JobId>) -> Result<()> {
    let (device, device_seq) = (stored.device, stored.device_seq);
    let Some(author) = tx.device(device)?.as_ref().and_then(push::author) else { return Ok(()) };
    let (payload, signature) = (stored.payload.clone(), stored.signature.clone());
    let signed = SignedChange { device_id: device, device_seq, payload, signature };
    // It was open once; that is not asked again in vain.
    let Ok(change) = signed.open(&author.key) else { return Ok(()) };
    if jobs_of(&change).is_disjoint(jobs) || Reach::of(tx, author.person)?.refusal(tx, &change)?.is_some() {
        return Ok(());
    }
    let position = tx.head()? + 1;
    let applied = apply::apply(tx, env, &change, &author)?;
    let (findings, receipts) = (applied.findings, applied.receipts);
    let verdict = Verdict { outcome: Outcome::Accepted, position, findings, receipts, ..stored.verdict };
    tx.judge_again(&StoredChange { verdict, ..stored })
}

/// What a device holds as refused and what was accepted since.
pub fn accepted_since(r: &dyn Reader, device: &DeviceRecord, refused: &[u64]) -> Result<Vec<Verdict>> {
    let mut accepted = Vec::new();
    for seq in refused.iter().take(ASKED) {
        let verdict = r.change(device.id, *seq)?.map(|stored| stored.verdict);
        accepted.extend(verdict.filter(|verdict| verdict.outcome == Outcome::Accepted));
    }
    Ok(accepted)
}
