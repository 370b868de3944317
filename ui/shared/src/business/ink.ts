/** The sealed strokes (thousandths of the pad's width) as the drawing part takes them (parts of width and height). */
import type { Ink } from '../generated/Ink.ts';
import type { Signature } from '../parts/index.ts';

export function signatureOf(ink: Ink): Signature {
  const height = ink.height > 0 ? ink.height : 1000;
  const strokes = ink.strokes.map((stroke) => stroke.map(({ x, y, t, p }) => ({ x: x / 1000, y: y / height, t, p: p / 1000 })));
  return { aspect: 1000 / height, strokes };
}

/** And back: what was drawn on a pad, as it is sealed. */
export function inkOf({ aspect, strokes }: Signature): Ink {
  const height = Math.round(1000 / aspect);
  return { height, strokes: strokes.map((stroke) => stroke.map(({ x, y, t, p }) => ({ x: Math.round(x * 1000), y: Math.round(y * height), t, p: Math.round(p * 1000) }))) };
}
