//! Files to and from the office: resumable over any cut, smallest first, verified before they count (invariant `blob_whole`).

use bytes::Bytes;
use gongdan_domain::problem::Code;

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

pub async fn upload_all(device: &Device, store: &Store, road: &impl Road) -> Result<()> {
    let files = files(device, store)?;
    while let Some(file) = store.read(device.stamp(store), |r| r.next_upload())? {
        let (hash, size) = (file.hash.as_str(), file.size);
        let bytes = Bytes::from(files.read(hash)?);
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
        store.apply(device.stamp(store), |a| a.set_uploaded(hash, size))?;
    }
    Ok(())
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
