#!/usr/bin/env bash
# What CI checks, in the order in which it fails fastest. `e2e` or `screenshots` run only that part.
set -euo pipefail
cd "$(dirname "$0")/.."
part="${1:-all}"
step() { printf '\n== %s\n' "$1"; }

. scripts/on_display.sh

if [ "$part" = screenshots ]; then
  npm run --silent screenshots
  exit
fi

if [ "$part" = all ]; then
  step "Interfaces: types, lint, words, parts"
  npm run --silent check
  npm run --silent lint
  npm test --silent
  step "Rust: formatting and clippy"
  cargo fmt --all --check
  cargo clippy --workspace --all-targets -- -D warnings
  step "Rust: rules, storage, sync, documents, and the whole visit in the real app"
  on_display cargo test --workspace --no-fail-fast
  step "Generated types are those of the code"
  git diff --exit-code -- ui/shared/src/generated ||
    { echo "The generated TypeScript differs from the committed one: run make types and commit it."; exit 1; }
else
  step "The whole visit in the real app"
  on_display cargo test --workspace --test whole_visit
fi

step "Browser: the field app over the bridge, and the console"
npm run --silent e2e
