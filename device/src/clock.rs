//! The device's clocks: wall, boot-time, and the last measured offset to the server (L2, invariant `clock_is_harmless`).
//! A jump of the wall clock is recorded in the stamp, not obeyed: within one boot, time is counted on from the last measurement.

use chrono::{Duration, Utc};
use gongdan_domain::time::{Instant, Stamp};
use serde::{Deserialize, Serialize};

/// Where time comes from; tests bring their own.
pub trait Clock: Send + Sync {
    fn wall(&self) -> Instant;
    /// The id of this boot and the milliseconds since it, counted through suspend; `None` where the system does not tell.
    fn boot(&self) -> Option<(String, i64)>;
}

/// The clocks of the operating system.
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> Instant {
        Utc::now()
    }

    #[cfg(target_os = "linux")]
    fn boot(&self) -> Option<(String, i64)> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        // The first figure of /proc/uptime is CLOCK_BOOTTIME in seconds with two decimals.
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
        let ms = seconds.parse::<i64>().ok()? * 1000 + hundredths.parse::<i64>().ok()? * 10;
        Some((id.trim().to_owned(), ms))
    }

    #[cfg(not(target_os = "linux"))]
    fn boot(&self) -> Option<(String, i64)> {
        None
    }
}

/// The server's time as an exchange last told it, and the own clocks at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub server: Instant,
    pub wall: Instant,
    pub boot: Option<String>,
    pub boot_ms: Option<i64>,
    /// Half of the round trip.
    pub uncertainty_ms: i64,
}

impl Measured {
    /// `before` and `after` are the own clocks around the request that answered `server`.
    pub fn new(server: Instant, before: &Stamp, after: &Stamp) -> Self {
        let took = match (before.boot_ms, after.boot_ms) {
            (Some(a), Some(b)) if before.boot == after.boot => b - a,
            _ => (after.wall - before.wall).num_milliseconds(),
        };
        let half = took.max(0) / 2;
        Self {
            server: server.checked_add_signed(Duration::milliseconds(half)).unwrap_or(server),
            wall: after.wall,
            boot: after.boot.clone(),
            boot_ms: after.boot_ms,
            uncertainty_ms: half,
        }
    }

    fn offset_ms(&self, wall: Instant, boot: Option<&(String, i64)>) -> i64 {
        match (boot, &self.boot, self.boot_ms) {
            (Some((id, ms)), Some(measured_id), Some(measured_ms)) if id == measured_id => {
                (self.server - wall).num_milliseconds().saturating_add(ms - measured_ms)
            }
            _ => (self.server - self.wall).num_milliseconds(),
        }
    }
}

/// The stamp of now.
pub fn stamp(clock: &dyn Clock, measured: Option<&Measured>) -> Stamp {
    let (wall, boot) = (clock.wall(), clock.boot());
    Stamp {
        wall,
        offset_ms: measured.map(|m| m.offset_ms(wall, boot.as_ref())),
        uncertainty_ms: measured.map(|m| m.uncertainty_ms),
        boot_ms: boot.as_ref().map(|b| b.1),
        boot: boot.map(|b| b.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Instant, Option<(String, i64)>);
    impl Clock for Fixed {
        fn wall(&self) -> Instant {
            self.0
        }
        fn boot(&self) -> Option<(String, i64)> {
            self.1.clone()
        }
    }

    fn at(text: &str) -> Instant {
        text.parse().expect("a test's time")
    }

    #[test]
    fn l2_a_jump_of_the_wall_clock_is_recorded_and_not_obeyed() {
        let right = Fixed(at("2026-11-23T08:00:00Z"), Some(("b1".into(), 1_000)));
        let sent = stamp(&right, None);
        let measured = Measured::new(at("2026-11-23T08:00:00Z"), &sent, &sent);
        let jumped = Fixed(at("2000-01-01T00:00:00Z"), Some(("b1".into(), 61_000)));
        let stamp = stamp(&jumped, Some(&measured));
        assert_eq!(stamp.wall, at("2000-01-01T00:00:00Z"), "the wall time stays on record");
        assert_eq!(stamp.corrected(), at("2026-11-23T08:01:00Z"), "a minute later by the boot clock");
    }

    #[test]
    fn l2_after_a_restart_the_last_offset_counts() {
        let slow = Fixed(at("2026-11-23T07:00:00Z"), Some(("b1".into(), 5)));
        let sent = stamp(&slow, None);
        let measured = Measured::new(at("2026-11-23T08:00:00Z"), &sent, &sent);
        let later = stamp(&Fixed(at("2026-11-23T09:00:00Z"), Some(("b2".into(), 9))), Some(&measured));
        assert_eq!(later.corrected(), at("2026-11-23T10:00:00Z"));
    }
}
