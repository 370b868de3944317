//! Files to and from the office: resumable over any cut, smallest first, verified before they count (invariant `blob_whole`).

use std::collections::BTreeSet;

use bytes::Bytes;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::change::FileRef;

use crate::attachments::Files;
use crate::device::{Changed, Device};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::sync::road::Road;

/// A piece: what a cut line loses at most.
const PIECE: usize = 256 * 1024;

fn files(device: &Device, store: &Store) -> Result<Files> {
    Files::open(&device.0.data_dir, store.key())
}

/// Sends what the office has not got. A file that cannot go now holds up no other.
pub async fn upload_all(device: &Device, store: &Store, road: &impl Road) -> Result<()> {
    let files = files(device, store)?;
    let mut passed = BTreeSet::new();
    loop {
        let waiting = store.read(device.stamp(store), |r| r.uploads())?;
        let Some(file) = waiting.into_iter().find(|file| !passed.contains(&file.hash)) else { return Ok(()) };
        let bytes = match files.read(&file.hash) {
            Ok(bytes) => Bytes::from(bytes),
            // Only a person can say why, and that it may be gone.
            Err(Error::FileDamaged) => {
                store.apply(device.stamp(store), |a| a.set_lost(&file.hash))?;
                continue;
            }
            Err(Error::Refused(problem)) if problem.code == Code::NotFound => {
                store.apply(device.stamp(store), |a| a.set_lost(&file.hash))?;
                continue;
            }
            Err(error) => return Err(error),
        };
        let mut sent = upload(device, store, road, &file, &bytes).await;
        if matches!(&sent, Err(Error::Refused(problem)) if problem.code == Code::HashMismatch) {
            // Something was altered on the way; the server has thrown it away and begins at zero.
            sent = upload(device, store, road, &file, &bytes).await;
        }
        match sent {
            Ok(()) => {}
            // The record that names it is not there: a restored server whose office has not taken it back yet.
            Err(Error::Refused(problem)) if problem.code == Code::AttachmentUnknown => {}
            Err(error) => return Err(error),
        }
        passed.insert(file.hash);
    }
}

async fn upload(device: &Device, store: &Store, road: &impl Road, file: &FileRef, bytes: &Bytes) -> Result<()> {
    let (hash, size) = (file.hash.as_str(), file.size);
    let mut sent = road.uploaded(hash).await?;
    while sent < size {
        let start = usize::try_from(sent).unwrap_or(usize::MAX).min(bytes.len());
        let piece = bytes.slice(start..bytes.len().min(start + PIECE));
        let now = road.upload(hash, size, &file.mime, sent, piece).await?;
        if now <= sent {
            return Err(Code::OffsetMismatch.into());
        }
        sent = now;
        store.apply(device.stamp(store), |a| a.set_sent(hash, sent.min(size)))?;
    }
    store.apply(device.stamp(store), |a| a.set_uploaded(hash, size))
}

/// Fetches what records name. A file that cannot be had now is asked for again in the next round and holds up nothing else.
pub async fn download_all(device: &Device, store: &Store, road: &impl Road) -> Result<()> {
    let files = files(device, store)?;
    let wanted = store.read(device.stamp(store), |r| r.wanted())?;
    let mut came = false;
    for file in wanted {
        // Lies here already: a rebuilt database forgot it. The office says whether it has it.
        if files.has(&file.hash) {
            store.apply(device.stamp(store), |a| a.set_local(&file.hash))?;
            continue;
        }
        let bytes = match road.download(&file.hash).await {
            Ok(bytes) => bytes,
            Err(Error::Refused(_)) => continue,
            Err(error) => return Err(error),
        };
        if gongdan_domain::seal::sha256_hex(&bytes) != file.hash {
            tracing::warn!("a file came altered; it is asked for again");
            continue;
        }
        files.keep(&bytes)?;
        store.apply(device.stamp(store), |a| a.set_present(&file.hash))?;
        came = true;
    }
    if came {
        device.publish(Changed::Data);
    }
    Ok(())
}

/// Removes files that no record names here any more.
pub fn remove_all(device: &Device, store: &Store, hashes: &[String]) -> Result<()> {
    let files = files(device, store)?;
    hashes.iter().try_for_each(|hash| files.remove(hash))
}

/// Frees the space of files that the office keeps; the small pictures stay.
pub fn free_all(device: &Device, store: &Store, hashes: &[String]) -> Result<()> {
    let files = files(device, store)?;
    hashes.iter().try_for_each(|hash| files.free(hash))
}
