/** How urgent a call is, as one chip. */
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import TrendingDown from '@lucide/svelte/icons/trending-down';
import type { Icon, Tone } from '@gongdan/shared/parts';

export const URGENCIES = ['down', 'reduced', 'normal', 'flexible'] as const;
export type Urgency = (typeof URGENCIES)[number];

export function urgencyLook(urgency: string): { icon: Icon; tone: Tone } {
  if (urgency === 'down') return { icon: CircleAlert, tone: 'wrong' };
  if (urgency === 'reduced') return { icon: TrendingDown, tone: 'soon' };
  return { icon: urgency === 'flexible' ? CalendarClock : CircleDot, tone: 'plain' };
}
