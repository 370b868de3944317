//! Single values: who this device is, how far it has come with the server, where its chain of seals stands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use ed25519_dalek::SigningKey;
use gongdan_domain::seal::ChainHead;
use gongdan_domain::sync::wire::{Certificate, SignedCertificate};
use gongdan_domain::work_order::Ink;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::store::{Applier, Reader};

pub(super) const LAST_SEQ: &str = "last_seq";
pub(super) const MEASURED: &str = "measured";
const ACKED_THROUGH: &str = "acked_through";
const SAFE_THROUGH: &str = "safe_through";
const EPOCH: &str = "epoch";
pub(super) const CHAIN: &str = "chain";
pub(super) const DELIVERED_AT: &str = "delivered_at";
const MIN_APP: &str = "min_app";
pub(super) const PIN: &str = "pin";
const CODE_HELD: &str = "code_held";
const COPIED: &str = "copied";
const COVERED: &str = "covered";
const LAST_FILE: &str = "last_file";
const SIGNING_KEY: &str = "signing_key";
pub(super) const CERTIFICATE: &str = "certificate";
const TOKEN: &str = "token";
const SERVER: &str = "server";
const REFUSALS_READ: &str = "refusals_read";
/// The strokes of whose device this is, for what he seals with it.
pub(super) const OWN_INK: &str = "own_ink";
/// Whether and how this database was rebuilt from a damaged one.
pub(super) const REBUILT: &str = "rebuilt";

/// How many transactions were committed; see `mark.rs`.
pub(super) const COMMITS: &str = "commits";

/// What is between one identity and the server: a new one begins without.
pub(super) const STANDING_WITH_SERVER: [&str; 8] =
    [ACKED_THROUGH, SAFE_THROUGH, EPOCH, COPIED, CODE_HELD, LAST_FILE, REFUSALS_READ, REBUILT];

/// What no later exchange can tell again: who this device is, where its chain of seals stands, its lock.
pub(super) const OWN: [&str; 6] = [SIGNING_KEY, CERTIFICATE, TOKEN, SERVER, CHAIN, PIN];
/// Every name, for reading them one by one.
pub(super) const ALL: [&str; 15] = [
    SIGNING_KEY,
    CERTIFICATE,
    TOKEN,
    SERVER,
    CHAIN,
    PIN,
    LAST_SEQ,
    MEASURED,
    ACKED_THROUGH,
    SAFE_THROUGH,
    EPOCH,
    DELIVERED_AT,
    MIN_APP,
    COMMITS,
    OWN_INK,
];

/// Who this device is. The signing key was made here and never leaves the encrypted database.
pub struct Identity {
    pub signing_key: SigningKey,
    pub signed_certificate: SignedCertificate,
    pub certificate: Certificate,
    pub token: Zeroizing<String>,
    pub server: String,
}

impl Identity {
    pub(super) fn save(&self, connection: &Connection) -> Result<()> {
        write(connection, SIGNING_KEY, &B64.encode(self.signing_key.to_bytes()))?;
        write_json(connection, CERTIFICATE, &self.signed_certificate)?;
        write(connection, TOKEN, &self.token)?;
        write(connection, SERVER, &self.server)?;
        write_json(connection, CHAIN, &ChainHead::genesis(&self.signed_certificate))
    }

    pub(super) fn load(connection: &Connection) -> Result<Self> {
        let mut values = std::collections::BTreeMap::new();
        for name in OWN {
            if let Some(value) = read(connection, name)? {
                values.insert(name, value);
            }
        }
        Self::of(|name| values.get(name).cloned())
    }

    /// From single values, wherever they were kept.
    pub(crate) fn of(value: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let stored = |name| value(name).ok_or(Error::Key("the enrolment is not complete"));
        let raw: [u8; 32] = B64
            .decode(stored(SIGNING_KEY)?)
            .ok()
            .and_then(|raw| raw.try_into().ok())
            .ok_or(Error::Key("the signing key is damaged"))?;
        let signed_certificate: SignedCertificate = serde_json::from_str(&stored(CERTIFICATE)?)?;
        Ok(Self {
            signing_key: SigningKey::from_bytes(&raw),
            certificate: signed_certificate.read()?,
            signed_certificate,
            token: Zeroizing::new(stored(TOKEN)?),
            server: stored(SERVER)?,
        })
    }
}

/// How far this device and the server are with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub epoch: Option<String>,
    pub acked_through: u64,
    pub safe_through: u64,
    pub last_seq: u64,
}

