//! The sync server: where devices hand over what was entered and fetch what they may see, and where the office works.
//! It refuses to know how a device keeps its data; both speak through `gongdan-domain`.

pub mod office;
