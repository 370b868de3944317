/** Days as a paper names them, told from a moment and a zone that are given. */
const DAY_MS = 86_400_000;

export const instant = (now: number): string => new Date(now).toISOString();

/** `2026-11-28`: so many days from now. */
export function dayAfter(days: number, now: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(now + days * DAY_MS));
}

/** How many days a day is away; undefined where none is named. */
export function daysTo(day: string | null, now: number, zone: string): number | undefined {
  return day === null ? undefined : Math.round((Date.parse(day) - Date.parse(dayAfter(0, now, zone))) / DAY_MS);
}
