/** What needs this person, as one list: conflicts, refusals, questions; each with what to do. */
import CircleX from '@lucide/svelte/icons/circle-x';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import MessageCircleQuestion from '@lucide/svelte/icons/message-circle-question-mark';
import { fieldName } from '@gongdan/shared/business/index.ts';
import type { Icon } from '@gongdan/shared/parts';
import { problemWords, t } from '@gongdan/shared/words';
import type { ConflictView } from '@gongdan/shared/generated/ConflictView';
import type { SyncList } from '@gongdan/shared/generated/SyncList';
import { entityName, whatWords } from './what.ts';

export interface Need {
  readonly id: string;
  readonly icon: Icon;
  readonly title: string;
  readonly about: string;
  readonly why?: string;
  readonly conflict?: ConflictView;
  readonly href?: string;
  readonly todo?: string;
}

export function needs(list: SyncList): Need[] {
  return [
    ...list.conflicts.map((conflict) => ({
      id: `conflict/${conflict.entity.id}/${conflict.field}`,
      icon: GitCompareArrows,
      title: t('field.todo.conflict', { field: fieldName(conflict.field) }),
      about: [conflict.about, entityName(conflict.entity.kind)].filter((part) => part !== '').join(' · '),
      conflict,
    })),
    ...list.refused.map((one) => {
      const words = problemWords(one.problem.code);
      return { id: `refused/${one.device_seq}`, icon: CircleX, title: t('field.todo.refused', { what: whatWords(one.what) }), about: one.about, why: words.what, todo: words.todo };
    }),
    ...list.questions.map((one) => ({ id: `question/${one.job}/${one.at}`, icon: MessageCircleQuestion, title: one.question, about: [one.customer, one.order_no].join(' · '), href: `#/job/${one.job}/done` })),
  ];
}
