//! The three doors of the window: one for commands, two raw lanes for photos and PDFs. Work is done off the interface's thread.

use gongdan_device::commands;
use gongdan_device::device::Device;
use gongdan_domain::problem::{Code, Problem};
use serde_json::Value;
use tauri::ipc::{InvokeBody, Request, Response};
use tauri::{AppHandle, Manager as _, State};
use tauri_plugin_opener::OpenerExt as _;

/// What the interface is told when a thread of ours died; the log has more.
fn broken(error: tauri::Error) -> Problem {
    tracing::error!(%error, "a command did not come back");
    Problem::new(Code::Internal)
}

#[tauri::command]
pub async fn call(app: AppHandle, name: String, args: Value) -> Result<Value, Problem> {
    let device = app.state::<Device>().inner().clone();
    // What goes into the app's own folder is for the system's viewer, which prints and shares; anything else is shown where it lies.
    let (opens, shows) = match name.as_str() {
        "save_order_pdf" => (true, false),
        "save_document" => (args["place"] == "app", args["place"] != "app"),
        "export_work" => (false, true),
        _ => (false, false),
    };
    let reply =
        tauri::async_runtime::spawn_blocking(move || commands::call(&device, &name, args)).await.map_err(broken)??;
    if (opens || shows)
        && let Some(path) = reply["path"].as_str()
    {
        // Where the system has no viewer the file is saved all the same, and the screen names it.
        let opener = app.opener();
        if let Err(error) = if opens { opener.open_path(path, None::<&str>) } else { opener.reveal_item_in_dir(path) } {
            tracing::warn!(%error, "the system did not open the document");
        }
    }
    Ok(reply)
}

/// `x-kind` names what comes, `x-args` holds its arguments as URL-encoded JSON, the body is the file as it is.
#[tauri::command]
pub async fn upload(device: State<'_, Device>, request: Request<'_>) -> Result<Value, Problem> {
    // A JSON body here means that the content security policy blocks the raw lane.
    let InvokeBody::Raw(bytes) = request.body() else { return Err(Problem::new(Code::BadRequest)) };
    let header = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let args = decode_args(header("x-args"))?;
    let kind = header("x-kind").to_owned();
    let (device, bytes) = (device.inner().clone(), bytes.clone());
    tauri::async_runtime::spawn_blocking(move || commands::upload(&device, &kind, args, &bytes))
        .await
        .map_err(broken)?
}

#[tauri::command]
pub async fn download(device: State<'_, Device>, name: String, args: Value) -> Result<Response, Problem> {
    let device = device.inner().clone();
    let bytes = tauri::async_runtime::spawn_blocking(move || commands::download(&device, &name, args))
        .await
        .map_err(broken)??;
    Ok(Response::new(bytes))
}

fn decode_args(header: &str) -> Result<Value, Problem> {
    let text =
        percent_encoding::percent_decode_str(header).decode_utf8().map_err(|_| Problem::new(Code::BadRequest))?;
    serde_json::from_str(&text).map_err(|_| Problem::new(Code::BadRequest))
}
