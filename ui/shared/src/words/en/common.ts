/** English of `zh/common.ts`, complete by type. */
import type { Translation } from '../types.ts';
import type { common as zh } from '../zh/common.ts';

export const common: Translation<typeof zh> = {
  'common.product': 'Gongdan',
  'common.back': 'Back',
  'common.cancel': 'Cancel',
  'common.close': 'Close',
  'common.change': 'Change',
  'common.add': 'Add',
  'common.remove': 'Remove',
  'common.retry': 'Try now',
  'common.search': 'Search',
  'common.all': 'All',
  'common.none': 'None',
  'common.unknown': 'Not known',
  'common.yes': 'Yes',
  'common.no': 'No',
  'common.show': 'Show',
  'common.hide': 'Hide',
  'common.required': 'Required',
  'common.optional': 'Optional',
  'common.loading': 'Reading',
  'common.today': 'today',
  'common.tomorrow': 'tomorrow',
  'common.yesterday': 'yesterday',
  'common.language.zh': '中文',
  'common.language.en': 'English',
  'common.theme.day': 'Day',
  'common.theme.night': 'Night',
  'common.theme.auto': 'As the system',
};
