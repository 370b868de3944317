import { describe, expect, it } from 'vitest';
import { wrongCheckDigit } from './tax-no.ts';

describe('f3 tax number', () => {
  it('warns of a wrong check digit and of nothing else', () => {
    expect(wrongCheckDigit('91350100M000100Y43')).toBe(false);
    expect(wrongCheckDigit('91350100 m000100y 44')).toBe(true);
    expect(wrongCheckDigit('91350100I000100Y43')).toBe(true);
    expect(wrongCheckDigit('9135')).toBe(false);
    expect(wrongCheckDigit('')).toBe(false);
  });
});
