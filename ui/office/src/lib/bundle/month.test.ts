import { expect, test } from 'vitest';
import { monthOf, shifted } from './month.ts';

test('a month is the month of the zone, not of Greenwich', () => {
  expect(monthOf('2026-10-31T17:00:00Z', 'Asia/Shanghai')).toBe('2026-11');
  expect(monthOf('2026-10-31T15:00:00Z', 'Asia/Shanghai')).toBe('2026-10');
});

test('months go over the turn of the year in both directions', () => {
  expect(shifted('2026-12', 1)).toBe('2027-01');
  expect(shifted('2026-01', -1)).toBe('2025-12');
  expect(shifted('2026-11', 0)).toBe('2026-11');
});
