//! What the paper shows of the seal: hash, signature, receipt, and the picture that leads to the proof (G6). It refuses to verify:
//! whoever prints has checked, and whoever holds the paper checks again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use gongdan_domain::id::DeviceId;
use gongdan_domain::seal::code::{qr_text, verify_code};
use gongdan_domain::seal::proof::Proof;
use gongdan_domain::seal::{Receipt, SealPayload, SealedDocument};
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::Signing;
use gongdan_domain::work_order::attestation::Attestation;
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

use crate::DocumentError;

/// The name of the sealed text inside the PDF.
pub const SEAL_FILE: &str = "gongdan-seal.json";
/// The name of what proves it: signature, certificate, receipt.
pub const PROOF_FILE: &str = "gongdan-proof.json";

/// The name of the word that a receipt is void.
pub const VOID_FILE: &str = "gongdan-void.json";

/// A signature that was made after the order was sealed. The order's own words stay as they were.
#[derive(Debug, Clone, PartialEq)]
pub struct Later {
    pub signing: Signing,
    /// Hash of the sealed attestation.
    pub hash: String,
}

/// The proof beside an order.
#[derive(Debug, Clone, PartialEq)]
pub struct SealInfo {
    /// The sealed canonical JSON, attached to the PDF byte for byte.
    pub payload: String,
    /// SHA-256 of the payload, hex.
    pub hash: String,
    pub sealed_at: Instant,
    pub seal_no: u64,
    pub device_id: DeviceId,
    /// Ed25519, base64.
    pub signature: String,
    /// When the server countersigned; empty until it has.
    pub receipt_at: Option<Instant>,
    /// Where the QR leads, if the company has a public address; else it carries number and hash.
    pub verify_url: Option<String>,
    /// What a person types where no QR can be read: [`verify_code`].
    pub verify_code: String,
    /// A [`Proof`] without the payload, attached beside it so that the paper proves itself; empty where the certificate is not known.
    pub proof: Option<String>,
    pub later: Option<Later>,
    /// A later revision counts: the paper says so, and is nothing but a record any more (G5).
    pub superseded: bool,
    /// Another document of the same revision was named the valid one: the paper says so (G5).
    pub outvoted: bool,
}

impl SealInfo {
    /// From what the device or the server keeps.
    pub fn of(
        sealed: &SealedDocument,
        receipt: Option<&Receipt>,
        verify_url: Option<String>,
    ) -> Result<Self, DocumentError> {
        let payload: SealPayload = serde_json::from_str(&sealed.payload).map_err(|_| DocumentError::Seal)?;
        Ok(Self {
            payload: sealed.payload.clone(),
            hash: sealed.hash.clone(),
            sealed_at: payload.sealed_at,
            seal_no: sealed.seal_no,
            device_id: sealed.device_id,
            signature: sealed.signature.clone(),
            receipt_at: receipt.map(|r| r.received_at),
            verify_url,
            verify_code: verify_code(&sealed.hash),
            proof: None,
            later: None,
            superseded: false,
            outvoted: false,
        })
    }

    /// With what proves it, so that the file can be verified without the company, and with the later signature that is part of the proof.
    pub fn proven(self, proof: &Proof) -> Result<Self, DocumentError> {
        let text = proof.beside_payload().map_err(|_| DocumentError::Seal)?;
        let proven = Self { proof: Some(text), ..self };
        Ok(match &proof.later {
            Some(later) => proven.signed_later(&later.document),
            None => proven,
        })
    }

    /// With the signature that was made later. Of another document it says nothing: no paper fails because of it.
    pub fn signed_later(self, attestation: &SealedDocument) -> Self {
        let payload: Option<SealPayload> = serde_json::from_str(&attestation.payload).ok();
        let content: Option<Attestation> = payload.and_then(|p| serde_json::from_value(p.content).ok());
        match content.filter(|content| content.order_hash == self.hash) {
            Some(Attestation { signing, .. }) if matches!(signing, Signing::Signed { .. }) => {
                Self { later: Some(Later { signing, hash: attestation.hash.clone() }), ..self }
            }
            _ => self,
        }
    }

    /// The hash of the device's seal before this one, as the payload names it.
    pub fn previous(&self) -> Option<String> {
        let payload: serde_json::Value = serde_json::from_str(&self.payload).ok()?;
        payload["previous"].as_str().map(str::to_owned)
    }

    /// The first four bytes of the signature, hex.
    pub fn short_signature(&self) -> String {
        let bytes = B64.decode(&self.signature).unwrap_or_default();
        quads(&bytes.iter().take(4).map(|b| format!("{b:02x}")).collect::<String>())
    }
}

/// Hex in groups of four.
pub fn quads(hex: &str) -> String {
    let chars: Vec<char> = hex.chars().collect();
    chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// `d351 3c4b 846e … a49f`.
pub fn short(hash: &str) -> String {
    let groups = quads(hash);
    match (groups.get(..14), groups.get(groups.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) if hash.len() > 16 => format!("{head} … {tail}"),
        _ => groups,
    }
}

/// The QR: the public page of this order, or number, code and hash where the company has no public address.
pub fn qr(seal: &SealInfo, no: &str) -> String {
    let text = seal.verify_url.clone().unwrap_or_else(|| qr_text(None, no, &seal.hash));
    drawn(&text).or_else(|| drawn(&seal.hash)).unwrap_or_default()
}

/// Any text as a QR; none where it is too long for one.
pub fn drawn(text: &str) -> Option<String> {
    let draw = |code: QrCode| {
        code.render::<Color>()
            .quiet_zone(false)
            .module_dimensions(1, 1)
            .dark_color(Color("#14181B"))
            .light_color(Color("#FFFFFF"))
            .build()
    };
    QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok().map(draw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g6_the_short_hash_follows_the_hash() {
        let hash = "d3513c4b846e0afb9bda8c2e418fde1da8afd5168dac5351ddcb3589d57ea49f";
        assert_eq!(short(hash), "d351 3c4b 846e … a49f");
        assert_eq!(short("abc"), "abc");
    }
}
