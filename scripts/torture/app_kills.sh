#!/usr/bin/env bash
# The real app killed at random steps of a visit, from a seed taken from the clock, for about the minutes that are given: what its screen
# showed as kept is there after the next start. A failure prints its seed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/on_display.sh
minutes="${1:-5}"
export GONGDAN_SEED="${GONGDAN_SEED:-$(date +%s)}"
# Each one is a whole start of the app: some forty a minute where nothing else runs.
export GONGDAN_APP_KILLS="${GONGDAN_APP_KILLS:-$((minutes * 20))}"
cargo build --workspace --all-targets
on_display cargo test --workspace --test app_kills -- --nocapture
