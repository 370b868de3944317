//! The shell of the field app: window, doors, key store. Thin on purpose: it passes names, arguments and bytes to the device and
//! knows no business word.

mod door;
mod key_store;

use std::path::PathBuf;
use std::process::ExitCode;

use gongdan_device::device::{Config, Device};
use tauri::{Emitter as _, Manager as _};
use tracing_subscriber::EnvFilter;

/// Starts the app and stays until its window closes.
pub fn run() -> ExitCode {
    let filter = EnvFilter::try_from_env("GONGDAN_LOG").unwrap_or_else(|_| EnvFilter::new("info,gongdan=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let started = tauri::Builder::default()
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(tauri::generate_handler![door::call, door::upload, door::download])
        .setup(|app| {
            let data_dir: PathBuf = app.path().app_data_dir()?;
            let mut config = Config::new(data_dir, env!("CARGO_PKG_VERSION"), key_store::os_key_store());
            // Exported work lies where a person looks for it.
            config.shared_dir = app.path().document_dir().or_else(|_| app.path().download_dir()).ok();
            let device = Device::open(config)?;
            let handle = app.handle().clone();
            device.subscribe(Box::new(move |changed| {
                // A window that is closing has nobody to tell.
                _ = handle.emit("changed", changed);
            }));
            device.start_sync();
            app.manage(device);
            Ok(())
        })
        .run(tauri::generate_context!());

    match started {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the app could not start");
            ExitCode::FAILURE
        }
    }
}
