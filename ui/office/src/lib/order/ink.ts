/** The sealed strokes (thousandths of the pad's width) as the drawing part takes them (parts of width and height). */
import type { Ink } from '@gongdan/shared/generated/Ink';
import type { Signature } from '@gongdan/shared/parts';

export function signatureOf(ink: Ink): Signature {
  const height = ink.height > 0 ? ink.height : 1000;
  const strokes = ink.strokes.map((stroke) => stroke.map(({ x, y, t, p }) => ({ x: x / 1000, y: y / height, t, p: p / 1000 })));
  return { aspect: 1000 / height, strokes };
}
