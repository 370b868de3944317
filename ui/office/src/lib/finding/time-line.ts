/** A signed visit to scale: when he was on site, when the signature was given (H4). */
export interface VisitLine {
  /** Parts of the width, 0 to 1. */
  readonly stay: readonly [number, number] | undefined;
  readonly signed: number;
}

const MARGIN = 0.08;

const instant = (value: unknown): number | undefined => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

/** `undefined` where the times to draw are not there. */
export function visitLine(details: unknown): VisitLine | undefined {
  if (typeof details !== 'object' || details === null) return undefined;
  const { signed_at, checked_in_at, checked_out_at } = details as Record<string, unknown>;
  const [signed, from] = [instant(signed_at), instant(checked_in_at)];
  if (signed === undefined || from === undefined) return undefined;
  const until = instant(checked_out_at) ?? Math.max(from, signed);
  const first = Math.min(signed, from);
  const width = Math.max(until, signed) - first || 1;
  const place = (at: number): number => MARGIN + ((at - first) / width) * (1 - 2 * MARGIN);
  return { stay: [place(from), place(until)], signed: place(signed) };
}
