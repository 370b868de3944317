//! What the field app shows: one value per screen, computed when asked, never stored. Shapes only; how they are filled is in
//! `commands/`.

pub mod agenda;
pub mod app;
pub mod find;
pub mod job;
pub mod paper;
pub mod revision;
pub mod sync;

use gongdan_domain::id::WriteId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A register as the screen needs it: the value, and the heads that an edit beginning now has seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FieldView {
    #[ts(type = "unknown")]
    pub value: Value,
    pub heads: Vec<WriteId>,
    pub conflict: bool,
}
