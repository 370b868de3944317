/** Months as the server names them: `2026-11`. */

/** The month of an instant in a zone. */
export function monthOf(at: string | number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit' }).formatToParts(new Date(at));
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}`;
}

/** So many months on; negative: back. */
export function shifted(month: string, by: number): string {
  const [year = 2000, number = 1] = month.split('-').map(Number);
  const count = year * 12 + (number - 1) + by;
  return `${String(Math.floor(count / 12))}-${String((((count % 12) + 12) % 12) + 1).padStart(2, '0')}`;
}
