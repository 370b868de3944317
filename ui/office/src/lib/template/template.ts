/** What Typst said about a template, line by line, and files that the browser makes itself. */

export interface Mistake {
  readonly file: string;
  /** Counted from 1; none where the whole file is meant. */
  readonly line: number | undefined;
  readonly said: string;
}

export function mistakes(details: unknown): Mistake[] {
  const listed = typeof details === 'object' && details !== null && 'mistakes' in details && Array.isArray(details.mistakes) ? details.mistakes : [];
  return listed.filter((one): one is string => typeof one === 'string').map((one) => {
    const placed = /^([\w.-]+):(\d+): ([\s\S]*)$/.exec(one);
    if (placed === null) return { file: '', line: undefined, said: one };
    const [, file = '', line, said = ''] = placed;
    return { file, line: Number(line), said };
  });
}

/** A PDF that came as base64. */
export function pdfBlob(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'application/pdf' });
}

/** Gives a text to the person as a file. */
export function save(name: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  URL.revokeObjectURL(href);
}
