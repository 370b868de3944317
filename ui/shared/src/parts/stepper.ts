/** The arithmetic of a stepper: one step, bounds, rounding, how fast a held button repeats. */
import type { Span } from './types.ts';

export interface Steps {
  readonly step: number;
  readonly decimals: number;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** The value that the first press gives when nothing is there yet. */
  readonly start?: number | undefined;
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

export function bounded(value: number, { min, max }: Pick<Steps, 'min' | 'max'>): number {
  return Math.min(max ?? Infinity, Math.max(min ?? -Infinity, value));
}

export function stepped(value: number | undefined, direction: 1 | -1, steps: Steps): number {
  if (value === undefined) return bounded(steps.start ?? steps.min ?? 0, steps);
  return bounded(rounded(value + direction * steps.step, steps.decimals), steps);
}

/** Milliseconds before the next repeat: a pause to let go, then steadily faster. */
export function repeatDelay(repeats: number): number {
  if (repeats === 0) return 450;
  return repeats < 8 ? 140 : 60;
}

/** A number from what a person types; `undefined` for nothing, `NaN` for what is no number. */
export function typed(text: string): number | undefined {
  const plain = text.trim().replace(/[,，]/g, '').replace(/^[−－]/, '-').replace(/。/g, '.');
  if (plain === '') return undefined;
  return /^-?\d*\.?\d+$/.test(plain) || /^-?\d+\.$/.test(plain) ? Number(plain) : NaN;
}

export function outside(value: number | undefined, range: Span | undefined): boolean {
  return value !== undefined && range !== undefined && (value < range.low || value > range.high);
}

/** Where a value stands on a scale, 0 to 1. */
export function place(value: number, scale: Span): number {
  if (scale.high <= scale.low) return 0.5;
  return Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low)));
}

/** One scale for a row: the usual range with air around it, wide enough for every value in it. */
export function scaleOf(usual: Span | undefined, values: readonly (number | undefined)[]): Span {
  const known = values.filter((value) => value !== undefined);
  const low = Math.min(...known, ...(usual ? [usual.low] : []));
  const high = Math.max(...known, ...(usual ? [usual.high] : []));
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: 0, high: 1 };
  const air = Math.max((high - low) * 0.25, usual ? (usual.high - usual.low) * 0.4 : 0, Number.EPSILON);
  return { low: low - air, high: high + air };
}
