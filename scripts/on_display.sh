# Sourced: the real app needs a display and a session bus; both are made for it where they are missing.
on_display() {
  if [ "$(uname)" = Linux ]; then
    dbus-run-session -- xvfb-run -a --server-args="-screen 0 1400x1400x24" "$@"
  else
    "$@"
  fi
}
