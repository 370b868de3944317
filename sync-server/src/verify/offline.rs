//! `gongdan-server verify FILE`: the same proof without a server and without a data folder. The company's key comes from outside, or the
//! file's own certificate is taken at its word and that is said.

use std::path::Path;

use gongdan_documents::Templates;
use gongdan_domain::seal::proof::{Proof, ProofError};
use gongdan_domain::seal::{SealedDocument, public_key_text};
use gongdan_domain::sync::wire::SignedCertificate;
use gongdan_domain::work_order::WORK_ORDER;
use serde_json::Value;

use super::content::{Content, number};
use super::found::Standing;
use super::print::{Printed, PublicAddress, again};
use super::{Compared, File, compare};
use crate::core::Core;
use crate::error::Result;

/// How a program that calls this learns of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 0: what was sealed, and nothing else.
    Unchanged = 0,
    /// 1: something differs.
    Changed = 1,
    /// 3: there is nothing in it that could be verified, or nobody here knows it.
    Unknown = 3,
}

/// Reads a key as base64, or takes it from a certificate that was exported.
pub fn key_of(certificate: &str) -> Option<String> {
    let named = |signed: &SignedCertificate| signed.read().ok().map(|certificate| certificate.server_key);
    if let Ok(proof) = Proof::read(certificate, None) {
        return named(&proof.certificate);
    }
    if let Ok(signed) = serde_json::from_str::<SignedCertificate>(certificate) {
        return named(&signed);
    }
    let text = certificate.trim();
    gongdan_domain::seal::public_key(text).map(|key| public_key_text(&key))
}

/// From nothing but the file; lines for a person, and the outcome.
pub fn alone(bytes: Vec<u8>, server_key: Option<&str>) -> (Vec<String>, Outcome) {
    let Ok(file) = File::read(bytes) else {
        return (
            vec!["There is no sealed data in this file (a scan or a re-saved file has none).".to_owned()],
            Outcome::Unknown,
        );
    };
    let Some(proof) = &file.proof else {
        let why = if file.proof_broken {
            "The proof in this file cannot be read."
        } else {
            "There is no proof beside the sealed data."
        };
        let outcome = if file.proof_broken { Outcome::Changed } else { Outcome::Unknown };
        return (vec![why.to_owned()], outcome);
    };
    let proven = match proof.check(server_key, None) {
        Ok(proven) => proven,
        Err(why) => return (vec![format!("CHANGED: {why}.")], Outcome::Changed),
    };
    let content = Content::read(&proof.document.kind, &proven.payload.content);
    let mut lines = vec![
        format!(
            "{} is unchanged since {}.",
            called(&proof.document, &proven.payload.content),
            proven.payload.sealed_at
        ),
        format!(
            "Sealed by device {} as its no. {}: {}",
            proven.certificate.number_prefix, proof.document.seal_no, proof.document.hash
        ),
    ];
    lines.push(match &proof.receipt {
        Some(receipt) => format!("The company received it at {}.", receipt.received_at),
        None => "It bears no receipt of the company yet.".to_owned(),
    });
    if !proven.trusted {
        lines.push(
            "The company's key was not given (--server-key, --certificate): the file's own certificate was believed."
                .to_owned(),
        );
    }
    lines.extend(since(&file, content.as_ref()));
    let printed = file.pdf.as_ref().map(|pdf| match &content {
        Some(content) => {
            let voids: Vec<_> = pdf.held.voided.iter().cloned().collect();
            again(content, &voids, proof, pdf, &Templates::default(), PublicAddress::NotKnown)
        }
        None => Printed::NotCompared,
    });
    let outcome = printing(printed.as_ref(), &mut lines);
    (lines, outcome)
}

/// The number as people say it; papers have no revisions.
fn called(document: &SealedDocument, content: &Value) -> String {
    let number = number(content);
    if document.kind == WORK_ORDER { format!("{number} revision {}", document.revision) } else { number.to_owned() }
}

/// What became of it since is not in the file.
fn since(file: &File, content: Option<&Content>) -> Vec<String> {
    let void = file.pdf.as_ref().and_then(|pdf| pdf.held.voided.as_ref());
    let void = void.map(|void| format!("It is printed as void since {}: {}", void.at, void.reason));
    let unknown = match content {
        Some(Content::Paper(_)) => "Whether it was voided",
        _ => "Whether a newer revision exists",
    };
    void.into_iter().chain([format!("{unknown} only the company's server knows.")]).collect()
}

