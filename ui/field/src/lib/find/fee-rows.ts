/** The fee schedule as rows that a person searches: travel, labour, items, parts. Prices as the schedule words them. */
import { said } from '@gongdan/shared/business/index.ts';
import { money, t } from '@gongdan/shared/words';
import type { FeePrice } from '@gongdan/shared/generated/FeePrice';
import type { FeeScheduleView } from '@gongdan/shared/generated/FeeScheduleView';

export interface FeeRow {
  readonly code: string;
  readonly name: string;
  readonly price: string;
  readonly note: string;
}

export interface FeeGroup {
  readonly id: 'travel' | 'labour' | 'items' | 'parts';
  readonly rows: readonly FeeRow[];
}

function priceWords(price: FeePrice): string {
  switch (price.kind) {
    case 'fixed':
      return price.fen === 0 ? t('field.fees.free') : money(price.fen);
    case 'quoted':
      return t('field.fees.quoted');
    case 'at_cost':
      return t('field.fees.atCost', { cap: money(price.cap_fen) });
    case 'call_out_percent':
      return t('field.fees.callOutPercent', { percent: price.percent });
    case 'labour_rate':
      return t('field.fees.labourRate', { minutes: price.free_minutes });
  }
}

export function feeGroups({ schedule, parts }: FeeScheduleView, query: string): FeeGroup[] {
  const groups: FeeGroup[] = [
    { id: 'travel', rows: schedule.travel.map((one) => ({ code: one.code, name: said(one.words), price: money(one.fee_fen) + (one.per_km_beyond_fen === null ? '' : t('field.fees.perKm', { amount: money(one.per_km_beyond_fen) })), note: said(one.note) })) },
    { id: 'labour', rows: [...schedule.labour.map((one) => ({ code: one.code, name: said(one.words), price: t('field.fees.perHour', { amount: money(one.fen_per_hour) }), note: '' })), ...schedule.overtime.map((one) => ({ code: one.code, name: said(one.words), price: t('fact.estimate.times', { factor: one.factor }), note: '' }))] },
    { id: 'items', rows: schedule.items.map((one) => ({ code: one.code, name: said(one.words), price: priceWords(one.price), note: [said(one.note), one.free_in_warranty ? t('field.fees.freeInWarranty') : ''].filter((part) => part !== '').join(' · ') })) },
    { id: 'parts', rows: parts.map((one) => ({ code: one.code, name: said(one.words), price: money(one.price_fen), note: said(one.unit) })) },
  ];
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return groups;
  return groups.map((group) => ({ ...group, rows: group.rows.filter((row) => `${row.code} ${row.name} ${row.note}`.toLowerCase().includes(wanted)) })).filter((group) => group.rows.length > 0);
}
