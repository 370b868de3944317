/** What a stop of the day says: its chip, its remark, and how it stands. */
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import Check from '@lucide/svelte/icons/check';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CloudUpload from '@lucide/svelte/icons/cloud-upload';
import DoorClosed from '@lucide/svelte/icons/door-closed';
import Inbox from '@lucide/svelte/icons/inbox';
import MapPin from '@lucide/svelte/icons/map-pin';
import Phone from '@lucide/svelte/icons/phone';
import Signature from '@lucide/svelte/icons/signature';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import Truck from '@lucide/svelte/icons/truck';
import Wrench from '@lucide/svelte/icons/wrench';
import type { Icon, Tone } from '@gongdan/shared/parts';
import { deadline, moment, t, time } from '@gongdan/shared/words';
import type { Stop } from '@gongdan/shared/generated/Stop';
import type { VisitStage } from '@gongdan/shared/generated/VisitStage';

export interface Said {
  readonly label: string;
  readonly icon: Icon;
  readonly tone: Tone;
  readonly washed?: boolean;
}

const icons: Partial<Record<VisitStage, Icon>> = {
  assigned: Inbox,
  accepted: Phone,
  advised: Phone,
  refused: CircleAlert,
  contacted: CalendarClock,
  ready: CalendarClock,
  travelling: Truck,
  blocked: DoorClosed,
  on_site: MapPin,
  repairing: Wrench,
  questioned: CircleAlert,
};

export const finished = (stop: Stop): boolean => ['sealed', 'left', 'archived'].includes(stop.stage);
export const uncalled = (stop: Stop): boolean => ['assigned', 'accepted'].includes(stop.stage);

/** At most one washed chip a row: what needs someone. */
export function chip(stop: Stop, now: number): Said {
  if (finished(stop)) return { label: stop.signing === null ? t(`fact.stage.${stop.stage}`) : t(`fact.signing.done.${stop.signing}`), icon: stop.signing === 'signed' ? Signature : Check, tone: 'done' };
  if (uncalled(stop) && stop.contact_due !== null && Date.parse(stop.contact_due) < now) return { label: t('field.today.notContacted'), icon: CircleAlert, tone: 'wrong', washed: true };
  if (stop.late_at !== null) return { label: t('field.today.tooLate'), icon: TriangleAlert, tone: 'soon', washed: true };
  return { label: t(`fact.stage.${stop.stage}`), icon: icons[stop.stage] ?? CalendarClock, tone: stop.stage === 'blocked' || stop.stage === 'questioned' ? 'wrong' : 'plain' };
}

/** The line under it, at the right. */
export function remark(stop: Stop, zone: string, now: number): { text: string; tone: Tone; icon?: Icon } | undefined {
  if (finished(stop)) return stop.received ? undefined : { text: t('field.today.notReceived'), tone: 'soon', icon: CloudUpload };
  if (uncalled(stop) && stop.contact_due !== null) {
    const due = deadline(stop.contact_due, zone, now);
    return { text: due.text, tone: due.tone };
  }
  if (stop.late_at !== null) return { text: t('field.today.expected', { time: moment(stop.late_at, zone, now) }), tone: 'soon' };
  if (stop.kit_ready_at !== null) return { text: t('field.today.kitReady', { time: time(stop.kit_ready_at, zone) }), tone: 'plain' };
  return undefined;
}
