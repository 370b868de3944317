//! The company's recovery key: with its private half a broken tablet's database is opened. Serving needs only the public half; the
//! private one lies wrapped by a passphrase that is shown once and kept nowhere. Refuses to guess: a wrong passphrase opens nothing.

use std::fs;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use gongdan_domain::problem::Code;
use rand::RngCore as _;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::keys::{read_key, replace_private};
use crate::secret;

/// Where earlier versions kept the private half, plain.
const PLAIN: &str = "recovery.key";
const PUBLIC: &str = "recovery.pub";
const WRAPPED: &str = "recovery.json";
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// What a file may ask this machine for; more is a file that was not made here.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;

#[derive(Serialize, Deserialize)]
struct Wrapped {
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    wrapped: String,
}

/// The public half, base64. At the first start the pair is made and the passphrase comes with it, to be shown once.
pub fn open(folder: &Path) -> Result<(String, Option<Zeroizing<String>>)> {
    match fs::read_to_string(folder.join(PUBLIC)) {
        Ok(text) => return Ok((text.trim().to_owned(), None)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(e.into()),
    }
    if folder.join(PLAIN).exists() {
        // Wrapping it here could lose it: at an unattended start nobody would read the passphrase.
        tracing::warn!("the recovery key lies unprotected; run: gongdan-server recovery-passphrase");
        return Ok((public_text(&StaticSecret::from(read_key(&folder.join(PLAIN))?)), None));
    }
    let secret = StaticSecret::random_from_rng(OsRng);
    let passphrase = keep(folder, &secret)?;
    Ok((public_text(&secret), Some(passphrase)))
}

/// Whether the private half lies wrapped; else it lies plain, from an earlier version.
pub fn is_wrapped(folder: &Path) -> bool {
    folder.join(WRAPPED).exists()
}

/// Gives the private half another passphrase. `old` is not asked where the key still lies plain.
pub fn renew(folder: &Path, old: &str) -> Result<Zeroizing<String>> {
    let passphrase = keep(folder, &private(folder, old)?)?;
    match fs::remove_file(folder.join(PLAIN)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
        _ => Ok(passphrase),
    }
}

/// The private half.
pub fn private(folder: &Path, passphrase: &str) -> Result<StaticSecret> {
    let text = match fs::read(folder.join(WRAPPED)) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Ok(StaticSecret::from(read_key(&folder.join(PLAIN))?));
        }
        Err(e) => return Err(e.into()),
    };
    let file: Wrapped = serde_json::from_slice(&text)?;
    let raw = |text: &str| B64.decode(text).map_err(|_| damaged());
    let (salt, nonce, wrapped) = (raw(&file.salt)?, raw(&file.nonce)?, raw(&file.wrapped)?);
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| damaged())?;
    if file.memory_kib > MOST_MEMORY_KIB || file.passes > MOST_PASSES {
        return Err(damaged());
    }
    let key = stretch(passphrase, &salt, file.memory_kib, file.passes)?;
    let opened = XChaCha20Poly1305::new(key.as_slice().into())
        .decrypt(&nonce.into(), wrapped.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| Error::from(Code::PassphraseWrong))?;
    let raw: [u8; 32] = opened.as_slice().try_into().map_err(|_| damaged())?;
    Ok(StaticSecret::from(raw))
}

/// Wraps by a new passphrase. The wrapped half is on the disk before the public one says that it is.
fn keep(folder: &Path, secret: &StaticSecret) -> Result<Zeroizing<String>> {
    // Three readable codes: 120 bits.
    let passphrase = Zeroizing::new([(); 3].map(|()| secret::readable_code()).join("-"));
    let (mut salt, mut nonce) = ([0; 16], [0; 24]);
    OsRng.fill_bytes(&mut salt);
    OsRng.fill_bytes(&mut nonce);
    let key = stretch(&passphrase, &salt, MEMORY_KIB, PASSES)?;
    let wrapped = XChaCha20Poly1305::new(key.as_slice().into())
        .encrypt(&nonce.into(), secret.as_bytes().as_slice())
        .map_err(|_| Error::Unfinished)?;
    let (salt, nonce, wrapped) = (B64.encode(salt), B64.encode(nonce), B64.encode(wrapped));
    let file = Wrapped { memory_kib: MEMORY_KIB, passes: PASSES, salt, nonce, wrapped };
    replace_private(&folder.join(WRAPPED), &serde_json::to_vec_pretty(&file)?)?;
    replace_private(&folder.join(PUBLIC), public_text(secret).as_bytes())?;
    Ok(passphrase)
}

fn public_text(secret: &StaticSecret) -> String {
    B64.encode(PublicKey::from(secret).as_bytes())
}

fn damaged() -> Error {
    Error::File(std::io::Error::new(std::io::ErrorKind::InvalidData, "a key file is damaged"))
}

/// Capitals, spaces and hyphens do not count: it is read from paper.
fn stretch(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<Zeroizing<[u8; 32]>> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(|_| damaged())?;
    let typed = Zeroizing::new(secret::normal_code(passphrase));
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(typed.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| damaged())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn l2_the_recovery_key_lies_wrapped_and_opens_by_the_passphrase_shown_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let (public, shown) = open(folder.path()).expect("made");
        let shown = shown.expect("shown at the first start");
        assert_eq!(open(folder.path()).expect("again"), (public.clone(), None), "shown once, served without it");
        let secret = private(folder.path(), &shown.to_lowercase().replace('-', " ")).expect("opens");
        assert_eq!(public_text(&secret), public);
        let refused = private(folder.path(), "AAAA-BBBB").err();
        assert!(matches!(refused, Some(Error::Refused(p)) if p.code == Code::PassphraseWrong));
        for file in fs::read_dir(folder.path()).expect("files") {
            let text = fs::read_to_string(file.expect("a file").path()).expect("text");
            assert!(!text.contains(&hex::encode(secret.as_bytes())), "never plain");
            assert!(!text.contains(&B64.encode(secret.as_bytes())), "never plain");
        }
    }

    #[test]
    fn l2_a_plain_key_of_an_earlier_version_serves_on_and_is_wrapped_by_command() {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = StaticSecret::from([7; 32]);
        fs::write(folder.path().join(PLAIN), hex::encode(secret.as_bytes())).expect("written");
        assert_eq!(open(folder.path()).expect("opened").0, public_text(&secret), "devices keep their company's key");
        let passphrase = renew(folder.path(), "").expect("wrapped");
        assert!(!folder.path().join(PLAIN).exists(), "the plain one is gone");
        assert_eq!(open(folder.path()).expect("opened").0, public_text(&secret));
        assert_eq!(private(folder.path(), &passphrase).expect("opens").as_bytes(), secret.as_bytes());
        let next = renew(folder.path(), &passphrase).expect("another passphrase");
        assert!(private(folder.path(), &passphrase).is_err(), "the old one is over");
        assert_eq!(private(folder.path(), &next).expect("opens").as_bytes(), secret.as_bytes());
    }
}
