//! `POST /sync/v1/readmit`: after a restore a device that was enrolled later than the backup comes back by its certificate. It may push
//! and nothing else until an admin has confirmed it; who was revoked stays out, whatever the restored data says.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::readmit::{ReadmitReply, ReadmitRequest};
use gongdan_domain::sync::wire::{Certificate, SignedCertificate};
use serde_json::json;

use crate::auth::{self, limit};
use crate::core::{Core, Shared};
use crate::error::Result;
use crate::router::Address;
use crate::storage::{DeviceRecord, Tx};
use crate::sync::exchange::check_protocol;
use crate::{body, secret};

const MAX_REQUEST: usize = 64 * 1024;
pub const UNCONFIRMED: &str = "unconfirmed";

pub async fn readmit(State(core): State<Shared>, address: Address, headers: HeaderMap, body: Body) -> Result<Response> {
    check_protocol(&headers)?;
    let request: ReadmitRequest = body::parse(&body::bytes(&headers, body::JSON, body, MAX_REQUEST).await?)?;
    let key = limit::key("readmit", address.0);
    core.limits.begin(&[&key], core.now())?;
    let reply = core.write(move |core, tx| readmit_with(core, tx, &request)).await;
    if reply.is_ok() {
        core.limits.take_back(&key);
    }
    body::answer(&headers, &reply?)
}

/// The rule of it, for whoever asks. Tries are counted by the caller.
pub fn readmit_with(core: &Core, tx: &mut dyn Tx, request: &ReadmitRequest) -> Result<ReadmitReply> {
    let well_formed = request.token_hash.len() == 64 && hex::decode(&request.token_hash).is_ok();
    let certificate = request.open(&core.keys.signing.verifying_key()).map_err(|_| Code::SignatureInvalid)?;
    if !well_formed {
        return Err(Problem::with(Code::FieldInvalid, json!({ "field": "token_hash" })).into());
    }
    let mut device = known_or_admitted(core, tx, &request.certificate, &certificate)?;
    device.token_hash.clone_from(&request.token_hash);
    if device.name.is_empty() {
        device.name = request.device_name.trim().chars().take(80).collect();
    }
    device.app = request.app.chars().take(80).collect();
    tx.put_device(&device)?;
    Ok(ReadmitReply { epoch: tx.epoch()?, time: core.now() })
}

/// The device that a certificate of this server speaks of; one that the data does not know is taken back, unconfirmed.
pub fn known_or_admitted(
    core: &Core,
    tx: &mut dyn Tx,
    signed: &SignedCertificate,
    certificate: &Certificate,
) -> Result<DeviceRecord> {
    let revoked = core.keys.revoked()?;
    if let Some(mut known) = tx.device(certificate.device_id)? {
        known.heed(&revoked);
        return if known.erases() { Err(Code::DeviceRevoked.into()) } else { Ok(known) };
    }
    // Two devices with one prefix would draw the same order numbers.
    if tx.devices()?.iter().any(|device| device.number_prefix == certificate.number_prefix) {
        return Err(Problem::with(Code::Conflict, json!({ "number_prefix": certificate.number_prefix })).into());
    }
    let mut device = DeviceRecord {
        id: certificate.device_id,
        name: String::new(),
        person: certificate.person,
        public_key: certificate.device_key.clone(),
        certificate: serde_json::to_string(signed)?,
        number_prefix: certificate.number_prefix.clone(),
        // Until it brings its own, none fits.
        token_hash: secret::hash(&secret::token()),
        app: String::new(),
        state: UNCONFIRMED.to_owned(),
        enrolled_at: certificate.issued_at,
        last_seen_at: None,
        acked_through: 0,
        safe_through: 0,
    };
    device.heed(&revoked);
    if device.erases() {
        return Err(Code::DeviceRevoked.into());
    }
    tx.put_device(&device)?;
    let about = format!("{} {}", certificate.number_prefix, certificate.person_name);
    auth::note(tx, core.now(), Some(certificate.person), "readmitted", &about)?;
    Ok(device)
}
