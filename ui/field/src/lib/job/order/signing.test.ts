/** The signature leaves the pad as the order keeps it: thousandths of the pad's width, both ways (G2, G6). */
import { expect, it } from 'vitest';
import { inkOf } from '@gongdan/shared/business/index.ts';

it('measures both directions in thousandths of the width', () => {
  const ink = inkOf({ aspect: 2.5, strokes: [[{ x: 0.5, y: 1, t: 0, p: 0.5 }, { x: 1, y: 0.5, t: 12, p: 1 }]] });
  expect(ink).toEqual({ height: 400, strokes: [[{ x: 500, y: 400, t: 0, p: 500 }, { x: 1000, y: 200, t: 12, p: 1000 }]] });
});
