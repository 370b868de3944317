//! The codes by which the company opens a device whose PIN was forgotten. Kept as they came, wrapped to the recovery key: reading one
//! takes that key, and using it takes the device. Refuses to keep a readable one.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use gongdan_domain::id::DeviceId;
use gongdan_domain::parcel::message_key;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::seal::sha256_hex;
use serde_json::json;
use x25519_dalek::{PublicKey, StaticSecret};

use super::Keys;
use crate::error::Result;

const REQUEST: &str = "GDR1.";
const INFO: &[u8] = b"gongdan-code/1";
/// An ephemeral key, twenty letters and what authenticates them.
const RAW: usize = 32 + 20 + 16;
const GROUP: usize = 5;

/// What the office holds for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCode {
    pub id: String,
    /// Somebody has read it.
    pub shown: bool,
}

impl Keys {
    /// Keeps a device's wrapped code in the place of its last one. Anything that is none is left out: no sync fails for it.
    pub fn keep_code(&self, device: DeviceId, request: &str) -> Result<()> {
        if raw(request).is_none() || fs::read_to_string(self.code_path(device)).is_ok_and(|kept| kept == request) {
            return Ok(());
        }
        let fresh = self.code_path(device).with_extension("new");
        let mut file = fs::File::create(&fresh)?;
        file.write_all(request.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, self.code_path(device))?;
        match fs::remove_file(self.shown_path(device)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub fn held_code(&self, device: DeviceId) -> Option<HeldCode> {
        let request = fs::read_to_string(self.code_path(device)).ok()?;
        let id = id(&request);
        let shown = fs::read_to_string(self.shown_path(device)).is_ok_and(|shown| shown == id);
        Some(HeldCode { id, shown })
    }

    /// The code of a device in groups that can be read out: what the office holds, or what stands on the device's screen (`request`).
    pub fn read_code(&self, device: DeviceId, request: Option<&str>, recovery: &StaticSecret) -> Result<String> {
        let typed = request.map(|text| text.split_whitespace().collect::<String>());
        let request = match typed.filter(|text| !text.is_empty()) {
            Some(text) => text,
            None => fs::read_to_string(self.code_path(device)).map_err(|_| Code::NotFound)?,
        };
        let invalid = || Problem::with(Code::FieldInvalid, json!({ "field": "request" }));
        let raw = raw(&request).ok_or_else(invalid)?;
        let code = open(&raw, recovery).ok_or_else(invalid)?;
        let mut file = fs::File::create(self.shown_path(device))?;
        file.write_all(id(&request).as_bytes())?;
        file.sync_all()?;
        let groups: Vec<String> =
            code.as_bytes().chunks(GROUP).map(|g| String::from_utf8_lossy(g).into_owned()).collect();
        Ok(groups.join("-"))
    }

    fn code_path(&self, device: DeviceId) -> PathBuf {
        self.folder.join(format!("code-{device}.txt"))
    }

    fn shown_path(&self, device: DeviceId) -> PathBuf {
        self.folder.join(format!("code-{device}.shown"))
    }
}

fn id(request: &str) -> String {
    sha256_hex(request.as_bytes())[..16].to_owned()
}

fn raw(request: &str) -> Option<Vec<u8>> {
    let raw = URL_SAFE_NO_PAD.decode(request.strip_prefix(REQUEST)?).ok()?;
    (raw.len() == RAW).then_some(raw)
}

fn open(raw: &[u8], recovery: &StaticSecret) -> Option<String> {
    let (ephemeral, wrapped) = raw.split_at_checked(32)?;
    let ephemeral = PublicKey::from(<[u8; 32]>::try_from(ephemeral).ok()?);
    let shared = recovery.diffie_hellman(&ephemeral);
    let key = message_key(shared.as_bytes(), &ephemeral, &PublicKey::from(recovery), INFO);
    let code = ChaCha20Poly1305::new(key.as_slice().into()).decrypt(&Default::default(), wrapped).ok()?;
    String::from_utf8(code).ok()
}
