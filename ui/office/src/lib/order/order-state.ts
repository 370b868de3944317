/** How an order's state looks in a list: one word, one icon, one tone. */
import Archive from '@lucide/svelte/icons/archive';
import Check from '@lucide/svelte/icons/check';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import ImageOff from '@lucide/svelte/icons/image-off';
import MessageCircleQuestion from '@lucide/svelte/icons/message-circle-question';
import PenOff from '@lucide/svelte/icons/pen-off';
import type { OrderRow } from '@gongdan/shared/generated/OrderRow';
import type { Icon, Tone } from '@gongdan/shared/parts';
import { t } from '@gongdan/shared/words';
import { dotted, word } from '../said.ts';

export interface Look {
  readonly label: string;
  readonly icon: Icon;
  readonly tone: Tone;
}

/** How the customer ended it: signed and how satisfied, or why not. */
export function signingLook(row: OrderRow): Look | undefined {
  if (row.choice === null) return undefined;
  if (row.choice !== 'signed') return { label: t(`fact.signing.done.${row.choice}`), icon: PenOff, tone: 'plain' };
  const worst = row.quality === 'dissatisfied' || row.attitude === 'dissatisfied' ? 'dissatisfied' : row.quality;
  const rated = worst === null || worst === 'not_rated' ? '' : t(`fact.rating.${worst}`);
  const bad = worst === 'dissatisfied';
  return { label: dotted(t('office.orders.signed'), rated), icon: bad ? CircleAlert : Check, tone: bad ? 'wrong' : 'done' };
}

export function rowLook(row: OrderRow): Look {
  if (row.contested) return { label: t('seal.revision.contestedShort'), icon: CircleAlert, tone: 'wrong' };
  switch (row.state) {
    case 'not_returned':
      return { label: word('fact.stage.', row.stage), icon: CircleDashed, tone: 'plain' };
    case 'questioned':
      return { label: t('office.orders.waitsForAnswer'), icon: MessageCircleQuestion, tone: 'soon' };
    case 'archived':
      return { label: t('office.orders.archivedAs', { no: row.archive_no ?? '' }), icon: Archive, tone: 'plain' };
    case 'received':
      return { label: t('office.orders.filesComing'), icon: ImageOff, tone: 'soon' };
    case 'complete':
      return signingLook(row) ?? { label: t('office.orders.complete'), icon: Check, tone: 'done' };
  }
}
