//! The public door of the proof: `/v` asks, `/v/{code}` answers, a dropped file is compared. No sign-in and no script. Unknown codes and
//! files are counted by address, two files are compared at a time, and nothing of a file is kept.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use gongdan_domain::catalogue::CompanyProfile;
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::found::by_code;
use super::page::{CSP, Frame, Says, html};
use super::words::Tongue;
use super::{File, compare};
use crate::auth::limit;
use crate::body;
use crate::core::{Core, Shared};
use crate::error::Result;
use crate::router::Address;
use crate::storage::Reader;

/// Larger than an order with all its photos.
/// A form of the page, or the file by itself.
const TAKES: body::Takes = &["multipart/form-data", "application/pdf", "application/octet-stream", "application/json"];
const MOST: usize = 20 * 1024 * 1024;
/// Comparing prints up to three times: it must not take the machine from those who sync.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    lang: Option<String>,
    /// From the form on the page.
    #[serde(default)]
    code: Option<String>,
}

/// Who asks, and in which language.
struct Caller {
    tongue: Tongue,
    limited: String,
}

impl Caller {
    fn of(asked: &Asked, headers: &HeaderMap, address: &Address) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        Self { tongue: Tongue::of(asked.lang.as_deref(), accepted), limited: limit::key("verify", address.0) }
    }

    fn answer(&self, company: Option<&CompanyProfile>, code: &str, says: &Says<'_>) -> Response {
        let frame = Frame { tongue: self.tongue, company, code };
        let status = match says {
            Says::Unknown { file: false } => StatusCode::NOT_FOUND,
            Says::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Says::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::OK,
        };
        let mut answer = (status, axum::response::Html(html(&frame, says))).into_response();
        if let Ok(policy) = HeaderValue::from_str(&CSP) {
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
        answer
    }
}

/// The page that asks; a typed code is sent on to its own address.
pub async fn ask(
    state: State<Shared>,
    Query(asked): Query<Asked>,
    address: Address,
    headers: HeaderMap,
) -> Result<Response> {
    if let Some(code) = asked.code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
        let lang =
            asked.lang.as_deref().filter(|lang| matches!(*lang, "zh" | "en")).map(|lang| format!("?lang={lang}"));
        return Ok(
            Redirect::to(&format!("/v/{}{}", code.to_ascii_uppercase(), lang.unwrap_or_default())).into_response()
        );
    }
    let caller = Caller::of(&asked, &headers, &address);
    state.0.read(move |core, r| Ok(caller.answer(profile(core, r)?.as_ref(), "", &Says::Ask))).await
}

/// What a code leads to.
pub async fn code(
    State(core): State<Shared>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    address: Address,
    headers: HeaderMap,
) -> Result<Response> {
    let caller = Caller::of(&asked, &headers, &address);
    core.read(move |core, r| {
        let company = profile(core, r)?;
        let code: String = code.chars().take(40).collect();
        // A code that is known always opens: only guessing is counted, and eighty bits are not guessed.
        if let Some(found) = by_code(core, r, &code)? {
            return Ok(caller.answer(company.as_ref(), &code, &Says::Order(&found)));
        }
        if core.limits.begin(&[&caller.limited], core.now()).is_err() {
            return Ok(caller.answer(company.as_ref(), "", &Says::TooMany));
        }
        Ok(caller.answer(company.as_ref(), &code, &Says::Unknown { file: false }))
    })
    .await
}

pub async fn file(
    state: State<Shared>,
    Query(asked): Query<Asked>,
    address: Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    compared(state.0, String::new(), Caller::of(&asked, &headers, &address), &headers, body).await
}

pub async fn file_of_code(
    state: State<Shared>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    address: Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    compared(state.0, code, Caller::of(&asked, &headers, &address), &headers, body).await
}

async fn compared(core: Shared, code: String, caller: Caller, headers: &HeaderMap, body: Body) -> Result<Response> {
    body::expect(headers, TAKES)?;
    // Every comparison is counted, successful or not: it is work.
    if core.limits.begin(&[&caller.limited], core.now()).is_err() {
        return core.read(move |core, r| Ok(caller.answer(profile(core, r)?.as_ref(), "", &Says::TooMany))).await;
    }
    let _turn = AT_ONCE.acquire().await.map_err(|_| crate::error::Error::Unfinished)?;
    let Ok(bytes) = axum::body::to_bytes(body, MOST).await else {
        return core.read(move |core, r| Ok(caller.answer(profile(core, r)?.as_ref(), "", &Says::TooLarge))).await;
    };
    let (name, bytes) = posted(headers, bytes).await.unwrap_or_default();
    core.read(move |core, r| {
        let company = profile(core, r)?;
        let code: String = code.chars().take(40).collect();
        let says = |says: &Says<'_>| Ok(caller.answer(company.as_ref(), &code, says));
        let Ok(file) = File::read(bytes) else { return says(&Says::NoSeal) };
        let Some(compared) = compare(core, r, &file)? else { return says(&Says::Unknown { file: true }) };
        let asked = by_code(core, r, &code)?;
        let other_order = asked.is_some_and(|found| found.document.id != compared.found.document.id);
        says(&Says::File { compared: &compared, name: &name, other_order })
    })
    .await
}

/// The one file of the form, with its name; a body without a form is the file itself.
async fn posted(headers: &HeaderMap, bytes: Bytes) -> Option<(String, Vec<u8>)> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(kind) else { return Some((String::new(), bytes.to_vec())) };
    let stream = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(bytes) });
    let mut form = multer::Multipart::new(stream, boundary);
    while let Some(field) = form.next_field().await.ok()? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().chars().take(120).collect();
            return Some((name, field.bytes().await.ok()?.to_vec()));
        }
    }
    None
}

fn profile(core: &Core, r: &dyn Reader) -> Result<Option<CompanyProfile>> {
    Ok(core.reference(r)?.company_profile(core.now()).cloned())
}
