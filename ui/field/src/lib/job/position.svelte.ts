/**
 * Where the device is, if its platform says so (D3, H4): the one place that asks it. It is asked in the background, nobody waits for it,
 * and "not known" is an answer like any other: a desk, a refused permission, a platform without it.
 */
import type { Position } from '@gongdan/shared/generated/Position';

const FRESH_MS = 300_000;
let last = $state.raw<{ at: number; position: Position }>();

export function lookAround(): void {
  const where = 'geolocation' in navigator ? navigator.geolocation : undefined;
  where?.getCurrentPosition(
    ({ coords }) => {
      const text = (value: number, decimals: number): string => value.toFixed(decimals);
      last = { at: Date.now(), position: { lat: text(coords.latitude, 6), lon: text(coords.longitude, 6), accuracy_m: text(coords.accuracy, 0) } };
    },
    () => undefined,
    { timeout: 20_000, maximumAge: FRESH_MS },
  );
}

/** `null`: not known. */
export function position(): Position | null {
  return last !== undefined && Date.now() - last.at < FRESH_MS ? last.position : null;
}
