//! Writes a bundle, order by order, and then its cover before all of them. No clock goes into it but on the cover, which says when it was
//! made: all other times inside are the orders' own.

use std::io::{Read, Seek, Write};

use gongdan_documents::technical::TechnicalCopy;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::{SealPayload, canonical, sha256_hex};
use gongdan_domain::sync::wire::RecordBody;
use gongdan_domain::time::Instant;
use gongdan_domain::work_order::OrderDocument;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::bundle::cover::{self, Leaf, Maker};
use crate::bundle::index::{self, Line};
use crate::bundle::{BundleCopy, Entry, Plan};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::office::download::PdfWish;
use crate::office::paper;
use crate::storage::{Reader, SealedRow};
use crate::sync::attachment;

/// An archive in the making, with the checksum of every file in it.
struct Packer<'w, W: Write + Seek> {
    zip: ZipWriter<&'w mut W>,
    sums: Vec<(String, String)>,
}

fn unwritten(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(io) => io.into(),
        _ => Problem::new(Code::Internal).into(),
    }
}

impl<'w, W: Write + Seek> Packer<'w, W> {
    fn new(out: &'w mut W) -> Self {
        Self { zip: ZipWriter::new(out), sums: Vec::new() }
    }

    /// As `sha256sum -c` reads it.
    fn list(&self) -> String {
        self.sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect()
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        // The format's own first day: a bundle says nothing about when it was made.
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default()).unix_permissions(0o644);
        self.zip.start_file(name, options).map_err(unwritten)?;
        self.zip.write_all(bytes)?;
        self.sums.push((name.to_owned(), sha256_hex(bytes)));
        Ok(())
    }
}

/// Packs what was planned; `told` hears of every order, and ends it by answering false. Answers false where it was ended. The cover names
/// the checksums of all that follows it, so that the rest is packed into `scratch` first.
pub fn pack<S: Read + Write + Seek, W: Write + Seek>(
    core: &Core,
    plan: &Plan,
    maker: &Maker,
    scratch: &mut S,
    out: &mut W,
    told: &mut dyn FnMut(u32) -> bool,
) -> Result<bool> {
    let mut rest = Packer::new(scratch);
    let mut lines = Vec::with_capacity(plan.entries.len());
    let mut leaves = Vec::with_capacity(plan.entries.len());
    for (n, entry) in plan.entries.iter().enumerate() {
        // Each order is read by itself: a snapshot held for an hour would keep the database from tidying up.
        let files = core.store.read(|r| order(core, r, plan, entry))?;
        lines.push(files.line);
        leaves.push(files.leaf);
        for (name, bytes) in &files.files {
            rest.add(name, bytes)?;
        }
        if !told(u32::try_from(n + 1).unwrap_or(u32::MAX)) {
            return Ok(false);
        }
    }
    let book = index::workbook(&lines, plan.copy, plan.english).map_err(|_| Problem::new(Code::Internal))?;
    rest.add(&index::file_name(plan.english), &book)?;
    let list = rest.list();
    let cover = cover::pdf(core, plan, maker, leaves, sha256_hex(list.as_bytes()))?;
    let rest = ZipArchive::new(rest.zip.finish().map_err(unwritten)?).map_err(unwritten)?;
    let mut whole = Packer::new(out);
    whole.add(&cover::file_name(plan.english), &cover)?;
    let list = whole.list() + &list;
    whole.zip.merge_archive(rest).map_err(unwritten)?;
    whole.add("SHA256SUMS", list.as_bytes())?;
    whole.zip.finish().map_err(unwritten)?;
    Ok(true)
}

/// The files of one order, its line in the index and the one on the cover.
struct Files {
    files: Vec<(String, Vec<u8>)>,
    line: Line,
    leaf: Leaf,
}

fn order(core: &Core, r: &dyn Reader, plan: &Plan, entry: &Entry) -> Result<Files> {
    let revisions = r.sealed_of(entry.order.0)?;
    let mut files = Vec::new();
    let mut told = None;
    for revision in &revisions {
        let RecordBody::Sealed { document, receipt, .. } = &revision.body else { continue };
        let payload: SealPayload = serde_json::from_str(&document.payload)?;
        let order: OrderDocument = serde_json::from_value(payload.content)?;
        let stem = format!("{}_r{}", order.order_no, document.revision);
        // Of two first revisions both are kept.
        let stem = if twins(&revisions, document.revision) { format!("{stem}_{}", &document.hash[..8]) } else { stem };
        if plan.copy == BundleCopy::Technical {
            let copy = TechnicalCopy::of(&order, &document.hash);
            files.push((format!("json/{stem}.json"), serde_json::to_vec_pretty(&copy)?));
        } else {
            let envelope = json!({
                "kind": document.kind, "id": document.id, "revision": document.revision, "device_id": document.device_id,
                "seal_no": document.seal_no, "previous": document.previous, "hash": document.hash, "signature": document.signature,
            });
            // The exact bytes that were signed, and beside them what was signed with.
            files.push((format!("sealed/{stem}.json"), document.payload.clone().into_bytes()));
            files.push((format!("sealed/{stem}.seal.json"), text(&envelope)?));
            files.push((format!("receipts/{stem}.json"), text(&json!(receipt))?));
        }
        if revision.hash == entry.hash {
            let (name, pdf) = print(core, r, plan, revision, payload.sealed_at, &order)?;
            files.push((format!("pdf/{name}"), pdf));
            let later = paper::signed_later(r, revision)?.is_some();
            let leaf = Leaf::of(&order, payload.sealed_at, later, plan, entry.contested);
            told = Some((Line::of(&order, payload.sealed_at, document, entry), leaf));
        }
    }
    let (line, leaf) = told.ok_or(Code::NotSealed)?;
    Ok(Files { files, line, leaf })
}

fn twins(revisions: &[SealedRow], of: u32) -> bool {
    let same = |row: &&SealedRow| matches!(&row.body, RecordBody::Sealed { document, .. } if document.revision == of);
    revisions.iter().filter(same).count() > 1
}

fn text(value: &serde_json::Value) -> Result<Vec<u8>> {
    Ok(canonical(value).map_err(|_| Problem::new(Code::Internal))?.into_bytes())
}

/// The document that stands as paper, under its name.
fn print(
    core: &Core,
    r: &dyn Reader,
    plan: &Plan,
    row: &SealedRow,
    payload_at: Instant,
    order: &OrderDocument,
) -> Result<(String, Vec<u8>)> {
    if plan.copy == BundleCopy::Full {
        let language = if plan.english { "both" } else { "zh" };
        return paper::order(
            core,
            r,
            order.order_id,
            &PdfWish { lang: Some(language.to_owned()), hash: Some(row.hash.clone()), ..PdfWish::default() },
        );
    }
    let at = order.times.arrived.or(order.times.started).unwrap_or(payload_at);
    let name = paper::named(&order.order_no, &order.customer.name, at, &order.zone);
    let photo = |hash: &str| r.file(hash).ok().flatten().and_then(|state| attachment::read(core, &state).ok());
    let printed = TechnicalCopy::of(order, &row.hash).pdf(&photo, plan.english);
    let pdf = printed.map_err(|why| {
        tracing::error!(%why, order = %order.order_no, "an order could not be printed");
        Problem::new(Code::Internal)
    })?;
    Ok((name, pdf))
}
