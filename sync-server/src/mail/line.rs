//! A line to a mail server that begins plain and will be encrypted. It gives out one line of text at a time: `lettre` keeps what it read
//! ahead, and words that somebody put after "go ahead" would be heard as answers of the encrypted server. Left on the line they break
//! the handshake instead.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Longer than any line of an answer (RFC 5321, 4.5.3.1.5).
const PIECE: usize = 1024;

#[derive(Debug)]
pub struct LineByLine(pub TcpStream);

impl AsyncRead for LineByLine {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let room = into.remaining().min(PIECE);
        let mut piece = [0; PIECE];
        let mut seen = ReadBuf::new(&mut piece[..room]);
        ready!(self.0.poll_peek(cx, &mut seen))?;
        let seen = seen.filled();
        let upto = seen.iter().position(|byte| *byte == b'\n').map_or(seen.len(), |at| at + 1);
        let mut taken = ReadBuf::new(&mut piece[..upto]);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut taken))?;
        into.put_slice(taken.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}
