/** G3: a signature is its strokes; no screen, turn or restart changes the drawing. */
import { describe, expect, it } from 'vitest';
import { cleared, EMPTY_SIGNATURE, isEmpty, penWidth, point, refitted, strokePath, withoutLast, withStroke, type Signature } from './signature.ts';

const stroke = [point(0, 0, 0, 0.4), point(0.5, 1, 12.6, 0.4), point(1, 0, 25, 0.4)];
const signed: Signature = withStroke(withStroke({ aspect: 3, strokes: [] }, stroke), [point(0.2, 0.2, 900, 0)]);

const slope = (signature: Signature): number => {
  const [a, b] = signature.strokes[0] ?? [];
  if (a === undefined || b === undefined) throw new Error('the first stroke has two points');
  return ((b.x - a.x) * signature.aspect) / (b.y - a.y);
};

describe('G3 a signature', () => {
  it('keeps strokes in order with time and pressure', () => {
    expect(signed.strokes).toHaveLength(2);
    expect(signed.strokes[0]?.[1]).toEqual({ x: 0.5, y: 1, t: 13, p: 0.4 });
  });
  it('gives a pen without pressure the middle one', () => expect(signed.strokes[1]?.[0]?.p).toBe(0.5));
  it('ignores a stroke of nothing', () => expect(withStroke(EMPTY_SIGNATURE, [])).toBe(EMPTY_SIGNATURE));
  it('takes back the last stroke only, and clears all', () => {
    expect(withoutLast(signed).strokes).toEqual([stroke]);
    expect(isEmpty(cleared(signed))).toBe(true);
    expect(signed.strokes, 'the given signature is untouched').toHaveLength(2);
  });
  it('is not distorted by a turned tablet', () => {
    const turned = refitted(signed, 0.8);
    expect(turned.aspect).toBe(0.8);
    expect(slope(turned)).toBeCloseTo(slope(signed), 3);
  });
  it('stays inside the field after a turn', () => {
    for (const aspect of [0.5, 1, 7]) {
      const every = refitted(signed, aspect).strokes.flat();
      expect(every.every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1)).toBe(true);
    }
  });
  it('takes the shape of the first field while empty', () => expect(refitted(EMPTY_SIGNATURE, 1.5)).toEqual({ aspect: 1.5, strokes: [] }));
  it('survives JSON', () => expect(JSON.parse(JSON.stringify(signed))).toEqual(signed));
  it('draws a tap as a dot and a stroke through its ends', () => {
    expect(strokePath(signed.strokes[1] ?? [], 3)).toBe('M600 200h0.01');
    expect(strokePath(stroke, 3)).toBe('M0 0Q1500 1000 2250 500L3000 0');
  });
  it('writes thicker when pressed harder', () => {
    expect(penWidth([point(0, 0, 0, 1)])).toBeGreaterThan(penWidth([point(0, 0, 0, 0.2)]));
  });
});
