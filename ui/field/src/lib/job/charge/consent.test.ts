/** A yes names exactly what was shown (BR-10, F2). */
import { expect, it } from 'vitest';
import type { EstimateView } from '@gongdan/shared/generated/EstimateView';
import { consentFacts } from './consent.ts';

it('a yes carries the amount, the version and the fingerprint that were on the screen, and begins the work', () => {
  const estimate = { sheet: { lines: [], total_fen: 183_000, schedule_version: '2024-A' }, hash: 'h', declined_fen: 50_000, problem: null } as unknown as EstimateView;
  expect(consentFacts(estimate, '李禾', 'on_screen')).toEqual([
    { kind: 'consent_given', body: { total_fen: 183_000, schedule_version: '2024-A', estimate_hash: 'h', by_name: '李禾', how: 'on_screen' } },
    { kind: 'work_started', body: {} },
  ]);
});
