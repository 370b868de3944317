//! The console's commands through the server's own router: what the office decides, and what it refuses.

mod attested;
mod bench;
mod bundles;
mod callbacks;
mod calls;
mod company;
mod conflicts;
mod devices;
mod findings;
mod handover;
mod orders;
mod publishing;
mod revisions;
mod signed;
mod templates;

#[path = "../../../documents/tests/sample/mod.rs"]
#[allow(dead_code)] // the order is used, the pictures are not
mod sample;
