//! Everything that proves one sealed document, in one value that leaves the house: the document, the certificate of its device, the
//! server's receipt, and beside an order the signature that was made later. It is checked without any database; what it cannot say (newer revisions, who else sealed) it does not claim.

use serde::{Deserialize, Serialize};

use super::{ChainHead, Receipt, SealError, SealPayload, SealedDocument, canonical, public_key};
use crate::sync::wire::{Certificate, SignedCertificate};
use crate::work_order::attestation::{ATTESTATION, Attestation};

/// The form's name and version.
pub const PROOF: &str = "gongdan.proof/1";

/// An exported sealed document. Beside a payload that lies in a file of its own, `document` comes without its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub format: String,
    pub document: SealedDocument,
    pub certificate: SignedCertificate,
    pub receipt: Option<Receipt>,
    /// What proves the signature that was made after the order was sealed, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Box<Proof>>,
}

/// Why a proof does not hold. The first that fails is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ProofError {
    #[error("this is no proof of a sealed document")]
    Form,
    #[error("the certificate was not signed by the server")]
    Certificate,
    #[error("the content was changed: its hash differs")]
    Hash,
    #[error("the content is not canonical JSON")]
    NotCanonical,
    #[error("the device's signature does not fit the content")]
    Signature,
    #[error("number, device or link differ from what was signed")]
    Envelope,
    #[error("the document does not follow the one before it")]
    Link,
    #[error("the receipt was not signed by the server, or is another document's")]
    Receipt,
    #[error("the signature that was made later does not stand over this document")]
    Later,
}

/// What a proof that holds says.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    pub payload: SealPayload,
    pub certificate: Certificate,
    /// The server's key was given from outside; else the certificate itself names the key that signed it.
    pub trusted: bool,
}

impl Proof {
    pub fn of(document: SealedDocument, certificate: SignedCertificate, receipt: Option<Receipt>) -> Self {
        Self { format: PROOF.to_owned(), document, certificate, receipt, later: None }
    }

    /// With the signature that was made later.
    pub fn attested(self, later: Option<Proof>) -> Self {
        Self { later: later.map(Box::new), ..self }
    }

    /// Without the payload, for a file beside it.
    pub fn beside_payload(&self) -> Result<String, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let Some(document) = value["document"].as_object_mut() {
            document.remove("payload");
        }
        serde_json::to_string(&value)
    }

    /// Reads a proof; `payload` where it lies in a file of its own.
    pub fn read(text: &str, payload: Option<&str>) -> Result<Self, ProofError> {
        let mut value: serde_json::Value = serde_json::from_str(text).map_err(|_| ProofError::Form)?;
        // What somebody dropped may be any JSON, a bare text too.
        let document = value.get_mut("document").and_then(serde_json::Value::as_object_mut);
        if let (Some(document), Some(payload)) = (document, payload) {
            document.insert("payload".to_owned(), payload.into());
        }
        let proof: Self = serde_json::from_value(value).map_err(|_| ProofError::Form)?;
        if proof.format == PROOF { Ok(proof) } else { Err(ProofError::Form) }
    }

    /// Checks all that the proof itself can show. `server_key` (base64): the key that is trusted; absent, the certificate's own word.
    /// `previous`: the payload of the document before this one, if it is at hand; the first one follows its certificate.
    pub fn check(&self, server_key: Option<&str>, previous: Option<&str>) -> Result<Proven, ProofError> {
        let named = self.certificate.read().map_err(|_| ProofError::Certificate)?;
        let key = public_key(server_key.unwrap_or(&named.server_key)).ok_or(ProofError::Certificate)?;
        let certificate = self.certificate.open(&key).map_err(|_| ProofError::Certificate)?;
        let device = public_key(&certificate.device_key).ok_or(ProofError::Certificate)?;
        let payload = self.document.open(&device).map_err(|why| match why {
            SealError::HashDiffers => ProofError::Hash,
            SealError::SignatureDiffers | SealError::NotCanonical => ProofError::Signature,
            SealError::EnvelopeDiffers | SealError::ChainBroken => ProofError::Envelope,
        })?;
        if payload.device_id != certificate.device_id {
            return Err(ProofError::Envelope);
        }
        let value: serde_json::Value = serde_json::from_str(&self.document.payload).map_err(|_| ProofError::Form)?;
        if canonical(&value).ok().as_deref() != Some(self.document.payload.as_str()) {
            return Err(ProofError::NotCanonical);
        }
        self.linked(previous)?;
        if let Some(receipt) = &self.receipt {
            let same = receipt.hash == self.document.hash
                && receipt.device_id == self.document.device_id
                && receipt.seal_no == self.document.seal_no;
            if !same || receipt.verify(&key).is_err() {
                return Err(ProofError::Receipt);
            }
        }
        if let Some(later) = &self.later {
            // By the same company's key: a later signature that vouches for itself alone proves nothing.
            let key = server_key.unwrap_or(&named.server_key);
            later.stands_over(&self.document.hash, key).ok_or(ProofError::Later)?;
        }
        Ok(Proven { payload, certificate, trusted: server_key.is_some() })
    }

    /// An attestation holds by itself and names the very document. It has no later signature of its own.
    fn stands_over(&self, hash: &str, server_key: &str) -> Option<()> {
        let plain = self.later.is_none() && self.document.kind == ATTESTATION;
        let proven = if plain { self.check(Some(server_key), None).ok()? } else { return None };
        let content: Attestation = serde_json::from_value(proven.payload.content).ok()?;
        (content.order_hash == hash).then_some(())
    }

    fn linked(&self, previous: Option<&str>) -> Result<(), ProofError> {
        let before = match (self.document.seal_no, previous) {
            (1, _) => ChainHead::genesis(&self.certificate),
            (no, Some(payload)) => {
                ChainHead { seal_no: no.saturating_sub(1), hash: super::sha256_hex(payload.as_bytes()) }
            }
            (_, None) => return Ok(()),
        };
        before.follow(&self.document).map(drop).map_err(|_| ProofError::Link)
    }
}
