//! The server's keys, apart from its data: an Ed25519 key that signs certificates, receipts and office changes, and the company's
//! recovery key. Revocations lie here too, so that a restored database does not re-admit a revoked device.

mod code;
pub mod recovery;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use gongdan_domain::id::DeviceId;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

const SERVER_KEY: &str = "server.key";
const REVOKED: &str = "revoked.txt";
const ENROLMENTS: &str = "enrolments.txt";

/// How a device was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// It hands over what it holds before it erases itself.
    Collect,
    Erase,
}

impl Revocation {
    fn word(self) -> &'static str {
        match self {
            Revocation::Collect => "collect",
            Revocation::Erase => "erase",
        }
    }
}

/// The keys folder, read.
pub struct Keys {
    folder: PathBuf,
    pub signing: SigningKey,
    /// Public half, base64, as devices get it.
    pub recovery_public: String,
    /// Of the recovery key; only at the very first start, to be shown once.
    pub passphrase: Option<Zeroizing<String>>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the keys, making them at the first start.
    pub fn open(folder: &Path) -> Result<Self> {
        private_folder(folder)?;
        let signing = SigningKey::from_bytes(&key(&folder.join(SERVER_KEY))?);
        let (recovery_public, passphrase) = recovery::open(folder)?;
        Ok(Self { folder: folder.to_owned(), signing, recovery_public, passphrase })
    }

    /// Whether a folder holds a server's key.
    pub fn lie_in(folder: &Path) -> bool {
        folder.join(SERVER_KEY).exists()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The private half of the company's recovery key. Where it still lies plain the passphrase is not looked at.
    pub fn recovery_secret(&self, passphrase: &str) -> Result<x25519_dalek::StaticSecret> {
        recovery::private(&self.folder, passphrase)
    }

    /// Devices that were ever revoked, whatever the database says, and how: the last line about a device counts. Earlier versions wrote
    /// no word for it.
    pub fn revoked(&self) -> Result<BTreeMap<DeviceId, Option<Revocation>>> {
        match fs::read_to_string(self.folder.join(REVOKED)) {
            Ok(text) => Ok(text.lines().filter_map(revocation).collect()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(e) => Err(e.into()),
        }
    }

    /// Counts enrolments apart from the data: a restored database must not give a number prefix out twice.
    pub fn next_enrolment(&self, at_least: u32) -> Result<u32> {
        let next = self.enrolments().max(at_least) + 1;
        replace_private(&self.folder.join(ENROLMENTS), next.to_string().as_bytes())?;
        Ok(next)
    }

    /// After a restore: enrolments that a copied count does not know may have happened.
    pub fn skip_enrolments(&self, of: u32) -> Result<()> {
        self.next_enrolment(self.enrolments() + of).map(drop)
    }

    fn enrolments(&self) -> u32 {
        fs::read_to_string(self.folder.join(ENROLMENTS)).ok().and_then(|t| t.trim().parse().ok()).unwrap_or(0)
    }

    pub fn remember_revoked(&self, device: DeviceId, how: Revocation) -> Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.folder.join(REVOKED))?;
        file.write_all(format!("{device} {}\n", how.word()).as_bytes())?;
        Ok(file.sync_all()?)
    }
}

/// One line of the list: a device and how it was revoked.
fn revocation(line: &str) -> Option<(DeviceId, Option<Revocation>)> {
    let mut words = line.split_whitespace();
    let device = words.next()?.parse().ok()?;
    let how = words.next().map(|word| match word {
        "collect" => Revocation::Collect,
        _ => Revocation::Erase,
    });
    Some((device, how))
}

/// A folder that only its owner can enter.
pub fn private_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(path)?)
}

/// A new file that only its owner can read, on the disk when this returns.
pub fn private_file(path: &Path, content: &[u8]) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    Ok(file.sync_all()?)
}

fn key(path: &Path) -> Result<[u8; 32]> {
    match read_key(path) {
        Err(Error::File(e)) if e.kind() == std::io::ErrorKind::NotFound => {
            private_file(path, crate::secret::random_hex(32).as_bytes())?;
            read_key(path)
        }
        known => known,
    }
}

fn read_key(path: &Path) -> Result<[u8; 32]> {
    let raw = hex::decode(fs::read_to_string(path)?.trim()).ok().and_then(|raw| raw.try_into().ok());
    raw.ok_or_else(|| Error::File(std::io::Error::new(std::io::ErrorKind::InvalidData, "a key file is damaged")))
}

/// The same in the place of an older one: whole or not at all.
fn replace_private(path: &Path, content: &[u8]) -> Result<()> {
    let fresh = path.with_extension("new");
    match fs::remove_file(&fresh) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
        _ => {}
    }
    private_file(&fresh, content)?;
    Ok(fs::rename(&fresh, path)?)
}
