//! One whole sync: exchanges until nothing waits on either side, then files, smallest first, never before their records.

use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::sha256_hex;
use gongdan_domain::sync::SCHEMA;
use gongdan_domain::sync::change::Extra;
use gongdan_domain::sync::readmit::ReadmitRequest;
use gongdan_domain::sync::wire::{COLLECTED, ExchangeReply, ExchangeRequest, RECOVERY_CODE, RECOVERY_CODE_SHOWN};
use serde_json::json;

use crate::clock::{Measured, stamp};
use crate::device::{Changed, Device};
use crate::error::{Error, Result};
use crate::store::recover::Named;
use crate::store::{Applier, Store};
use crate::sync::client::Client;
use crate::sync::road::Road;
use crate::sync::{apply, transfer};
use crate::vault::Escrow;
use crate::view::app::Gate;

#[cfg(test)]
mod tests;

/// Changes of one request: enough for a day, small enough for a bad line.
const BATCH: u32 = 500;
/// Sent within half a minute at 64 kbit/s even if nothing of it can be packed: while a request goes out, no answer can break the silence.
const BATCH_BYTES: usize = 1 << 18;
const PAGE_BYTES: u64 = 1 << 20;
/// How long the large pictures of an archived order stay here.
const KEPT_AFTER_ARCHIVING: chrono::Duration = chrono::Duration::days(30);
/// Refused changes that the office is asked about again; more are looked at by nobody.
const REFUSED: u32 = 200;
/// Records of one offer after a restore.
const OFFERED: u32 = 200;
/// Why a number is void that nobody voided; the office's screens have words for it.
const ABANDONED: &str = "abandoned";

/// What the office says to this device about itself, in an answer or when it asks to be taken back. Nothing else erases a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    /// Revoked: hand over what is here, then erase yourself.
    HandOver,
    Erase,
}

/// Over HTTP to the server of this enrolment.
pub async fn run(device: &Device) -> Result<()> {
    let store = device.store()?;
    let identity = store.identity();
    let server = device.0.server_override.as_ref().unwrap_or(&identity.server);
    over(device, &Client::new(server, identity.token.clone(), device.0.patience)?).await
}

/// Over whatever road there is.
pub async fn over(device: &Device, road: &impl Road) -> Result<()> {
    let store = device.store()?;
    let mut told = exchange_all(device, &store, road).await?;
    if told != Told::Erase && void_abandoned(device, &store)? {
        told = exchange_all(device, &store, road).await?;
    }
    if told == Told::Erase {
        return device.erase();
    }
    transfer::upload_all(device, &store, road).await?;
    if told == Told::HandOver { leave(device, &store, road).await } else { stay(device, &store, road).await }
}

async fn stay(device: &Device, store: &Store, road: &impl Road) -> Result<()> {
    transfer::download_all(device, store, road).await?;
    let stamp = device.stamp(store);
    let (gone, freed) = store.apply(stamp.clone(), |a| {
        if a.waiting_count()? > 0 || a.files_waiting()? > 0 {
            return Ok(Default::default());
        }
        a.set_delivered_at(&a.now().to_rfc3339())?;
        Ok((a.drop_left_scopes()?, a.free_archived(a.now() - KEPT_AFTER_ARCHIVING)?))
    })?;
    transfer::remove_all(device, store, &gone)?;
    transfer::free_all(device, store, &freed)
}

/// Everything is with the office: it is told so, and this device erases itself. Where that does not arrive the office sees a device that it
/// revoked and no more. What the office does not take keeps everything here; only its own "erase now" ends that.
async fn leave(device: &Device, store: &Store, road: &impl Road) -> Result<()> {
    let left = store.read(device.stamp(store), |r| Ok(r.waiting_count()? + r.files_waiting()?))?;
    if left > 0 {
        return Err(Problem::with(Code::CollectUnfinished, json!({ "left": left })).into());
    }
    _ = road.exchange(&asking(device, [(COLLECTED.to_owned(), true.into())].into_iter().collect())).await;
    device.erase()
}

/// Numbers of jobs that were called off or went to somebody else stay as void; the office hears of it before the job leaves.
fn void_abandoned(device: &Device, store: &Store) -> Result<bool> {
    let open = store.read(device.stamp(store), |r| r.abandoned_numbers())?;
    if open.is_empty() {
        return Ok(false);
    }
    store.write(device.stamp(store), |tx| open.iter().try_for_each(|number| tx.void_abandoned(number, ABANDONED)))?;
    Ok(true)
}

