//! G6: is a paper or a file what was sealed? Compared is the content field by field, the proof link by link, and the file with what
//! the same content prints. It tells only those who hold the code or the file, and it never guesses: what it cannot compare it says.

mod content;
pub mod door;
pub mod found;
pub mod offline;
mod page;
pub mod print;
mod words;

use gongdan_documents::Templates;
use gongdan_documents::difference::{ChangedField, between};
use gongdan_documents::read::Held;
use gongdan_domain::seal::proof::{Proof, ProofError};
use gongdan_domain::seal::{SealPayload, public_key_text, sha256_hex};
use serde_json::Value;

use crate::core::Core;
use crate::error::Result;
use crate::storage::{Reader, SealedRow};
use found::Found;
use print::{Printed, PublicAddress};

/// What somebody gave us to look at.
pub struct File {
    /// The sealed text in it.
    pub payload: String,
    /// What proves it, where it is attached.
    pub proof: Option<Proof>,
    /// There is a proof that cannot be read.
    pub proof_broken: bool,
    /// The PDF; `None` for exported data.
    pub pdf: Option<Pdf>,
}

pub struct Pdf {
    pub bytes: Vec<u8>,
    pub held: Held,
}

/// Why there is nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFile {
    /// A scan, a photo, a re-saved PDF: no sealed text in it.
    NoSeal,
}

impl File {
    /// Reads a PDF, an exported proof, or the sealed text alone.
    pub fn read(bytes: Vec<u8>) -> std::result::Result<Self, NoFile> {
        if bytes.starts_with(b"%PDF-") {
            let held = gongdan_documents::read::read(bytes.clone()).ok_or(NoFile::NoSeal)?;
            let payload = held.seal.clone().ok_or(NoFile::NoSeal)?;
            let proof = held.proof.as_deref().map(|text| Proof::read(text, Some(&payload)));
            let proof_broken = matches!(proof, Some(Err(_)));
            return Ok(Self {
                payload,
                proof: proof.and_then(|p| p.ok()),
                proof_broken,
                pdf: Some(Pdf { bytes, held }),
            });
        }
        let text = String::from_utf8(bytes).map_err(|_| NoFile::NoSeal)?;
        if let Ok(proof) = Proof::read(text.trim(), None) {
            return Ok(Self {
                payload: proof.document.payload.clone(),
                proof: Some(proof),
                proof_broken: false,
                pdf: None,
            });
        }
        let payload = text.trim().to_owned();
        serde_json::from_str::<SealPayload>(&payload).map_err(|_| NoFile::NoSeal)?;
        Ok(Self { payload, proof: None, proof_broken: false, pdf: None })
    }

    /// The kind and the content, by the file's own words.
    pub fn said(&self) -> (String, Value) {
        let mut payload: Value = serde_json::from_str(&self.payload).unwrap_or_default();
        let kind = payload["kind"].as_str().unwrap_or_default().to_owned();
        // It may be any JSON, a bare text too.
        (kind, payload.get_mut("content").map(Value::take).unwrap_or_default())
    }
}

/// What came of comparing a file with what the server holds.
pub struct Compared {
    pub found: Found,
    pub fields: Vec<ChangedField>,
    pub proof: Option<ProofError>,
    pub printed: Printed,
}

impl Compared {
    /// How many places were changed.
    pub fn count(&self) -> usize {
        let printed = match &self.printed {
            Printed::Pages(pages) => pages.len(),
            Printed::Rest => 1,
            Printed::Same | Printed::NotCompared => 0,
        };
        self.fields.len() + usize::from(self.proof.is_some()) + printed
    }
}

/// `None`: the server holds nothing that this file could be of.
pub fn compare(core: &Core, r: &dyn Reader, file: &File) -> Result<Option<Compared>> {
    let (kind, content) = file.said();
    let Some(row) = original(r, file, &kind, &content)? else { return Ok(None) };
    let Some(found) = Found::of(core, r, row)? else { return Ok(None) };
    let fields = between(&found.payload.content, &content);
    let key = public_key_text(&core.keys.signing.verifying_key());
    let mut proof = file.proof.as_ref().and_then(|proof| proof.check(Some(&key), None).err());
    if file.proof_broken {
        proof = Some(ProofError::Form);
    }
    // The same fields in other bytes: what was signed is not this text.
    if fields.is_empty() && proof.is_none() && file.payload != found.document.payload {
        proof = Some(ProofError::Hash);
    }
    // Where a field says already what is wrong, that its hash differs says nothing new.
    if !fields.is_empty() && matches!(proof, Some(ProofError::Hash | ProofError::Signature)) {
        proof = None;
    }
    let printed = match &file.pdf {
        Some(pdf) => {
            let reference = core.reference(r)?;
            let own = reference.document_templates(core.now()).map_or_else(Templates::default, Templates::published);
            let today = reference.company_profile(core.now()).and_then(|profile| profile.public_address.as_deref());
            print::compare(&found, &content, file, pdf, &own, PublicAddress::Is(today))
        }
        None => Printed::Same,
    };
    Ok(Some(Compared { found, fields, proof, printed }))
}

/// The sealed document that a file is of: the very one by its hash, else the one by its own words that differs least.
fn original(r: &dyn Reader, file: &File, kind: &str, content: &Value) -> Result<Option<SealedRow>> {
    if let Some(row) = r.sealed(&sha256_hex(file.payload.as_bytes()))? {
        return Ok(Some(row));
    }
    if let Some(proof) = &file.proof
        && let Some(row) = r.sealed(&proof.document.hash)?
    {
        return Ok(Some(row));
    }
    let Some(id) = content::identity(kind, content) else { return Ok(None) };
    let differing =
        |row: &SealedRow| found::payload(row).map_or(usize::MAX, |payload| between(&payload.content, content).len());
    Ok(r.sealed_of(id)?.into_iter().min_by_key(differing))
}
