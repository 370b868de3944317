/** Between an instant and what an input of the site's zone shows. Refuses the zone of the machine. */
import { date, time } from '../words/index.ts';

export function toWall(instant: string, zone: string): string {
  return `${date(instant, zone)}T${time(instant, zone)}`;
}

/** The instant at which the clocks of `zone` show `wall` (`2026-11-23T14:05`); undefined when it is no time. */
export function fromWall(wall: string, zone: string): string | undefined {
  const aimed = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(aimed)) return undefined;
  let at = aimed;
  for (let round = 0; round < 3; round += 1) {
    const shown = Date.parse(`${toWall(new Date(at).toISOString(), zone)}:00Z`);
    if (shown === aimed) break;
    at += aimed - shown;
  }
  return new Date(at).toISOString();
}
