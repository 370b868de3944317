//! A device whose data was copied, enrolled anew in place: the proof of who continues whom, and its changes issued again under the new
//! identity with the original beside them. Refuses to make a sealed document anew: it stays as it was signed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{ChangeId, DeviceId, WriteId, derived};
use crate::seal::{SealError, canonical, public_key, sha256_hex};
use crate::sync::change::{Change, Op, SignedChange, Write, tagged, verify};
use crate::sync::wire::{Certificate, SignedCertificate};

const AGAIN_TAG: &[u8] = b"gongdan-again/1\n";
/// In `extra` of a change: the change of the former identity in whose place it stands.
const ORIGIN: &str = "origin";
/// In `extra` of a write: its name under the former identity.
const FIRST: &str = "first";
/// A larger original goes along as its hash alone, so that no change outgrows what the server takes.
const WHOLE: usize = 512 * 1024;

/// Shows, in an enrolment, that the one who enrols holds the key of a former enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    pub certificate: SignedCertificate,
    /// Ed25519 by the former key over tag and canonical JSON of the former device and the new key, base64.
    pub signature: String,
}

#[derive(Serialize)]
struct Claim<'a> {
    device_id: DeviceId,
    public_key: &'a str,
}

impl Former {
    pub fn sign(certificate: SignedCertificate, public_key: &str, key: &SigningKey) -> Result<Self, SealError> {
        let device_id = certificate.read()?.device_id;
        let bytes = tagged(AGAIN_TAG, canonical(&Claim { device_id, public_key })?.as_bytes());
        Ok(Self { certificate, signature: B64.encode(key.sign(&bytes).to_bytes()) })
    }

    /// The former certificate, if this server signed it and its key vouches for the new one.
    pub fn open(&self, new_key: &str, server: &VerifyingKey) -> Result<Certificate, SealError> {
        let certificate = self.certificate.open(server)?;
        let key = public_key(&certificate.device_key).ok_or(SealError::SignatureDiffers)?;
        let text = canonical(&Claim { device_id: certificate.device_id, public_key: new_key })?;
        verify(AGAIN_TAG, text.as_bytes(), &self.signature, &key).map_err(|()| SealError::SignatureDiffers)?;
        Ok(certificate)
    }
}

/// The original of a change that was issued again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub device_id: DeviceId,
    pub device_seq: u64,
    pub change_id: ChangeId,
    /// As it was signed; left out where it is very large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    pub payload_hash: String,
    pub signature: String,
}

impl Origin {
    pub fn of(change: &Change) -> Option<Self> {
        serde_json::from_value(change.extra.get(ORIGIN)?.clone()).ok()
    }

    fn from(change: &Change, signed: &SignedChange) -> Self {
        Self {
            device_id: change.device_id,
            device_seq: signed.device_seq,
            change_id: change.change_id,
            payload: (signed.payload.len() <= WHOLE).then(|| signed.payload.clone()),
            payload_hash: sha256_hex(signed.payload.as_bytes()),
            signature: signed.signature.clone(),
        }
    }
}

/// The name that a write had before it was issued again.
pub fn first_name(write: &Write) -> Option<WriteId> {
    serde_json::from_value(write.extra.get(FIRST)?.clone()).ok()
}

/// Changes of a former identity under a new one, in their order.
pub struct Reissue<'a> {
    pub identity: &'a Certificate,
    /// Two copies may have gone on with one unsent write: under one name one of them would be lost.
    pub renamed: BTreeMap<WriteId, WriteId>,
    last_seq: u64,
}

impl<'a> Reissue<'a> {
    pub fn new(identity: &'a Certificate) -> Self {
        Self { identity, renamed: BTreeMap::new(), last_seq: 0 }
    }

    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// What was done, by whom and when stays; facts and sealed documents keep their names, because others name them.
    pub fn again(&mut self, mut change: Change, signed: &SignedChange) -> Change {
        let origin = serde_json::to_value(Origin::from(&change, signed)).unwrap_or(Value::Null);
        self.last_seq += 1;
        for op in &mut change.ops {
            if let Op::Write(write) = op {
                self.rename(write);
            }
        }
        change.extra.insert(ORIGIN.to_owned(), origin);
        let change_id = ChangeId(derived(change.change_id.0, &format!("again/{}", self.identity.device_id)));
        Change { change_id, device_id: self.identity.device_id, device_seq: self.last_seq, ..change }
    }

    fn rename(&mut self, write: &mut Write) {
        let first = write.id;
        write.id = WriteId(derived(first.0, &format!("again/{}", self.identity.device_id)));
        write.extra.insert(FIRST.to_owned(), serde_json::to_value(first).unwrap_or(Value::Null));
        self.renamed.insert(first, write.id);
        for seen in &mut write.seen {
            *seen = self.renamed.get(seen).copied().unwrap_or(*seen);
        }
    }
}
