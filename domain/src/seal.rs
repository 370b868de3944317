//! The seal: canonical JSON → SHA-256 → Ed25519 by the device, chained to the device's previous seal; the server's receipt.
//! Signed is a tag and the exact payload bytes, forwarded as they are (G5, G6). Refuses to know where keys lie.

pub mod code;
pub mod proof;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
pub use ed25519_dalek::VerifyingKey;
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use ts_rs::TS;
use uuid::Uuid;

use crate::id::DeviceId;
use crate::sync::change::{tagged, verify};
use crate::sync::wire::{Certificate, SignedCertificate};
use crate::time::{Instant, Stamp};

const SEAL_TAG: &[u8] = b"gongdan-seal/1\n";
const RECEIPT_TAG: &[u8] = b"gongdan-receipt/1\n";
const CERTIFICATE_TAG: &[u8] = b"gongdan-certificate/1\n";

/// Lower-case hex SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Canonical JSON (RFC 8785).
pub fn canonical(value: &impl Serialize) -> Result<String, SealError> {
    serde_jcs::to_string(value).map_err(|_| SealError::NotCanonical)
}

/// What cannot be sealed or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum SealError {
    #[error("the content cannot be written as canonical JSON")]
    NotCanonical,
    #[error("the payload was changed: its hash differs")]
    HashDiffers,
    #[error("the signature does not fit the device's key")]
    SignatureDiffers,
    #[error("the payload's own device, number or link differs from the envelope's")]
    EnvelopeDiffers,
    #[error("a link of the chain is missing or was exchanged")]
    ChainBroken,
}

/// What is signed: the content and its place in the device's chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SealPayload {
    /// `work_order`, later `receipt`, `handover_slip`, `attestation` …
    pub kind: String,
    pub device_id: DeviceId,
    /// 1, 2, 3 … without gaps over all sealed kinds of this device key.
    pub seal_no: u64,
    /// Hash of the device's previous seal; for the first one the hash of the enrolment certificate's payload.
    pub previous: String,
    pub sealed_at: Instant,
    /// The clock by which it was sealed: wall time, boot, offset to the server and how uncertain that was. Absent in the first versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Stamp>,
    pub content: Value,
}

/// An immutable document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SealedDocument {
    pub kind: String,
    /// The document's identity, e.g. the order id.
    #[ts(type = "string")]
    pub id: Uuid,
    pub revision: u32,
    pub device_id: DeviceId,
    pub seal_no: u64,
    pub previous: String,
    /// The canonical JSON text of the [`SealPayload`].
    pub payload: String,
    /// SHA-256 of the payload, hex.
    pub hash: String,
    /// Ed25519 over tag and payload, base64.
    pub signature: String,
}

impl SealedDocument {
    /// Seals a content as the next link of a device's chain.
    pub fn seal(id: Uuid, revision: u32, payload: &SealPayload, key: &SigningKey) -> Result<Self, SealError> {
        let text = canonical(payload)?;
        Ok(Self {
            kind: payload.kind.clone(),
            id,
            revision,
            device_id: payload.device_id,
            seal_no: payload.seal_no,
            previous: payload.previous.clone(),
            hash: sha256_hex(text.as_bytes()),
            signature: B64.encode(key.sign(&tagged(SEAL_TAG, text.as_bytes())).to_bytes()),
            payload: text,
        })
    }

    /// Checks hash, signature and that the envelope repeats what was signed.
    pub fn open(&self, key: &VerifyingKey) -> Result<SealPayload, SealError> {
        if sha256_hex(self.payload.as_bytes()) != self.hash {
            return Err(SealError::HashDiffers);
        }
        verify(SEAL_TAG, self.payload.as_bytes(), &self.signature, key).map_err(|()| SealError::SignatureDiffers)?;
        let payload: SealPayload = serde_json::from_str(&self.payload).map_err(|_| SealError::EnvelopeDiffers)?;
        let repeats = payload.kind == self.kind
            && payload.device_id == self.device_id
            && payload.seal_no == self.seal_no
            && payload.previous == self.previous;
        if repeats { Ok(payload) } else { Err(SealError::EnvelopeDiffers) }
    }
}

/// Where a device's chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    pub seal_no: u64,
    pub hash: String,
}

impl ChainHead {
    /// The start of the chain of a device that was enrolled with this certificate.
    pub fn genesis(certificate: &SignedCertificate) -> Self {
        Self { seal_no: 0, hash: sha256_hex(certificate.payload.as_bytes()) }
    }

    /// Checks that a document is the next link; answers the new head.
    pub fn follow(&self, document: &SealedDocument) -> Result<ChainHead, SealError> {
        if document.seal_no == self.seal_no + 1 && document.previous == self.hash {
            Ok(ChainHead { seal_no: document.seal_no, hash: document.hash.clone() })
        } else {
            Err(SealError::ChainBroken)
        }
    }
}

/// The server's countersignature: it received exactly this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Receipt {
    pub hash: String,
    pub device_id: DeviceId,
    pub seal_no: u64,
    #[ts(type = "string")]
    pub received_at: Instant,
    /// Ed25519 by the server's key over tag and canonical JSON of the fields above, base64.
    pub signature: String,
}

#[derive(Serialize)]
struct ReceiptPayload<'a> {
    hash: &'a str,
    device_id: DeviceId,
    seal_no: u64,
    received_at: Instant,
}

impl Receipt {
    pub fn sign(document: &SealedDocument, received_at: Instant, key: &SigningKey) -> Result<Self, SealError> {
        let mut receipt = Self {
            hash: document.hash.clone(),
            device_id: document.device_id,
            seal_no: document.seal_no,
            received_at,
            signature: String::new(),
        };
        let text = receipt.text()?;
        receipt.signature = B64.encode(key.sign(&tagged(RECEIPT_TAG, text.as_bytes())).to_bytes());
        Ok(receipt)
    }

    pub fn verify(&self, key: &VerifyingKey) -> Result<(), SealError> {
        verify(RECEIPT_TAG, self.text()?.as_bytes(), &self.signature, key).map_err(|()| SealError::SignatureDiffers)
    }

    fn text(&self) -> Result<String, SealError> {
        canonical(&ReceiptPayload {
            hash: &self.hash,
            device_id: self.device_id,
            seal_no: self.seal_no,
            received_at: self.received_at,
        })
    }
}

impl SignedCertificate {
    pub fn sign(certificate: &Certificate, key: &SigningKey) -> Result<Self, SealError> {
        let payload = canonical(certificate)?;
        let signature = B64.encode(key.sign(&tagged(CERTIFICATE_TAG, payload.as_bytes())).to_bytes());
        Ok(Self { payload, signature })
    }

    pub fn open(&self, key: &VerifyingKey) -> Result<Certificate, SealError> {
        verify(CERTIFICATE_TAG, self.payload.as_bytes(), &self.signature, key)
            .map_err(|()| SealError::SignatureDiffers)?;
        self.read()
    }

    /// The certificate without checking who signed it: for a device that was just told the server's key by it.
    pub fn read(&self) -> Result<Certificate, SealError> {
        serde_json::from_str(&self.payload).map_err(|_| SealError::EnvelopeDiffers)
    }
}

/// Reads a base64 Ed25519 public key.
pub fn public_key(base64: &str) -> Option<VerifyingKey> {
    let raw: [u8; 32] = B64.decode(base64).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&raw).ok()
}

/// Writes a public key as base64.
pub fn public_key_text(key: &VerifyingKey) -> String {
    B64.encode(key.as_bytes())
}
