//! The wire to the server: JSON over HTTP, zstd where it pays, a bearer token. Knows addresses and headers, no meaning.

use std::time::Duration;

use bytes::Bytes;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::PROTOCOL;
use gongdan_domain::sync::enrolment::{ServerAddress, Unreadable};
use gongdan_domain::sync::readmit::{ReadmitReply, ReadmitRequest};
use gongdan_domain::sync::wire::{EnrolReply, EnrolRequest, ExchangeReply, ExchangeRequest, Page, Record, RecordBody};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::sync::pin;
use crate::sync::road::Road;

/// How long the other side may say nothing. Not for the whole: a slow line is still a line.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the connection stands, its handshake included.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), silence: Duration::from_secs(60) }
    }
}

/// The server closes what is silent for half a minute; a request must not run into that.
const IDLE: Duration = Duration::from_secs(20);
/// Below this, compressing costs more than it saves.
const WORTH_PACKING: usize = 1024;
const OFFSET: &str = "upload-offset";

pub struct Client {
    http: reqwest::Client,
    server: String,
    token: Zeroizing<String>,
}

impl Client {
    /// `server` names the key that it must have, if the enrolment gave one; `token` is empty before enrolment.
    pub fn new(server: &str, token: Zeroizing<String>, patience: Patience) -> Result<Self> {
        let address: ServerAddress = server.parse().map_err(|why: Unreadable| {
            Problem::with(Code::FieldInvalid, json!({ "field": "server", "why": why.to_string() }))
        })?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(patience.connect)
            .read_timeout(patience.silence)
            .pool_idle_timeout(IDLE);
        let http = match address.pin {
            Some(pin) => http.tls_backend_preconfigured(pin::config(pin).map_err(|_| Error::Key("TLS"))?),
            None => http,
        };
        Ok(Self { http: http.build()?, server: address.url().to_owned(), token })
    }

    /// The live wake-up: an answer that does not end.
    pub async fn events(&self) -> Result<Response> {
        let response = self.request(Method::GET, "events").header("accept", "text/event-stream").send().await?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.http.request(method, format!("{}/sync/v1/{path}", self.server)).header("gongdan-protocol", PROTOCOL);
        if self.token.is_empty() { request } else { request.bearer_auth(self.token.as_str()) }
    }

    async fn json<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        Ok(serde_json::from_slice(&self.post(path, body).await?)?)
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<Vec<u8>> {
        let bytes = serde_json::to_vec(body)?;
        let request =
            self.request(Method::POST, path).header(CONTENT_TYPE, "application/json").header(ACCEPT_ENCODING, "zstd");
        let request = if bytes.len() >= WORTH_PACKING {
            request.header(CONTENT_ENCODING, "zstd").body(zstd::encode_all(bytes.as_slice(), 3)?)
        } else {
            request.body(bytes)
        };
        let response = request.send().await?;
        if response.status().is_success() { unpacked(response).await } else { Err(refusal(response).await) }
    }
}

impl Road for Client {
    async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply> {
        self.json("enrol", request).await
    }

    async fn readmit(&self, request: &ReadmitRequest) -> Result<ReadmitReply> {
        self.json("readmit", request).await
    }

    async fn exchange(&self, request: &ExchangeRequest) -> Result<ExchangeReply> {
        read_reply(&self.post("exchange", request).await?)
    }

    async fn uploaded(&self, hash: &str) -> Result<u64> {
        let response = self.request(Method::HEAD, &format!("attachments/{hash}")).send().await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(0),
            status if status.is_success() => Ok(offset_of(&response).unwrap_or(0)),
            _ => Err(refusal(response).await),
        }
    }

    async fn upload(&self, hash: &str, size: u64, mime: &str, offset: u64, piece: Bytes) -> Result<u64> {
        let end = offset + piece.len() as u64;
        let request = self
            .request(Method::PATCH, &format!("attachments/{hash}"))
            .header(OFFSET, offset)
            .header("upload-length", size)
            .header("upload-mime", mime)
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .body(piece);
        let response = request.send().await?;
        if response.status().is_success() {
            Ok(offset_of(&response).unwrap_or(end))
        } else {
            Err(refusal(response).await)
        }
    }

    async fn download(&self, hash: &str) -> Result<Bytes> {
        let response = self.request(Method::GET, &format!("attachments/{hash}")).send().await?;
        if response.status().is_success() { Ok(response.bytes().await?) } else { Err(refusal(response).await) }
    }
}

