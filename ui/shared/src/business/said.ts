/** Bilingual words of published data in the language of the screen; the Chinese where English is missing. */
import type { Words } from '../generated/Words.ts';
import { language } from '../words/index.ts';

export function said(words: Words | null | undefined): string {
  if (words === null || words === undefined) return '';
  const wanted = language() === 'zh' ? words.zh : words.en;
  return wanted === '' ? words.zh : wanted;
}
