//! `POST /api/office/{name}`: session, token of the console, permission, shape — then the handler. Nothing is asked twice.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use gongdan_domain::permission::may;
use gongdan_domain::problem::{Code, Problem};
use serde_json::{Value, json};

use crate::core::{Shared, off_thread};
use crate::error::Result;
use crate::office::context::Context;
use crate::office::{self, COMMANDS, Door, session};
use crate::router::Address;
use crate::{auth, body};

/// A published reference with everything in it stays far below.
const MAX_REQUEST: usize = 8 * 1024 * 1024;
/// What a stranger may send: a login and a password.
const MAX_OPEN: usize = 64 * 1024;
/// Commands that hash a password; see [`auth::turn`]. Signing in takes its turn by itself.
const HASHING: [&str; 4] = ["change_password", "create_account", "reset_password", "recover_pin"];

pub async fn command(
    State(core): State<Shared>,
    Path(name): Path<String>,
    address: Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let door = COMMANDS.iter().find(|(known, _)| *known == name).map(|(_, door)| *door);
    let Some(door) = door else { return Err(Problem::with(Code::UnknownCommand, json!({ "name": name })).into()) };
    // Who asks comes before what he asks: a stranger learns nothing about shapes.
    let ctx = if door == Door::Open { None } else { Some(enter(&core, door, &headers, address).await?) };
    let most = if ctx.is_some() { MAX_REQUEST } else { MAX_OPEN };
    let bytes = body::bytes(&headers, body::JSON, body, most).await?;
    let args: Value = body::parse(&bytes)?;
    let (reply, cookies) = match ctx {
        Some(ctx) => {
            let _turn = if HASHING.contains(&name.as_str()) { Some(auth::turn(&core).await?) } else { None };
            let cookies = if name == "sign_out" { auth::cleared_cookies() } else { Vec::new() };
            (off_thread(move || office::call(&ctx, &name, args)).await?, cookies)
        }
        None => open(core, address, bytes).await?,
    };
    let mut answer = body::answer(&headers, &reply)?;
    for cookie in cookies.iter().filter_map(|c| HeaderValue::from_str(c).ok()) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(answer)
}

async fn open(core: Shared, address: Address, bytes: Vec<u8>) -> Result<(Value, Vec<String>)> {
    let args = body::parse(&bytes)?;
    let _turn = auth::turn(&core).await?;
    let shared = Shared::clone(&core);
    let (me, cookies) = off_thread(move || session::sign_in(&shared, address.0, &args)).await?;
    Ok((serde_json::to_value(me)?, cookies))
}

/// Whoever may pass this door, as the context of his command.
pub(super) async fn enter(core: &Shared, door: Door, headers: &HeaderMap, address: Address) -> Result<Context> {
    let headers = headers.clone();
    let shared = Shared::clone(core);
    core.read(move |core, r| {
        let who = auth::signed_in(core, r, &headers, true)?;
        if let Door::Needs(permission) = door
            && !may(who.role, permission)
        {
            return Err(Problem::with(Code::NotAllowed, json!({ "permission": permission })).into());
        }
        Ok(Context {
            now: core.now(),
            who,
            server: core.front().address(&headers),
            session_hash: auth::session_hash(&headers).unwrap_or_default(),
            from: address.0,
            core: shared,
        })
    })
    .await
}
