/** Why a cause stands where it stands: its place in the knowledge base, the machine's hours, the archive's note, the customer's words (A3). */
import { measure, t } from '@gongdan/shared/words';
import type { RankedCause } from '@gongdan/shared/generated/RankedCause';
import type { RankReason } from '@gongdan/shared/generated/RankReason';

function reasonWords(reason: RankReason): string {
  switch (reason.reason) {
    case 'knowledge_order':
      return t('field.analysis.place', { n: reason.order });
    case 'part_overdue':
      return t('field.analysis.overdue', { hours: measure(reason.hours, 'h'), interval: measure(reason.interval_hours, 'h') });
    case 'noted_in_archive':
      return t('field.analysis.noted');
    case 'alarm_shown':
    case 'said_by_customer':
      return '';
  }
}

/** The customer's words are marked in his own sentence; of several parts that are overdue the most overdue one speaks. */
export function causeWhy(cause: RankedCause): string {
  const overdue = cause.reasons.filter((reason) => reason.reason === 'part_overdue').sort((a, b) => a.interval_hours - b.interval_hours)[0];
  const told = cause.reasons.filter((reason) => reason.reason !== 'part_overdue' || reason === overdue);
  return [...new Set(told.map(reasonWords))].filter((text) => text !== '').join(' · ');
}

/** The phrases of the customer's words that were recognised, for marking them. */
export function heard(causes: readonly RankedCause[]): string {
  const phrases = causes.flatMap((cause) => cause.reasons).flatMap((reason) => (reason.reason === 'said_by_customer' || reason.reason === 'alarm_shown' ? [reason.phrase] : []));
  return [...new Set(phrases)].join(' ');
}
