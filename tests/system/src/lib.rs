//! The machines together. `sim` is a whole company in one thread: server, devices, office, network and clocks under one pair of dice. `fuzz` makes
//! hostile input from good input.

pub mod fuzz;
pub mod sim;
