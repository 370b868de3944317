//! What tests stand on. Nothing here ships.

mod binaries;

pub use binaries::{ServerProcess, binary, checkout, free_port, sign_in_lines};
