//! The kit self-check before departure (C1–C4): the standard template, what the job adds, and the proof of readiness.
//!
//! The cleaning rag is on every list and can never be released: that is a rule of the product, not company data.

mod context;
mod list;
mod ready;
mod template;

pub use context::{KitContext, KitLoaner, KitManual, KitPart};
pub use list::{KitLine, KitList, KitOrigin, kit_list, merge};
pub use ready::{KitIncomplete, KitReady, KitRelease, ReleasedBy};
pub use template::{KitCondition, KitGroup, KitItem, KitLevel, KitRole, KitTemplate};
