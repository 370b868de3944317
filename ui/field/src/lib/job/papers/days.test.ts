import { describe, expect, it } from 'vitest';
import { dayAfter, daysTo } from './days.ts';

describe('days on papers', () => {
  const now = Date.parse('2026-11-23T17:30:00Z');
  it('are counted in the zone of the company', () => {
    expect(dayAfter(0, now, 'Asia/Shanghai')).toBe('2026-11-24');
    expect(dayAfter(5, now, 'Asia/Shanghai')).toBe('2026-11-29');
    expect(daysTo('2026-11-29', now, 'Asia/Shanghai')).toBe(5);
    expect(daysTo(null, now, 'Asia/Shanghai')).toBeUndefined();
  });
});
