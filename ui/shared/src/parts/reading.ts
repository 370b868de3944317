/** How a measured value stands against its range: words and tone, never colour alone. */
import type { Span } from './types.ts';

export interface Limits {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export type Verdict = 'inside' | 'slightlyLow' | 'slightlyHigh' | 'low' | 'high';

/** Outside the usual range is `slightly`; beyond the alarm limits it is plainly low or high. */
export function verdict(value: number | undefined, usual: Span | undefined, alarm: Limits | undefined): Verdict {
  if (value === undefined) return 'inside';
  if (alarm?.low !== undefined && value < alarm.low) return 'low';
  if (alarm?.high !== undefined && value > alarm.high) return 'high';
  if (usual !== undefined && value < usual.low) return 'slightlyLow';
  if (usual !== undefined && value > usual.high) return 'slightlyHigh';
  return 'inside';
}

export function toneOf(said: Verdict): 'plain' | 'soon' | 'wrong' {
  if (said === 'inside') return 'plain';
  return said === 'low' || said === 'high' ? 'wrong' : 'soon';
}
