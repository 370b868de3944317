//! The live wake-up: the server says "something for you" and no more. Where the line cannot stay open the worker's timer does.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
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
            && hear(&client, &called).await.is_ok()
        {
            retry = FIRST_RETRY;
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
    Some(Client::new(server, identity.token.clone()).map(Some))
}

async fn hear(client: &Client, called: &Notify) -> Result<()> {
    let mut pieces = client.events().await?.bytes_stream();
    while let Some(piece) = pieces.next().await {
        // A comment keeps the line open; data means that there is something.
        if piece?.windows(5).any(|bytes| bytes == b"data:") {
            called.notify_one();
        }
    }
    Ok(())
}
