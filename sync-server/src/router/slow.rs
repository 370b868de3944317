//! Connections that only wait: one that says nothing, one that says its headers a letter at a time, one that is kept open after its
//! answer. The server closes each by its own clock, and goes on answering others meanwhile.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::config::Config;
use crate::{Running, Server};

/// Short, so that nobody waits for a test; long beside what a request on this machine takes.
const WITHIN: Duration = Duration::from_millis(400);
/// The clock is the server's; this is only when a test gives up.
const NEVER: Duration = Duration::from_secs(20);

async fn serving(folder: &std::path::Path) -> Running {
    let config = Config::new(folder).listen(SocketAddr::from(([127, 0, 0, 1], 0)));
    Server::start(Config { headers_within: WITHIN, daily_backup: false, ..config }).await.expect("serves")
}

/// Everything until the other side closes, and how long that took.
async fn until_closed(line: &mut (impl tokio::io::AsyncRead + Unpin)) -> (String, Duration) {
    let (begun, mut said) = (Instant::now(), Vec::new());
    // A connection that is reset is closed too.
    _ = tokio::time::timeout(NEVER, line.read_to_end(&mut said)).await.expect("the server closes it");
    (String::from_utf8_lossy(&said).into_owned(), begun.elapsed())
}

async fn answers(address: SocketAddr) -> bool {
    let mut line = TcpStream::connect(address).await.expect("connects");
    line.write_all(b"GET /health HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n").await.expect("asked");
    until_closed(&mut line).await.0.contains("200 OK")
}

#[tokio::test]
async fn hostile_a_connection_that_says_nothing_or_half_is_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = serving(folder.path()).await;
    for beginning in ["", "GET /health HTTP/1.1\r\nhost: t\r\nx-more: "] {
        let mut line = TcpStream::connect(running.addr).await.expect("connects");
        line.write_all(beginning.as_bytes()).await.expect("said");
        let (said, took) = until_closed(&mut line).await;
        assert!(!said.contains("200 OK"), "{beginning:?}: a request that never ended is not answered: {said}");
        assert!(took < NEVER / 2, "{beginning:?}: by the server's clock, after {took:?}");
    }
    running.shutdown().await.expect("stops");
}

#[tokio::test]
async fn hostile_a_letter_now_and_then_does_not_hold_a_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = serving(folder.path()).await;
    let line = TcpStream::connect(running.addr).await.expect("connects");
    let (mut hear, mut say) = line.into_split();
    say.write_all(b"GET /health HTTP/1.1\r\nhost: t\r\nx-slow: ").await.expect("said");
    let dripping = tokio::spawn(async move {
        let mut drops = tokio::time::interval(WITHIN / 10);
        let mut said = 0_u32;
        // Until the other side will hear no more of it.
        while say.write_all(b"a").await.is_ok() {
            said += 1;
            drops.tick().await;
        }
        said
    });
    assert!(answers(running.addr).await, "others are answered meanwhile");
    let (heard, took) = until_closed(&mut hear).await;
    assert!(!heard.contains("200 OK"), "{heard}");
    assert!(took < NEVER / 2, "each letter does not begin the time anew: {took:?}");
    let said = tokio::time::timeout(NEVER, dripping).await.expect("it ends").expect("it does not panic");
    assert!(said > 1, "it had been speaking all the while: {said}");
    running.shutdown().await.expect("stops");
}

#[tokio::test]
async fn hostile_an_idle_connection_is_closed_after_its_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = serving(folder.path()).await;
    let mut line = TcpStream::connect(running.addr).await.expect("connects");
    line.write_all(b"GET /health HTTP/1.1\r\nhost: t\r\n\r\n").await.expect("asked");
    let (said, took) = until_closed(&mut line).await;
    assert!(said.contains("200 OK"), "its request was answered first: {said}");
    assert!(took < NEVER / 2, "{took:?}");
    running.shutdown().await.expect("stops");
}
