/** The thinking parts of the parts: marks, rails, rows, readings, steps, wall time, tables. */
import { describe, expect, it } from 'vitest';
import { pieces } from './marks.ts';
import { railSummary, type RailStep } from './rail.ts';
import { verdict } from './reading.ts';
import { place, repeatDelay, scaleOf, stepped, typed } from './stepper.ts';
import { nextSort, sorted, type Column } from './table.ts';
import { fromWall, toWall } from './wall-time.ts';
import { drawnRows, rowAfter, scrollTo } from './window-rows.ts';

const marked = (text: string, query: string): string => pieces(text, query).map((one) => (one.hit ? `[${one.text}]` : one.text)).join('');

describe('marks', () => {
  it.each([
    ['排气含油量大/跑油', '油', '排气含[油]量大/跑[油]'],
    ['GA37 SAMPLE', 'ga37', '[GA37] SAMPLE'],
    ['ＧＡ37', 'ga', '[ＧＡ]37'],
    ['油油油', '油油', '[油油油]'],
    ['温控阀卡住', '卡 温控', '[温控]阀[卡]住'],
    ['没有', '', '没有'],
    ['', '油', ''],
    ['a.b', '.', 'a[.]b'],
  ])('%s for %s', (text, query, expected) => expect(marked(text, query)).toBe(expected));
});

describe('the rail', () => {
  const steps: RailStep[] = [
    { id: 'accept', label: '接单', state: 'done', result: '07:34' },
    { id: 'contact', label: '联系', state: 'done', result: '08:03' },
    { id: 'prepare', label: '准备', state: 'current' },
    { id: 'depart', label: '出发', state: 'blocked', because: '缺 2 项' },
  ];
  it('stands at the current step', () => {
    expect(railSummary(steps)).toMatchObject({ index: 3, total: 4, here: { id: 'prepare' }, last: { id: 'contact' } });
  });
  it('stands at an opened done step', () => {
    expect(railSummary(steps, 'contact')).toMatchObject({ index: 2, last: { id: 'accept' } });
  });
  it('stands at the first step that waits when none is current', () => {
    expect(railSummary(steps.filter((step) => step.state !== 'current')).here?.id).toBe('depart');
  });
  it('stands at the last when all is done', () => {
    expect(railSummary(steps.slice(0, 2))).toMatchObject({ index: 2, last: { id: 'accept' } });
  });
  it('survives having no step', () => expect(railSummary([])).toMatchObject({ index: 0, total: 0, here: undefined }));
});

describe('a stepper', () => {
  const steps = { step: 0.1, decimals: 1, min: 0, max: 1 };
  it('does not drift', () => {
    let value: number | undefined = 0;
    for (let press = 0; press < 3; press += 1) value = stepped(value, 1, steps);
    expect(value).toBe(0.3);
  });
  it('stays in bounds', () => {
    expect(stepped(1, 1, steps)).toBe(1);
    expect(stepped(0, -1, steps)).toBe(0);
  });
  it('begins where it is told when nothing is there', () => expect(stepped(undefined, 1, { ...steps, start: 0.7 })).toBe(0.7));
  it('waits before repeating and then runs', () => {
    expect(repeatDelay(0)).toBeGreaterThan(repeatDelay(1));
    expect(repeatDelay(1)).toBeGreaterThan(repeatDelay(20));
  });
  it.each([
    ['', undefined],
    ['12', 12],
    ['1,200.5', 1200.5],
    ['0。7', 0.7],
    ['-3', -3],
    ['5.', 5],
    ['12abc', NaN],
  ])('reads %s', (text, value) => expect(typed(text)).toBe(value));
});

