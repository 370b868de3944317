//! What tests stand on. Nothing here ships.

mod binaries;
mod office;
mod proxy;
mod seen;
pub mod visit;
mod work;
mod world;

pub use binaries::{ServerProcess, binary, checkout, first_start, free_port, pinned_address, sign_in_lines};
pub use office::Office;
pub use proxy::{Proxy, Weather};
pub use seen::{customer_of, job_of, notes, photos};
pub use work::{AtWork, SHEN, ZHANG, device_row};
pub use world::{PIN, TestDevice, World};
