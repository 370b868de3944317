//! Synchronisation: the push half takes changes in, the pull half gives records out; neither knows the other.

pub mod again;
pub mod apply;
pub mod attachment;
mod cover;
pub mod enrol;
pub mod exchange;
pub mod falsified;
pub mod handover;
pub mod judge;
pub mod look;
mod number;
pub mod pull;
pub mod push;
pub mod reach;
pub mod readmit;
pub mod recover;
pub mod rejudge;
pub mod revoke;
#[cfg(test)]
mod tests;
