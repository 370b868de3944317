/** The warranty in one sentence: until when, or why it is not decided (B4). */
import { t } from '@gongdan/shared/words';
import type { WarrantyJudgement } from '@gongdan/shared/generated/WarrantyJudgement';

export function warrantyWords(judged: WarrantyJudgement): string {
  if (judged.until !== null) return t(judged.status === 'in_warranty' ? 'fact.warranty.until' : 'fact.warranty.over', { date: judged.until });
  return judged.status === 'pending' ? t('fact.warranty.unknown') : t(`fact.warranty.${judged.status}`);
}

/** From which day it counts. */
export function warrantyStart(judged: WarrantyJudgement): string {
  return judged.start === null || judged.start_from === null ? '' : t(`fact.warranty.start.${judged.start_from}`, { date: judged.start });
}
