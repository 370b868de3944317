//! `POST /sync/v1/enrol`: a one-time code of an admin becomes a certificate and a token. One enrolment = one device = one person.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::Duration;
use gongdan_domain::entity::{kind, person};
use gongdan_domain::id::{DeviceId, PersonId};
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::{public_key, public_key_text};
use gongdan_domain::sync::change::EntityRef;
use gongdan_domain::sync::wire::{Certificate, EnrolReply, EnrolRequest, SignedCertificate};
use gongdan_domain::time::Instant;
use serde_json::json;
use uuid::Uuid;

use crate::auth::{self, limit};
use crate::core::{Core, Shared};
use crate::error::Result;
use crate::router::Address;
use crate::storage::{DeviceRecord, Reader, Tx, User};
use crate::sync::again;
use crate::sync::exchange::check_protocol;
use crate::{body, secret};

const MAX_REQUEST: usize = 64 * 1024;
/// Long enough to reach somebody on the road, short enough for a note that was left lying about.
const CODE_HOURS: i64 = 24;

/// Whether a person may have a device: asked when a code is made, and again when it is used.
fn may_have_one(r: &dyn Reader, who: PersonId) -> Result<()> {
    let fits = |u: &User| u.person == who && u.disabled_at.is_none() && may(u.role, Permission::SyncDevice);
    if r.users()?.iter().any(fits) {
        return Ok(());
    }
    Err(Problem::with(Code::NotAllowed, json!({ "person": who })).into())
}

/// A new one-time code for a person who may have a device; only its hash is kept.
pub fn create_code(tx: &mut dyn Tx, who: PersonId, now: Instant) -> Result<(String, Instant)> {
    may_have_one(tx, who)?;
    let code = secret::readable_code();
    let valid_until = now + Duration::hours(CODE_HOURS);
    tx.put_enrolment_code(&secret::hash(&secret::normal_code(&code)), who, valid_until)?;
    Ok((code, valid_until))
}

pub async fn enrol(State(core): State<Shared>, address: Address, headers: HeaderMap, body: Body) -> Result<Response> {
    check_protocol(&headers)?;
    let request: EnrolRequest = body::parse(&body::bytes(&headers, body::JSON, body, MAX_REQUEST).await?)?;
    let key = limit::key("enrol", address.0);
    core.limits.begin(&[&key], core.now())?;
    let reply = core
        .write(move |core, tx| {
            let reply = enrol_with(core, tx, &request)?;
            let certificate = reply.certificate.read()?;
            let about = format!("{} {}", certificate.number_prefix, request.device_name.trim());
            auth::note_from(tx, core.now(), Some(certificate.person), Some(address.0), "enrolled", &about)?;
            Ok(reply)
        })
        .await;
    if reply.is_ok() {
        core.limits.take_back(&key);
    }
    body::answer(&headers, &reply?)
}

/// The rule of it, for whoever asks. Tries are counted by the caller.
pub fn enrol_with(core: &Core, tx: &mut dyn Tx, request: &EnrolRequest) -> Result<EnrolReply> {
    let now = core.now();
    if public_key(&request.public_key).is_none() {
        return Err(Problem::with(Code::FieldInvalid, json!({ "field": "public_key" })).into());
    }
    let code = secret::hash(&secret::normal_code(&request.code));
    let (who, valid_until, used_at) = tx.enrolment_code(&code)?.ok_or(Code::EnrolmentCodeInvalid)?;
    if used_at.is_some() || now > valid_until {
        return Err(Code::EnrolmentCodeInvalid.into());
    }
    may_have_one(tx, who)?;
    let former =
        request.former.as_ref().map(|f| again::continued(core, tx, f, &request.public_key, who)).transpose()?;
    tx.use_enrolment_code(&code, now)?;
    let certificate = certificate(core, tx, who, request, now)?;
    let signed = SignedCertificate::sign(&certificate, &core.keys.signing)?;
    let token = secret::token();
    tx.put_device(&DeviceRecord {
        id: certificate.device_id,
        name: request.device_name.trim().chars().take(80).collect(),
        person: who,
        public_key: request.public_key.clone(),
        certificate: serde_json::to_string(&signed)?,
        number_prefix: certificate.number_prefix.clone(),
        token_hash: secret::hash(&token),
        app: request.app.chars().take(80).collect(),
        state: "active".to_owned(),
        enrolled_at: now,
        last_seen_at: Some(now),
        acked_through: 0,
        safe_through: 0,
    })?;
    if let Some(former) = former {
        tx.put_former(certificate.device_id, former.id)?;
        let about = format!("{} → {}", former.number_prefix, certificate.number_prefix);
        auth::note(tx, now, Some(who), "continued", &about)?;
    }
    let recovery_key = core.keys.recovery_public.clone();
    Ok(EnrolReply { certificate: signed, token, recovery_key, epoch: tx.epoch()?, time: now })
}

fn certificate(
    core: &Core,
    r: &dyn Reader,
    who: PersonId,
    request: &EnrolRequest,
    now: Instant,
) -> Result<Certificate> {
    let used = u32::try_from(r.devices()?.len()).unwrap_or(u32::MAX);
    Ok(Certificate {
        device_id: DeviceId(Uuid::now_v7()),
        person: who,
        person_name: r.fields(&EntityRef::new(kind::PERSON, who.0))?.text(person::NAME).to_owned(),
        number_prefix: prefix(core.keys.next_enrolment(used)?),
        device_key: request.public_key.clone(),
        server_key: public_key_text(&core.keys.signing.verifying_key()),
        company: core.reference(r)?.company_profile(now).map(|p| p.name.zh.clone()).unwrap_or_default(),
        issued_at: now,
    })
}

/// The n-th enrolment's prefix: A1 … A9, B1 … Z9, AA1 … without letters that look like digits.
fn prefix(n: u32) -> String {
    const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (mut rest, digit) = ((n - 1) / 9, (n - 1) % 9 + 1);
    let mut letters = Vec::new();
    loop {
        letters.insert(0, char::from(LETTERS[rest as usize % LETTERS.len()]));
        rest /= 24;
        if rest == 0 {
            break;
        }
        rest -= 1;
    }
    format!("{}{digit}", letters.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn g1_every_enrolment_has_its_own_prefix() {
        let made: BTreeSet<String> = (1..=10_000).map(super::prefix).collect();
        assert_eq!(made.len(), 10_000, "no prefix is made twice");
        assert_eq!([1, 9, 10, 216, 217].map(super::prefix), ["A1", "A9", "B1", "Z9", "AA1"].map(str::to_owned));
    }
}
