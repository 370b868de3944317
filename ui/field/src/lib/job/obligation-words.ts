/** What an obligation's rule asks, in words; a rule of a newer version keeps its id. */
import { isKey, t } from '@gongdan/shared/words';

const KNOWN = ['BR-01', 'BR-02', 'BR-03', 'BR-11', 'question'] as const;

export function ruleWords(rule: string): string {
  const known = KNOWN.find((one) => one === rule);
  return known !== undefined && isKey(`fact.rule.${known}`) ? t(`fact.rule.${known}`) : rule;
}
