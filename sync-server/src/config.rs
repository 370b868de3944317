//! Where the server lives and listens. Needs no file: every setting has a value that works.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gongdan_domain::sync::enrolment::ServerAddress;

use crate::core::{Clock, system_clock};

#[derive(Clone)]
pub struct Config {
    pub data: PathBuf,
    /// Where the keys lie, if not in the data folder.
    pub keys: Option<PathBuf>,
    pub listen: SocketAddr,
    pub clock: Clock,
    pub transport: Transport,
    /// `https://…`: where devices and browsers reach the server, if that is not where it listens. A proxy then stands in front of it.
    pub public: Option<ServerAddress>,
    /// A copy of everything once a day, from which devices learn what they may forget.
    pub daily_backup: bool,
    /// Where customers reach this server from outside; it becomes part of the company's profile.
    pub public_url: Option<String>,
    /// From the first byte of a request to the end of its headers, and between two requests.
    pub headers_within: Duration,
}

/// A slow line sends its headers in far less; nobody holds a connection for longer by saying nothing.
const HEADERS: Duration = Duration::from_secs(30);

impl Config {
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            keys: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8610)),
            clock: system_clock(),
            transport: Transport::default(),
            public: None,
            daily_backup: true,
            public_url: None,
            headers_within: HEADERS,
        }
    }

    #[must_use]
    pub fn listen(mut self, listen: SocketAddr) -> Self {
        self.listen = listen;
        self
    }

    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

/// What the server speaks. Plain HTTP leaves the machine only where somebody said so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Transport {
    /// Plain HTTP on loopback, else TLS with a key of its own.
    #[default]
    Fitting,
    /// Plain HTTP wherever it listens: a proxy does TLS in front of it.
    Plain,
    /// TLS with a key made at the first start, which devices know from their enrolment.
    OwnKey,
    /// TLS with the company's certificate. Devices trust whom their system trusts, or with `pinned` this key alone.
    Files { certificate: PathBuf, key: PathBuf, pinned: bool },
}

impl Transport {
    /// What it comes to where the server listens.
    pub fn at(self, listen: SocketAddr) -> Self {
        match self {
            Self::Fitting if listen.ip().is_loopback() => Self::Plain,
            Self::Fitting => Self::OwnKey,
            other => other,
        }
    }
}

impl Config {
    pub fn keys_folder(&self) -> PathBuf {
        keys_folder(&self.data, self.keys.as_deref())
    }
}

/// Beside the data unless somebody said where.
pub fn keys_folder(data: &Path, keys: Option<&Path>) -> PathBuf {
    keys.map_or_else(|| data.join("keys"), Path::to_owned)
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
