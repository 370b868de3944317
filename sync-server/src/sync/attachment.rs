//! Files: content-addressed, resumable over any cut, verified before they count (invariant `blob_whole`). Access goes by a record
//! that names the file and that the device may hold, not by knowing a hash: nobody reads bytes that only his own word asks for, and
//! nobody goes on with what another has begun to send.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::PoisonError;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use gongdan_domain::id::PersonId;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::{FileRef, Scope};
use gongdan_domain::sync::work;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::core::{Core, Shared, off_thread};
use crate::error::{Error, Result};
use crate::storage::{DeviceRecord, FileState, Reader};
use crate::sync::exchange::check_protocol;
use crate::sync::push::QUARANTINED;
use crate::sync::reach::Reach;
use crate::sync::readmit::UNCONFIRMED;
use crate::sync::{falsified, look};
use crate::{auth, body, import};

const MAX_PIECE: usize = 16 * 1024 * 1024;
/// A scaled photo is far below.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// Exported work holds days of photos.
pub const MAX_WORK: usize = 1024 * 1024 * 1024;
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");

fn most(file: &FileRef) -> u64 {
    if file.mime == work::MIME { MAX_WORK as u64 } else { MAX_FILE }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

pub fn path(core: &Core, hash: &str) -> PathBuf {
    core.data.join("attachments").join(hash)
}

/// What a person has sent of a file so far.
fn partial(core: &Core, hash: &str, by: PersonId) -> PathBuf {
    core.data.join("attachments").join(format!("{hash}.{by}.part"))
}

/// A file in the hands of who may deliver it.
pub struct Delivery {
    pub state: FileState,
    pub by: PersonId,
    /// It is here, and he may know: he has sent it, or may read it. To anybody else it is as if it were not.
    whole: bool,
}

impl Delivery {
    /// Who has sent a file whole need not send it again.
    pub fn by(r: &dyn Reader, state: FileState, by: PersonId) -> Result<Self> {
        let whole = state.complete_at.is_some() && r.has_sent(&state.file.hash, by)?;
        Ok(Self { state, by, whole })
    }
}

/// The file, if this device may deliver it.
fn allowed(r: &dyn Reader, headers: &HeaderMap, hash: &str) -> Result<Delivery> {
    check_protocol(headers)?;
    delivered_by(r, &auth::device(r, headers)?, hash)
}

/// The same for a device that is known.
pub fn delivered_by(r: &dyn Reader, device: &DeviceRecord, hash: &str) -> Result<Delivery> {
    let mine = Reach::of(r, device.person)?.scopes(r)?;
    let delivery = Delivery::by(r, reached(r, device, hash, &mine)?, device.person)?;
    let whole = delivery.whole || delivery.state.complete_at.is_some() && reads(r, device, hash, &mine)?;
    Ok(Delivery { whole, ..delivery })
}

/// A file that this device may read: a record in its reach now names it on the word of somebody who has sent it. Who is not confirmed
/// yet, or hands over what he has, brings and gets nothing.
pub fn opened(r: &dyn Reader, device: &DeviceRecord, hash: &str) -> Result<FileState> {
    let mine = Reach::of(r, device.person)?.scopes(r)?;
    let state = reached(r, device, hash, &mine)?;
    if reads(r, device, hash, &mine)? { Ok(state) } else { Err(Code::AttachmentUnknown.into()) }
}

fn reads(r: &dyn Reader, device: &DeviceRecord, hash: &str, mine: &[Scope]) -> Result<bool> {
    Ok(device.state == "active" && r.scopes_opening(hash)?.iter().any(|scope| mine.contains(scope)))
}

/// A file that a record names which this device may hold or held, or a change of its own that was not taken: it may deliver it.
pub fn reached(r: &dyn Reader, device: &DeviceRecord, hash: &str, mine: &[Scope]) -> Result<FileState> {
    match device.state.as_str() {
        "active" | UNCONFIRMED => {}
        // Nothing here erases a device: it hears of that in an exchange.
        QUARANTINED => return Err(Code::Fork.into()),
        _ if device.collects() => {}
        _ => return Err(Code::DeviceRevoked.into()),
    }
    let unknown = || Error::from(Problem::new(Code::AttachmentUnknown));
    let state = if is_hash(hash) { r.file(hash)?.ok_or_else(unknown)? } else { return Err(unknown()) };
    let naming = r.scopes_naming(hash)?;
    // What was named in a job that was given to somebody else meanwhile is still his to deliver.
    let had = |scope: &Scope| matches!(scope, Scope::Job(job) if r.had_job(*job, device.person, device.enrolled_at).is_ok_and(|h| h.0));
    let named = naming.iter().any(|scope| mine.contains(scope) || had(scope)) || r.kept_apart(hash, device.id)?;
    if named { Ok(state) } else { Err(unknown()) }
}

/// How many bytes of it are here from him.
pub fn progress(core: &Core, delivery: &Delivery) -> u64 {
    if delivery.whole {
        return delivery.state.file.size;
    }
    std::fs::metadata(partial(core, &delivery.state.file.hash, delivery.by)).map_or(0, |m| m.len())
}

fn standing(status: StatusCode, offset: u64, size: u64) -> Response {
    (status, [(OFFSET, offset.to_string()), (LENGTH, size.to_string())]).into_response()
}

pub async fn head(State(core): State<Shared>, Path(hash): Path<String>, headers: HeaderMap) -> Result<Response> {
    let (offset, size) = core
        .read(move |core, r| {
            let delivery = allowed(r, &headers, &hash)?;
            Ok((progress(core, &delivery), delivery.state.file.size))
        })
        .await?;
    Ok(standing(StatusCode::OK, offset, size))
}

pub async fn patch(
    State(core): State<Shared>,
    Path(hash): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let named = headers.get(OFFSET).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    let offset = named.ok_or_else(|| Problem::with(Code::BadRequest, json!({ "missing": "upload-offset" })))?;
    let known = headers.clone();
    let allow = move |r: &dyn Reader| {
        // Who asks, then what he brings, then whether it is his to bring.
        auth::device(r, &known)?;
        body::expect(&known, body::FILE)?;
        allowed(r, &known, &hash)
    };
    let delivery = core.read(move |_, r| allow(r)).await?;
    let piece = body::bytes(&headers, body::FILE, body, MAX_PIECE).await?;
    let size = delivery.state.file.size;
    let worker = std::sync::Arc::clone(&core);
    let now = off_thread(move || append(&worker, &delivery, offset, &piece)).await?;
    Ok(standing(StatusCode::NO_CONTENT, now, size))
}

pub async fn get(State(core): State<Shared>, Path(hash): Path<String>, headers: HeaderMap) -> Result<Response> {
    let (file, bytes) = core
        .read(move |core, r| {
            check_protocol(&headers)?;
            let state = opened(r, &auth::device(r, &headers)?, &hash)?;
            Ok((state.file.clone(), read(core, &state)?))
        })
        .await?;
    Ok(picture(&file, bytes))
}

/// The bytes of a complete file.
pub fn read(core: &Core, state: &FileState) -> Result<Vec<u8>> {
    if state.complete_at.is_none() {
        return Err(Code::AttachmentUnknown.into());
    }
    Ok(std::fs::read(path(core, &state.file.hash))?)
}

/// A file as an answer that no browser runs: pictures as pictures, all else as a download.
pub fn picture(file: &FileRef, bytes: Vec<u8>) -> Response {
    let picture = matches!(file.mime.as_str(), "image/jpeg" | "image/png");
    let mime = if picture { file.mime.as_str() } else { "application/octet-stream" };
    let how = if picture { "inline" } else { "attachment" };
    let extension = if mime == "image/png" {
        "png"
    } else if picture {
        "jpg"
    } else {
        "bin"
    };
    let headers = [
        ("content-type", mime.to_owned()),
        ("content-disposition", format!("{how}; filename=\"{}.{extension}\"", &file.hash[..12.min(file.hash.len())])),
        ("content-security-policy", "default-src 'none'; sandbox".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("cache-control", "private, max-age=31536000, immutable".to_owned()),
    ];
    (headers, bytes).into_response()
}

/// One writer per file at a time.
struct Writing<'c>(&'c Core, String);

impl<'c> Writing<'c> {
    fn begin(core: &'c Core, hash: &str) -> Result<Self> {
        let mut now = core.uploading.lock().unwrap_or_else(PoisonError::into_inner);
        if now.insert(hash.to_owned()) { Ok(Self(core, hash.to_owned())) } else { Err(Code::Conflict.into()) }
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.uploading.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// Appends a piece; answers how much is here then. The last piece makes the file count, if its hash is right.
pub fn append(core: &Shared, delivery: &Delivery, offset: u64, piece: &[u8]) -> Result<u64> {
    let (state, by) = (&delivery.state, delivery.by);
    let (hash, size) = (state.file.hash.as_str(), state.file.size);
    let _writing = Writing::begin(core, hash)?;
    // Another of his devices may have sent it meanwhile.
    let sent = core.store.read(|r| Delivery::by(r, r.file(hash)?.ok_or(Code::AttachmentUnknown)?, by))?;
    if delivery.whole || sent.whole {
        return Ok(size);
    }
    let here = progress(core, &sent);
    if offset != here {
        return Err(Problem::with(Code::OffsetMismatch, json!({ "offset": here })).into());
    }
    let part = partial(core, hash, by);
    if size > most(&state.file) || here + piece.len() as u64 > size {
        _ = std::fs::remove_file(&part);
        return Err(Problem::with(Code::TooLarge, json!({ "size": size, "limit": most(&state.file) })).into());
    }
    let mut file = OpenOptions::new().create(true).append(true).open(&part)?;
    if let Err(e) = file.write_all(piece) {
        // A half-written piece is cut off again: what is here is what was acknowledged.
        _ = file.set_len(here);
        return Err(e.into());
    }
    let now = here + piece.len() as u64;
    if now == size {
        file.sync_all()?;
        finish(core, hash, by, &part)?;
        if state.file.mime == work::MIME {
            import::carried(core, hash, &std::fs::read(path(core, hash))?)?;
        }
    }
    Ok(now)
}

/// A file that came whole, by another road than piece by piece.
pub fn put_whole(core: &Shared, state: &FileState, by: PersonId, content: &[u8]) -> Result<()> {
    let hash = state.file.hash.as_str();
    if content.len() as u64 > most(&state.file) {
        return Err(Problem::with(Code::TooLarge, json!({ "size": content.len(), "limit": most(&state.file) })).into());
    }
    let _writing = Writing::begin(core, hash)?;
    let part = partial(core, hash, by);
    let mut file = File::create(&part)?;
    file.write_all(content)?;
    file.sync_all()?;
    finish(core, hash, by, &part)?;
    if state.file.mime == work::MIME { import::carried(core, hash, content) } else { Ok(()) }
}

fn finish(core: &Shared, hash: &str, by: PersonId, part: &std::path::Path) -> Result<()> {
    let mut digest = Sha256::new();
    std::io::copy(&mut File::open(part)?, &mut digest)?;
    if hex::encode(digest.finalize()) != hash {
        std::fs::remove_file(part)?;
        return Err(Code::HashMismatch.into());
    }
    std::fs::rename(part, path(core, hash))?;
    File::open(core.data.join("attachments"))?.sync_all()?;
    let named = hash.to_owned();
    // Held against other pictures while it is at hand; what cannot be read as a picture is a file all the same.
    let look = std::fs::read(path(core, hash)).ok().and_then(|bytes| look::of(&bytes));
    core.write_now(move |core, tx| {
        tx.complete_file(&named, by, core.now())?;
        let Some(look) = look else { return Ok(()) };
        let env = core.env(tx)?;
        falsified::picture(tx, &env, &named, look)
    })?;
    // Nothing synced changed, but the console shows that the order is complete now.
    core.bell_rings();
    Ok(())
}
