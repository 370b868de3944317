//! The device's commands on loopback HTTP, so that a browser can drive the field app in tests and while working on its screens.
//! Never shipped: it has no door of its own against other programs of this machine.
//!
//! `POST /call/{name}` · `POST /upload/{kind}` with `x-args` · `GET /download?name=…&args=…` · `GET /events`; everything else is the
//! built interface.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Parser;
use gongdan_device::commands;
use gongdan_device::device::{Config, Device};
use gongdan_device::vault::NoKeyStore;
use gongdan_domain::problem::{Code, Problem};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::broadcast;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;
use tower_http::services::{ServeDir, ServeFile};

#[derive(Parser)]
struct Arguments {
    /// Where the device keeps its data.
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value = "127.0.0.1:8611")]
    listen: SocketAddr,
    /// The built interface of the field app.
    #[arg(long, default_value = "ui/field/dist")]
    dist: PathBuf,
}

#[derive(Clone)]
struct Bridge {
    device: Device,
    changes: broadcast::Sender<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Refused a second time only where somebody installed one already, which is as good.
    _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    let device = Device::open(Config::new(arguments.data, env!("CARGO_PKG_VERSION"), Box::new(NoKeyStore)))?;
    let (changes, _) = broadcast::channel(64);
    let sender = changes.clone();
    device.subscribe(Box::new(move |changed| {
        // Nobody listening is fine.
        _ = serde_json::to_string(&changed).map(|text| sender.send(text));
    }));
    device.start_sync();

    let index = ServeFile::new(arguments.dist.join("index.html"));
    let app = Router::new()
        .route("/call/{name}", post(call))
        .route("/upload/{kind}", post(upload))
        .route("/download", get(download))
        .route("/events", get(events))
        .fallback_service(ServeDir::new(&arguments.dist).fallback(index))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(Bridge { device, changes });
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    println!("bridge listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Runs blocking device work off the runtime's threads and dresses refusals as the real doors do.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, (StatusCode, Json<Problem>)> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Problem::new(Code::Internal)))
        .map_err(|problem| (StatusCode::UNPROCESSABLE_ENTITY, Json(problem)))
}

async fn call(State(bridge): State<Bridge>, Path(name): Path<String>, Json(args): Json<Value>) -> Response {
    blocking(move || commands::call(&bridge.device, &name, args)).await.map(Json).into_response()
}

async fn upload(State(bridge): State<Bridge>, Path(kind): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let args = headers.get("x-args").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    blocking(move || commands::upload(&bridge.device, &kind, decode(&args)?, &body)).await.map(Json).into_response()
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    args: String,
}

async fn download(State(bridge): State<Bridge>, Query(wanted): Query<Wanted>) -> Response {
    blocking(move || commands::download(&bridge.device, &wanted.name, parse(&wanted.args)?))
        .await
        .map(|bytes| ([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
        .into_response()
}

async fn events(State(bridge): State<Bridge>) -> impl IntoResponse {
    let stream = BroadcastStream::new(bridge.changes.subscribe())
        .filter_map(Result::ok)
        .map(|text| Ok::<_, Infallible>(Event::default().event("changed").data(text)));
    Sse::new(stream).keep_alive(KeepAlive::default())
}

fn decode(header: &str) -> Result<Value, Problem> {
    let text =
        percent_encoding::percent_decode_str(header).decode_utf8().map_err(|_| Problem::new(Code::BadRequest))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|_| Problem::new(Code::BadRequest))
}