async fn unpacked(response: Response) -> Result<Vec<u8>> {
    let packed = response.headers().get(CONTENT_ENCODING).is_some_and(|v| v.as_bytes() == b"zstd");
    let bytes = response.bytes().await?;
    Ok(if packed { zstd::decode_all(bytes.as_ref())? } else { bytes.to_vec() })
}

fn offset_of(response: &Response) -> Option<u64> {
    response.headers().get(OFFSET)?.to_str().ok()?.parse().ok()
}

/// The server's own words where it has some; else trouble.
async fn refusal(response: Response) -> Error {
    let status = response.status();
    let body = unpacked(response).await.unwrap_or_default();
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => problem.into(),
        Err(_) => Problem::with(Code::ServerTrouble, serde_json::json!({ "status": status.as_u16() })).into(),
    }
}

/// Reads an answer of the server. Perhaps there is a record of a newer kind in it: then they are looked at one by one.
pub fn read_reply(bytes: &[u8]) -> Result<ExchangeReply> {
    match serde_json::from_slice::<ExchangeReply>(bytes) {
        Ok(reply) => Ok(reply),
        Err(_) => lenient(serde_json::from_slice(bytes)?),
    }
}

/// Reads an answer whose pages hold records that this version does not know: those are kept as they came.
fn lenient(mut body: Value) -> Result<ExchangeReply> {
    let pages = taken_out(&mut body, "pages");
    let mut reply: ExchangeReply = serde_json::from_value(body)?;
    for mut page in pages.as_array().cloned().unwrap_or_default() {
        let records = taken_out(&mut page, "records");
        let mut page: Page = serde_json::from_value(page)?;
        page.records = records.as_array().map(|all| all.iter().map(record).collect()).unwrap_or_default();
        reply.pages.push(page);
    }
    Ok(reply)
}

/// What a list holds, leaving an empty one; whatever it is taken out of may be no object at all.
fn taken_out(of: &mut Value, list: &str) -> Value {
    let place = of.as_object_mut().map(|fields| fields.entry(list).or_insert(Value::Null));
    place.map(|place| std::mem::replace(place, Value::Array(Vec::new()))).unwrap_or_default()
}

fn record(value: &Value) -> Record {
    serde_json::from_value(value.clone()).unwrap_or_else(|_| Record {
        position: value["position"].as_u64().unwrap_or_default(),
        scopes: serde_json::from_value(value["scopes"].clone()).unwrap_or_default(),
        body: RecordBody::Opaque { value: value.clone() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_app_lives_a_record_of_a_newer_kind_is_kept_and_the_rest_is_read() {
        let body = serde_json::json!({
            "epoch": "e", "acked_through": 3, "safe_through": 0, "verdicts": [], "scopes": ["company"], "more": false,
            "time": "2026-11-23T08:00:00Z", "min_app": "0.1.0",
            "pages": [{ "scope": "company", "cursor": "c", "records": [
                { "position": 7, "scopes": ["company"], "record": "hologram", "id": "h1", "light": 3 },
                { "position": 8, "scopes": ["company"], "record": "retraction", "targets": [] },
            ]}],
        });
        let reply = lenient(body).expect("read");
        let records = &reply.pages[0].records;
        assert!(matches!(&records[0].body, RecordBody::Opaque { value } if value["light"] == 3), "kept as it came");
        assert!(matches!(&records[1].body, RecordBody::Retraction { .. }));
    }
}