fn printing(printed: Option<&Printed>, lines: &mut Vec<String>) -> Outcome {
    match printed {
        None => Outcome::Unchanged,
        Some(Printed::Same) => {
            lines.push("Every byte of the file is what this content prints.".to_owned());
            Outcome::Unchanged
        }
        Some(Printed::NotCompared) => {
            lines.push(
                "The printing could not be compared (other template or version): compare it with the sealed data."
                    .to_owned(),
            );
            Outcome::Unchanged
        }
        Some(Printed::Pages(pages)) => {
            let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
            lines.push(format!("CHANGED: page {} shows something else than was sealed.", pages.join(", ")));
            Outcome::Changed
        }
        Some(Printed::Rest) => {
            lines.push("CHANGED: another part of the file (pictures, fonts, attachments).".to_owned());
            Outcome::Changed
        }
    }
}

/// With a data folder: compared field by field with what the server holds.
pub fn with_data(core: &Core, bytes: Vec<u8>) -> Result<(Vec<String>, Outcome)> {
    let Ok(file) = File::read(bytes.clone()) else { return Ok(alone(bytes, None)) };
    let compared = core.store.read(|r| compare(core, r, &file))?;
    let Some(compared) = compared else {
        let (mut lines, outcome) = alone(bytes, Some(&public_key_text(&core.keys.signing.verifying_key())));
        lines.insert(0, "This server holds no such document.".to_owned());
        return Ok((lines, if outcome == Outcome::Changed { outcome } else { Outcome::Unknown }));
    };
    Ok(told(&compared))
}

fn told(compared: &Compared) -> (Vec<String>, Outcome) {
    let found = &compared.found;
    let revision = found.document.revision;
    let mut lines = Vec::new();
    for changed in &compared.fields {
        let row = changed.row.as_ref().map(|row| format!("{} · ", row.en_or_zh())).unwrap_or_default();
        let (label, before, after) = (changed.label.en_or_zh(), changed.before.en_or_zh(), changed.after.en_or_zh());
        lines.push(format!("CHANGED: {row}{label} ({}): sealed {before}, here {after}", changed.field));
    }
    if let Some(why) = compared.proof {
        lines.push(format!("CHANGED: {why}."));
    }
    let printed = printing(Some(&compared.printed), &mut lines);
    let held = if found.checks.genuine() { "" } else { " What this server holds does not verify either." };
    lines.insert(
        0,
        format!(
            "{}, sealed {}, received {}.{held}",
            called(&found.document, &found.payload.content),
            found.payload.sealed_at,
            found.receipt.received_at
        ),
    );
    if found.checks.genuine() && !found.checks.chain {
        lines.push("The seal before it is not here: a device that lost its disk leaves such a break.".to_owned());
    }
    match found.standing {
        Standing::Contested => lines.push("Another document claims its revision; none was named yet.".to_owned()),
        Standing::Outvoted => lines.push("The company named another document as the valid one.".to_owned()),
        Standing::Counts => {}
    }
    if let Some(void) = found.voids.last() {
        let successor = Some(&void.successor).filter(|no| !no.is_empty());
        let successor = successor.map(|no| format!(" {no} took its place.")).unwrap_or_default();
        lines.push(format!("VOID since {}: {}.{successor}", void.at, void.reason));
    }
    if found.newest > revision {
        lines.push(format!("Revision {} has replaced it.", found.newest));
    }
    let changed = compared.count() > 0
        || printed == Outcome::Changed
        || compared.proof == Some(ProofError::Form)
        || !found.checks.genuine();
    (lines, if changed { Outcome::Changed } else { Outcome::Unchanged })
}

/// The file as it lies there; a proof with the sealed text that lies beside it.
pub fn read(path: &Path, payload: Option<&Path>) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    let Some(payload) = payload else { return Ok(bytes) };
    let mut proof: Value = serde_json::from_slice(&bytes)?;
    let text = std::fs::read_to_string(payload)?;
    if let Some(document) = proof.get_mut("document").and_then(Value::as_object_mut) {
        document.insert("payload".to_owned(), text.into());
    }
    Ok(serde_json::to_vec(&proof)?)
}