/// Exchanges until the outbox is empty and no page waits.
async fn exchange_all(device: &Device, store: &Store, road: &impl Road) -> Result<Told> {
    let (mut told, mut offering) = (Told::Nothing, false);
    let mut stalled = 0;
    loop {
        let (request, offered) = next_request(device, store, offering)?;
        let before = stamp(device.0.clock.as_ref(), None);
        let reply = match road.exchange(&request).await {
            // A server that was restored to a time before this enrolment.
            Err(Error::Refused(problem)) if problem.code == Code::TokenInvalid => {
                match ask_back(device, store, road).await {
                    Err(Error::Refused(problem)) if problem.code == Code::DeviceRevoked => return Ok(Told::Erase),
                    asked => asked?,
                }
                road.exchange(&request).await?
            }
            other => other?,
        };
        let after = stamp(device.0.clock.as_ref(), None);
        store.measure(Measured::new(reply.time, &before, &after))?;
        match reply.revoked.as_deref() {
            Some("erase") => return Ok(Told::Erase),
            Some(_) => told = Told::HandOver,
            None => {}
        }
        if apply::reply(store, device.stamp(store), &reply)? {
            device.publish(Changed::Data);
        }
        // Two devices under one identity: whatever else is sent is kept apart, and nothing comes back until this one is enrolled anew.
        if reply.copied {
            return Err(Code::Fork.into());
        }
        replace_shown_code(device, store, &reply)?;
        if !offered.is_empty() {
            store.apply(device.stamp(store), |a| offered.iter().try_for_each(|(record, id)| a.confirm(record, id)))?;
        }
        stalled = if moved(&request, &reply) { 0 } else { stalled + 1 };
        let (waiting, doubted) =
            store.read(device.stamp(store), |r| Ok((r.waiting_count()?, !r.to_offer(1)?.is_empty())))?;
        if !reply.more && waiting == 0 {
            // Everything has come that the server has; what it did not send again it lacks.
            offering = doubted && !reply.unconfirmed && told == Told::Nothing;
            if !offering {
                return Ok(told);
            }
        }
        // A server that neither judges nor sends anything is left alone for a while.
        if stalled > 2 {
            return Err(Code::ServerTrouble.into());
        }
    }
}

/// Shows the certificate to a server that does not know this device any more.
async fn ask_back(device: &Device, store: &Store, road: &impl Road) -> Result<()> {
    let identity = store.identity();
    let token_hash = sha256_hex(identity.token.as_bytes());
    let names = (device.enrolment().device_name, device.app_version().to_owned());
    let certificate = identity.signed_certificate.clone();
    let request = ReadmitRequest::sign(certificate, token_hash, names, &identity.signing_key)?;
    road.readmit(&request).await.map(drop)
}

fn moved(request: &ExchangeRequest, reply: &ExchangeReply) -> bool {
    !reply.verdicts.is_empty()
        || reply.cursors_wanted
        || !request.offered.is_empty()
        || reply
            .pages
            .iter()
            .any(|page| request.cursors.get(&page.scope) != Some(&page.cursor) || !page.records.is_empty())
}

/// The oldest changes without a verdict, marked as sent before they leave.
fn next_request(device: &Device, store: &Store, offering: bool) -> Result<(ExchangeRequest, Vec<Named>)> {
    let stamp = device.stamp(store);
    let code = device.vault().escrow();
    store.apply(stamp, |a| {
        let standing = a.standing()?;
        let extra = code_for_the_office(a, code)?;
        if a.must_ask()? {
            return Ok((asking(device, extra), Vec::new()));
        }
        let mut bytes = 0;
        let mut changes = Vec::new();
        for row in a.waiting(BATCH)? {
            bytes += row.signed.payload.len();
            if bytes > BATCH_BYTES && !changes.is_empty() {
                break;
            }
            changes.push(row.signed);
        }
        if let Some(last) = changes.last() {
            a.mark_sent(last.device_seq)?;
        }
        let (offered, records): (Vec<_>, Vec<_>) =
            if offering { a.to_offer(OFFERED)?.into_iter().unzip() } else { Default::default() };
        let covered = a.covered()?;
        let request = ExchangeRequest {
            epoch: standing.epoch,
            cursors: if covered.is_some() { Default::default() } else { a.cursors()? },
            covered,
            first_seq: changes.first().map_or(standing.last_seq + 1, |first| first.device_seq),
            oldest_held: a.oldest_held()?,
            changes,
            app: device.app_version().to_owned(),
            schema: SCHEMA,
            max_bytes: PAGE_BYTES,
            last_file: a.last_file()?,
            missing: a.missing()?,
            refused: a.refused_numbers(REFUSED)?,
            offered: records.into_iter().flatten().collect(),
            extra,
        };
        Ok((request, offered))
    })
}

/// The recovery code goes along until the office says that it has this one.
fn code_for_the_office(a: &Applier, code: Option<Escrow>) -> Result<Extra> {
    let held = a.code_held()?;
    let due = code.filter(|code| held.as_deref() != Some(code.id.as_str()));
    Ok(due.map(|code| (RECOVERY_CODE.to_owned(), code.request.into())).into_iter().collect())
}

/// A code that somebody has seen is no secret for longer than it is needed. Not behind a locked screen: there it may be needed just now.
fn replace_shown_code(device: &Device, store: &Store, reply: &ExchangeReply) -> Result<()> {
    let shown = reply.extra.get(RECOVERY_CODE_SHOWN).and_then(serde_json::Value::as_str);
    let own = device.vault().escrow();
    let known = shown.is_some_and(|id| own.is_some_and(|own| own.id == id));
    if known && device.gate()? == Gate::Open { device.vault().renew_code(store.key()) } else { Ok(()) }
}

/// A database that was rebuilt asks first: nothing is sent, nothing is claimed to be missing.
fn asking(device: &Device, extra: Extra) -> ExchangeRequest {
    ExchangeRequest {
        epoch: None,
        cursors: Default::default(),
        covered: None,
        first_seq: 1,
        oldest_held: 1,
        changes: Vec::new(),
        app: device.app_version().to_owned(),
        schema: SCHEMA,
        max_bytes: PAGE_BYTES,
        last_file: None,
        missing: Vec::new(),
        refused: Vec::new(),
        offered: Vec::new(),
        extra,
    }
}
