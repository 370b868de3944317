/** What needs this person, as one list: conflicts, refusals, lost photos, questions; each with what to do. */
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import CircleX from '@lucide/svelte/icons/circle-x';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import ImageOff from '@lucide/svelte/icons/image-off';
import MessageCircleQuestion from '@lucide/svelte/icons/message-circle-question-mark';
import { fieldName } from '@gongdan/shared/business/index.ts';
import type { Icon } from '@gongdan/shared/parts';
import { problemWords, t } from '@gongdan/shared/words';
import type { ConflictView } from '@gongdan/shared/generated/ConflictView';
import type { LostPhotoView } from '@gongdan/shared/generated/LostPhotoView';
import type { RefusedView } from '@gongdan/shared/generated/RefusedView';
import type { SyncList } from '@gongdan/shared/generated/SyncList';
import { entityName, whatWords } from './what.ts';

export interface Need {
  readonly id: string;
  readonly icon: Icon;
  readonly title: string;
  readonly about: string;
  readonly why?: string;
  readonly conflict?: ConflictView;
  readonly refused?: RefusedView;
  readonly lost?: LostPhotoView;
  readonly href?: string;
}

export const refusedTitle = (one: RefusedView): string => t('field.todo.refused', { what: whatWords(one.what) });

export function needs(list: SyncList): Need[] {
  return [
    ...list.conflicts.map((conflict) => ({
      id: `conflict/${conflict.entity.id}/${conflict.field}`,
      icon: GitCompareArrows,
      title: t('field.todo.conflict', { field: fieldName(conflict.field) }),
      about: [conflict.about, entityName(conflict.entity.kind)].filter((part) => part !== '').join(' · '),
      conflict,
    })),
    ...list.refused
      .filter((one) => !one.read)
      .map((refused) => ({ id: `refused/${refused.device_seq}`, icon: CircleX, title: refusedTitle(refused), about: refused.about, why: problemWords(refused.problem.code).what, refused })),
    ...list.lost.map((lost) => ({ id: `lost/${lost.hash}`, icon: ImageOff, title: t('field.todo.lost'), about: [lost.about, lost.caption].filter((part) => part !== '').join(' · '), lost })),
    ...list.handovers.map((one) => ({ id: `handover/${one.job}`, icon: ArrowRightLeft, title: t('field.handover.asked', { names: one.to }), about: one.customer, href: `#/job/${one.job}` })),
    ...list.questions.map((one) => ({ id: `question/${one.job}/${one.at}`, icon: MessageCircleQuestion, title: one.question, about: [one.customer, one.order_no].join(' · '), href: `#/job/${one.job}/done` })),
  ];
}
