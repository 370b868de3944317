#!/usr/bin/env bash
# Hundreds of kills of the real server and device processes, and of power cuts, from a seed taken from the clock, for the minutes that
# are given. A failure prints its seed.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes="${1:-5}"
export GONGDAN_SEED="${GONGDAN_SEED:-$(date +%s)}"
# About two kills a second and ten cuts a second where nothing else runs.
export GONGDAN_KILLS="${GONGDAN_KILLS:-$((minutes * 80))}" GONGDAN_CUTS="${GONGDAN_CUTS:-$((minutes * 120))}"
cargo build --workspace --all-targets
cargo test --workspace --test kills --test power_cut -- --nocapture --test-threads 1
