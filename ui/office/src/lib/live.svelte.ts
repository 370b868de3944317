/**
 * What arrives without asking: a number that grows whenever the server has something new, and whether the line is up.
 * Bursts are gathered, so that a device that sends a thousand facts does not reload the screen a thousand times.
 */
import { backend } from './backend.ts';

const GATHER_MS = 300;
const RECONNECT_MS = 4000;

const state = $state({ version: 0, on: false, heardAt: 0 });
let stops: (() => void)[] = [];
let gathering: ReturnType<typeof setTimeout> | undefined;
let reconnecting: ReturnType<typeof setTimeout> | undefined;

export const live = {
  /** Read it inside an effect to follow. */
  get version(): number {
    return state.version;
  },
  get on(): boolean {
    return state.on;
  },
  /** Milliseconds of the last sign of life; 0 before the first. */
  get heardAt(): number {
    return state.heardAt;
  },
};

/** Something changed here or there: everything on the screen asks again. */
export function changed(): void {
  clearTimeout(gathering);
  gathering = undefined;
  state.version += 1;
}

function gather(): void {
  state.heardAt = Date.now();
  gathering ??= setTimeout(changed, GATHER_MS);
}

function hear(on: boolean): void {
  const back = on && !state.on && state.heardAt > 0;
  state.on = on;
  if (on) state.heardAt = Date.now();
  if (back) changed();
  clearTimeout(reconnecting);
  if (!on) reconnecting = setTimeout(restart, RECONNECT_MS);
}

function restart(): void {
  if (stops.length === 0) return;
  close();
  open();
}

function open(): void {
  stops = [backend.onChanged(gather), backend.onLive(hear)];
}

function close(): void {
  for (const stop of stops) stop();
  stops = [];
}

export function startLive(): void {
  if (stops.length === 0) open();
}

export function stopLive(): void {
  close();
  clearTimeout(reconnecting);
  clearTimeout(gathering);
  gathering = undefined;
  state.on = false;
  state.heardAt = 0;
}
