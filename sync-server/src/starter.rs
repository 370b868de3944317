//! What a company begins with: the tables of the service standard, and sample prices, intervals and faults, which say that they are samples.
//! Refuses to publish a body that its own rules would refuse.

use std::borrow::Cow;

use gongdan_domain::id::PersonId;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::reference::ReferenceKind;
use gongdan_domain::time::Instant;
use serde_json::Value;

use crate::error::Result;
use crate::reference::{self, typed};
use crate::storage::{Published, Tx};

#[derive(rust_embed::Embed)]
#[folder = "starter"]
struct Starter;

/// The demo company's own data.
pub const DEMO: &str = "demo.json";

pub fn file(name: &str) -> Result<Cow<'static, [u8]>> {
    Ok(Starter::get(name).ok_or(Code::NotFound)?.data)
}

/// Publishes what the starter has of these kinds, and answers which with their versions.
pub fn publish(
    tx: &mut dyn Tx,
    kinds: &[ReferenceKind],
    by: Option<PersonId>,
    now: Instant,
) -> Result<Vec<(ReferenceKind, String)>> {
    let mut done = Vec::new();
    for name in Starter::iter().filter(|name| name != DEMO) {
        let mut whole: Value = serde_json::from_slice(&file(&name)?)?;
        let kind = serde_json::from_value(whole["kind"].clone())?;
        if !kinds.contains(&kind) {
            continue;
        }
        let body = whole["body"].take();
        let mut published = Published { kind, version: String::new(), body, published_at: now, published_by: by };
        let reference = typed(&published).ok_or(Code::ReferenceInvalid)?;
        reference.validate().map_err(|faults| Problem::with(Code::ReferenceInvalid, faults))?;
        published.version = reference.version().to_owned();
        reference::publish(tx, &published, reference.valid_from())?;
        done.push((kind, published.version));
    }
    Ok(done)
}
