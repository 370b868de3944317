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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;

    /// Whoever says nothing speaks plain HTTP to this machine alone.
    #[test]
    fn l4_plain_http_leaves_the_machine_only_where_somebody_said_so() {
        let at = |transport: Transport, listen: &str| transport.at(listen.parse().expect("an address"));
        for here in ["127.0.0.1:8610", "127.9.9.9:8610", "[::1]:8610"] {
            assert_eq!(at(Transport::default(), here), Transport::Plain, "{here}");
            assert_eq!(at(Transport::OwnKey, here), Transport::OwnKey, "asked for is given");
        }
        for beyond in ["0.0.0.0:8610", "[::]:8610", "192.168.1.5:8610", "[fe80::1]:8610", "[::ffff:192.168.1.5]:8610"] {
            assert_eq!(at(Transport::default(), beyond), Transport::OwnKey, "{beyond}");
            assert_eq!(at(Transport::Plain, beyond), Transport::Plain, "somebody said so");
            let company = Transport::Files { certificate: "chain.pem".into(), key: "key.pem".into(), pinned: false };
            assert_eq!(at(company.clone(), beyond), company);
        }
    }

    /// The same of a server that runs: beyond this machine a request in the clear is answered by one sentence.
    #[tokio::test(flavor = "multi_thread")]
    async fn l4_a_server_beyond_this_machine_gives_nothing_in_the_clear() {
        for (listen, clear) in [("127.0.0.1:0", true), ("0.0.0.0:0", false)] {
            let data = tempfile::tempdir().expect("a folder");
            let mut config = Config::new(data.path()).listen(listen.parse().expect("an address"));
            config.daily_backup = false;
            let running = crate::Server::start(config).await.expect("starts");
            let port = running.addr.port();
            let asked = tokio::task::spawn_blocking(move || {
                let mut line = TcpStream::connect(("127.0.0.1", port)).expect("listens");
                line.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("sent");
                let mut said = Vec::new();
                // What came before the line was cut is what was said.
                _ = line.read_to_end(&mut said);
                String::from_utf8_lossy(&said).into_owned()
            });
            let said = asked.await.expect("asked");
            assert_eq!(said.starts_with("HTTP/1.1 200"), clear, "{listen}: {said}");
            running.shutdown().await.expect("stops");
        }
    }
}
