#!/usr/bin/env bash
# For working on the interfaces: server and bridge in the background, Vite serving both faces with hot reload.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --workspace --all-targets
data="$PWD/.gongdan"
mkdir -p "$data"
[ -e "$data/server/gongdan.db" ] || target/debug/gongdan-server demo --data "$data/server" | tee "$data/sign-in.txt"
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
target/debug/gongdan-server serve --data "$data/server" --listen 127.0.0.1:8610 &
target/debug/gongdan-bridge --data "$data/bridge" --listen 127.0.0.1:8611 &
npm run --silent dev -w @gongdan/office -- --port 5174 &
npm run --silent dev -w @gongdan/field -- --port 5173 &
echo "Field app http://127.0.0.1:5173 (device commands from 127.0.0.1:8611) · console http://127.0.0.1:5174 (API from 127.0.0.1:8610)"
wait
