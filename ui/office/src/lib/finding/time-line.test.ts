import { expect, test } from 'vitest';
import { visitLine } from './time-line.ts';

const at = (clock: string): string => `2026-11-24T${clock}:00Z`;

test('a signature after leaving stands to the right of the stay, to scale', () => {
  const line = visitLine({ checked_in_at: at('09:00'), checked_out_at: at('11:00'), signed_at: at('12:00') });
  expect(line?.stay?.[0]).toBeCloseTo(0.08);
  expect(line?.stay?.[1]).toBeCloseTo(0.08 + (2 / 3) * 0.84);
  expect(line?.signed).toBeCloseTo(0.92);
});

test('a signature before arriving stands to the left', () => {
  const line = visitLine({ checked_in_at: at('09:00'), checked_out_at: null, signed_at: at('08:00') });
  expect(line?.signed).toBeLessThan(line?.stay?.[0] ?? 0);
});

test('without a check-in there is nothing to draw', () => {
  expect(visitLine({ checked_in_at: null, signed_at: at('08:00') })).toBeUndefined();
  expect(visitLine(undefined)).toBeUndefined();
});
