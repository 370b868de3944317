/** Why a line of the fees differs from unit × quantity: the rule of its factor, who pays instead, what was taken off. */
import type { FeeLine } from '../generated/FeeLine.ts';
import { money, t } from '../words/index.ts';
import { said } from './said.ts';

export function feeRemark(line: FeeLine): string {
  const told: string[] = [];
  if (line.factor !== '1') told.push(line.factor_words === undefined ? t('fact.estimate.times', { factor: line.factor }) : t('fact.estimate.timesBecause', { why: said(line.factor_words), factor: line.factor }));
  if (line.cover !== null) told.push(t('fact.estimate.covered', { why: t(`fact.cover.${line.cover}`) }));
  else if (line.discount_fen > 0) told.push(t('fact.estimate.discount', { amount: money(line.discount_fen) }));
  return told.join(' · ');
}
