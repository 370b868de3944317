//! A tablet that does not start any more: its database is opened with the company's recovery key and what it had not handed over comes in
//! like exported work. Refuses without the passphrase; the tablet's own files stay untouched.

use std::path::Path;

use crate::core::Shared;
use crate::error::Result;
use crate::import;
use crate::keys::{private_folder, recovery};
use crate::office::view::ImportedWork;
use crate::storage::tablet;

/// Answers what came in and how many rows or files could not be read.
pub fn rescue(core: &Shared, database: &Path, passphrase: &str) -> Result<(ImportedWork, u32)> {
    let secret = recovery::private(core.keys.folder(), passphrase)?;
    let scratch = core.data.join(format!("rescue-{}", crate::secret::random_hex(4)));
    private_folder(&scratch)?;
    let rescued = tablet::read(database, &secret, &scratch, core.now());
    std::fs::remove_dir_all(&scratch)?;
    let rescued = rescued?;
    Ok((import::take(core, rescued.packed, None)?, rescued.unreadable))
}
