#!/usr/bin/env bash
# Release builds: the server binary and the installers of the field app for the system this runs on.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p dist
cargo build --release -p gongdan-server
cp target/release/gongdan-server dist/
npx tauri build --config src-tauri/tauri.conf.json
find target/release/bundle -maxdepth 2 -type f \( -name '*.deb' -o -name '*.AppImage' -o -name '*.dmg' -o -name '*.msi' -o -name '*.exe' \) -exec cp {} dist/ \;
ls -l dist
