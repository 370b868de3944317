//! The sync server: where devices hand over what was entered and fetch what they may see, and where the office works.
//! It refuses to know how a device keeps its data; both speak through `gongdan-domain`.

pub mod auth;
pub mod backup;
pub mod body;
pub mod config;
pub mod console;
pub mod core;
pub mod demo;
pub mod error;
pub mod events;
pub mod grant;
pub mod index;
pub mod keys;
pub mod office;
pub mod reference;
pub mod router;
pub mod secret;
pub mod storage;
pub mod sync;
#[cfg(test)]
mod testing;

use std::net::SocketAddr;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::core::{Core, Shared};
use crate::error::{Error, Result};

/// The server, before it runs.
pub struct Server;

/// A server that answers.
pub struct Running {
    pub addr: SocketAddr,
    pub core: Shared,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
}

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

impl Server {
    /// Opens the data, binds the address and begins to answer. Port 0 takes a free one.
    pub async fn start(config: Config) -> Result<Running> {
        // Bound first: a taken port must not cost a migration.
        let listener = tokio::net::TcpListener::bind(config.listen).await?;
        let addr = listener.local_addr()?;
        let opening = config.clone();
        let core = core::off_thread(move || Core::open(&opening.data, opening.clock)).await?;
        let (stop, stopped) = watch::channel(false);
        if config.daily_backup {
            tokio::spawn(back_up_daily(Shared::clone(&core), stopped.clone()));
        }
        let service = router::router(Shared::clone(&core)).into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move {
            let until = async move |mut stopped: watch::Receiver<bool>| _ = stopped.wait_for(|s| *s).await;
            let graceful = axum::serve(listener, service).with_graceful_shutdown(until(stopped.clone()));
            tokio::select! {
                done = graceful => done,
                // Live streams never end by themselves: they get a moment, then the process may go.
                () = async { until(stopped).await; tokio::time::sleep(std::time::Duration::from_millis(500)).await } => Ok(()),
            }
        });
        Ok(Running { addr, core, stop, serving })
    }
}

impl Running {
    /// Takes no new requests, finishes those that run, and returns.
    pub async fn shutdown(self) -> Result<()> {
        // Nobody listening any more is what is wanted.
        _ = self.stop.send(true);
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
