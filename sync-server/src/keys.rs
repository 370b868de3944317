//! The server's keys, apart from its data: an Ed25519 key that signs certificates, receipts and office changes, and the company's
//! X25519 recovery key. Revocations lie here too, so that a restored database does not re-admit a revoked device.

mod code;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use ed25519_dalek::SigningKey;
use gongdan_domain::id::DeviceId;

use crate::error::{Error, Result};

const SERVER_KEY: &str = "server.key";
const RECOVERY_KEY: &str = "recovery.key";
const REVOKED: &str = "revoked.txt";
const ENROLMENTS: &str = "enrolments.txt";

/// The keys folder, read.
pub struct Keys {
    folder: PathBuf,
    pub signing: SigningKey,
    /// Public half, base64, as devices get it.
    pub recovery_public: String,
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
        let recovery = x25519_dalek::StaticSecret::from(key(&folder.join(RECOVERY_KEY))?);
        let recovery_public = B64.encode(x25519_dalek::PublicKey::from(&recovery).as_bytes());
        Ok(Self { folder: folder.to_owned(), signing, recovery_public })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The private half of the company's recovery key. It lies plain here; the passphrase is asked where it does not.
    pub fn recovery_secret(&self, _passphrase: &str) -> Result<x25519_dalek::StaticSecret> {
        Ok(x25519_dalek::StaticSecret::from(key(&self.folder.join(RECOVERY_KEY))?))
    }

    /// Devices that were ever revoked, whatever the database says.
    pub fn revoked(&self) -> Result<BTreeSet<DeviceId>> {
        match fs::read_to_string(self.folder.join(REVOKED)) {
            Ok(text) => Ok(text.lines().filter_map(|line| line.trim().parse().ok()).collect()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(e) => Err(e.into()),
        }
    }

    /// Counts enrolments apart from the data: a restored database must not give a number prefix out twice.
    pub fn next_enrolment(&self, at_least: u32) -> Result<u32> {
        let path = self.folder.join(ENROLMENTS);
        let counted = fs::read_to_string(&path).ok().and_then(|t| t.trim().parse::<u32>().ok()).unwrap_or(0);
        let next = counted.max(at_least) + 1;
        let mut file = fs::File::create(&path)?;
        write!(file, "{next}")?;
        file.sync_all()?;
        Ok(next)
    }

    pub fn remember_revoked(&self, device: DeviceId) -> Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.folder.join(REVOKED))?;
        writeln!(file, "{device}")?;
        Ok(file.sync_all()?)
    }
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
    match fs::read_to_string(path) {
        Ok(text) => {
            let raw = hex::decode(text.trim()).ok().and_then(|raw| raw.try_into().ok());
            raw.ok_or_else(|| {
                Error::File(std::io::Error::new(std::io::ErrorKind::InvalidData, "a key file is damaged"))
            })
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            private_file(path, crate::secret::random_hex(32).as_bytes())?;
            key(path)
        }
        Err(e) => Err(e.into()),
    }
}
