/** Which rows of a long list are worth drawing, and where a key leads. */
export interface Drawn {
  readonly from: number;
  readonly to: number;
  readonly above: number;
  readonly below: number;
}

const SPARE = 6;

export function drawnRows(count: number, rowHeight: number, scrolled: number, seen: number): Drawn {
  const from = Math.max(0, Math.min(count, Math.floor(scrolled / rowHeight)) - SPARE);
  const to = Math.min(count, Math.ceil((scrolled + seen) / rowHeight) + SPARE);
  return { from, to, above: from * rowHeight, below: (count - to) * rowHeight };
}

/** The row a key leads to from `at` (-1: none yet); undefined when the key is not one of a list. */
export function rowAfter(key: string, at: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const aims: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const aim = aims[key];
  return aim === undefined ? undefined : Math.min(count - 1, Math.max(0, aim));
}

/** How far to scroll so that a row is wholly seen. */
export function scrollTo(row: number, rowHeight: number, scrolled: number, seen: number): number {
  const top = row * rowHeight;
  if (top < scrolled) return top;
  return top + rowHeight > scrolled + seen ? top + rowHeight - seen : scrolled;
}
