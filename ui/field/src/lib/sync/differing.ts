/** The part of a text that differs from another: what both begin and end with stays outside. */
export function differing(text: string, base: string): { before: string; middle: string; after: string } {
  if (base === '' || text === base) return { before: text, middle: '', after: '' };
  const here = Array.from(text);
  const there = Array.from(base);
  let from = 0;
  while (from < here.length && from < there.length && here[from] === there[from]) from += 1;
  let tail = 0;
  while (tail < here.length - from && tail < there.length - from && here.at(-1 - tail) === there.at(-1 - tail)) tail += 1;
  const end = here.length - tail;
  return { before: here.slice(0, from).join(''), middle: here.slice(from, end).join(''), after: here.slice(end).join('') };
}
