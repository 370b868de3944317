# Sourced: the real app needs a display and a session bus; both are made for it where they are missing.
# The display stays as it is when its last client goes: a server that resets itself then refuses whoever comes in the meantime, and an app
# that is started right after a kill would find no display.
on_display() {
  if [ "$(uname)" = Linux ]; then
    dbus-run-session -- xvfb-run -a --server-args="-screen 0 1400x1400x24 -noreset" "$@"
  else
    "$@"
  fi
}
