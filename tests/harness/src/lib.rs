//! What tests stand on. Nothing here ships.

mod binaries;
mod office;
mod proxy;
mod world;

pub use binaries::{ServerProcess, binary, checkout, free_port, pinned_address, sign_in_lines};
pub use office::Office;
pub use proxy::{Proxy, Weather};
pub use world::{PIN, TestDevice, World};
