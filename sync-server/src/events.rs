//! "Something for you": the live wake-up of devices and consoles. It says no more than a position.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, StreamExt as _};
use gongdan_domain::problem::Code;
use gongdan_domain::sync::wire::WakeUp;
use tokio_stream::wrappers::BroadcastStream;

use crate::auth;
use crate::core::Shared;
use crate::error::Result;
use crate::sync::exchange::check_protocol;

const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub async fn device(State(core): State<Shared>, headers: HeaderMap) -> Result<Response> {
    check_protocol(&headers)?;
    let device = core.read(move |_, r| auth::device(r, &headers)).await?;
    if device.state == "erased" {
        return Err(Code::DeviceRevoked.into());
    }
    Ok(bell(&core).into_response())
}

pub async fn office(State(core): State<Shared>, headers: HeaderMap) -> Result<Response> {
    core.read(move |core, r| auth::reader(core, r, &headers)).await?;
    Ok(bell(&core).into_response())
}

/// Every commit rings. Who was too slow missed rings, not news: the next ring stands for all of them.
fn bell(core: &Shared) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>> + use<>> {
    let rings = BroadcastStream::new(core.bell.subscribe());
    let events = rings.filter_map(|ring| async move {
        let wake = WakeUp { position: ring.unwrap_or_default() };
        Event::default().json_data(wake).ok().map(Ok)
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
