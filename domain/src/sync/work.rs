//! Unsent work of one device as one file: its signed changes and the files that they name. It is packed to the company
//! ([`crate::parcel`]); what it says is judged exactly as if the device had sent it itself.

use serde::{Deserialize, Serialize};

use crate::parcel::NotOpened;
use crate::seal::sha256_hex;
use crate::sync::change::{Extra, FileRef, SignedChange};
use crate::sync::wire::SignedCertificate;
use crate::time::Instant;

/// The type under which such a file travels as an attachment of whoever carries it.
pub const MIME: &str = "application/x-gongdan-work";

/// What the device says about itself and what it packed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    pub certificate: SignedCertificate,
    pub app: String,
    pub schema: u32,
    pub packed_at: Instant,
    /// Numbers that the device no longer holds, as in an exchange.
    #[serde(default)]
    pub missing: Vec<(u64, u64)>,
    pub changes: Vec<SignedChange>,
    #[serde(default)]
    pub files: Vec<FileRef>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// The work and the content of its files, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    pub work: Work,
    pub contents: Vec<Vec<u8>>,
}

impl Packed {
    /// Length of the JSON (8 bytes, little end first), the JSON, the files one after the other.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let head = serde_json::to_vec(&self.work)?;
        let total = self.contents.iter().map(Vec::len).sum::<usize>();
        let mut bytes = Vec::with_capacity(8 + head.len() + total);
        bytes.extend_from_slice(&(head.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&head);
        self.contents.iter().for_each(|content| bytes.extend_from_slice(content));
        Ok(bytes)
    }

    /// Refuses a length or a hash that does not fit: what is handed on is whole.
    pub fn read(bytes: &[u8]) -> Result<Self, NotOpened> {
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or(NotOpened::Altered)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| NotOpened::Altered)?;
        let (head, mut rest) = rest.split_at_checked(length).ok_or(NotOpened::Altered)?;
        let work: Work = serde_json::from_slice(head).map_err(|_| NotOpened::Altered)?;
        let mut contents = Vec::with_capacity(work.files.len().min(1024));
        for file in &work.files {
            let size = usize::try_from(file.size).map_err(|_| NotOpened::Altered)?;
            let (content, after) = rest.split_at_checked(size).ok_or(NotOpened::Altered)?;
            if sha256_hex(content) != file.hash {
                return Err(NotOpened::Altered);
            }
            contents.push(content.to_vec());
            rest = after;
        }
        if rest.is_empty() { Ok(Self { work, contents }) } else { Err(NotOpened::Altered) }
    }
}
