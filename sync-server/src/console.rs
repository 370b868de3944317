//! Serves the built console. In a debug build the files are read from the disk at run time; in a release they are inside.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use gongdan_domain::problem::{Code, Problem};

use crate::error::respond;

#[derive(rust_embed::Embed)]
#[folder = "../ui/office/dist"]
#[allow_missing = true]
struct Dist;

/// Everything that no route takes: a file of the console, else its first page; below `/api` and `/sync` a problem.
pub async fn fallback(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path.starts_with("sync/") || !matches!(method, Method::GET | Method::HEAD) {
        return respond(Problem::new(Code::NotFound));
    }
    match Dist::get(path).filter(|_| !path.is_empty()) {
        Some(file) => served(path, file.data.into_owned()),
        // A missing script is missing; an address of the console is its first page.
        None if path.rsplit('/').next().is_some_and(|last| last.contains('.')) => respond(Problem::new(Code::NotFound)),
        None => match Dist::get("index.html") {
            Some(page) => served("index.html", page.data.into_owned()),
            None => (StatusCode::NOT_FOUND, "The console is not built: npm run build (make ui).\n").into_response(),
        },
    }
}

fn served(path: &str, bytes: Vec<u8>) -> Response {
    let kind = match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "webmanifest" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    };
    // Built files carry their hash in their name; the page does not.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, cache)], bytes).into_response()
}
