/** Locks the screen after some minutes without a touch. The device keeps its key: sync and reminders go on behind the lock. */

const LOOK_MS = 5000;
const MINUTE_MS = 60_000;
const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** `minutes` is asked at every look, 0 never locks. Answers how to stop. A tablet that slept locks when it wakes: only the clock counts. */
export function lockWhenIdle(minutes: () => number, lock: () => void): () => void {
  let last = Date.now();
  const touched = (): void => {
    // The touch that wakes a tablet after an hour does not count as being there.
    if (!due()) last = Date.now();
  };
  const due = (): boolean => minutes() > 0 && Date.now() - last >= minutes() * MINUTE_MS;
  const look = (): void => {
    if (!due()) return;
    last = Date.now();
    lock();
  };
  const timer = setInterval(look, LOOK_MS);
  document.addEventListener('visibilitychange', look);
  for (const touch of TOUCHES) document.addEventListener(touch, touched, { capture: true, passive: true });
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
    for (const touch of TOUCHES) document.removeEventListener(touch, touched, { capture: true });
  };
}
