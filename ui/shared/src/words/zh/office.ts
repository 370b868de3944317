/** Words of the office console. */
export const office = {
  'office.nav.today': '今日',
} as const;
