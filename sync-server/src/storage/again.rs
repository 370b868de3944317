//! What the storage keeps of a copied device that was enrolled anew.

use gongdan_domain::id::{ChangeId, DeviceId};

use crate::error::Result;

pub trait AgainReader {
    /// The enrolment that a device continues.
    fn former(&self, device: DeviceId) -> Result<Option<DeviceId>>;
    /// The devices that continue an enrolment.
    fn continued_by(&self, former: DeviceId) -> Result<Vec<DeviceId>>;
}

pub trait AgainTx {
    fn put_former(&mut self, device: DeviceId, former: DeviceId) -> Result<()>;
    /// The original of a change need not be looked at any more: what it says came by another.
    fn put_moved(&mut self, former: DeviceId, signature: &str, change: ChangeId) -> Result<()>;
}
