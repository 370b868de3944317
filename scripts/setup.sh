#!/usr/bin/env bash
# Installs what is missing: system packages on Debian and Ubuntu, npm and (for tests) Python packages everywhere. Does nothing where
# all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  build-essential pkg-config perl          # SQLCipher with its OpenSSL
  libwebkit2gtk-4.1-dev librsvg2-dev       # the shell of the field app
  webkit2gtk-driver xvfb xauth dbus-x11    # the real app in tests, and without a display
  chromium fonts-noto-cjk                  # the console in tests, Chinese on the screen
  poppler-utils qpdf                       # looking into PDFs in tests
  python3 python3-venv                     # verifying seals and trying the API from outside, in tests
)

if command -v dpkg-query >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  if ((${#missing[@]})); then
    echo "Installing system packages: ${missing[*]}"
    sudo=""
    if [ "$(id -u)" != 0 ]; then
      command -v sudo >/dev/null || { echo "These need root and there is no sudo. Install them and try again."; exit 1; }
      sudo=sudo
    fi
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
else
  echo "Not a Debian system: see README.md for what Tauri needs on yours."
fi

for tool in cargo node npm; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: see README.md for how to install Rust and Node."; exit 1; }
done

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "Installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi

# Tests alone use Python, in a folder of its own: an implementation that shares no code with ours checks ours.
wanted=tests/requirements.txt
if [ ! -e .venv/installed.txt ] || ! cmp -s "$wanted" .venv/installed.txt; then
  echo "Installing Python packages for the tests"
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" .venv/installed.txt
fi
