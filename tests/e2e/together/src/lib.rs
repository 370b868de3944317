//! What the test of the whole visit stands on: the real app under WebDriver, fingers that count their taps, and eyes (screenshots, axe).

mod app;
mod finger;

pub use app::{App, Driver};
pub use finger::{Finger, Taps};
