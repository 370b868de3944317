/** Words of the field app. */
export const field = {
  'field.nav.today': '今日',
} as const;
