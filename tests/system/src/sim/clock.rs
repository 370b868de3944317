//! Time as a number. The server's clock is the truth; a device's clock is the truth plus a lie that a step of the schedule sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use gongdan_device::clock::Clock;
use gongdan_domain::time::Instant;

/// 2026-11-23 10:00 in the company's zone.
const START: i64 = 1_795_399_200_000;
const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;

/// The true time of a world.
#[derive(Clone)]
pub struct Truth(Arc<AtomicI64>);

impl Default for Truth {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }
}

impl Truth {
    pub fn starting_at(ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(ms)))
    }

    pub fn ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn instant(&self) -> Instant {
        instant(self.ms())
    }
}

fn instant(ms: i64) -> Instant {
    Instant::from_timestamp_millis(ms).unwrap_or_default()
}

/// One device's clocks: a wall clock that lies, and the time since a boot.
#[derive(Clone)]
pub struct DeviceClock {
    truth: Truth,
    lie_ms: Arc<AtomicI64>,
    boot: Arc<AtomicU64>,
    booted_at: Arc<AtomicI64>,
}

impl DeviceClock {
    pub fn new(truth: &Truth) -> Self {
        let (lie_ms, boot) = (Arc::default(), Arc::new(AtomicU64::new(1)));
        Self { truth: truth.clone(), lie_ms, boot, booted_at: Arc::new(AtomicI64::new(truth.ms())) }
    }

    /// Somebody sets the clock wrong: off by so many tenths of a year.
    pub fn jump(&self, tenths: i64) {
        self.lie_ms.store(tenths * YEAR_MS / 10, Ordering::SeqCst);
    }

    pub fn reboot(&self) {
        self.boot.fetch_add(1, Ordering::SeqCst);
        self.booted_at.store(self.truth.ms(), Ordering::SeqCst);
    }
}

impl Clock for DeviceClock {
    fn wall(&self) -> Instant {
        instant(self.truth.ms() + self.lie_ms.load(Ordering::SeqCst))
    }

    fn boot(&self) -> Option<(String, i64)> {
        let since = self.truth.ms() - self.booted_at.load(Ordering::SeqCst);
        Some((format!("boot-{}", self.boot.load(Ordering::SeqCst)), since))
    }
}
