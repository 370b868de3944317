//! Devices that were revoked: what stands in their rows, and what the list beside the keys says. The list lies outside the data, so it has
//! the last word where the data is older. Refuses to make "erase now" of "collect first": only an admin's own word does that, and who
//! comes back to be collected is collected again, because a copied tablet is two of them.

use std::collections::BTreeMap;

use gongdan_domain::id::DeviceId;

use crate::error::Result;
use crate::keys::{Keys, Revocation};
use crate::storage::{DeviceRecord, Store};
use crate::sync::push::QUARANTINED;

/// It hands over what it holds, then it erases itself.
pub const COLLECT: &str = "collect";
/// The same, and its data was copied: what it hands over is kept apart.
pub const COLLECT_APART: &str = "collect_apart";
/// It has said that it holds nothing any more. Whoever comes after that is collected too.
pub const COLLECTED: &str = "collected";
/// It is told to erase itself at its next contact.
pub const ERASE: &str = "erase";
/// It was told.
pub const ERASED: &str = "erased";

/// Revoked devices and how. `None`: a list of an earlier version has no word for it.
pub type Revoked = BTreeMap<DeviceId, Option<Revocation>>;

impl DeviceRecord {
    /// Whether it is asked to hand over what it holds.
    pub fn collects(&self) -> bool {
        matches!(self.state.as_str(), COLLECT | COLLECT_APART | COLLECTED)
    }

    /// Whether nothing that it says is heard any more.
    pub fn erases(&self) -> bool {
        matches!(self.state.as_str(), ERASE | ERASED)
    }

    /// Whether its data was copied: nothing of it is counted.
    pub fn apart(&self) -> bool {
        matches!(self.state.as_str(), QUARANTINED | COLLECT_APART)
    }

    /// Its data was copied.
    pub fn set_apart(&mut self) {
        self.state = if self.collects() { COLLECT_APART } else { QUARANTINED }.to_owned();
    }

    pub fn revoke(&mut self, how: Revocation) {
        let state = match (how, self.state.as_str()) {
            (_, ERASED) => ERASED,
            (Revocation::Erase, _) => ERASE,
            (Revocation::Collect, QUARANTINED | COLLECT_APART) => COLLECT_APART,
            (Revocation::Collect, COLLECTED) => COLLECTED,
            (Revocation::Collect, _) => COLLECT,
        };
        self.state = state.to_owned();
    }

    /// What the list says of it, whatever its row was when the data was copied.
    pub fn heed(&mut self, revoked: &Revoked) {
        match revoked.get(&self.id) {
            None => {}
            // Revoked by an earlier version: its row alone says that it is being collected.
            Some(None) if self.collects() => {}
            Some(how) => self.revoke(how.unwrap_or(Revocation::Erase)),
        }
    }
}

/// Data that was just opened may be older than the list: from here on every door sees what was said since.
pub fn heed_all(store: &Store, keys: &Keys) -> Result<()> {
    let revoked = keys.revoked()?;
    if revoked.is_empty() {
        return Ok(());
    }
    let before = store.read(|r| r.devices())?;
    let heeded = before.iter().filter_map(|device| {
        let mut now = device.clone();
        now.heed(&revoked);
        (now != *device).then_some(now)
    });
    let changed: Vec<DeviceRecord> = heeded.collect();
    if changed.is_empty() {
        return Ok(());
    }
    store.write(move |tx| changed.iter().try_for_each(|device| tx.put_device(device)))
}
