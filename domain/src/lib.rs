//! What the business of Gongdan means and allows: nouns, rules, merge, wire types.
//!
//! Everything here is a function of values. There is no clock, no disk, no network and no SQL in this crate; "now" and new ids
//! come in as arguments (`clippy.toml` beside this file refuses the rest).

pub mod calendar;
pub mod catalogue;
pub mod deadline;
pub mod entity;
pub mod fact;
pub mod fees;
pub mod finding;
pub mod id;
pub mod kit;
pub mod knowledge;
pub mod money;
pub mod number;
pub mod obligation;
pub mod paper;
pub mod parcel;
pub mod permission;
pub mod problem;
pub mod reading;
pub mod reference;
pub mod safety;
pub mod seal;
pub mod sync;
pub mod time;
pub mod visit;
pub mod warranty;
pub mod work_order;
