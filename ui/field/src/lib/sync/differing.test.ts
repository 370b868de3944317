/** What differs between two values is shown, and nothing else (I5). */
import { expect, it } from 'vitest';
import { differing } from './differing.ts';

it('leaves common beginnings and ends alone', () => {
  expect(differing('0000-5550144', '0000-5550104')).toEqual({ before: '0000-55501', middle: '4', after: '4' });
  expect(differing('东区虚构路1号', '西区虚构路1号')).toEqual({ before: '', middle: '东', after: '区虚构路1号' });
});
it('marks nothing where nothing was before or nothing changed', () => {
  expect(differing('abc', '')).toEqual({ before: 'abc', middle: '', after: '' });
  expect(differing('abc', 'abc')).toEqual({ before: 'abc', middle: '', after: '' });
});
it('sees characters, not halves of them', () => {
  expect(differing('李𠮷', '李吉')).toEqual({ before: '李', middle: '𠮷', after: '' });
});
