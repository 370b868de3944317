/** English of `zh/office.ts`, complete by type. */
import type { Translation } from '../types.ts';
import type { office as zh } from '../zh/office.ts';

export const office: Translation<typeof zh> = {
  'office.nav.today': 'Today',
};
