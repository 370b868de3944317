# Everything a person runs. `make help` lists it. Thin on purpose: what takes more than a few lines is in scripts/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run dev ui build test lint types torture bench e2e screenshots dist

help: ## list the commands
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## (.*)/\1\t\2/' | expand -t 14

setup: ## install what is missing: system packages (Debian/Ubuntu) and npm packages
	@scripts/setup.sh

ui: setup
	npm run --silent build

build: ui
	cargo build --workspace --all-targets

run: build ## build, start the server with a demo company, open the field app (under Xvfb where there is no display)
	@scripts/run.sh

dev: setup ## the same with the interfaces reloading as you edit them (server, bridge and two Vite servers)
	@scripts/dev.sh

test: build ## everything that CI checks: types, lint, unit, storage, sync, bridge, console and the real app
	@scripts/test.sh

lint: ui ## formatting, clippy, ESLint, svelte-check, the arrows between the rooms
	npm run --silent lint
	npm run --silent check
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

torture: ui ## break everything for so long: make torture MINUTES=10; prints seeds, schedules, mutants, kills
	@scripts/torture.sh $(MINUTES)

types: ## write the TypeScript types of commands and views again
	cargo test --workspace --lib export

# Named when the binaries are built as well: the same features, so that nothing is compiled twice.
BENCHES := --bench search --bench page --bench encryption --bench sync
bench: ui ## measure beside the limits: raw SQLite, bare loopback, an empty page
	cargo build --profile bench --workspace --bins $(BENCHES)
	cargo bench --workspace $(BENCHES)

e2e: build ## only the tests that drive the interfaces: bridge, console, real app
	@scripts/test.sh e2e

screenshots: build ## walk both faces and write pictures to test-results/screenshots
	@scripts/test.sh screenshots

dist: ui ## release binaries and installers for this system, in dist/
	@scripts/dist.sh
