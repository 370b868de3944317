//! What the console downloads: files that a record names, and the order as PDF.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use gongdan_domain::id::OrderId;
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::{Code, Problem};
use serde::Deserialize;
use serde_json::json;

use crate::auth;
use crate::core::Shared;
use crate::error::Result;
use crate::router::Address;
use crate::sync::attachment;

#[derive(Deserialize)]
pub struct Named {
    name: String,
    args: String,
}

#[derive(Deserialize)]
struct FileArgs {
    hash: String,
}

#[derive(Deserialize)]
struct OrderPdfArgs {
    order: OrderId,
    #[serde(flatten)]
    wish: PdfWish,
}

#[derive(Deserialize, Default)]
pub struct PdfWish {
    /// `zh`, `en`, `both`.
    #[serde(default)]
    pub lang: Option<String>,
    /// Absent: the newest.
    #[serde(default)]
    pub revision: Option<u32>,
}

/// The same downloads under their names: `?name=order_pdf&args={…}`.
pub async fn by_name(core: State<Shared>, query: Query<Named>, from: Address, headers: HeaderMap) -> Result<Response> {
    let wrong = |e: serde_json::Error| Problem::with(Code::WrongType, json!({ "why": e.to_string() }));
    match query.name.as_str() {
        "file" => {
            let args: FileArgs = serde_json::from_str(&query.args).map_err(wrong)?;
            file(core, Path(args.hash), headers).await
        }
        "order_pdf" => {
            let args: OrderPdfArgs = serde_json::from_str(&query.args).map_err(wrong)?;
            pdf(core, Path(args.order.to_string()), Query(args.wish), from, headers).await
        }
        _ => Err(Problem::with(Code::UnknownCommand, json!({ "name": query.name })).into()),
    }
}

pub async fn file(State(core): State<Shared>, Path(hash): Path<String>, headers: HeaderMap) -> Result<Response> {
    core.read(move |core, r| {
        auth::reader(core, r, &headers)?;
        // A file exists here only because a record names it.
        let state = r.file(&hash)?.ok_or(Code::AttachmentUnknown)?;
        Ok(attachment::picture(&state.file, attachment::read(core, &state)?))
    })
    .await
}

pub async fn pdf(
    State(core): State<Shared>,
    Path(order): Path<String>,
    Query(wish): Query<PdfWish>,
    from: Address,
    headers: HeaderMap,
) -> Result<Response> {
    let order: OrderId = order.parse().map_err(|_| Code::NotFound)?;
    let (number, bytes, user) = core
        .read(move |core, r| {
            let user = auth::reader(core, r, &headers)?;
            // The paper shows amounts.
            if !may(user.role, Permission::ReadMoney) {
                return Err(Code::NotAllowed.into());
            }
            let (number, bytes) = super::paper::order(core, r, order, &wish)?;
            Ok((number, bytes, user))
        })
        .await?;
    let about = number.clone();
    core.write(move |core, tx| auth::note_from(tx, core.now(), Some(user.person), Some(from.0), "pdf_taken", &about))
        .await?;
    let headers = [
        ("content-type", "application/pdf".to_owned()),
        ("content-disposition", format!("inline; filename=\"{number}.pdf\"")),
    ];
    Ok((headers, bytes).into_response())
}
