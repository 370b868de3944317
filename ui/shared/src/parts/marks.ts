/** Where the searched words stand in a text. Case and width do not matter; the text is never changed. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** Folds one character to one character, so that positions stay those of the original. */
function folded(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    const one = text.charAt(at).normalize('NFKC').toLowerCase();
    return one.length === 1 ? one : text.charAt(at);
  }).join('');
}

export function pieces(text: string, query: string): readonly Piece[] {
  const words = folded(query).split(/\s+/).filter((word) => word !== '');
  if (words.length === 0 || text === '') return [{ text, hit: false }];
  const hay = folded(text);
  const lit = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (let at = hay.indexOf(word); at >= 0; at = hay.indexOf(word, at + 1)) lit.fill(true, at, at + word.length);
  }
  const found: Piece[] = [];
  let from = 0;
  for (let at = 1; at <= text.length; at += 1) {
    if (at < text.length && lit[at] === lit[from]) continue;
    found.push({ text: text.slice(from, at), hit: lit[from] === true });
    from = at;
  }
  return found;
}
