//! A device whose key the test holds, so that altered content is signed as if the app itself had made it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use ed25519_dalek::{Signer as _, SigningKey};
use gongdan_domain::id::{DeviceId, PersonId};
use gongdan_domain::problem::Problem;
use gongdan_domain::seal::public_key_text;
use gongdan_domain::sync::change::SignedChange;
use gongdan_domain::sync::wire::{EnrolReply, ExchangeReply, ExchangeRequest, SignedCertificate};
use gongdan_server::core::Shared;
use gongdan_server::sync::{enrol, exchange};
use gongdan_server::{body, secret};
use serde_json::{Value, json};

pub struct Own {
    pub key: SigningKey,
    pub certificate: SignedCertificate,
    pub token: String,
    pub id: DeviceId,
    pub person: PersonId,
    /// The number of its next change.
    pub next: u64,
}

/// A fresh code for a person.
pub fn code(core: &Shared, person: PersonId) -> String {
    core.write_now(move |core, tx| enrol::create_code(tx, person, core.now())).expect("a code").0
}

impl Own {
    /// One more device of a person; `n` makes its key.
    pub fn enrol(core: &Shared, person: PersonId, n: u8) -> Self {
        let key = SigningKey::from_bytes(&[n; 32]);
        let request = json!({
            "code": code(core, person), "public_key": public_key_text(&key.verifying_key()), "device_name": "平板", "app": "t",
        });
        let request = serde_json::from_value(request).expect("a request");
        let reply: EnrolReply =
            core.write_now(move |core, tx| enrol::enrol_with(core, tx, &request)).expect("enrolled");
        let id = reply.certificate.read().expect("a certificate").device_id;
        Self { key, certificate: reply.certificate, token: reply.token, id, person, next: 1 }
    }

    /// The bytes as this device signs them.
    pub fn signed(&self, payload: String) -> SignedChange {
        let signature = self.key.sign(&[b"gongdan-change/1\n".as_slice(), payload.as_bytes()].concat());
        let signature = B64.encode(signature.to_bytes());
        SignedChange { device_id: self.id, device_seq: self.next, payload, signature }
    }

    /// Whatever the bytes are, through the reader and the rules of the server.
    pub fn exchange(&self, core: &Shared, bytes: &[u8]) -> Result<ExchangeReply, Problem> {
        let hash = secret::hash(&self.token);
        let device = core.store.read(|r| r.device_by_token(&hash)).expect("read").expect("enrolled");
        let request: ExchangeRequest = body::parse(bytes).map_err(|error| error.problem())?;
        exchange::answer(core, device, request, None).map_err(|error| error.problem())
    }

    /// A request with changes, and what else is said in it.
    pub fn request(&self, changes: &[SignedChange], more: Value) -> Vec<u8> {
        let mut request = json!({
            "first_seq": self.next, "oldest_held": 1, "changes": changes, "app": "t", "schema": 1, "max_bytes": 1 << 20,
        });
        if let (Some(request), Value::Object(more)) = (request.as_object_mut(), more) {
            request.extend(more);
        }
        request.to_string().into_bytes()
    }
}
