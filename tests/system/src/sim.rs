//! A company in one thread: the real server, the real devices with their real encrypted stores, a network and clocks that are only
//! numbers. One seed makes one schedule: what people enter, what breaks, in which order. After quiet the checker asks every invariant
//! of `docs/sync.md` by its name. Refuses to sleep, to race threads, to look at the wall clock, and to believe the code under test
//! about what was entered: the account keeps its own.
//!
//! The server's writer is a thread of its own, as always; but one caller waits for it at a time, so that nothing races. Ids are random
//! as they are in the product: they grow in the order in which they are made, and nothing else about them decides anything.

pub mod account;
pub mod check;
pub mod clock;
pub mod dice;
pub mod mutant;
pub mod net;
pub mod office;
pub mod run;
pub mod template;
pub mod world;

pub use check::Violation;
pub use mutant::Mutant;
pub use run::{Outcome, run};
