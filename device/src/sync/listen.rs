//! The live wake-up: the server says "something for you" and no more. Where the line cannot stay open the worker's timer does.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::Response;
use tokio::sync::Notify;

use crate::device::{Device, Inner};
use crate::error::Result;
use crate::sync::client::Client;
use crate::sync::jittered;

const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// Listens for ever; every call of the server calls the worker.
pub(crate) async fn listen(device: Weak<Inner>, called: Arc<Notify>) {
    let mut retry = FIRST_RETRY;
    while let Some(client) = client(&device) {
        if let Ok(Some(client)) = client
            && let Ok(events) = client.events().await
        {
            retry = FIRST_RETRY;
            // However it ended: a line that was there and is gone is news. A round finds out whether the server is, or the sentence
            // would say "all delivered" beside a dead line until the worker's timer (L4).
            if let Err(error) = hear(events, &called).await {
                tracing::debug!(%error, "the live line broke");
            }
            called.notify_one();
        }
        tokio::time::sleep(jittered(retry)).await;
        retry = (retry * 2).min(LAST_RETRY);
    }
}

/// `None` once the device is gone; `Some(Ok(None))` while its gate is closed.
fn client(device: &Weak<Inner>) -> Option<Result<Option<Client>>> {
    let device = Device(device.upgrade()?);
    let Ok(store) = device.store() else { return Some(Ok(None)) };
    let identity = store.identity();
    let server = device.0.server_override.as_ref().unwrap_or(&identity.server);
    Some(Client::new(server, identity.token.clone(), device.0.patience).map(Some))
}

async fn hear(events: Response, called: &Notify) -> Result<()> {
    let mut pieces = events.bytes_stream();
    while let Some(piece) = pieces.next().await {
        // A comment keeps the line open; data means that there is something.
        if piece?.windows(5).any(|bytes| bytes == b"data:") {
            called.notify_one();
        }
    }
    Ok(())
}
