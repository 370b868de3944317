//! The sync server: where devices hand over what was entered and fetch what they may see, and where the office works.
//! It refuses to know how a device keeps its data; both speak through `gongdan-domain`.

pub mod auth;
pub mod backup;
pub mod body;
pub mod bundle;
pub mod config;
pub mod console;
pub mod core;
pub mod demo;
pub mod error;
pub mod events;
pub mod front;
pub mod grant;
pub mod import;
pub mod index;
pub mod keys;
pub mod mail;
pub mod office;
pub mod openapi;
mod picture;
pub mod reference;
pub mod rescue;
pub mod router;
pub mod secret;
pub mod signed_under;
pub mod starter;
pub mod storage;
pub mod sync;
#[cfg(test)]
mod testing;
pub mod tls;
pub mod verify;

use std::net::SocketAddr;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{Config, Transport};
use crate::core::{Core, Shared};
use crate::error::{Error, Result};
use crate::front::Front;
use crate::tls::{Tls, TlsOnly};

/// The server, before it runs.
pub struct Server;

/// A server that answers.
pub struct Running {
    pub addr: SocketAddr,
    pub core: Shared,
    stop: watch::Sender<bool>,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<std::io::Result<()>>,
}

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Live streams never end by themselves: they get a moment, then the process may go.
const LAST_MOMENT: Duration = Duration::from_millis(500);

impl Server {
    /// Opens the data, binds the address and begins to answer. Port 0 takes a free one.
    pub async fn start(config: Config) -> Result<Running> {
        // Bound first: a taken port must not cost a migration.
        let listener = std::net::TcpListener::bind(config.listen)?;
        let addr = listener.local_addr()?;
        let opening = config.clone();
        let core = core::off_thread(move || Core::open_with_keys(&opening.data, &opening.keys_folder(), opening.clock))
            .await?;
        if let Some(address) = config.public_url.clone() {
            core.write(move |core, tx| reference::announce_address(core, tx, &address)).await?;
        }
        let (stop, stopped) = watch::channel(false);
        bundle::desk::sweep(&core)?;
        tokio::spawn(mail::run(Shared::clone(&core), stopped.clone()));
        if config.daily_backup {
            tokio::spawn(back_up_daily(Shared::clone(&core), stopped));
        }
        let tls = match config.transport.at(addr) {
            Transport::Fitting | Transport::Plain => None,
            Transport::OwnKey => Some((tls::self_made(core.keys.folder(), addr.ip())?, true)),
            Transport::Files { certificate, key, pinned } => Some((tls::files(&certificate, &key)?, pinned)),
        };
        let pin = tls.as_ref().filter(|(_, pinned)| *pinned).map(|(tls, _)| tls.pin);
        core.reached_by(Front { tls: tls.is_some(), pin, public: config.public });
        let (handle, router) = (Handle::new(), router::router(Shared::clone(&core)));
        let tls = tls.map(|(tls, _)| tls);
        let serving = tokio::spawn(serve(listener, tls, router, handle.clone(), config.headers_within));
        Ok(Running { addr, core, stop, handle, serving })
    }
}

async fn serve(
    listener: std::net::TcpListener,
    tls: Option<Tls>,
    router: axum::Router,
    handle: Handle<SocketAddr>,
    headers_within: Duration,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle).first_request_timeout(headers_within).http1_only();
    // An idle connection is closed by the same clock; what a request carries has its own.
    server.http_builder().http1().header_read_timeout(headers_within);
    match tls {
        None => server.serve(service).await,
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(tls.config)).acceptor(TlsOnly);
            server.acceptor(acceptor).serve(service).await
        }
    }
}

impl Running {
    /// Takes no new requests, finishes those that run, and returns.
    pub async fn shutdown(self) -> Result<()> {
        // Nobody listening any more is what is wanted.
        _ = self.stop.send(true);
        self.handle.graceful_shutdown(Some(LAST_MOMENT));
        self.serving.await.map_err(|_| Error::Unfinished)?.map_err(Error::File)
    }
}

async fn back_up_daily(core: Shared, mut stopped: watch::Receiver<bool>) {
    loop {
        let worker = Shared::clone(&core);
        if let Err(error) = core::off_thread(move || backup::daily(&worker)).await {
            tracing::error!(%error, "the daily backup failed");
        }
        tokio::select! {
            () = tokio::time::sleep(DAY) => {}
            _ = stopped.wait_for(|s| *s) => return,
        }
    }
}
