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
use crate::core::{AT_DESKS, Shared};
use crate::error::Result;
use crate::sync::exchange::check_protocol;

const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub async fn device(State(core): State<Shared>, headers: HeaderMap) -> Result<Response> {
    check_protocol(&headers)?;
    let device = core.read(move |_, r| auth::device(r, &headers)).await?;
    if device.erases() {
        return Err(Code::DeviceRevoked.into());
    }
    Ok(bell(&core, |ring| ring != AT_DESKS).into_response())
}

pub async fn office(State(core): State<Shared>, headers: HeaderMap) -> Result<Response> {
    core.read(move |core, r| auth::reader(core, r, &headers)).await?;
    Ok(bell(&core, |_| true).into_response())
}

/// Every commit that others can see rings. Who was too slow missed rings, not news: the next ring stands for all of them.
fn bell(
    core: &Shared,
    concerns: fn(u64) -> bool,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>> + use<>> {
    let rings = BroadcastStream::new(core.bell.subscribe());
    let events = rings.filter_map(move |ring| async move {
        // What was missed may have concerned anybody.
        if ring.as_ref().is_ok_and(|position| !concerns(*position)) {
            return None;
        }
        let wake = WakeUp { position: ring.unwrap_or_default() };
        Event::default().json_data(wake).ok().map(Ok)
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

#[cfg(test)]
mod tests {
    use axum::body::BodyDataStream;
    use axum::http::Request;
    use futures_util::StreamExt as _;
    use gongdan_domain::permission::Role;
    use tower::ServiceExt as _;

    use crate::testing::World;

    async fn line(world: &World, path: &str, header: (&str, String)) -> BodyDataStream {
        let request = Request::get(path).header(header.0, header.1).body(axum::body::Body::empty()).expect("a request");
        let answer = crate::router::router(world.core.clone()).oneshot(request).await.expect("answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.into_body().into_data_stream()
    }

    async fn heard(line: &mut BodyDataStream) -> String {
        String::from_utf8_lossy(&line.next().await.expect("a ring").expect("whole")).into_owned()
    }

    #[tokio::test]
    async fn l4_post_and_bundles_wake_consoles_and_no_device() {
        let world = World::new();
        let browser = world.signed_in("lu", Role::Dispatcher).await;
        let device = world.device(world.person("zhang", Role::Technician)).await;
        let mut field = line(&world, "/sync/v1/events", ("authorization", format!("Bearer {}", device.token))).await;
        let mut desk = line(&world, "/api/office/events", ("cookie", browser.cookies.clone())).await;
        world.core.bell_rings();
        world.job(&browser, device.person).await;
        assert!(heard(&mut desk).await.contains("\"position\":0"), "the console hears of the post");
        let first = heard(&mut field).await;
        assert!(!first.contains("\"position\":0"), "the first that a device hears of is a record: {first}");
    }
}
