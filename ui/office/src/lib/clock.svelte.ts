/** The server's clock on this screen: "now" for every deadline. Advances by itself; refuses the zone of the machine. */
const state = $state({ now: Date.now(), zone: 'Asia/Shanghai' });
let ahead = 0;

setInterval(() => (state.now = Date.now() + ahead), 1000);

export const clock = {
  /** Changes every second; for elapsed times. */
  get second(): number {
    return state.now;
  },
  get zone(): string {
    return state.zone;
  },
};

const minute = $derived(Math.floor(state.now / 10_000) * 10_000);

/** Now to ten seconds: enough for deadlines, and lists are not drawn again every second. */
export function now(): number {
  return minute;
}

export function setClock(serverNow: string, zone: string): void {
  ahead = Date.parse(serverNow) - Date.now();
  state.now = Date.parse(serverNow);
  state.zone = zone;
}
