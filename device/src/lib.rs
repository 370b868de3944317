//! The technician's device without its shell: store, vault, sync and the commands of the field app. It builds and is tested without
//! a window. Refuses to know Tauri, and to know the server except over the wire.

pub mod assemble;
pub mod attachments;
pub mod clock;
pub mod commands;
pub mod device;
pub mod error;
pub mod export;
pub mod spare;
pub mod store;
pub mod sync;
#[cfg(test)]
pub(crate) mod testing;
pub mod vault;
pub mod view;
