/** A warranty judgement in words: what holds, why, until when. The judgement itself is the server's. */
import type { WarrantyJudgement } from '@gongdan/shared/generated/WarrantyJudgement';
import type { Tone } from '@gongdan/shared/parts';
import { t } from '@gongdan/shared/words';
import { dotted } from '../said.ts';

const DAY = 86_400_000;

export function warrantyTone({ status }: WarrantyJudgement): Tone {
  return status === 'in_warranty' ? 'done' : 'soon';
}

/** `1 年 1 个月` of whole days, as people speak of warranties. */
export function span(days: number): string {
  if (days < 31) return t('office.warranty.days', { n: days });
  const months = Math.floor((days * 12) / 365);
  const years = Math.floor(months / 12);
  const rest = months % 12;
  if (years === 0) return t('office.warranty.months', { n: months });
  return rest === 0 ? t('office.warranty.years', { n: years }) : t('office.warranty.yearsMonths', { years, months: rest });
}

export function warrantyText({ status, why }: WarrantyJudgement): string {
  switch (why.reason) {
    case 'within_term':
      return t('office.warranty.left', { span: span(why.days_left) });
    case 'term_over':
    case 'cap_over':
      return t('office.warranty.over', { span: span(why.days_over) });
    case 'customer_caused':
      return t('fact.warranty.misuse');
    case 'no_start_date':
    case 'manufacture_date_unknown':
    case 'unknown_plan':
      return t(`fact.warranty.${status}`);
  }
}

/** `按 WP-12，2025-12-28 调试，保修到 2027-12-28` */
export function warrantyGround({ plan, start, start_from, until }: WarrantyJudgement): string {
  return dotted(
    plan ?? '',
    start === null || start_from === null ? '' : t(`fact.warranty.start.${start_from}`, { date: start }),
    until === null ? t('fact.warranty.unknown') : t('fact.warranty.until', { date: until }),
  );
}

/** How much of the term is over, in percent; undefined where no term is known. */
export function termPassed({ start, until }: WarrantyJudgement, now: number): number | undefined {
  if (start === null || until === null) return undefined;
  const from = Date.parse(start);
  const whole = Date.parse(until) + DAY - from;
  return whole <= 0 ? 100 : Math.min(Math.max(((now - from) / whole) * 100, 0), 100);
}
