/** Two signatures laid over each other: moved to their centre and scaled to one size, as the comparison does (H4). */
import type { Ink } from '@gongdan/shared/generated/Ink';
import { strokePath, type Signature } from '@gongdan/shared/parts';
import { signatureOf } from '@gongdan/shared/business/index.ts';

/** Half a side of the field; the mean radius of a signature is a third of it. */
const HALF = 1000;
const RADIUS = HALF / 2.4;

/** The strokes as SVG paths in a field from -1000 to 1000 across, -500 to 500 down. */
export function overlaid(ink: Ink): string[] {
  const points = ink.strokes.flat();
  if (points.length === 0) return [];
  const mean = (of: 'x' | 'y'): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean('x'), mean('y')];
  const radius = Math.sqrt(points.reduce((sum, point) => sum + (point.x - x) ** 2 + (point.y - y) ** 2, 0) / points.length) || 1;
  const scale = RADIUS / radius;
  // strokePath takes parts of a field of 1000; an aspect of one keeps both directions alike.
  return ink.strokes.map((stroke) => strokePath(stroke.map((point) => ({ x: ((point.x - x) * scale) / 1000, y: ((point.y - y) * scale) / 1000, t: point.t, p: 0.5 })), 1));
}

export function drawn(ink: Ink): Signature {
  return signatureOf(ink);
}
