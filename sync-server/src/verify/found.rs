//! A sealed document as the public page tells it: what was sealed, whether its proof holds, and whether something newer counts.

use gongdan_domain::fact::SigningChoice;
use gongdan_domain::paper::VoidedPaper;
use gongdan_domain::seal::code::coded_hash;
use gongdan_domain::seal::{ChainHead, Receipt, SealPayload, SealedDocument, public_key};
use gongdan_domain::sync::wire::{RecordBody, SignedCertificate};
use gongdan_domain::visit::VisitState;
use gongdan_domain::visit::revision::Attested;
use gongdan_domain::work_order::WORK_ORDER;

use super::content::{Content, number};
use crate::core::Core;
use crate::error::Result;
use crate::index;
use crate::office::paper;
use crate::storage::{Reader, SealedRow};

pub struct Found {
    pub document: SealedDocument,
    pub receipt: Receipt,
    pub payload: SealPayload,
    /// What it says, where this version understands its form.
    pub content: Option<Content>,
    /// A receipt that was voided since, at each word about it; the last one counts.
    pub voids: Vec<VoidedPaper>,
    pub certificate: Option<SignedCertificate>,
    pub checks: Checks,
    pub prefix: String,
    /// The highest revision of the same document that stands.
    pub newest: u32,
    pub standing: Standing,
    /// A signature that was made later, over this very seal.
    pub attested: Option<Attested>,
}

/// Each is checked again at every look, from the stored bytes.
#[derive(Debug, Clone, Copy)]
pub struct Checks {
    pub hash: bool,
    pub signature: bool,
    pub chain: bool,
    pub receipt: bool,
}

impl Checks {
    /// That this is what the device sealed and the company took in. A chain that is broken says nothing about it: where a disk was lost,
    /// the seal before this one never arrived (docs/findings.md).
    pub fn genuine(self) -> bool {
        self.hash && self.signature && self.receipt
    }

    pub fn all(self) -> bool {
        self.genuine() && self.chain
    }
}

/// Whether it counts among its twins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Counts,
    /// Another one claims the same revision, and nobody has named the valid one.
    Contested,
    /// The company named another one.
    Outvoted,
}

pub fn payload(row: &SealedRow) -> Option<SealPayload> {
    let RecordBody::Sealed { document, .. } = &row.body else { return None };
    serde_json::from_str(&document.payload).ok()
}

/// The document that a code names.
pub fn by_code(core: &Core, r: &dyn Reader, code: &str) -> Result<Option<Found>> {
    let Some(beginning) = coded_hash(code) else { return Ok(None) };
    match r.sealed_beginning(&beginning)? {
        Some(row) => Found::of(core, r, row),
        None => Ok(None),
    }
}

impl Found {
    /// `None` for what a newer version sealed in a form that cannot be read here.
    pub fn of(core: &Core, r: &dyn Reader, row: SealedRow) -> Result<Option<Self>> {
        let Some(payload) = payload(&row) else { return Ok(None) };
        let RecordBody::Sealed { document, receipt, .. } = row.body else { return Ok(None) };
        let device = r.device(document.device_id)?;
        let certificate: Option<SignedCertificate> =
            device.as_ref().and_then(|device| serde_json::from_str(&device.certificate).ok());
        let key = device.as_ref().and_then(|device| public_key(&device.public_key));
        let checks = Checks {
            hash: gongdan_domain::seal::sha256_hex(document.payload.as_bytes()) == document.hash,
            signature: key.is_some_and(|key| document.open(&key).is_ok()),
            chain: follows(r, &document, certificate.as_ref())?,
            receipt: receipt.hash == document.hash && receipt.verify(&core.keys.signing.verifying_key()).is_ok(),
        };
        let state = index::visit_state(r, row.visit, &index::facts(r, row.job)?)?;
        let revisions = r.sealed_of(document.id)?;
        let standing_ones = revisions.iter().filter(|row| !state.beaten(&row.hash));
        let newest = standing_ones.filter_map(revision).max().unwrap_or(document.revision);
        let later = state.attestation(&document.hash).filter(|a| a.choice == SigningChoice::Signed);
        Ok(Some(Self {
            content: Content::read(&document.kind, &payload.content),
            voids: paper::voidings(r, row.job, document.id.into())?,
            certificate,
            checks,
            prefix: device.map(|device| device.number_prefix).unwrap_or_default(),
            newest,
            attested: later.cloned(),
            standing: standing(&state, &document),
            document,
            receipt,
            payload,
        }))
    }

    /// The number that stands on the paper.
    pub fn number(&self) -> String {
        number(&self.payload.content).to_owned()
    }
}

/// How it stands among its rivals, and who signed it later: by the facts of its visit.
fn standing(state: &VisitState, document: &SealedDocument) -> Standing {
    if state.beaten(&document.hash) {
        return Standing::Outvoted;
    }
    let rival = state.standing().iter().any(|s| s.revision == document.revision && s.hash != document.hash);
    if rival && document.kind == WORK_ORDER { Standing::Contested } else { Standing::Counts }
}

fn revision(row: &SealedRow) -> Option<u32> {
    if let RecordBody::Sealed { document, .. } = &row.body { Some(document.revision) } else { None }
}

fn follows(r: &dyn Reader, document: &SealedDocument, certificate: Option<&SignedCertificate>) -> Result<bool> {
    if document.seal_no <= 1 {
        return Ok(certificate.is_some_and(|certificate| ChainHead::genesis(certificate).follow(document).is_ok()));
    }
    let before = r.sealed_by_device(document.device_id, document.seal_no - 1)?;
    Ok(before.iter().any(|row| row.hash == document.previous))
}
