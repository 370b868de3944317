/** Numbers as people read them. The machine of the test stands in New York; the site does not. */
import { afterEach, describe, expect, it } from 'vitest';
import { amount, date, dateTime, dayHeading, dayWord, deadline, duration, fileSize, longDay, measure, measured, moment, money, number, parseMoney } from './format.ts';
import { setLanguage } from './words.svelte.ts';

const ZONE = 'Asia/Shanghai';
const NOW = '2026-11-23T08:05:00Z'; // 16:05 at the site, a Monday

afterEach(() => setLanguage('zh'));

describe('money', () => {
  it.each([
    [0, '¥0.00'],
    [5, '¥0.05'],
    [128000, '¥1,280.00'],
    [1646000, '¥16,460.00'],
    [123456789012, '¥1,234,567,890.12'],
    [-20050, '\u2212¥200.50'],
  ])('writes %i fen as %s', (fen, text) => expect(money(fen)).toBe(text));

  it('leaves the sign to the head of a column', () => expect(amount(-20050)).toBe('\u2212200.50'));

  it.each([
    ['1280', 128000],
    ['1,280.5', 128050],
    ['¥12.34', 1234],
    ['0.07', 7],
    ['1.005', undefined],
    ['abc', undefined],
    ['', undefined],
    ['-3', undefined],
  ])('reads %s', (text, fen) => expect(parseMoney(text)).toBe(fen));
});

describe('measures', () => {
  it('groups digits and sets a thin space before the unit', () => expect(measure(31250, 'h')).toBe('31,250\u2009h'));
  it('keeps the asked decimals', () => expect(number(0.7, 2)).toBe('0.70'));
  it('does not group decimals', () => expect(number(1234.56789)).toBe('1,234.56789'));
  it('says sizes of files', () => expect(fileSize(3_100_000)).toBe('3.1\u2009MB'));
});

describe('times', () => {
  it('shows the zone of the site, not of the machine', () => {
    expect(dateTime('2026-11-23T06:05:00Z', ZONE)).toBe('2026-11-23 14:05');
    expect(date('2026-11-22T16:00:00Z', ZONE)).toBe('2026-11-23');
  });
  it('says the day', () => expect(longDay(NOW, ZONE)).toBe('11 月 23 日 星期一'));
  it.each([
    ['2026-11-23T15:00:00Z', '今天'],
    ['2026-11-23T16:00:00Z', '明天'],
    ['2026-11-21T16:00:00Z', '昨天'],
    ['2026-11-25T04:00:00Z', '11-25'],
    ['2027-01-02T04:00:00Z', '2027-01-02'],
  ])('calls %s %s', (at, word) => expect(dayWord(at, ZONE, NOW)).toBe(word));
  it('calls the midnight that ends today 24:00', () => expect(moment('2026-11-23T16:00:00Z', ZONE, NOW)).toBe('24:00'));
  it('names another day before the clock', () => expect(moment('2026-11-24T00:30:00Z', ZONE, NOW)).toBe('明天 08:30'));
});

describe('durations and deadlines', () => {
  it.each([
    [0, '不到 1 分'],
    [35, '35 分'],
    [120, '2 小时'],
    [135, '2 小时 15 分'],
    [2 * 1440 + 21 * 60 + 5, '2 天 21 小时'],
  ])('%i minutes are %s', (minutes, text) => expect(duration(minutes)).toBe(text));

  it('says both the clock and what is left', () => {
    expect(deadline('2026-11-23T08:40:00Z', ZONE, NOW)).toMatchObject({ text: '16:40 前 · 还有 35 分', tone: 'soon' });
  });
  it('says by how much it is over', () => {
    expect(deadline('2026-11-23T06:55:00Z', ZONE, NOW)).toMatchObject({ rest: '已超 1 小时 10 分', tone: 'wrong' });
  });
  it('is calm while there is time', () => {
    expect(deadline('2026-11-24T01:00:00Z', ZONE, NOW)).toMatchObject({ by: '明天 09:00 前', tone: 'plain' });
  });
  it('speaks English', () => {
    setLanguage('en');
    expect(deadline('2026-11-23T08:40:00Z', ZONE, NOW).text).toBe('by 16:40 · 35 min left');
  });
});

describe('values kept as text', () => {
  it('groups a number and leaves what is none', () => {
    expect(measured('31250', 'h')).toBe('31,250\u2009h');
    expect(measured('约三万', 'h')).toBe('约三万');
    expect(measured('', 'h')).toBe('');
  });
});

describe('days as headings', () => {
  it('says tomorrow, and a farther day in full in either language', () => {
    expect(dayHeading('2026-11-24T04:00:00Z', ZONE, NOW)).toBe('明天');
    expect(dayHeading('2026-11-28T04:00:00Z', ZONE, NOW)).toBe('11 月 28 日 星期六');
    setLanguage('en');
    expect(dayHeading('2026-11-28T04:00:00Z', ZONE, NOW)).toBe('Saturday 28 Nov');
  });
});

it('calls the minute after a deadline just passed, not "under one minute overdue"', () => {
  expect(deadline('2026-11-23T08:04:40Z', ZONE, NOW)).toMatchObject({ rest: '刚过时间', tone: 'wrong' });
});
