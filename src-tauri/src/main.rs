//! The field app's executable. Everything is in the library, so that a phone can start it too.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    gongdan_shell::run()
}
