//! Coming back after a restore: a device that the server does not know any more shows its enrolment certificate, signed by that very
//! server, and brings the hash of the token that it has. Nothing secret is asked or answered, so a repeated request gains nobody anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::id::DeviceId;
use crate::seal::{SealError, canonical, public_key};
use crate::sync::change::{tagged, verify};
use crate::sync::wire::{Certificate, SignedCertificate};
use crate::time::Instant;

const READMIT_TAG: &[u8] = b"gongdan-readmit/1\n";

/// `POST /sync/v1/readmit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadmitRequest {
    pub certificate: SignedCertificate,
    /// What the server stores of the device's token.
    pub token_hash: String,
    pub device_name: String,
    pub app: String,
    /// Ed25519 by the device's key over tag and canonical JSON of device and token hash, base64.
    pub signature: String,
}

/// The device may push; it is told nothing until an admin has confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadmitReply {
    pub epoch: String,
    pub time: Instant,
}

#[derive(Serialize)]
struct Claim<'a> {
    device_id: DeviceId,
    token_hash: &'a str,
}

fn claim(device_id: DeviceId, token_hash: &str) -> Result<Vec<u8>, SealError> {
    Ok(tagged(READMIT_TAG, canonical(&Claim { device_id, token_hash })?.as_bytes()))
}

impl ReadmitRequest {
    pub fn sign(
        certificate: SignedCertificate,
        token_hash: String,
        (device_name, app): (String, String),
        key: &SigningKey,
    ) -> Result<Self, SealError> {
        let bytes = claim(certificate.read()?.device_id, &token_hash)?;
        let signature = B64.encode(key.sign(&bytes).to_bytes());
        Ok(Self { certificate, token_hash, device_name, app, signature })
    }

    /// The certificate, if this server signed it and the one who asks holds its key.
    pub fn open(&self, server: &VerifyingKey) -> Result<Certificate, SealError> {
        let certificate = self.certificate.open(server)?;
        let key = public_key(&certificate.device_key).ok_or(SealError::SignatureDiffers)?;
        let text = canonical(&Claim { device_id: certificate.device_id, token_hash: &self.token_hash })?;
        verify(READMIT_TAG, text.as_bytes(), &self.signature, &key).map_err(|()| SealError::SignatureDiffers)?;
        Ok(certificate)
    }
}
