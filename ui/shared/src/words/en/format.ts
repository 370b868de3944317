/** English of `zh/format.ts`, complete by type. */
import type { Translation } from '../types.ts';
import type { format as zh } from '../zh/format.ts';

export const format: Translation<typeof zh> = {
  'format.longDay': '{weekday} {month}/{day}',
  'format.weekday.0': 'Sunday',
  'format.weekday.1': 'Monday',
  'format.weekday.2': 'Tuesday',
  'format.weekday.3': 'Wednesday',
  'format.weekday.4': 'Thursday',
  'format.weekday.5': 'Friday',
  'format.weekday.6': 'Saturday',
  'format.days': '{n} d',
  'format.hours': '{n} h',
  'format.minutes': '{n} min',
  'format.underMinute': 'under 1 min',
  'format.join': '{a} {b}',
  'format.by': 'by {when}',
  'format.left': '{span} left',
  'format.over': '{span} overdue',
  'format.deadline': '{by} · {rest}',
};
