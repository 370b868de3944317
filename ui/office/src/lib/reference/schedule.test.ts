/** F1: a new fee schedule is an old one with changes that a person sees before they count. */
import type { FeeSchedule } from '@gongdan/shared/generated/FeeSchedule';
import { describe, expect, it } from 'vitest';
import { compared, draftOf, fenFrom, fromCsv, fromJson, rowsOf, withPrice } from './schedule.ts';

const words = (zh: string) => ({ zh, en: zh });
const base = {
  version: '2024-A',
  valid_from: '2024-01-01',
  valid_until: null,
  title: words('收费标准'),
  travel: [{ code: 'CO-1', words: words('30 公里以内'), over_km: null, up_to_km: '30', fee_fen: 15000, per_km_beyond_fen: null, tax_code: 'T13', note: words('') }],
  labour: [{ code: 'L-1', words: words('初级技工'), fen_per_hour: 12000, tax_code: 'T13' }],
  overtime: [],
  items: [
    { code: 'F-01', words: words('诊断'), price: { kind: 'fixed', fen: 20000 }, unit: words('次'), tax_code: 'T13', free_in_warranty: true, free_if_repair_over_hours: null, power_steps: [], note: words('') },
    { code: 'F-09', words: words('另报价'), price: { kind: 'quoted' }, unit: words('次'), tax_code: 'T13', free_in_warranty: false, free_if_repair_over_hours: null, power_steps: [], note: words('') },
  ],
  tax_codes: [{ code: 'T13', rate_pct: 13, words: words('13%') }],
  rules: {} as FeeSchedule['rules'],
} as FeeSchedule;

const fenOf = (schedule: FeeSchedule | undefined, code: string): number | undefined => (schedule === undefined ? undefined : rowsOf(schedule).find((row) => row.code === code)?.fen);

describe('a price table', () => {
  it('changes the prices of its codes and nothing else', () => {
    const { schedule, problems } = fromCsv('编号,名称,价格\nCO-1,30 公里以内,"1,180.50"\nL-1;初级技工;130\n', base);
    expect(problems).toEqual([]);
    expect([fenOf(schedule, 'CO-1'), fenOf(schedule, 'L-1'), fenOf(schedule, 'F-01')]).toEqual([118050, 13000, 20000]);
  });
  it('names the line that it cannot read and takes nothing of the table', () => {
    const { schedule, problems } = fromCsv('code,price\nCO-1,150\nXX-1,20\nL-1,abc\nF-09,5', base);
    expect(schedule).toBeUndefined();
    expect(problems).toEqual([
      { kind: 'unknown_code', line: 3, code: 'XX-1' },
      { kind: 'not_amount', line: 4, text: 'abc' },
      { kind: 'unknown_code', line: 5, code: 'F-09' },
    ]);
  });
  it('keeps a negative price, so that the rule that publishes refuses it by name', () => {
    expect(fenOf(fromCsv('CO-1,-5.00', base).schedule, 'CO-1')).toBe(-500);
  });
  it('without a single price says so', () => {
    expect(fromCsv('编号,价格\n', base).problems).toEqual([{ kind: 'no_rows' }]);
  });
});

describe('a whole version', () => {
  it('is read bare and as it is kept', () => {
    expect(fromJson(JSON.stringify(base)).schedule?.version).toBe('2024-A');
    expect(fromJson(JSON.stringify({ kind: 'fee_schedule', body: base })).schedule?.version).toBe('2024-A');
  });
  it('that is something else is refused in words', () => {
    expect(fromJson('{').problems).toEqual([{ kind: 'not_json' }]);
    expect(fromJson('{"parts": []}').problems).toEqual([{ kind: 'not_schedule' }]);
  });
});

describe('two versions', () => {
  it('show what changed, what is new and what is gone', () => {
    const next = withPrice({ ...draftOf(base), labour: [] }, 'CO-1', 16000);
    const told = compared(base, { ...next, items: [...next.items, { ...next.items[0]!, code: 'F-12' }] });
    expect(told.map(({ row, kind }) => [row.code, kind])).toEqual([
      ['CO-1', 'changed'],
      ['L-1', 'removed'],
      ['F-01', 'same'],
      ['F-09', 'same'],
      ['F-12', 'added'],
    ]);
  });
  it('begin with a copy that has no name and no day yet', () => {
    expect(draftOf(base)).toMatchObject({ version: '', valid_from: '', valid_until: null });
  });
});

it('reads yuan as people write them', () => {
  expect(['¥1,280', '12.5', '−3', '12.345', ''].map(fenFrom)).toEqual([128000, 1250, -300, undefined, undefined]);
});
