/** Between an instant and what an input of the site's zone shows. Refuses the zone of the machine. */
import { date, time } from '../words/index.ts';

/** `2026-11-23 14:05`: what a person reads and types. */
export function toWall(instant: string, zone: string): string {
  return `${date(instant, zone)} ${time(instant, zone)}`;
}

const FULL = /^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})$/;
const DAY = /^(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})$/;
const CLOCK = /^(\d{1,2}):(\d{2})$/;

/** Milliseconds of a wall time as if it were UTC; NaN when no clock shows it. */
function asUtc(parts: readonly number[]): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts;
  const made = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const kept = made.getUTCMonth() === month - 1 && made.getUTCDate() === day && made.getUTCHours() === hour;
  return kept && minute < 60 ? made.getTime() : NaN;
}

/**
 * The instant at which the clocks of `zone` show `wall`. The day and the year may be left out (`11-25 9:00`,
 * `14:05`) and are taken from `near`. Undefined when it is no time.
 */
export function fromWall(wall: string, zone: string, near?: string): string | undefined {
  const text = wall.trim().replace(/[：]/g, ':').replace(/[/.]/g, '-').replace(/\s+/g, ' ');
  const day = near === undefined ? [] : date(near, zone).split('-').map(Number);
  const full = FULL.exec(text)?.slice(1).map(Number);
  const short = DAY.exec(text)?.slice(1).map(Number);
  const clock = CLOCK.exec(text)?.slice(1).map(Number);
  const parts = full ?? (short && day.length > 0 ? [day[0] ?? 0, ...short] : clock && day.length > 0 ? [...day, ...clock] : undefined);
  const aimed = parts === undefined ? NaN : asUtc(parts);
  if (Number.isNaN(aimed)) return undefined;
  let at = aimed;
  for (let round = 0; round < 3; round += 1) {
    const shown = Date.parse(`${toWall(new Date(at).toISOString(), zone).replace(' ', 'T')}:00Z`);
    if (shown === aimed) break;
    at += aimed - shown;
  }
  return new Date(at).toISOString();
}
