//! Where the server lives and listens. Needs no file: every setting has a value that works.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::core::{Clock, system_clock};

#[derive(Clone)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub clock: Clock,
    /// A copy of everything once a day, from which devices learn what they may forget.
    pub daily_backup: bool,
}

impl Config {
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8610)),
            clock: system_clock(),
            daily_backup: true,
        }
    }

    #[must_use]
    pub fn listen(mut self, listen: SocketAddr) -> Self {
        self.listen = listen;
        self
    }

    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

/// `./gongdan-data` where it is there already, else the user's data folder, else `./gongdan-data`.
pub fn default_data() -> PathBuf {
    let here = PathBuf::from("gongdan-data");
    if here.exists() {
        return here;
    }
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let share = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).or(home);
    share.map_or(here, |share| share.join("gongdan-server"))
}
