//! The fault knowledge base (A3, E2, J5): symptoms, ranked causes, checks, remedies, parts; and the analysis before a visit.
//!
//! Sample data until the company replaces it; the notice travels with it. Ranking is deterministic and always gives reasons.

mod fault;
mod matching;
mod ranking;

pub use fault::{Cause, Fault, FaultKnowledge, FaultMinutes, FaultSeverity, OnSite, Step};
pub use ranking::{AnalysisMachine, PartChanged, RankReason, RankedCause, RankedPart, analyse};
