//! One whole sync: exchanges until nothing waits on either side, then files, smallest first, never before their records.

use gongdan_domain::problem::Code;
use gongdan_domain::sync::SCHEMA;
use gongdan_domain::sync::change::Extra;
use gongdan_domain::sync::wire::{ExchangeReply, ExchangeRequest, RECOVERY_CODE, RECOVERY_CODE_SHOWN};

use crate::clock::{Measured, stamp};
use crate::device::{Changed, Device};
use crate::error::{Error, Result};
use crate::store::{Applier, Store};
use crate::sync::client::Client;
use crate::sync::road::Road;
use crate::sync::{apply, transfer};
use crate::vault::Escrow;
use crate::view::app::Gate;

/// Changes of one request: enough for a day, small enough for a bad line.
const BATCH: u32 = 500;
const BATCH_BYTES: usize = 1 << 20;
const PAGE_BYTES: u64 = 1 << 20;

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
    match whole(device, &store, road).await {
        Err(Error::Refused(problem)) if problem.code == Code::DeviceRevoked => device.erase(),
        other => other,
    }
}

async fn whole(device: &Device, store: &Store, road: &impl Road) -> Result<()> {
    let collecting = exchange_all(device, store, road).await?;
    transfer::upload_all(device, store, road).await?;
    if collecting {
        return device.erase();
    }
    transfer::download_all(device, store, road).await?;
    let stamp = device.stamp(store);
    let gone = store.apply(stamp.clone(), |a| {
        if a.waiting_count()? > 0 || a.files_waiting()? > 0 {
            return Ok(Vec::new());
        }
        a.set_delivered_at(&a.now().to_rfc3339())?;
        a.drop_left_scopes()
    })?;
    transfer::remove_all(device, store, &gone)
}

/// Exchanges until the outbox is empty and no page waits. Answers whether the device has been asked to erase itself afterwards.
async fn exchange_all(device: &Device, store: &Store, road: &impl Road) -> Result<bool> {
    let mut collecting = false;
    let mut stalled = 0;
    loop {
        let request = next_request(device, store)?;
        let before = stamp(device.0.clock.as_ref(), None);
        let reply = road.exchange(&request).await?;
        let after = stamp(device.0.clock.as_ref(), None);
        store.measure(Measured::new(reply.time, &before, &after))?;
        match reply.revoked.as_deref() {
            Some("erase") => return Err(Code::DeviceRevoked.into()),
            Some(_) => collecting = true,
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
        stalled = if moved(&request, &reply) { 0 } else { stalled + 1 };
        let waiting = store.read(device.stamp(store), |r| r.waiting_count())?;
        if !reply.more && waiting == 0 {
            return Ok(collecting);
        }
        // A server that neither judges nor sends anything is left alone for a while.
        if stalled > 2 {
            return Err(Code::ServerTrouble.into());
        }
    }
}

fn moved(request: &ExchangeRequest, reply: &ExchangeReply) -> bool {
    !reply.verdicts.is_empty()
        || reply
            .pages
            .iter()
            .any(|page| request.cursors.get(&page.scope) != Some(&page.cursor) || !page.records.is_empty())
}

/// The oldest changes without a verdict, marked as sent before they leave.
fn next_request(device: &Device, store: &Store) -> Result<ExchangeRequest> {
    let stamp = device.stamp(store);
    let code = device.vault().escrow();
    store.apply(stamp, |a| {
        let standing = a.standing()?;
        let extra = code_for_the_office(a, code)?;
        if a.must_ask()? {
            return Ok(asking(device, extra));
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
        Ok(ExchangeRequest {
            epoch: standing.epoch,
            cursors: a.cursors()?,
            first_seq: changes.first().map_or(standing.last_seq + 1, |first| first.device_seq),
            oldest_held: a.oldest_held()?,
            changes,
            app: device.app_version().to_owned(),
            schema: SCHEMA,
            max_bytes: PAGE_BYTES,
            last_file: a.last_file()?,
            extra,
        })
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
        first_seq: 1,
        oldest_held: 1,
        changes: Vec::new(),
        app: device.app_version().to_owned(),
        schema: SCHEMA,
        max_bytes: PAGE_BYTES,
        last_file: None,
        extra,
    }
}
