//! Copied devices that were enrolled anew, as SQL.

use gongdan_domain::id::{ChangeId, DeviceId};

use super::Session;
use super::read::id;
use crate::error::Result;
use crate::storage::again::{AgainReader, AgainTx};

impl AgainReader for Session<'_> {
    fn former(&self, device: DeviceId) -> Result<Option<DeviceId>> {
        self.one("SELECT former FROM continued WHERE device = ?1", [device.to_string()], |row| id(row, 0))
    }

    fn continued_by(&self, former: DeviceId) -> Result<Vec<DeviceId>> {
        self.many("SELECT device FROM continued WHERE former = ?1 ORDER BY device", [former.to_string()], |row| {
            id(row, 0)
        })
    }
}

impl AgainTx for Session<'_> {
    fn put_former(&mut self, device: DeviceId, former: DeviceId) -> Result<()> {
        let sql = "INSERT INTO continued (device, former) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.run(sql, (device.to_string(), former.to_string()))?;
        Ok(())
    }

    fn put_moved(&mut self, former: DeviceId, signature: &str, change: ChangeId) -> Result<()> {
        let sql = "INSERT INTO moved (device, signature, change_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.run(sql, (former.to_string(), signature, change.to_string()))?;
        Ok(())
    }
}
