/** The price of a no: call-out and diagnosis, at least the minimum of a visit (F2, BR-10); a yes names exactly what was shown. */
import { expect, it } from 'vitest';
import type { EstimateView } from '@gongdan/shared/generated/EstimateView';
import type { FeeSchedule } from '@gongdan/shared/generated/FeeSchedule';
import type { FeeSheet } from '@gongdan/shared/generated/FeeSheet';
import { consentFacts, priceOfNo } from './consent.ts';

const sheet = (callOut: number): FeeSheet => ({ lines: [{ kind: 'call_out', payable_fen: callOut }, { kind: 'labour', payable_fen: 36_000 }], total_fen: 183_000, schedule_version: '2024-A' }) as unknown as FeeSheet;
const schedule = { items: [{ code: 'F-01', price: { kind: 'fixed', fen: 20_000 } }], rules: { diagnosis_item: 'F-01', minimum_visit_fen: 30_000 } } as unknown as FeeSchedule;

it('adds call-out and diagnosis', () => expect(priceOfNo(sheet(30_000), schedule)).toBe(50_000));
it('is never below the minimum of a visit', () => expect(priceOfNo(sheet(0), schedule)).toBe(30_000));
it('a yes carries the amount, the version and the fingerprint that were on the screen, and begins the work', () => {
  const estimate = { sheet: sheet(30_000), hash: 'h', problem: null } as EstimateView;
  expect(consentFacts(estimate, '李禾', 'on_screen')).toEqual([
    { kind: 'consent_given', body: { total_fen: 183_000, schedule_version: '2024-A', estimate_hash: 'h', by_name: '李禾', how: 'on_screen' } },
    { kind: 'work_started', body: {} },
  ]);
});
