//! How the running server is reached from outside: over TLS or not, by which address, known by which key.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use gongdan_domain::sync::enrolment::{EnrolmentText, Pin, ServerAddress};

/// What is known once the server listens; before that it is a plain server on loopback.
#[derive(Debug, Clone, Default)]
pub struct Front {
    pub tls: bool,
    /// The key that devices are told to insist on.
    pub pin: Option<Pin>,
    /// Where a proxy in front of the server is reached.
    pub public: Option<ServerAddress>,
}

impl Front {
    /// Whether browsers speak TLS with whoever hands them their cookies.
    pub fn secure(&self) -> bool {
        self.tls || self.public.as_ref().is_some_and(|a| a.url().starts_with("https://"))
    }

    /// Who asks, from the other end of the connection or, behind a proxy of this machine, from what that proxy says last.
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if self.public.is_none() || !peer.is_loopback() {
            return peer;
        }
        let told = headers.get_all("x-forwarded-for").into_iter().filter_map(|v| v.to_str().ok()).next_back();
        told.and_then(|v| v.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
    }

    /// The address by which devices will reach the server, told by where the asking console reached it.
    pub fn address(&self, headers: &HeaderMap) -> Option<ServerAddress> {
        if self.public.is_some() {
            return self.public.clone();
        }
        let host = headers.get(HOST).and_then(|h| h.to_str().ok()).unwrap_or("127.0.0.1:8610");
        let scheme = if self.tls { "https" } else { "http" };
        ServerAddress::new(&format!("{scheme}://{host}"), self.pin).ok()
    }

    /// What is given to a device with a one-time code.
    pub fn enrolment(server: ServerAddress, code: &str) -> String {
        EnrolmentText { server, code: code.to_owned() }.to_string()
    }
}