describe('readings', () => {
  const usual = { low: 75, high: 95 };
  it.each([
    [undefined, 'inside'],
    [75, 'inside'],
    [95, 'inside'],
    [74, 'slightlyLow'],
    [98, 'slightlyHigh'],
    [103, 'high'],
    [10, 'low'],
  ])('%s is %s', (value, said) => expect(verdict(value, usual, { low: 20, high: 100 })).toBe(said));
  it('finds one scale with room for every value', () => {
    const scale = scaleOf(usual, [103, undefined]);
    expect(place(75, scale)).toBeGreaterThan(0);
    expect(place(103, scale)).toBeLessThan(1);
    expect(place(95, scale)).toBeLessThan(place(103, scale));
  });
});

describe('wall time', () => {
  const zone = 'Asia/Shanghai';
  it('goes there and back', () => {
    expect(fromWall('2026-11-23 14:05', zone)).toBe('2026-11-23T06:05:00.000Z');
    expect(toWall('2026-11-23T06:05:00.000Z', zone)).toBe('2026-11-23 14:05');
  });
  it('takes day and year from what is near', () => {
    expect(fromWall('9：30', zone, '2026-11-23T06:05:00Z')).toBe('2026-11-23T01:30:00.000Z');
    expect(fromWall('11/25 9:30', zone, '2026-11-23T06:05:00Z')).toBe('2026-11-25T01:30:00.000Z');
  });
  it('knows summer time', () => expect(fromWall('2026-07-01 12:00', 'Europe/Berlin')).toBe('2026-07-01T10:00:00.000Z'));
  it.each(['2026-02-30 10:00', '2026-11-23 25:00', '14:05', 'morgen'])('refuses %s', (text) => expect(fromWall(text, zone)).toBeUndefined());
});

describe('long lists', () => {
  it('draws only what is seen and a little more', () => {
    const drawn = drawnRows(100_000, 40, 40 * 5000, 400);
    expect(drawn.to - drawn.from).toBeLessThan(30);
    expect(drawn.above + drawn.below + (drawn.to - drawn.from) * 40).toBe(100_000 * 40);
  });
  it('never draws past the end after the list became shorter', () => {
    expect(drawnRows(3, 40, 40 * 5000, 400)).toMatchObject({ from: 0, to: 3, below: 0 });
  });
  it('moves by keys and stops at the ends', () => {
    expect(rowAfter('ArrowDown', -1, 5, 3)).toBe(0);
    expect(rowAfter('ArrowUp', 0, 5, 3)).toBe(0);
    expect(rowAfter('PageDown', 3, 5, 3)).toBe(4);
    expect(rowAfter('x', 0, 5, 3)).toBeUndefined();
  });
  it('scrolls just far enough', () => {
    expect(scrollTo(0, 40, 100, 400)).toBe(0);
    expect(scrollTo(20, 40, 0, 400)).toBe(440);
    expect(scrollTo(5, 40, 0, 400)).toBe(0);
  });
});

describe('tables', () => {
  const columns: Column<{ n?: number; name: string }>[] = [
    { id: 'n', label: 'n', value: (row) => row.n },
    { id: 'name', label: 'name', value: (row) => row.name },
  ];
  const rows = [{ n: 2, name: 'P-10' }, { name: 'P-9' }, { n: 1, name: 'P-2' }];
  it('keeps empty values last in both directions', () => {
    expect(sorted(rows, columns, { by: 'n', descending: false }, 'zh-CN').map((row) => row.n)).toEqual([1, 2, undefined]);
    expect(sorted(rows, columns, { by: 'n', descending: true }, 'zh-CN').map((row) => row.n)).toEqual([2, 1, undefined]);
  });
  it('counts digits inside words', () => {
    expect(sorted(rows, columns, { by: 'name', descending: false }, 'zh-CN').map((row) => row.name)).toEqual(['P-2', 'P-9', 'P-10']);
  });
  it('comes back to the order of the rows at the third press', () => {
    const first = nextSort(undefined, 'n');
    const second = nextSort(first, 'n');
    expect([first?.descending, second?.descending, nextSort(second, 'n')]).toEqual([false, true, undefined]);
  });
});
