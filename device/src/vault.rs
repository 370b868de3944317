//! Where the key of the database is kept: in the operating system's key store, else wrapped by the PIN. Also wrapped to the company's
//! recovery key, so that a forgotten PIN costs no unsynced work. Refuses to keep the key plain, and refuses to destroy anything for a
//! wrong PIN: that only slows down.

mod code;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use chrono::Duration;
use gongdan_domain::parcel::message_key;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::time::Instant;
use hkdf::Hkdf;
use rand::RngCore as _;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use x25519_dalek::{EphemeralSecret, PublicKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::view::app::KeyKeeping;

pub use code::{Escrow, readable};

/// The 32 bytes that open the database. Wiped from memory when dropped.
pub type DatabaseKey = Zeroizing<[u8; 32]>;

/// The operating system's key store; the shell brings it.
pub trait KeyStore: Send + Sync {
    fn load(&self, name: &str) -> Option<Vec<u8>>;
    /// Whether it was really stored.
    fn store(&self, name: &str, secret: &[u8]) -> bool;
    fn remove(&self, name: &str);
}

/// A machine without a key store.
pub struct NoKeyStore;

impl KeyStore for NoKeyStore {
    fn load(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
    fn store(&self, _: &str, _: &[u8]) -> bool {
        false
    }
    fn remove(&self, _: &str) {}
}

/// A secret behind a PIN: Argon2id makes the PIN a key, XChaCha20-Poly1305 wraps with it.
#[derive(Serialize, Deserialize)]
pub struct PinWrap {
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    wrapped: String,
}

/// `vault.json`: how the key is kept, and the wrapped key where a PIN keeps it.
#[derive(Serialize, Deserialize)]
struct VaultFile {
    keeping: KeyKeeping,
    /// The name in the key store; random, so that two data folders of one user do not share a key.
    name: String,
    #[serde(default)]
    pin: Option<PinWrap>,
}

#[derive(Default, Serialize, Deserialize)]
struct Tries {
    failures: u32,
    last: Option<Instant>,
}

/// A secret that only the holder of the company's recovery key can read.
#[derive(Serialize, Deserialize)]
struct RecoveryWrap {
    recipient: String,
    ephemeral: String,
    wrapped: String,
}

impl RecoveryWrap {
    fn seal(recovery_key: &str, info: &[u8], secret: &[u8]) -> Result<Self> {
        let raw: [u8; 32] = B64
            .decode(recovery_key)
            .ok()
            .and_then(|raw| raw.try_into().ok())
            .ok_or(Error::Key("the recovery key is no X25519 key"))?;
        let recipient = PublicKey::from(raw);
        let ephemeral_secret = EphemeralSecret::random_from_rng(OsRng);
        let ephemeral = PublicKey::from(&ephemeral_secret);
        let wrapping =
            message_key(ephemeral_secret.diffie_hellman(&recipient).as_bytes(), &ephemeral, &recipient, info);
        // The wrapping key is used once, so a nonce of zeros is unique.
        let wrapped = ChaCha20Poly1305::new(wrapping.as_slice().into())
            .encrypt(&Default::default(), secret)
            .map_err(|_| Error::Key("the key could not be wrapped"))?;
        Ok(Self {
            recipient: recovery_key.to_owned(),
            ephemeral: B64.encode(ephemeral.as_bytes()),
            wrapped: B64.encode(wrapped),
        })
    }
}

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const FREE_TRIES: u32 = 3;
const LONGEST_WAIT_S: i64 = 300;
const RECOVERY_INFO: &[u8] = b"gongdan-recovery/1";

pub struct Vault {
    dir: PathBuf,
    key_store: Box<dyn KeyStore>,
}

impl Vault {
    pub fn new(dir: &Path, key_store: Box<dyn KeyStore>) -> Self {
        Self { dir: dir.to_owned(), key_store }
    }

    pub fn exists(&self) -> bool {
        self.path("vault.json").exists()
    }

    pub fn keeping(&self) -> KeyKeeping {
        self.load().map_or(KeyKeeping::Pin, |file| file.keeping)
    }

    /// Makes a new key and keeps it. Without a key store the PIN is needed.
    pub fn create(&self, pin: &str) -> Result<DatabaseKey> {
        let mut key: DatabaseKey = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(key.as_mut_slice());
        let name = hex::encode(random::<8>());
        let file = if self.key_store.store(&name, key.as_slice()) {
            VaultFile { keeping: KeyKeeping::OsKeyStore, name, pin: None }
        } else {
            VaultFile { keeping: KeyKeeping::Pin, name, pin: Some(PinWrap::seal(pin, key.as_slice())?) }
        };
        write_durably(&self.path("vault.json"), &serde_json::to_vec(&file)?)?;
        Ok(key)
    }

    /// The key without a person, if the key store has it.
    pub fn from_key_store(&self) -> Option<DatabaseKey> {
        let file = self.load().filter(|file| file.keeping == KeyKeeping::OsKeyStore)?;
        let secret = Zeroizing::new(self.key_store.load(&file.name)?);
        Some(Zeroizing::new(secret.as_slice().try_into().ok()?))
    }

    /// The key by the PIN. Wrong PINs wait longer and longer.
    pub fn by_pin(&self, pin: &str, now: Instant) -> Result<DatabaseKey> {
        let wrap = self.load().and_then(|file| file.pin).ok_or(Code::NotEnrolled)?;
        let secret = self.tried(now, || wrap.open(pin))?;
        let key: [u8; 32] =
            secret.as_slice().try_into().map_err(|_| Error::Key("the wrapped key has another length"))?;
        Ok(Zeroizing::new(key))
    }

    /// Counts a try at a PIN: refused while the wait lasts, forgotten after a right one.
    pub fn tried<T>(&self, now: Instant, attempt: impl FnOnce() -> Result<T>) -> Result<T> {
        let path = self.path("tries.json");
        let mut tries: Tries = fs::read(&path).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
        let wait = match tries.failures.checked_sub(FREE_TRIES) {
            None => 0,
            Some(n) => (1i64 << n.min(16)).min(LONGEST_WAIT_S),
        };
        let left = tries.last.map_or(0, |last| (last + Duration::seconds(wait) - now).num_seconds().clamp(0, wait));
        if left > 0 {
            return Err(Problem::with(Code::TooManyTries, serde_json::json!({ "seconds": left })).into());
        }
        // Counted before it is tried: an app that is killed in the middle has tried. On a full disk the right PIN opens all the same.
        tries.failures += 1;
        tries.last = Some(now);
        if let Err(error) = write_durably(&path, &serde_json::to_vec(&tries)?) {
            tracing::warn!(%error, "a try at the PIN could not be counted");
        }
        let outcome = attempt();
        if outcome.is_ok() {
            remove(&path)?;
        }
        outcome
    }

    /// Wraps the key to the company's recovery key beside the database, and makes a code by which the company opens this device.
    pub fn keep_for_recovery(&self, key: &DatabaseKey, recovery_key: &str) -> Result<()> {
        let file = RecoveryWrap::seal(recovery_key, RECOVERY_INFO, key.as_slice())?;
        write_durably(&self.path("recovery.json"), &serde_json::to_vec(&file)?)?;
        self.renew_code(key)
    }

    /// A new PIN for a key that is known, in the place of a forgotten one.
    pub fn set_pin(&self, pin: &str, key: &DatabaseKey) -> Result<()> {
        let mut file = self.load().ok_or(Code::NotEnrolled)?;
        let wrap = PinWrap::seal(pin, key.as_slice())?;
        // A key store that had lost the key gets it again; where it does not take it, the PIN keeps it from now on.
        if file.keeping == KeyKeeping::OsKeyStore && !self.key_store.store(&file.name, key.as_slice()) {
            file.keeping = KeyKeeping::Pin;
        }
        file.pin = (file.keeping == KeyKeeping::Pin).then_some(wrap);
        write_durably(&self.path("vault.json"), &serde_json::to_vec(&file)?)?;
        remove(&self.path("tries.json"))
    }

    /// Crypto-erase: without the key the rest is noise.
    pub fn destroy(&self) -> Result<()> {
        if let Some(file) = self.load() {
            self.key_store.remove(&file.name);
        }
        for name in ["vault.json", "recovery.json", "code.json", "tries.json"] {
            remove(&self.path(name))?;
        }
        Ok(())
    }

    fn load(&self) -> Option<VaultFile> {
        serde_json::from_slice(&fs::read(self.path("vault.json")).ok()?).ok()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

impl PinWrap {
    /// Refuses a PIN of fewer than four digits.
    pub fn seal(pin: &str, secret: &[u8]) -> Result<Self> {
        if pin.chars().filter(char::is_ascii_digit).count() < 4 {
            return Err(Code::PinTooShort.into());
        }
        let (salt, nonce) = (random::<16>(), random::<24>());
        let key = stretch(pin, &salt, MEMORY_KIB, PASSES)?;
        let wrapped = XChaCha20Poly1305::new(key.as_slice().into())
            .encrypt(&nonce.into(), secret)
            .map_err(|_| Error::Key("the key could not be wrapped"))?;
        let (salt, nonce, wrapped) = (B64.encode(salt), B64.encode(nonce), B64.encode(wrapped));
        Ok(Self { memory_kib: MEMORY_KIB, passes: PASSES, salt, nonce, wrapped })
    }

    pub fn open(&self, pin: &str) -> Result<Zeroizing<Vec<u8>>> {
        let damaged = || Error::Key("the vault file is damaged");
        let text = |field: &str| B64.decode(field).map_err(|_| damaged());
        let key = stretch(pin, &text(&self.salt)?, self.memory_kib, self.passes)?;
        let nonce: [u8; 24] = text(&self.nonce)?.try_into().map_err(|_| damaged())?;
        XChaCha20Poly1305::new(key.as_slice().into())
            .decrypt(&nonce.into(), text(&self.wrapped)?.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| Code::PinWrong.into())
    }
}

fn stretch(pin: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<DatabaseKey> {
    let params =
        Params::new(memory_kib, passes, 1, Some(32)).map_err(|_| Error::Key("the cost of the PIN is out of range"))?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| Error::Key("the PIN could not be stretched"))?;
    Ok(key)
}

/// A key for another purpose, derived from the database's.
pub fn derive(key: &DatabaseKey, purpose: &str) -> DatabaseKey {
    let mut derived = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, key.as_slice())
        .expand(purpose.as_bytes(), derived.as_mut_slice())
        .expect("32 bytes are a legal length");
    derived
}

const NONCE: usize = 24;

/// Bytes for the disk: a random nonce, then the text encrypted and bound to its name.
pub(crate) fn sealed(key: &DatabaseKey, name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let nonce = random::<NONCE>();
    let sealed = XChaCha20Poly1305::new(key.as_slice().into())
        .encrypt(&nonce.into(), Payload { msg: bytes, aad: name.as_bytes() })
        .map_err(|_| Error::FileDamaged)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

pub(crate) fn unsealed(key: &DatabaseKey, name: &str, raw: &[u8]) -> Result<Vec<u8>> {
    let (nonce, sealed) = raw.split_at_checked(NONCE).ok_or(Error::FileDamaged)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Error::FileDamaged)?;
    XChaCha20Poly1305::new(key.as_slice().into())
        .decrypt(&nonce.into(), Payload { msg: sealed, aad: name.as_bytes() })
        .map_err(|_| Error::FileDamaged)
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// All or nothing, also over a power cut: a new file is synced, then takes the name.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let fresh = path.with_extension(format!("{}.new", hex::encode(random::<4>())));
    let written = fs::File::create(&fresh)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&fresh, path));
    if let Err(error) = written {
        // On a full disk the half-written file is the first thing that has to go.
        _ = fs::remove_file(&fresh);
        return Err(error.into());
    }
    if let Some(dir) = path.parent() {
        // A directory can be synced on Unix only; elsewhere the rename is durable by itself.
        _ = fs::File::open(dir).and_then(|dir| dir.sync_all());
    }
    Ok(())
}

pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::read_out;
