//! A spare copy, beside the database, of the little that neither the office nor the outbox can tell again: who this device is, where
//! its chain of seals stands, how many numbers it has drawn. Encrypted with a key of the database's. It is read only when the database
//! is damaged; refuses to be a second truth.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::vault::{DatabaseKey, derive, sealed, unsealed, write_durably};

pub const NAME: &str = "spare.bin";
const PURPOSE: &str = "gongdan-spare/1";

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spare {
    /// Single values as the database keeps them.
    pub values: BTreeMap<String, String>,
    /// The highest number drawn of each kind.
    pub counts: BTreeMap<String, u64>,
}

impl Spare {
    pub fn keep(&self, data_dir: &Path, key: &DatabaseKey) -> Result<()> {
        let bytes = sealed(&derive(key, PURPOSE), NAME, &serde_json::to_vec(self)?)?;
        write_durably(&data_dir.join(NAME), &bytes)
    }

    /// `None` where there is none, or where it is damaged too.
    pub fn load(data_dir: &Path, key: &DatabaseKey) -> Option<Self> {
        let raw = std::fs::read(data_dir.join(NAME)).ok()?;
        serde_json::from_slice(&unsealed(&derive(key, PURPOSE), NAME, &raw).ok()?).ok()
    }
}
