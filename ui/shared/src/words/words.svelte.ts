/**
 * The one source of sentences, switchable while running. `t` inside a component follows the language by itself.
 * Refuses to guess the language from the machine and to store the choice; the caller does both.
 */
import { en } from './en.ts';
import type { Language, Params } from './types.ts';
import { zh } from './zh.ts';

export type Key = keyof typeof zh;
type Given<K extends Key> = [Params<(typeof zh)[K]>] extends [never]
  ? []
  : [params: Readonly<Record<Params<(typeof zh)[K]>, string | number>>];

const catalogues: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { zh, en };
/** `{n}` is the value, `{n:job|jobs}` the word that goes with it. */
const PLACE = /\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g;
const chosen = $state<{ language: Language }>({ language: 'zh' });

export function language(): Language {
  return chosen.language;
}

export function setLanguage(next: Language): void {
  chosen.language = next;
  document.documentElement.lang = localeOf(next);
}

/** The locale for `Intl` and `lang`; never taken from `navigator`, which says "C" on some machines. */
export function localeOf(of: Language = chosen.language): 'zh-CN' | 'en' {
  return of === 'zh' ? 'zh-CN' : 'en';
}

export function t<K extends Key>(key: K, ...given: Given<K>): string {
  return fill(catalogues[chosen.language][key], given[0]);
}

export function isKey(key: string): key is Key {
  return Object.hasOwn(zh, key);
}

function fill(sentence: string, params: Readonly<Record<string, string | number>> | undefined): string {
  if (params === undefined) return sentence;
  return sentence.replace(PLACE, (whole, name: string, one?: string, many?: string) => (one === undefined ? String(params[name] ?? whole) : Number(params[name]) === 1 ? one : (many ?? '')));
}

/** Names joined as this language joins them: 甲、乙 · A, B */
export function listed(names: readonly string[]): string {
  return names.join(t('parts.listComma'));
}

/** Whole sentences in a row, empty ones left out: 甲；乙 · A; B */
export function told(sentences: readonly string[]): string {
  return sentences.filter((sentence) => sentence !== '').join(t('parts.sentenceBreak'));
}

export interface ProblemWords {
  readonly what: string;
  readonly safe: string;
  readonly todo: string;
}

/** The three sentences of a problem code; an unknown code gets the general ones, never a bare code. */
export function problemWords(code: string): ProblemWords {
  const say = (part: 'what' | 'safe' | 'do'): string => {
    const key = `problem.${code}.${part}`;
    return isKey(key) ? catalogues[chosen.language][key] : t(`problem.unknown.${part}`);
  };
  return { what: say('what'), safe: say('safe'), todo: say('do') };
}
