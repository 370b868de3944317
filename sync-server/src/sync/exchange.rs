//! `POST /sync/v1/exchange`: one round trip is a whole small sync. Push, commit, then pull.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::PROTOCOL;
use gongdan_domain::sync::change::Extra;
use gongdan_domain::sync::wire::{self, ExchangeReply, ExchangeRequest, RECOVERY_CODE, RECOVERY_CODE_SHOWN};
use serde_json::json;

use crate::core::{Core, Env, Shared, off_thread};
use crate::error::{Error, Result};
use crate::router::Address;
use crate::storage::{DeviceRecord, Reader, Tx};
use crate::sync::attachment;
use crate::sync::pull::{self, Pulled};
use crate::sync::push::{self, Pushed};
use crate::sync::reach::Reach;
use crate::sync::readmit::UNCONFIRMED;
use crate::sync::revoke::{COLLECT, COLLECTED, ERASED};
use crate::{auth, body};

const MAX_REQUEST: usize = 32 * 1024 * 1024;
const MIN_APP: &str = "0.1.0";

/// Push takes every protocol ever released; one that is not released yet cannot be understood.
pub fn check_protocol(headers: &HeaderMap) -> Result<()> {
    let named = headers.get("gongdan-protocol").and_then(|v| v.to_str().ok()).unwrap_or("1");
    match named.trim().parse::<u32>() {
        Ok(n) if (1..=PROTOCOL).contains(&n) => Ok(()),
        _ => Err(Problem::with(
            Code::ProtocolUnknown,
            json!({ "spoken": named, "newest": PROTOCOL, "min_app": MIN_APP }),
        )
        .into()),
    }
}

pub async fn exchange(
    State(core): State<Shared>,
    address: Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    check_protocol(&headers)?;
    let known = headers.clone();
    let device = core.read(move |_, r| auth::device(r, &known)).await?;
    let request: ExchangeRequest = body::parse(&body::bytes(&headers, body::JSON, body, MAX_REQUEST).await?)?;
    let reply = off_thread(move || answer(&core, device, request, Some(address.0))).await?;
    body::answer(&headers, &reply)
}

/// The whole exchange of a device that is known. Blocking.
pub fn answer(
    core: &Shared,
    device: DeviceRecord,
    request: ExchangeRequest,
    from: Option<IpAddr>,
) -> Result<ExchangeReply> {
    let (device, pushed) = push_half(core, device, request.clone(), from)?;
    core.store.read(|r| reply(core, r, &device, &request, pushed))
}

fn push_half(
    core: &Shared,
    device: DeviceRecord,
    request: ExchangeRequest,
    from: Option<IpAddr>,
) -> Result<(DeviceRecord, Pushed)> {
    let revoked = core.keys.revoked()?;
    core.write_now(move |core, tx| {
        let mut device = tx.device(device.id)?.unwrap_or(device);
        device.heed(&revoked);
        if device.erases() {
            return told_to_erase(core, tx, device, from);
        }
        let goodbye = request.extra.get(wire::COLLECTED).is_some_and(|said| said == true);
        if device.state == COLLECTED && !goodbye {
            // A copy that nobody knew of, or it died before it could erase itself.
            device.state = COLLECT.to_owned();
        }
        if let Some(code) = request.extra.get(RECOVERY_CODE).and_then(serde_json::Value::as_str) {
            // No sync fails for it: the device sends it again until it is held.
            if let Err(error) = core.keys.keep_code(device.id, code) {
                tracing::warn!(%error, "a recovery code was not kept");
            }
        }
        let env = Env { from, ..core.env(tx)? };
        let pushed = push::push(tx, &env, &mut device, &request)?;
        if goodbye && device.collects() {
            if device.state == COLLECT {
                device.state = COLLECTED.to_owned();
                tx.put_device(&device)?;
            }
            // Of a copied one it is the word of one copy: how many there are nobody knows.
            auth::note_from(tx, core.now(), Some(device.person), from, "collected", &about(&device))?;
        }
        Ok((device, pushed))
    })
}

fn about(device: &DeviceRecord) -> String {
    format!("{} {}", device.number_prefix, device.name)
}

/// What it says is no longer heard.
fn told_to_erase(
    core: &Core,
    tx: &mut dyn Tx,
    mut device: DeviceRecord,
    from: Option<IpAddr>,
) -> Result<(DeviceRecord, Pushed)> {
    if device.state != ERASED {
        auth::note_from(tx, core.now(), Some(device.person), from, "erased", &about(&device))?;
        device.state = ERASED.to_owned();
    }
    device.last_seen_at = Some(core.now());
    tx.put_device(&device)?;
    let acked_through = device.acked_through;
    Ok((device, Pushed { acked_through, ..Pushed::default() }))
}

/// Whether a file that was whole here is not: the disk went back behind it, and perhaps behind nothing else.
fn lost_file(r: &dyn Reader, device: &DeviceRecord, request: &ExchangeRequest) -> Result<bool> {
    let Some(hash) = &request.last_file else { return Ok(false) };
    let mine = Reach::of(r, device.person)?.scopes(r)?;
    match attachment::reached(r, device, hash, &mine) {
        Ok(state) => Ok(state.complete_at.is_none()),
        // Not his, or its record went too and comes again, and the file after it.
        Err(Error::Refused(_)) => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn reply(
    core: &Core,
    r: &dyn Reader,
    device: &DeviceRecord,
    request: &ExchangeRequest,
    pushed: Pushed,
) -> Result<ExchangeReply> {
    let active = device.state == "active";
    let gone = || Ok::<_, Error>(lost_file(r, device, request)?.then(|| "file_lost".to_owned()));
    let pulled = if active {
        pull::pull(r, Reach::of(r, device.person)?.scopes(r)?, request, gone()?)?
    } else {
        // Who hands everything over learns that of a file too.
        let reset = if device.collects() { gone()? } else { None };
        Pulled { scopes: Some(Vec::new()), reset, ..Pulled::default() }
    };
    Ok(ExchangeReply {
        epoch: r.epoch()?,
        acked_through: pushed.acked_through,
        safe_through: device.safe_through,
        verdicts: pushed.verdicts,
        gap_from: pushed.gap_from,
        scopes: pulled.scopes,
        pages: pulled.pages,
        covered: pulled.covered,
        cursors_wanted: pulled.cursors_wanted,
        more: pulled.more,
        time: core.now(),
        min_app: MIN_APP.to_owned(),
        reset: pulled.reset,
        revoked: match device {
            device if device.collects() => Some("collect".to_owned()),
            device if device.erases() => Some("erase".to_owned()),
            _ => None,
        },
        copied: device.state == push::QUARANTINED,
        unconfirmed: matches!(device.state.as_str(), UNCONFIRMED | push::QUARANTINED),
        extra: held_code(core, device),
    })
}

fn held_code(core: &Core, device: &DeviceRecord) -> Extra {
    let Some(held) = core.keys.held_code(device.id) else { return Extra::new() };
    let shown = held.shown.then(|| (RECOVERY_CODE_SHOWN.to_owned(), held.id.clone().into()));
    [(RECOVERY_CODE.to_owned(), held.id.into())].into_iter().chain(shown).collect()
}
