//! Every route on one screen, and what all answers carry.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, head, patch, post};
use gongdan_domain::problem::{Code, Problem};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::core::Shared;
use crate::error::{Error, respond};
use crate::sync::{attachment, enrol, exchange, readmit};
use crate::{console, events, office, openapi, verify};

const CSP: &str = "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; \
    connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

macro_rules! endpoints {
    ($($(#[$doc:meta])* $method:ident $path:literal => $handler:path;)*) => {
        /// Method and path of every endpoint, so that tests and the description of the API can be asked whether they know them all.
        pub const ENDPOINTS: &[(&str, &str)] = &[$((stringify!($method), $path)),*];

        fn routes() -> Router<Shared> {
            Router::new()$(.route($path, $method($handler)))*
        }
    };
}

endpoints! {
    get "/health" => health;
    get "/api/openapi.json" => openapi::described;
    // Anybody who holds a paper
    get "/v" => verify::door::ask;
    post "/v" => verify::door::file;
    get "/v/{code}" => verify::door::code;
    post "/v/{code}" => verify::door::file_of_code;
    // Devices
    post "/sync/v1/enrol" => enrol::enrol;
    post "/sync/v1/readmit" => readmit::readmit;
    post "/sync/v1/exchange" => exchange::exchange;
    get "/sync/v1/events" => events::device;
    head "/sync/v1/attachments/{hash}" => attachment::head;
    patch "/sync/v1/attachments/{hash}" => attachment::patch;
    get "/sync/v1/attachments/{hash}" => attachment::get;
    // The console
    get "/api/office/events" => events::office;
    get "/api/office/download" => office::download::by_name;
    get "/api/office/file/{hash}" => office::download::file;
    get "/api/office/orders/{order}/pdf" => office::download::pdf;
    get "/api/office/orders/{order}/proof" => office::download::proof;
    get "/api/office/papers/{paper}/pdf" => office::download::paper_pdf;
    get "/api/office/bundles/{bundle}" => office::bundle::download;
    get "/api/office/findings.xlsx" => office::finding::export::xlsx;
    post "/api/office/upload/work" => office::recovery::import;
    post "/api/office/{name}" => office::door::command;
}

async fn health() -> &'static str {
    "ok\n"
}

pub fn router(core: Shared) -> Router {
    let router = routes()
        .fallback(console::fallback)
        .method_not_allowed_fallback(|| async { respond(Problem::new(Code::MethodNotAllowed)) })
        .with_state(core);
    headers(router.layer(middleware::from_fn(guarded)))
        .layer(CatchPanicLayer::custom(|_| -> Response { respond(Error::Unfinished.problem()) }))
}

/// Headers are read before anybody is asked who he is: they stay small.
const MAX_HEADERS: usize = 32 * 1024;

async fn guarded(request: Request, next: Next) -> Response {
    let line = request.uri().to_string().len();
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if line + headers > MAX_HEADERS {
        let problem = Problem::with(Code::TooLarge, serde_json::json!({ "limit": MAX_HEADERS }));
        return (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, axum::Json(problem)).into_response();
    }
    in_our_words(next.run(request).await)
}

/// What axum refuses by itself (a query or a path that cannot be read) is a problem like every other refusal.
fn in_our_words(answer: Response) -> Response {
    let status = answer.status();
    let ours = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"application/json");
    if ours || !matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) {
        return answer;
    }
    (status, axum::Json(Problem::new(Code::BadRequest))).into_response()
}

fn headers(router: Router) -> Router {
    let fixed: [(HeaderName, &str); 6] = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    let router = router
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
    fixed.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    })
}

/// Where a request comes from: counted at failed tries, written into the audit trail. Unknown where the router is called without a socket.
#[derive(Debug, Clone, Copy)]
pub struct Address(pub IpAddr);

impl FromRequestParts<Shared> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, core: &Shared) -> Result<Self, Infallible> {
        let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = socket.map_or(IpAddr::from([0, 0, 0, 0]), |c| c.0.ip());
        Ok(Self(core.front().caller(peer, &parts.headers)))
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod tests;
