//! What the field app shows, on the company's starter data: pure assembly as tables, and whole visits through the commands.

mod fixture;
mod own;
mod paper;
mod pure;
mod revision;
mod search;
mod visit;
