//! The company's mail server. Kept with the server's keys, apart from the data: a backup of the database holds no password, and the
//! console never gets it back.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::Result;
use crate::keys::Keys;

const FILE: &str = "mail.json";
/// Certificates, as PEM, that are trusted for the mail server alone: of a company that signs its own.
const OWN_AUTHORITY: &str = "mail-ca.pem";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the first byte, usually port 465.
    Tls,
    /// Begins plain and must change to TLS, usually port 587.
    Starttls,
    /// Plain. With a password only on this very machine.
    None,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// Empty: the server asks for none.
    pub user: String,
    pub password: String,
    /// The address that customers see and answer to.
    pub from: String,
    /// The name before it.
    pub from_name: String,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailSettings").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl MailSettings {
    /// The field that cannot be used, if there is one.
    pub fn wrong_field(&self) -> Option<&'static str> {
        if self.host.trim().is_empty() || self.host.contains(char::is_whitespace) {
            Some("host")
        } else if self.port == 0 {
            Some("port")
        } else if crate::mail::letter::address(&self.from).is_none() {
            Some("from")
        } else if self.security == MailSecurity::None && !self.user.is_empty() && !self.on_this_machine() {
            // A password that anybody on the way can read is none.
            Some("security")
        } else {
            None
        }
    }

    fn on_this_machine(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// `None` while nobody has set it.
pub fn read(keys: &Keys) -> Result<Option<MailSettings>> {
    match fs::read_to_string(keys.folder().join(FILE)) {
        Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// `None` where the company has none.
pub fn own_authority(keys: &Keys) -> Result<Option<Vec<u8>>> {
    match fs::read(keys.folder().join(OWN_AUTHORITY)) {
        Ok(pem) => Ok(Some(pem)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// Whole or not at all, readable by its owner alone.
pub fn keep(keys: &Keys, settings: &MailSettings) -> Result<()> {
    let (path, new) = (keys.folder().join(FILE), keys.folder().join(format!("{FILE}.new")));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(&serde_json::to_vec_pretty(settings)?)?;
    file.sync_all()?;
    Ok(fs::rename(new, path)?)
}
