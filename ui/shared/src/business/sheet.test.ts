/** Who signs has seen it: every text of the sheet stands on the screen. The sheet itself is held against the order in `documents/tests`. */
import { readFileSync } from 'node:fs';
import { render } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { OrderSheet } from '../generated/OrderSheet.ts';
import type { PaperSheet as Sheet } from '../generated/PaperSheet.ts';
import { setLanguage, type Language } from '../words/index.ts';
import OrderPaper from './OrderPaper.svelte';
import PaperSheet from './PaperSheet.svelte';

const fixture = (name: string): unknown => JSON.parse(readFileSync(`tests/fixtures/${name}.json`, 'utf8'));
const sheet = fixture('order-sheet') as OrderSheet;
const papers = fixture('paper-sheets') as { [kind: string]: Sheet };
/** What only finds things: kinds, a photo's whole hash, the letterhead's mark. The sentence of an order that is not signed yet stands over
 * the pad, and so do the answers of a notice; the paper's code of a fee stands in its row. */
const NO_TEXT = ['sheet.sentence', 'sheet.decisions', 'kind', 'part', 'way', 'file', 'mark'];

type Said = { zh: string; en: string };
const isWords = (value: object): value is Said => 'zh' in value && 'en' in value;

/** Every text that a person reads in this language, with the way to it. */
function texts(value: unknown, language: Language, path: string): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  if (isWords(value)) return [[path, language === 'zh' || value.en === '' ? value.zh : value.en]];
  return Object.entries(value).flatMap(([name, one]) => (NO_TEXT.includes(name) || NO_TEXT.includes(`${path}.${name}`) ? [] : texts(one, language, `${path}.${name}`)));
}

const plain = (text: string): string => text.replaceAll(/\s+/g, '');

describe('the order on the screen', () => {
  afterEach(() => setLanguage('zh'));

  it.each(['zh', 'en'] as const)('G3 shows every text of the sheet (%s)', async (language) => {
    setLanguage(language);
    const { container } = render(OrderPaper, { sheet, picture: (hash: string) => `blob:${hash}` });
    const shown = plain(container.textContent ?? '');
    const all = texts(sheet, language, 'sheet').filter(([, text]) => text.trim() !== '');
    expect(all.length).toBeGreaterThan(250);
    // A column's heading is needed where the column is.
    const idle = ['sheet.heads.reading.found'];
    const unread = all.filter(([path, text]) => !idle.includes(path) && !/photos\.\d+\.hash/.test(path) && !shown.includes(plain(text)));
    expect(unread).toEqual([]);
    expect(container.querySelectorAll('img')).toHaveLength(sheet.photos.length);
  });
});

describe('a paper on the screen', () => {
  afterEach(() => setLanguage('zh'));

  it.each(Object.keys(papers).flatMap((kind) => (['zh', 'en'] as const).map((language) => [kind, language] as const)))('G3 E4 E6 E7 shows every text of the sheet (%s, %s)', async (kind, language) => {
    setLanguage(language);
    const { heads, ...rest } = papers[kind]!;
    const { container } = render(PaperSheet, { sheet: { heads, ...rest }, picture: (hash: string) => `blob:${hash}` });
    const shown = plain(container.textContent ?? '');
    const all = texts(rest, language, 'sheet').filter(([, text]) => text.trim() !== '');
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter(([path, text]) => !/photos\.\d+\.hash/.test(path) && !shown.includes(plain(text)))).toEqual([]);
  });
});