impl Reader<'_> {
    pub fn standing(&self) -> Result<Standing> {
        Ok(Standing {
            epoch: read(self.conn(), EPOCH)?,
            acked_through: read_number(self.conn(), ACKED_THROUGH)?,
            safe_through: read_number(self.conn(), SAFE_THROUGH)?,
            last_seq: read_number(self.conn(), LAST_SEQ)?,
        })
    }

    /// When everything was last delivered.
    pub fn delivered_at(&self) -> Result<Option<String>> {
        read(self.conn(), DELIVERED_AT)
    }

    /// The own file that was whole at the server last; none where none was since it went back.
    pub fn last_file(&self) -> Result<Option<String>> {
        Ok(read(self.conn(), LAST_FILE)?.filter(|hash| !hash.is_empty()))
    }

    /// What stands for the cursors of all scopes, as the server gave it.
    pub fn covered(&self) -> Result<Option<String>> {
        Ok(read(self.conn(), COVERED)?.filter(|text| !text.is_empty()))
    }

    /// Whether the server has found another device under this identity.
    pub fn copied(&self) -> Result<bool> {
        Ok(read_number(self.conn(), COPIED)? > 0)
    }

    /// The oldest app that the server takes for good.
    pub fn min_app(&self) -> Result<Option<String>> {
        read(self.conn(), MIN_APP)
    }

    /// The code that the office keeps for this device.
    pub fn code_held(&self) -> Result<Option<String>> {
        read(self.conn(), CODE_HELD)
    }

    pub(super) fn chain(&self) -> Result<ChainHead> {
        let stored = read_json(self.conn(), CHAIN)?;
        Ok(stored.unwrap_or_else(|| ChainHead::genesis(&self.identity().signed_certificate)))
    }

    pub(super) fn set_chain(&self, head: &ChainHead) -> Result<()> {
        self.spare_is_due();
        write_json(self.conn(), CHAIN, head)
    }

    /// The technician's own strokes, once he has drawn them.
    pub fn own_ink(&self) -> Result<Option<Ink>> {
        read_json(self.conn(), OWN_INK)
    }

    /// The wrapped proof of the PIN where the key store keeps the key.
    pub fn lock_pin<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        read_json(self.conn(), PIN)
    }
}

impl Reader<'_> {
    /// Numbers of the refused changes that the person has read about.
    pub fn refusals_read(&self) -> Result<Vec<u64>> {
        Ok(read_json(self.conn(), REFUSALS_READ)?.unwrap_or_default())
    }
}

impl Applier<'_> {
    pub(super) fn add_refusal_read(&self, device_seq: u64) -> Result<()> {
        let mut read = self.refusals_read()?;
        if !read.contains(&device_seq) {
            read.push(device_seq);
        }
        write_json(self.conn(), REFUSALS_READ, &read)
    }

    pub fn set_standing(&self, standing: &Standing) -> Result<()> {
        if let Some(epoch) = &standing.epoch {
            write(self.conn(), EPOCH, epoch)?;
        }
        write_number(self.conn(), ACKED_THROUGH, standing.acked_through)?;
        write_number(self.conn(), SAFE_THROUGH, standing.safe_through)?;
        // A disk that was rolled back must not use numbers again that the server has seen.
        write_number(self.conn(), LAST_SEQ, standing.last_seq.max(standing.acked_through))
    }

    /// `None`: nothing stands on his papers but the device's own mark.
    pub fn set_own_ink(&self, ink: Option<&Ink>) -> Result<()> {
        match ink {
            Some(ink) => write_json(self.conn(), OWN_INK, ink),
            None => forget(self.conn(), &[OWN_INK]),
        }
    }

    pub fn set_delivered_at(&self, at: &str) -> Result<()> {
        write(self.conn(), DELIVERED_AT, at)
    }

    pub(super) fn set_last_file(&self, hash: &str) -> Result<()> {
        write(self.conn(), LAST_FILE, hash)
    }

    pub fn set_covered(&self, covered: &str) -> Result<()> {
        write(self.conn(), COVERED, covered)
    }

    /// The cursors count again.
    pub fn forget_covered(&self) -> Result<()> {
        write(self.conn(), COVERED, "")
    }

    pub fn set_copied(&self, copied: bool) -> Result<()> {
        write_number(self.conn(), COPIED, copied.into())
    }

    pub fn set_code_held(&self, id: &str) -> Result<()> {
        write(self.conn(), CODE_HELD, id)
    }

    pub fn set_min_app(&self, version: &str) -> Result<()> {
        write(self.conn(), MIN_APP, version)
    }

    pub fn set_lock_pin(&self, wrap: &impl Serialize) -> Result<()> {
        self.spare_is_due();
        write_json(self.conn(), PIN, wrap)
    }
}

pub(super) fn read(connection: &Connection, key: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

pub(super) fn write(connection: &Connection, key: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute(params![key, value])?;
    Ok(())
}

pub(super) fn forget(connection: &Connection, names: &[&str]) -> Result<()> {
    let mut statement = connection.prepare("DELETE FROM meta WHERE key = ?1")?;
    names.iter().try_for_each(|name| statement.execute([name]).map(drop))?;
    Ok(())
}

pub(super) fn read_json<T: DeserializeOwned>(connection: &Connection, key: &str) -> Result<Option<T>> {
    Ok(read(connection, key)?.map(|text| serde_json::from_str(&text)).transpose()?)
}

pub(super) fn write_json(connection: &Connection, key: &str, value: &impl Serialize) -> Result<()> {
    write(connection, key, &serde_json::to_string(value)?)
}

pub(super) fn read_number(connection: &Connection, key: &str) -> Result<u64> {
    Ok(read(connection, key)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

pub(super) fn write_number(connection: &Connection, key: &str, value: u64) -> Result<()> {
    write(connection, key, &value.to_string())
}
