/** English of `zh/field.ts`, complete by type. */
import type { Translation } from '../types.ts';
import type { field as zh } from '../zh/field.ts';

export const field: Translation<typeof zh> = {
  'field.nav.today': 'Today',
};
