/** What the customer's yes records (BR-10, F2). */
import type { ConsentHow } from '@gongdan/shared/generated/ConsentHow';
import type { EstimateView } from '@gongdan/shared/generated/EstimateView';
import type { FactBody } from '@gongdan/shared/generated/FactBody';

export const startWork: FactBody[] = [{ kind: 'work_started', body: {} }];

export function consentFacts(estimate: EstimateView, by_name: string, how: ConsentHow): FactBody[] {
  const { sheet, hash } = estimate;
  const given = { total_fen: sheet.total_fen, schedule_version: sheet.schedule_version, estimate_hash: hash, by_name, how };
  return [{ kind: 'consent_given', body: given }, ...startWork];
}
