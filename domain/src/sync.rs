//! The values of synchronisation: what a change is, how registers merge, what goes over the wire. No network and no storage here.

pub mod again;
pub mod change;
pub mod enrolment;
pub mod gone;
pub mod merge;
pub mod readmit;
pub mod version;
pub mod wire;
pub mod work;

/// The newest protocol that this version speaks. Pull serves this and the one before; push accepts every one ever released.
pub const PROTOCOL: u32 = 1;
/// The schema of the records that this version writes.
pub const SCHEMA: u32 = 1;
