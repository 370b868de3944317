/** B4: how a warranty is told. The judgement itself comes from the server. */
import type { WarrantyJudgement } from '@gongdan/shared/generated/WarrantyJudgement';
import { describe, expect, it } from 'vitest';
import { span, termPassed, warrantyGround, warrantyText, warrantyTone } from './warranty.ts';

const judged = (more: Partial<WarrantyJudgement>): WarrantyJudgement => ({ status: 'in_warranty', plan: 'WP-24', start: '2025-12-28', start_from: 'commissioning', term_until: null, cap_until: null, until: '2027-12-27', why: { reason: 'within_term', days_left: 399 }, ...more });

describe('a warranty', () => {
  it('says what is left or how long it is over', () => {
    expect(warrantyText(judged({}))).toBe('保内，还有 1 年 1 个月');
    expect(warrantyText(judged({ status: 'out_of_warranty', why: { reason: 'term_over', days_over: 20 } }))).toBe('超保 20 天');
  });
  it('that cannot be judged says so and is no good news', () => {
    const pending = judged({ status: 'pending', start: null, start_from: null, until: null, why: { reason: 'no_start_date' } });
    expect(warrantyText(pending)).toBe('待判定');
    expect(warrantyTone(pending)).toBe('soon');
    expect(termPassed(pending, Date.now())).toBeUndefined();
  });
  it('names its ground', () => {
    expect(warrantyGround(judged({}))).toBe('WP-24 · 2025-12-28 调试 · 保修到 2027-12-27');
  });
  it('has passed nothing before it starts and everything after its last day', () => {
    expect(termPassed(judged({}), Date.parse('2025-01-01'))).toBe(0);
    expect(termPassed(judged({}), Date.parse('2028-06-01'))).toBe(100);
  });
});

it.each([[0, '0 天'], [30, '30 天'], [31, '1 个月'], [364, '11 个月'], [365, '1 年'], [800, '2 年 2 个月']])('%i days are told as %s', (days, said) => {
  expect(span(days)).toBe(said);
});
