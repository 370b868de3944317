//! When something happened: UTC instants, the stamp a device gives, and the site's zone. Refuses to read a clock: "now" is an argument.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A point in time, UTC, RFC 3339 on the wire.
pub type Instant = DateTime<Utc>;

/// When an action took place, with all that is needed to correct a wrong clock later (L2, invariant `clock_is_harmless`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Stamp {
    /// The device's wall clock.
    #[ts(type = "string")]
    pub wall: Instant,
    /// The boot of the device in which it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub boot: Option<String>,
    /// Milliseconds of the boot-time clock, which runs through suspend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub boot_ms: Option<i64>,
    /// Server time minus wall time as last measured, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub offset_ms: Option<i64>,
    /// Half of the round trip of that measurement, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub uncertainty_ms: Option<i64>,
}

impl Stamp {
    /// A stamp of a clock that is trusted as it is (the server's).
    pub fn trusted(wall: Instant) -> Self {
        Self { wall, boot: None, boot_ms: None, offset_ms: None, uncertainty_ms: None }
    }

    /// The wall time corrected by the last measured offset. Saturates instead of overflowing: a mad clock blocks nothing.
    pub fn corrected(&self) -> Instant {
        let offset = Duration::try_milliseconds(self.offset_ms.unwrap_or(0)).unwrap_or_default();
        self.wall.checked_add_signed(offset).unwrap_or(self.wall)
    }

    /// The corrected time as the server counts it: never in the server's future.
    pub fn judged_at(&self, received_at: Instant) -> Instant {
        self.corrected().min(received_at)
    }
}
