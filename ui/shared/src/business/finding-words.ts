/** What a finding says in one line: its name, and what of its evidence a person reads. */
import type { Finding } from '../generated/Finding.ts';
import { listed, money, t } from '../words/index.ts';

export function findingWords(finding: Pick<Finding, 'code'>): string {
  return t(`fact.finding.${finding.code}`);
}

/** Reasons, amounts and names of the evidence; hashes and ids stay out. */
export function findingEvidence(finding: Pick<Finding, 'details'>): string {
  if (typeof finding.details !== 'object' || finding.details === null) return '';
  const told: string[] = [];
  for (const [name, value] of Object.entries(finding.details)) {
    if (name === 'reason' && typeof value === 'string') told.push(value);
    else if ((name === 'consented_fen' || name === 'sealed_fen') && typeof value === 'number') told.push(t(`fact.evidence.${name}`, { amount: money(value) }));
    else if (name.endsWith('_fen') && typeof value === 'number') told.push(money(value));
    else if (name === 'value' && typeof value === 'string') told.push(value);
  }
  return listed(told);
}
