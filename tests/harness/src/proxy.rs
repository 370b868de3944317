//! A network that breaks on command: a loopback proxy between a device and the server. Weather is set per proxy and may change at
//! any time; connections that are open feel it at their next byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the network does to bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Weather {
    /// Everything passes.
    Fair = 0,
    /// Connections are closed at once: no network.
    Cut = 1,
    /// Requests arrive, answers do not: the connection dies with the first byte of the answer.
    LostReplies = 2,
    /// The connection dies after so many bytes of a request ([`Proxy::tear_after`]).
    TornRequests = 3,
    /// Every request gets a 503 without reaching the server.
    ServerTrouble = 4,
    /// Requests arrive; where the answer would come the line ends in that direction and stays open in the other.
    HalfClosed = 5,
    /// Connections stand and nothing passes: neither a request nor an answer nor an end.
    Silent = 6,
    /// 64 kbit/s in both directions.
    Slow = 7,
    /// One byte of the next long request is altered on its way; then the sky clears.
    AlteredOnce = 8,
}

/// Bytes after which a connection carries no small request any more: in the middle of a file.
const LONG: u64 = 32 << 10;

/// 64 kbit/s.
const SLOW_BYTES_A_SECOND: f64 = 8000.0;
/// A slow line carries small packets.
const SLOW_PACKET: usize = 512;

impl Weather {
    fn of(code: u8) -> Self {
        match code {
            1 => Self::Cut,
            2 => Self::LostReplies,
            3 => Self::TornRequests,
            4 => Self::ServerTrouble,
            5 => Self::HalfClosed,
            6 => Self::Silent,
            7 => Self::Slow,
            8 => Self::AlteredOnce,
            _ => Self::Fair,
        }
    }
}

#[derive(Debug)]
struct Sky {
    weather: AtomicU8,
    tear_after: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
}

/// The proxy; it lives until dropped.
#[derive(Debug)]
pub struct Proxy {
    pub address: SocketAddr,
    sky: Arc<Sky>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and forwards to `target`.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let sky = Arc::new(Sky {
            weather: AtomicU8::new(Weather::Fair as u8),
            tear_after: AtomicU64::new(u64::MAX),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
        });
        let above = sky.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, target, above.clone()));
            }
        });
        Self { address, sky, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn set(&self, weather: Weather) {
        self.sky.weather.store(weather as u8, Ordering::SeqCst);
    }

    /// For [`Weather::TornRequests`]: bytes of each connection that pass before it dies.
    pub fn tear_after(&self, bytes: u64) {
        self.sky.tear_after.store(bytes, Ordering::SeqCst);
    }

    /// Bytes that went from the device to the server, and back, since the start.
    pub fn carried(&self) -> (u64, u64) {
        (self.sky.up.load(Ordering::SeqCst), self.sky.down.load(Ordering::SeqCst))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut client: TcpStream, target: SocketAddr, sky: Arc<Sky>) {
    let weather = || Weather::of(sky.weather.load(Ordering::SeqCst));
    match weather() {
        Weather::Cut => return,
        Weather::ServerTrouble => {
            let mut request = [0; 4096];
            // Whatever it asked: the answer is the same.
            _ = client.read(&mut request).await;
            _ = client
                .write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await;
            return;
        }
        Weather::Silent => return silence(&mut client).await,
        Weather::Fair
        | Weather::LostReplies
        | Weather::TornRequests
        | Weather::HalfClosed
        | Weather::Slow
        | Weather::AlteredOnce => {}
    }
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let (mut up, mut down) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    let mut passed = 0u64;
    loop {
        tokio::select! {
            read = from_client.read(&mut up) => {
                let Ok(n @ 1..) = read else { return };
                let allowed = match weather() {
                    Weather::Cut | Weather::ServerTrouble => return,
                    Weather::Silent => return silence(&mut client).await,
                    Weather::TornRequests => sky.tear_after.load(Ordering::SeqCst).saturating_sub(passed).min(n as u64) as usize,
                    Weather::AlteredOnce if passed > LONG => {
                        up[n - 1] ^= 1;
                        sky.weather.store(Weather::Fair as u8, Ordering::SeqCst);
                        n
                    }
                    Weather::Fair | Weather::LostReplies | Weather::HalfClosed | Weather::Slow | Weather::AlteredOnce => n,
                };
                passed += allowed as u64;
                sky.up.fetch_add(allowed as u64, Ordering::SeqCst);
                if !carried(&mut to_server, &up[..allowed], weather()).await || allowed < n {
                    return;
                }
            }
            read = from_server.read(&mut down) => {
                let Ok(n @ 1..) = read else { return };
                if matches!(weather(), Weather::LostReplies | Weather::Cut | Weather::ServerTrouble) {
                    return;
                }
                if weather() == Weather::HalfClosed {
                    // A failing end is as good as an ended one.
                    _ = to_client.shutdown().await;
                    return silence(&mut client).await;
                }
                sky.down.fetch_add(n as u64, Ordering::SeqCst);
                if !carried(&mut to_client, &down[..n], weather()).await {
                    return;
                }
            }
        }
    }
}

/// Holds the line open and lets nothing through, until the other side gives it up.
async fn silence(client: &mut TcpStream) {
    let mut thrown_away = [0; 4096];
    while let Ok(1..) = client.read(&mut thrown_away).await {}
}

/// Whether the bytes went out, at the speed that the line has.
async fn carried(to: &mut (impl AsyncWriteExt + Unpin), bytes: &[u8], weather: Weather) -> bool {
    if weather != Weather::Slow {
        return to.write_all(bytes).await.is_ok();
    }
    for packet in bytes.chunks(SLOW_PACKET) {
        // The line itself is what takes the time.
        tokio::time::sleep(std::time::Duration::from_secs_f64(packet.len() as f64 / SLOW_BYTES_A_SECOND)).await;
        if to.write_all(packet).await.is_err() {
            return false;
        }
    }
    true
}
