//! Writes a bundle, order by order, and then its cover before all of them. No clock goes into it but on the cover, which says when it was
//! made: all other times inside are the orders' own.

use std::collections::BTreeSet;
use std::io::{Read, Seek, Write};

use gongdan_documents::technical::TechnicalCopy;
use gongdan_domain::paper::PaperKind;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::{SealPayload, SealedDocument, canonical, sha256_hex};
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
    names: BTreeSet<String>,
}

fn unwritten(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(io) => io.into(),
        _ => Problem::new(Code::Internal).into(),
    }
}

impl<'w, W: Write + Seek> Packer<'w, W> {
    fn new(out: &'w mut W) -> Self {
        Self { zip: ZipWriter::new(out), sums: Vec::new(), names: BTreeSet::new() }
    }

    /// As `sha256sum -c` reads it.
    fn list(&self) -> String {
        self.sums.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect()
    }

    /// Two documents may bear one number (a finding says so): both are in the book, under names of their own.
    fn free(&mut self, name: &str) -> String {
        let ending =
            [".seal.json", ".json", ".pdf"].into_iter().find(|ending| name.ends_with(ending)).unwrap_or_default();
        let stem = name.strip_suffix(ending).unwrap_or(name);
        let mut free = name.to_owned();
        let mut n = 1;
        while !self.names.insert(free.clone()) {
            n += 1;
            free = format!("{stem}_{n}{ending}");
        }
        free
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let name = &self.free(name);
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
    for row in &revisions {
        let RecordBody::Sealed { document, .. } = &row.body else { continue };
        let read = read(&document.payload);
        let number = read.as_ref().map_or(entry.number.as_str(), |(_, order)| order.order_no.as_str());
        let stem = stem(number, row, document, &revisions);
        if plan.copy == BundleCopy::Full {
            sealed(r, &stem, row, &mut files)?;
            if let Some(later) = paper::signed_later(r, row)? {
                sealed(r, &format!("{stem}_later"), &later, &mut files)?;
            }
        } else if let Some((_, order)) = &read {
            let copy = TechnicalCopy::of(order, &document.hash);
            files.push((format!("json/{stem}.json"), serde_json::to_vec_pretty(&copy)?));
        }
        if row.hash == entry.hash {
            told = Some(standing(core, r, plan, entry, row, read.as_ref(), &mut files)?);
        } else if entry.contested
            && document.revision == entry.revision
            && let Some((at, order)) = &read
        {
            // Nobody has said which one is valid: none is the only paper in the book.
            files.extend(print(core, r, plan, row, *at, order).ok().map(|(name, pdf)| (format!("pdf/{name}"), pdf)));
        }
    }
    if plan.copy == BundleCopy::Full {
        papers(core, r, plan, &revisions, &mut files)?;
    }
    let (line, leaf) = told.ok_or(Code::NotSealed)?;
    Ok(Files { files, line, leaf })
}

/// `None`: a form of a newer version. It stays in the book by its seal and its number.
fn read(payload: &str) -> Option<(Instant, OrderDocument)> {
    let payload: SealPayload = serde_json::from_str(payload).ok()?;
    Some((payload.sealed_at, serde_json::from_value(payload.content).ok()?))
}

/// Of two that claim a revision both are kept.
fn stem(number: &str, row: &SealedRow, document: &SealedDocument, revisions: &[SealedRow]) -> String {
    let stem = format!("{number}_r{}", document.revision);
    if twins(revisions, document.revision) { format!("{stem}_{}", row.hash.get(..8).unwrap_or_default()) } else { stem }
}

/// What the book says of the order: by the document that stands.
fn standing(
    core: &Core,
    r: &dyn Reader,
    plan: &Plan,
    entry: &Entry,
    row: &SealedRow,
    read: Option<&(Instant, OrderDocument)>,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(Line, Leaf)> {
    let unread = || (Line::unread(entry), Leaf::unread(entry));
    let (Some((at, order)), RecordBody::Sealed { document, .. }) = (read, &row.body) else { return Ok(unread()) };
    match print(core, r, plan, row, *at, order) {
        Ok((name, pdf)) => files.push((format!("pdf/{name}"), pdf)),
        // One paper that cannot be set must not cost the company its month.
        Err(Error::Refused(why)) if why.code == Code::Internal => return Ok(unread()),
        Err(other) => return Err(other),
    }
    let later = paper::signed_later(r, row)?.is_some();
    Ok((Line::of(order, *at, document, entry), Leaf::of(order, *at, later, plan, entry.contested)))
}

/// The exact bytes that were signed, beside them all that proves them, and the countersignature by itself.
fn sealed(r: &dyn Reader, stem: &str, row: &SealedRow, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let RecordBody::Sealed { document, receipt, .. } = &row.body else { return Ok(()) };
    files.push((format!("sealed/{stem}.json"), document.payload.clone().into_bytes()));
    // Without the certificate of a device that is not known here there is no proof to give, and nothing is said to be one.
    if let Some(proof) = paper::proof(r, row)? {
        files.push((format!("sealed/{stem}.seal.json"), proof.beside_payload()?.into_bytes()));
    }
    files.push((format!("receipts/{stem}.json"), text(&json!(receipt))?));
    Ok(())
}

/// Receipts, slips and notices of the order's visit.
fn papers(
    core: &Core,
    r: &dyn Reader,
    plan: &Plan,
    revisions: &[SealedRow],
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<()> {
    let Some(of) = revisions.first() else { return Ok(()) };
    for row in r.sealed_of_job(of.job)? {
        let RecordBody::Sealed { document, .. } = &row.body else { continue };
        if row.visit != of.visit || PaperKind::named(&document.kind).is_none() {
            continue;
        }
        let payload: serde_json::Value = serde_json::from_str(&document.payload)?;
        let number = payload["content"]["no"].as_str().unwrap_or(&row.hash).to_owned();
        sealed(r, &number, &row, files)?;
        let wish = PdfWish { lang: Some(language(plan).to_owned()), ..PdfWish::default() };
        match paper::paper(core, r, document.id.into(), &wish) {
            Ok((name, pdf)) => files.push((format!("pdf/{name}"), pdf)),
            Err(error) => tracing::error!(%error, %number, "a paper is in the book by its seal alone"),
        }
    }
    Ok(())
}

fn twins(revisions: &[SealedRow], of: u32) -> bool {
    let same = |row: &&SealedRow| matches!(&row.body, RecordBody::Sealed { document, .. } if document.revision == of);
    revisions.iter().filter(same).count() > 1
}

fn text(value: &serde_json::Value) -> Result<Vec<u8>> {
    Ok(canonical(value).map_err(|_| Problem::new(Code::Internal))?.into_bytes())
}

fn language(plan: &Plan) -> &'static str {
    if plan.english { "both" } else { "zh" }
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
        return paper::order(
            core,
            r,
            order.order_id,
            &PdfWish { lang: Some(language(plan).to_owned()), hash: Some(row.hash.clone()), ..PdfWish::default() },
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
