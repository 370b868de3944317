//! Reads back a PDF that somebody holds: what is attached to it, what is drawn on its pages, and its photos by their hash. It believes
//! nothing of it: sizes are limited before anything is unpacked, and a name that is attached twice is no attachment.

use std::collections::BTreeMap;

use gongdan_domain::paper::VoidedPaper;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};
use hayro_syntax::{Filter, Pdf};
use sha2::{Digest as _, Sha256};

use crate::pack::{inflated, opened};
use crate::print::CREATOR;
use crate::{PROOF_FILE, SEAL_FILE, VOID_FILE};

/// A part that unpacks to more than this was not made by us.
const MOST: usize = 16 * 1024 * 1024;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The sealed text, as attached.
    pub seal: Option<String>,
    /// What proves it, as attached.
    pub proof: Option<String>,
    /// That it is void, by the file's own word.
    pub voided: Option<VoidedPaper>,
    /// What it says it was printed with: [`crate::Templates::mark`].
    pub printed_with: Option<String>,
    /// What is drawn on each page; `None` where it cannot be unpacked.
    pub pages: Vec<Option<Vec<u8>>>,
    /// Its photos as they were stored, by the hash of their bytes.
    pub photos: BTreeMap<String, Vec<u8>>,
}

/// `None`: this is no PDF that can be read.
pub fn read(bytes: Vec<u8>) -> Option<Held> {
    // The reader's own unpacking of objects has no limit: it sees a plain file.
    let pdf = Pdf::new(opened(bytes, MOST)?).ok()?;
    let mut attached: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    let mut photos = BTreeMap::new();
    for object in pdf.objects() {
        match object {
            Object::Dict(dict) => {
                if let Some((name, content)) = attachment(&dict) {
                    attached.entry(name).and_modify(|twice| *twice = None).or_insert(Some(content));
                }
            }
            Object::Stream(stream) if is(stream.dict(), "Subtype", b"Image") => {
                let raw = stream.raw_data().into_owned();
                photos.insert(hex::encode(Sha256::digest(&raw)), raw);
            }
            _ => {}
        }
    }
    let mut text = |name: &str| String::from_utf8(attached.remove(name)??).ok();
    let pages = pdf.pages().iter().map(|page| drawn(page.raw())).collect();
    let printed_with = pdf.metadata().creator.as_deref().and_then(mark);
    let voided = text(VOID_FILE).and_then(|text| serde_json::from_str(&text).ok());
    Some(Held { printed_with, seal: text(SEAL_FILE), proof: text(PROOF_FILE), voided, pages, photos })
}

/// Pages that are drawn differently, counted from 1; one that is missing on either side is different.
pub fn differing_pages(held: &Held, printed: &Held) -> Vec<usize> {
    let most = held.pages.len().max(printed.pages.len());
    (0..most).filter(|i| held.pages.get(*i) != printed.pages.get(*i)).map(|i| i + 1).collect()
}

fn is(dict: &Dict<'_>, key: &str, value: &[u8]) -> bool {
    dict.get::<Name<'_>>(key).is_some_and(|name| name.as_ref() == value)
}

fn attachment(dict: &Dict<'_>) -> Option<(String, Vec<u8>)> {
    if !is(dict, "Type", b"Filespec") {
        return None;
    }
    let name = dict.get::<PdfString<'_>>("F").or_else(|| dict.get("UF"))?;
    let file: Stream<'_> = dict.get::<Dict<'_>>("EF")?.get("F")?;
    Some((plain(name.as_bytes()), unpacked(&file)?))
}

/// What stands beside the product's name.
fn mark(creator: &[u8]) -> Option<String> {
    let units: Vec<u16> = creator
        .strip_prefix(&[0xFE, 0xFF])?
        .chunks(2)
        .map(|two| two.iter().fold(0, |n, b| n << 8 | u16::from(*b)))
        .collect();
    let mark = String::from_utf16(&units).ok()?.strip_prefix(CREATOR)?.trim().to_owned();
    (!mark.is_empty()).then_some(mark)
}

/// A file name: ours are ASCII, in one byte or in two.
fn plain(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(&[0xFE, 0xFF]).unwrap_or(bytes);
    bytes.iter().filter(|b| b.is_ascii_graphic()).map(|b| char::from(*b)).collect()
}

fn drawn(page: &Dict<'_>) -> Option<Vec<u8>> {
    if let Some(stream) = page.get::<Stream<'_>>("Contents") {
        return unpacked(&stream);
    }
    let mut whole = Vec::new();
    for stream in page.get::<Array<'_>>("Contents")?.iter::<Stream<'_>>() {
        whole.extend(unpacked(&stream)?);
        whole.push(b'\n');
    }
    Some(whole)
}

fn unpacked(stream: &Stream<'_>) -> Option<Vec<u8>> {
    let raw = stream.raw_data();
    match stream.filters().as_slice() {
        [] => Some(raw.into_owned()),
        [Filter::FlateDecode] => inflated(raw.as_ref(), MOST),
        _ => None,
    }
}
