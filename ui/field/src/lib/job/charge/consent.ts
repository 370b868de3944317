/** What the customer's yes records, and what his no costs: call-out and diagnosis, at least the minimum of a visit (BR-10, F2). */
import type { ConsentHow } from '@gongdan/shared/generated/ConsentHow';
import type { EstimateView } from '@gongdan/shared/generated/EstimateView';
import type { FactBody } from '@gongdan/shared/generated/FactBody';
import type { FeeSchedule } from '@gongdan/shared/generated/FeeSchedule';
import type { FeeSheet } from '@gongdan/shared/generated/FeeSheet';

export const startWork: FactBody[] = [{ kind: 'work_started', body: {} }];

export function consentFacts(estimate: EstimateView, by_name: string, how: ConsentHow): FactBody[] {
  const { sheet, hash } = estimate;
  const given = { total_fen: sheet.total_fen, schedule_version: sheet.schedule_version, estimate_hash: hash, by_name, how };
  return [{ kind: 'consent_given', body: given }, ...startWork];
}

/** Said on the button; the device computes the sheet that counts when the no is recorded. */
export function priceOfNo(sheet: FeeSheet, schedule: FeeSchedule): number {
  const callOut = sheet.lines.filter((line) => line.kind === 'call_out').reduce((sum, line) => sum + line.payable_fen, 0);
  const item = schedule.items.find((one) => one.code === schedule.rules.diagnosis_item);
  const diagnosis = item?.price.kind === 'fixed' ? item.price.fen : 0;
  return Math.max(callOut + diagnosis, schedule.rules.minimum_visit_fen);
}
