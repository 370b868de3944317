#!/usr/bin/env bash
# As long as asked: `scripts/torture.sh 10` takes about ten minutes. Every part prints its seeds and what it counted; the first broken
# promise ends it with a failure that says how to see it again. Nothing runs beside it, so that times mean something.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes="${1:-10}"
step() { printf '\n== %s\n' "$1"; }

# Half of the time for schedules, the rest for hostile input and for processes that die.
simulated=$(( (minutes + 1) / 2 ))
step "Schedules of the simulated company, $simulated minutes, from a seed taken from the clock"
GONGDAN_MINUTES="$simulated" cargo test --workspace --test simulation -- --nocapture every_odd every_even

step "Broken products that the checker must catch"
cargo test --workspace --test simulation -- --nocapture every_mutant

targets=$(cat tests/system/tests/fuzz/*.rs | grep -c '^fn fuzz_')
seconds=$(( minutes * 60 / 4 / targets + 1 ))
step "Hostile input: $targets parsers, $seconds seconds each"
GONGDAN_FUZZ_SECONDS="$seconds" cargo test --workspace --test fuzz -- --test-threads 2

# Real processes: every script here is one campaign and gets the minutes that are left for it.
for campaign in scripts/torture/*.sh; do
  [ -e "$campaign" ] || continue
  step "Campaign $(basename "$campaign" .sh)"
  "$campaign" $(( minutes / 4 + 1 ))
done
