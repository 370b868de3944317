//! Request bodies: bounded, plain or zstd, JSON or a problem that says what is wrong.

use std::io::Read as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use gongdan_domain::problem::{Code, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::error::{Error, Result};

/// Between two pieces of a body. Tests do not wait as long as the road does.
const SILENCE: Duration = if cfg!(test) { Duration::from_millis(200) } else { Duration::from_secs(30) };
/// A frame may ask for this much memory (8 MiB) to be unpacked; ours ask for less.
const WINDOW_LOG: u32 = 23;

/// What an address takes, by the type that a body says it has.
pub type Takes = &'static [&'static str];
pub const JSON: Takes = &["application/json"];
/// A file, or a piece of one.
pub const FILE: Takes = &["application/octet-stream", "application/offset+octet-stream"];

/// A body of another type, or of none, is not looked at: who sends it means something else.
pub fn expect(headers: &HeaderMap, takes: Takes) -> Result<()> {
    let told = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = told.split(';').next().unwrap_or_default().trim();
    if takes.iter().any(|taken| kind.eq_ignore_ascii_case(taken)) {
        return Ok(());
    }
    Err(Problem::with(Code::ContentTypeWrong, json!({ "takes": takes })).into())
}

/// The bytes of a body of the right type, unpacked; neither form may be larger than `limit`.
pub async fn bytes(headers: &HeaderMap, takes: Takes, body: Body, limit: usize) -> Result<Vec<u8>> {
    expect(headers, takes)?;
    let packed = packed(headers, body, limit).await?;
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(packed),
        Some(b"zstd") => unpack(&packed, limit),
        Some(_) => Err(Problem::with(Code::BadRequest, json!({ "why": "content-encoding" })).into()),
    }
}

/// As it came over the line. A slow line is a line; a silent one is given up, so that nobody holds the server by saying nothing.
async fn packed(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>> {
    let too_large = || Error::from(Problem::with(Code::TooLarge, json!({ "limit": limit })));
    let told = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if told.is_some_and(|told| told > limit) {
        return Err(too_large());
    }
    let (mut pieces, mut bytes) = (body.into_data_stream(), Vec::new());
    loop {
        match tokio::time::timeout(SILENCE, pieces.next()).await {
            Err(_) => return Err(Code::TooSlow.into()),
            Ok(None) => return Ok(bytes),
            Ok(Some(Err(_))) => return Err(Code::BadRequest.into()),
            Ok(Some(Ok(piece))) if bytes.len() + piece.len() > limit => return Err(too_large()),
            Ok(Some(Ok(piece))) => bytes.extend_from_slice(&piece),
        }
    }
}

fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>> {
    let bad = |_| Error::from(Problem::with(Code::BadRequest, json!({ "why": "zstd" })));
    let mut bytes = Vec::new();
    let most = limit as u64 + 1;
    let mut decoder = zstd::stream::read::Decoder::new(packed).map_err(bad)?;
    decoder.window_log_max(WINDOW_LOG).map_err(bad)?;
    decoder.take(most).read_to_end(&mut bytes).map_err(bad)?;
    if bytes.len() > limit {
        return Err(Problem::with(Code::TooLarge, json!({ "limit": limit })).into());
    }
    Ok(bytes)
}

/// Broken JSON is a bad request; good JSON of another shape has a wrong type.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| {
        let code = if e.is_data() { Code::WrongType } else { Code::BadRequest };
        Problem::with(code, json!({ "why": e.to_string() })).into()
    })
}

/// JSON, packed where the caller takes zstd and it pays.
pub fn answer(headers: &HeaderMap, value: &impl Serialize) -> Result<Response> {
    let bytes = serde_json::to_vec(value)?;
    let takes = headers.get("accept-encoding").and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("zstd"));
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if takes && bytes.len() > 1024 {
        let packed = zstd::encode_all(bytes.as_slice(), 3)?;
        return Ok(([json, (CONTENT_ENCODING, HeaderValue::from_static("zstd"))], packed).into_response());
    }
    Ok(([json], bytes).into_response())
}
