//! What the console downloads: files that a record names, and the order as PDF.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use gongdan_domain::id::{OrderId, PaperId};
use gongdan_domain::permission::{Permission, may};
use gongdan_domain::problem::{Code, Problem};
use serde::Deserialize;
use serde_json::json;

use crate::auth;
use crate::core::{Core, Shared};
use crate::error::Result;
use crate::router::Address;
use crate::storage::Reader;
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
    /// One of several that claim a revision.
    #[serde(default)]
    pub hash: Option<String>,
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

/// G6: everything that proves one sealed document, for whoever verifies it elsewhere (docs/seal.md).
pub async fn proof(
    State(core): State<Shared>,
    Path(order): Path<String>,
    Query(wish): Query<PdfWish>,
    from: Address,
    headers: HeaderMap,
) -> Result<Response> {
    let order: OrderId = order.parse().map_err(|_| Code::NotFound)?;
    handed(core, from, headers, Permission::ReadMoney, "proof_taken", move |_, r| {
        let proof = super::paper::exported(r, order, &wish)?;
        let (id, bytes) = (proof.document.id, serde_json::to_vec(&proof)?);
        Ok(Handed {
            kind: "application/json",
            how: "attachment",
            name: format!("{id}.json"),
            about: id.to_string(),
            bytes,
        })
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
    handed(core, from, headers, Permission::ReadMoney, "pdf_taken", move |core, r| {
        super::paper::order(core, r, order, &wish).map(Handed::pdf)
    })
    .await
}

pub async fn paper_pdf(
    State(core): State<Shared>,
    Path(paper): Path<String>,
    Query(wish): Query<PdfWish>,
    from: Address,
    headers: HeaderMap,
) -> Result<Response> {
    let paper: PaperId = paper.parse().map_err(|_| Code::NotFound)?;
    handed(core, from, headers, Permission::ReadMoney, "pdf_taken", move |core, r| {
        super::paper::paper(core, r, paper, &wish).map(Handed::pdf)
    })
    .await
}

/// Something that leaves the house.
pub struct Handed {
    pub kind: &'static str,
    /// `inline` or `attachment`.
    pub how: &'static str,
    pub name: String,
    /// For the audit trail, which names no customer.
    pub about: String,
    pub bytes: Vec<u8>,
}

impl Handed {
    fn pdf((name, bytes): (String, Vec<u8>)) -> Self {
        // The number alone.
        let about = name.split('_').next().unwrap_or_default().trim_end_matches(".pdf").to_owned();
        Self { kind: "application/pdf", how: "inline", name, about, bytes }
    }
}

/// A document under its name, for whoever may have it. Who took it is noted.
pub async fn handed(
    core: Shared,
    from: Address,
    headers: HeaderMap,
    needed: Permission,
    action: &'static str,
    make: impl FnOnce(&Core, &dyn Reader) -> Result<Handed> + Send + 'static,
) -> Result<Response> {
    let (made, user) = core
        .read(move |core, r| {
            let user = auth::reader(core, r, &headers)?;
            if !may(user.role, needed) {
                return Err(Code::NotAllowed.into());
            }
            Ok((make(core, r)?, user))
        })
        .await?;
    let Handed { kind, how, name, about, bytes } = made;
    core.write(move |core, tx| auth::note_from(tx, core.now(), Some(user.person), Some(from.0), action, &about))
        .await?;
    let headers = [("content-type", kind.to_owned()), ("content-disposition", disposition(how, &name))];
    Ok((headers, bytes).into_response())
}

/// RFC 6266: the name as it is for browsers of today, and in plain letters for the others.
pub fn disposition(how: &str, name: &str) -> String {
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    let byte = |b: u8| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    let whole: String = name.bytes().map(byte).collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn g7_a_download_keeps_its_chinese_name_and_smuggles_no_header() {
        let header = disposition("inline", "GD-A7-2611-0032_样例\"\r\nX: y_2026-11-24.pdf");
        assert!(header.starts_with("inline; filename=\"GD-A7-2611-0032_Xy_2026-11-24.pdf\""), "{header}");
        assert!(header.ends_with("%E6%A0%B7%E4%BE%8B%22%0D%0AX%3A%20y_2026-11-24.pdf"), "{header}");
        assert!(header.is_ascii() && !header.contains('\r'));
    }
}
