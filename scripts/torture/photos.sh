#!/usr/bin/env bash
# Five hundred photos over a line that is cut every few hundred kilobytes: all arrive whole, each is sent once and its torn remainder again.
# It takes as long as they take; the minutes that are given are not looked at.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GONGDAN_PHOTOS="${GONGDAN_PHOTOS:-500}"
cargo build --workspace --all-targets
cargo test --workspace --test blob -- --nocapture blob_whole_photos
