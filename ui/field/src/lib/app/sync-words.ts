/** The state of sync as a sentence (L4): what is so, since when, and in which tone. */
import CloudOff from '@lucide/svelte/icons/cloud-off';
import CloudUpload from '@lucide/svelte/icons/cloud-upload';
import type { Icon, Tone } from '@gongdan/shared/parts';
import { problemWords, t, time } from '@gongdan/shared/words';
import type { SyncSentence } from '@gongdan/shared/generated/SyncSentence';

export interface SyncWords {
  readonly tone: Tone;
  readonly sentence: string;
  readonly note?: string;
  readonly icon?: Icon;
}

export function syncWords(sync: SyncSentence | null | undefined, zone: string): SyncWords {
  if (sync === null || sync === undefined) return { tone: 'plain', sentence: t('field.sync.new') };
  const waiting = sync.waiting > 0 ? t('field.sync.waiting', { n: sync.waiting }) : undefined;
  const delivered = sync.delivered_at === null ? undefined : t('field.sync.deliveredAt', { time: time(sync.delivered_at, zone) });
  const away = sync.offline_since === null ? t('field.sync.noNetwork') : t('field.sync.offlineSince', { time: time(sync.offline_since, zone) });
  switch (sync.mood) {
    case 'copied': {
      const copied = problemWords('fork');
      return { tone: 'wrong', sentence: copied.what, note: copied.todo };
    }
    case 'needs_you':
      return { tone: 'wrong', sentence: t('field.sync.needsYou', { n: sync.needs_you }), note: waiting ?? delivered ?? t('field.sync.rest') };
    case 'offline': {
      const sentence = sync.waiting > 0 ? t('field.sync.offlineWaiting', { n: sync.waiting }) : t('field.sync.offline');
      return { tone: 'soon', sentence, note: away, icon: CloudOff };
    }
    case 'sending':
      return { tone: 'plain', sentence: t('field.sync.sending'), note: waiting ?? t('field.sync.online'), icon: CloudUpload };
    case 'trouble':
      return { tone: 'soon', sentence: waiting ?? t('field.sync.trouble'), note: problemWords(sync.problem?.code ?? 'server_trouble').what };
    case 'delivered':
      return { tone: 'done', sentence: t('field.sync.delivered'), note: delivered ?? t('field.sync.online') };
    case 'new':
      return { tone: 'plain', sentence: t('field.sync.new'), note: t('field.sync.firstTime') };
  }
}
