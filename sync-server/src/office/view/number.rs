//! What the console shows of the book of numbers.

use gongdan_domain::id::OrderId;
use gongdan_domain::number::NumberState;
use gongdan_domain::time::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PersonName;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NumberList {
    pub rows: Vec<NumberLine>,
    pub total: u32,
    pub counts: NumberCounts,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NumberCounts {
    pub drawn: u32,
    pub sealed: u32,
    pub void: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NumberLine {
    pub number: String,
    pub state: NumberState,
    /// Why it is void; `abandoned`: the job was called off or went to somebody else.
    pub reason: String,
    pub by: PersonName,
    pub device_name: String,
    pub customer: String,
    /// Set where the console can open the order.
    pub order: Option<OrderId>,
    #[ts(type = "string")]
    pub claimed_at: Instant,
    #[ts(type = "string")]
    pub changed_at: Instant,
}
