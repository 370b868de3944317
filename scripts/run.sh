#!/usr/bin/env bash
# Starts the server with the demo company and opens the field app beside it. Data lies in .gongdan/ and stays between runs.
set -euo pipefail
cd "$(dirname "$0")/.."

data="${GONGDAN_HOME:-$PWD/.gongdan}"
listen="${GONGDAN_LISTEN:-127.0.0.1:8610}"
server=target/debug/gongdan-server
mkdir -p "$data"

if [ ! -e "$data/server/gongdan.db" ]; then
  "$server" demo --data "$data/server" | tee "$data/sign-in.txt"
fi

"$server" serve --data "$data/server" --listen "$listen" >"$data/server.log" 2>&1 &
server_pid=$!
trap 'kill "$server_pid" 2>/dev/null || true; wait "$server_pid" 2>/dev/null || true' EXIT

for _ in $(seq 100); do
  (exec 3<>"/dev/tcp/${listen%:*}/${listen##*:}") 2>/dev/null && break
  kill -0 "$server_pid" 2>/dev/null || { cat "$data/server.log"; exit 1; }
  read -r -t 0.1 _ < <(:) || true
done

echo
echo "  Office console    http://$listen"
echo "  How to sign in    $data/sign-in.txt"
echo "  Server log        $data/server.log"
echo "  Field app data    $data/field"
echo

export XDG_DATA_HOME="$data/field/data" XDG_CONFIG_HOME="$data/field/config" XDG_CACHE_HOME="$data/field/cache"
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ "$(uname)" = Linux ]; then
  echo "  There is no display: the field app runs under Xvfb and cannot be seen. The console can be opened from a browser."
  echo "  Stop with Ctrl-C."
  dbus-run-session -- xvfb-run -a target/debug/gongdan
else
  echo "  The field app opens now; closing it stops the server too."
  target/debug/gongdan
fi
