//! The code by which the company opens a device whose PIN was forgotten: 100 random bits that a person can read out on the phone. The
//! device keeps the database key wrapped by it, and the code itself wrapped to the company's recovery key; the office gets the latter
//! with the exchanges. Opening takes the code and this very device together. Refuses a second use: a code that opened is replaced.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as B64, URL_SAFE_NO_PAD};
use gongdan_domain::problem::Code;
use gongdan_domain::seal::sha256_hex;
use gongdan_domain::time::Instant;
use hkdf::Hkdf;
use rand::Rng as _;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{DatabaseKey, RecoveryWrap, Vault, sealed, unsealed, write_durably};
use crate::error::{Error, Result};

/// No look-alikes: what is heard on the phone is typed right.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 20;
const INFO: &[u8] = b"gongdan-code/1";
const NAME: &str = "code.json";
/// Marks the text that the office takes where it has no code of this device.
const REQUEST: &str = "GDR1.";

/// The code as the company alone can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escrow {
    /// Tells one code from the next without telling anything about it.
    pub id: String,
    /// One line of text: ephemeral key and wrapped code.
    pub request: String,
}

/// `code.json`
#[derive(Serialize, Deserialize)]
struct CodeFile {
    /// The database key, wrapped by the code.
    key: String,
    /// The code, wrapped to the company.
    code: RecoveryWrap,
}

impl Vault {
    /// Makes a new code in the place of the old one, which opens nothing from here on.
    pub fn renew_code(&self, key: &DatabaseKey) -> Result<()> {
        let code: Zeroizing<String> =
            Zeroizing::new((0..LENGTH).map(|_| char::from(LETTERS[OsRng.gen_range(0..LETTERS.len())])).collect());
        let recovery: RecoveryWrap = serde_json::from_slice(&fs::read(self.path("recovery.json"))?)?;
        let file = CodeFile {
            key: B64.encode(sealed(&stretched(&code), NAME, key.as_slice())?),
            code: RecoveryWrap::seal(&recovery.recipient, INFO, code.as_bytes())?,
        };
        write_durably(&self.path(NAME), &serde_json::to_vec(&file)?)
    }

    /// What the office keeps for the day on which the PIN is forgotten. `None` on a device of a version that had no codes.
    pub fn escrow(&self) -> Option<Escrow> {
        let code = self.code_file()?.code;
        let raw = [B64.decode(code.ephemeral).ok()?, B64.decode(code.wrapped).ok()?].concat();
        let request = format!("{REQUEST}{}", URL_SAFE_NO_PAD.encode(raw));
        Some(Escrow { id: sha256_hex(request.as_bytes())[..16].to_owned(), request })
    }

    /// The key by a code that the company read out. Wrong ones wait like wrong PINs.
    pub fn by_code(&self, typed: &str, now: Instant) -> Result<DatabaseKey> {
        let file = self.code_file().ok_or(Code::RecoveryCodeInvalid)?;
        let wrapped = B64.decode(&file.key).map_err(|_| Error::Key("the vault file is damaged"))?;
        let code = readable(typed);
        let opened = self.tried(now, || {
            unsealed(&stretched(&code), NAME, &wrapped).map_err(|_| Error::from(Code::RecoveryCodeInvalid))
        })?;
        let opened = Zeroizing::new(opened);
        Ok(Zeroizing::new(opened.as_slice().try_into().map_err(|_| Error::Key("the wrapped key has another length"))?))
    }

    fn code_file(&self) -> Option<CodeFile> {
        serde_json::from_slice(&fs::read(self.path(NAME)).ok()?).ok()
    }
}

/// A hundred random bits need no slow stretching.
fn stretched(code: &str) -> DatabaseKey {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(INFO), code.as_bytes())
        .expand(b"key", key.as_mut_slice())
        .expect("32 bytes are a legal length");
    key
}

/// What was typed, as it is compared: capitals without spaces and hyphens.
pub fn readable(typed: &str) -> Zeroizing<String> {
    Zeroizing::new(typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect())
}
