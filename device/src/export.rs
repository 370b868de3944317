//! The road without a network: what the office has not got yet, as one file that only the company can open; and a colleague's file,
//! taken along as it is. Refuses to look into what it carries: it could not.

use gongdan_domain::fact::FactBody;
use gongdan_domain::parcel::{self, address_of};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::public_key;
use gongdan_domain::sync::SCHEMA;
use gongdan_domain::sync::change::{Extra, FileRef};
use gongdan_domain::sync::work::{MIME, Packed, Work};
use rand::rngs::OsRng;
use x25519_dalek::StaticSecret;

use crate::device::Device;
use crate::error::{Error, Result};

/// Packs everything that is not in a backup of the office yet, with the files that have not arrived there. From here on none of it
/// changes: it may be read any time. Answers the bytes and under which name they are kept.
pub fn pack(device: &Device) -> Result<(Vec<u8>, String)> {
    let files = device.files()?;
    let (certificate, prefix, server_key, missing, changes, wanted, now) = device.hand_over(|a| {
        let held = a.held()?;
        if let Some(last) = held.last() {
            a.mark_sent(last.device_seq)?;
        }
        let identity = a.identity();
        Ok((
            identity.signed_certificate.clone(),
            identity.certificate.number_prefix.clone(),
            identity.certificate.server_key.clone(),
            a.missing()?,
            held.into_iter().map(|row| row.signed).collect(),
            a.own_unsent()?,
            a.now(),
        ))
    })?;
    let (mut named, mut contents) = (Vec::<FileRef>::new(), Vec::new());
    for file in wanted {
        // One that cannot be read is said by sync; it does not keep the others back.
        if let Ok(content) = files.read(&file.hash) {
            named.push(file);
            contents.push(content);
        }
    }
    let work = Work {
        certificate,
        app: device.app_version().to_owned(),
        schema: SCHEMA,
        packed_at: now,
        missing,
        changes,
        files: named,
        extra: Extra::new(),
    };
    let recipient = address_of(&public_key(&server_key).ok_or(Error::Key("the server's key is damaged"))?);
    let once = StaticSecret::random_from_rng(OsRng);
    let bytes = parcel::close(&Packed { work, contents }.to_bytes()?, &recipient, &once).map_err(Code::from)?;
    Ok((bytes, format!("gongdan-{prefix}-{}.gdwork", now.format("%Y%m%d-%H%M%S"))))
}

/// Takes a colleague's file along: it goes to the office with the next sync of this device, as it is.
pub fn carry(device: &Device, bytes: &[u8]) -> Result<()> {
    if !parcel::is_parcel(bytes) {
        return Err(Code::ParcelForeign.into());
    }
    let hash = device.files()?.keep(bytes)?;
    let file = FileRef { hash, size: bytes.len() as u64, mime: MIME.to_owned() };
    device.write(|tx| {
        // Taken along once is enough, however often it is handed over.
        if tx.file_state(&file.hash)?.state != crate::store::file::FileStage::Unknown {
            return Ok(());
        }
        tx.add_file(&file, None)?;
        tx.personal_fact(FactBody::WorkCarried { note: String::new() }, vec![file.clone()]).map(drop)
    })
}
