/** The catalogue keeps its promises: same keys, same parameters, one owner a key, words for every fallback. */
import { afterEach, describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { problemWords, setLanguage, t } from './words.svelte.ts';
import { modules, zh } from './zh.ts';

const params = (sentence: string): string[] => [...sentence.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1] ?? '').sort();

afterEach(() => setLanguage('zh'));

describe('the catalogue', () => {
  it('has the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('says every parameter in both languages', () => {
    const differing = (Object.keys(zh) as (keyof typeof zh)[]).filter((key) => params(zh[key]).join() !== params(en[key]).join());
    expect(differing, 'sentences whose parameters differ').toEqual([]);
  });

  it('leaves no sentence empty', () => {
    const empty = [...Object.entries(zh), ...Object.entries(en)].filter(([, sentence]) => sentence.trim() === '');
    expect(empty.map(([key]) => key)).toEqual([]);
  });

  it('gives each key one owner', () => {
    const keys = Object.values(modules).flatMap((module) => Object.keys(module));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  it('has no Chinese left in English, except names of languages', () => {
    const left = Object.entries(en).filter(([key, sentence]) => /\p{Script=Han}/u.test(sentence) && !key.startsWith('common.language.'));
    expect(left).toEqual([]);
  });

  it('switches while running and names the language of the page', () => {
    expect(t('common.search')).toBe('搜索');
    setLanguage('en');
    expect(t('common.search')).toBe('Search');
    expect(document.documentElement.lang).toBe('en');
  });

  it('fills parameters and keeps what looks like one in a value', () => {
    expect(t('parts.more', { name: '{n}' })).toBe('增加 {n}');
  });

  it('takes the word that goes with the number', () => {
    setLanguage('en');
    expect(t('field.today.scheduleSays', { n: 1 })).toBe('1 job on this day');
    expect(t('field.today.scheduleSays', { n: 0 })).toBe('0 jobs on this day');
    setLanguage('zh');
    expect(t('field.today.scheduleSays', { n: 1 })).toBe('这一天 1 单');
  });

  it('has three sentences for a problem, also for an unknown code', () => {
    expect(problemWords('offline').what).toBe('现在连不上服务器');
    expect(problemWords('no_such_code')).toEqual(problemWords('unknown'));
  });
});
