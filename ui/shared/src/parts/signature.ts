/**
 * A signature as its strokes: what the hand did, in numbers that do not depend on any screen.
 * Refuses to be a picture: every drawing is made from the strokes, sharp at any size.
 */
export interface Point {
  /** 0 to 1 of the width and of the height of a field whose width / height is `aspect`. */
  readonly x: number;
  readonly y: number;
  /** Milliseconds since the first touch. */
  readonly t: number;
  /** Pressure 0 to 1; 0.5 when the device has none. */
  readonly p: number;
}

export type Stroke = readonly Point[];

export interface Signature {
  readonly aspect: number;
  readonly strokes: readonly Stroke[];
}

export const EMPTY_SIGNATURE: Signature = { aspect: 2.75, strokes: [] };

export function isEmpty(signature: Signature): boolean {
  return signature.strokes.length === 0;
}

const fine = (value: number): number => Math.round(value * 1e5) / 1e5;

export function point(x: number, y: number, t: number, p: number): Point {
  return { x: fine(x), y: fine(y), t: Math.max(0, Math.round(t)), p: fine(p > 0 ? Math.min(p, 1) : 0.5) };
}

export function withStroke(signature: Signature, stroke: Stroke): Signature {
  return stroke.length === 0 ? signature : { ...signature, strokes: [...signature.strokes, stroke] };
}

export function withoutLast(signature: Signature): Signature {
  return { ...signature, strokes: signature.strokes.slice(0, -1) };
}

export function cleared(signature: Signature): Signature {
  return { ...signature, strokes: [] };
}

/** The same drawing, centred and undistorted in a field of another shape: what a turned tablet needs. */
export function refitted(signature: Signature, aspect: number): Signature {
  if (isEmpty(signature) || Math.abs(aspect - signature.aspect) < 1e-3) return { aspect, strokes: signature.strokes };
  const wide = Math.min(1, signature.aspect / aspect);
  const high = Math.min(1, aspect / signature.aspect);
  const strokes = signature.strokes.map((stroke) =>
    stroke.map((at) => ({ ...at, x: fine((1 - wide) / 2 + at.x * wide), y: fine((1 - high) / 2 + at.y * high) })),
  );
  return { aspect, strokes };
}

/** Height of the drawing in path units; the width is `HEIGHT * aspect`. */
export const HEIGHT = 1000;

/** One stroke as a smooth SVG path; a tap becomes a dot. */
export function strokePath(stroke: Stroke, aspect: number): string {
  const at = stroke.map(({ x, y }) => [fine(x * HEIGHT * aspect), fine(y * HEIGHT)] as const);
  const [first, ...rest] = at;
  if (first === undefined) return '';
  const start = `M${first[0]} ${first[1]}`;
  if (rest.length === 0) return `${start}h0.01`;
  let path = start;
  rest.forEach(([x, y], index) => {
    const next = rest[index + 1];
    path += next === undefined ? `L${x} ${y}` : `Q${x} ${y} ${fine((x + next[0]) / 2)} ${fine((y + next[1]) / 2)}`;
  });
  return path;
}

/** Width of the pen in path units, from the mean pressure of the stroke. */
export function penWidth(stroke: Stroke): number {
  const mean = stroke.reduce((sum, at) => sum + at.p, 0) / Math.max(1, stroke.length);
  return Math.round(HEIGHT * (0.01 + mean * 0.012));
}
