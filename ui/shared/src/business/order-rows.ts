/** The order as rows of a document: heading and lines, in the order of the paper. Empty rows are left out. */
import type { OrderDocument } from '../generated/OrderDocument.ts';
import type { OrderReading } from '../generated/OrderReading.ts';
import { listed, measured, money, t, time, told } from '../words/index.ts';
import { said } from './said.ts';

export interface OrderRow {
  readonly id: string;
  readonly name: string;
  readonly lines: readonly string[];
}

const dot = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ');

function reading(row: OrderReading): string {
  const values = [row.before, row.after].filter((value) => value !== null);
  return `${said(row.words)} ${values.join(' → ')} ${row.unit}`.trim();
}

function machine(document: OrderDocument): string {
  const { brand, model, serial_no, run_hours } = document.machine;
  return dot([`${brand} ${model}`.trim(), serial_no, measured(run_hours, 'h')]);
}

function parts(document: OrderDocument): string[] {
  const named = document.parts.map((part) => `${said(part.words)} ${part.quantity} ${said(part.unit)}`);
  const fates = [...new Set(document.parts.map((part) => t(`fact.oldPart.${part.old_part}`)))];
  return named.length === 0 ? [t('fact.order.noParts')] : [listed(named), listed(fates)];
}

function test(document: OrderDocument): string[] {
  const run = document.test;
  const first = run === null ? '' : dot([t(`fact.test.${run.result}`), run.minutes > 0 ? t('fact.order.minutes', { n: run.minutes }) : '', run.reason]);
  const sure = document.confidence === null ? '' : t(`fact.confidence.${document.confidence}`);
  const owed = document.follow_ups.map((up) =>
    t('fact.order.followUp', { n: up.hours_after_leaving, who: t(up.by_company ? 'fact.order.byCompany' : 'fact.order.byTechnician') }),
  );
  return [dot([first, sure]), ...owed];
}

function handover(document: OrderDocument): string {
  const items = ['reinspected', 'training', 'equipment_count', 'cleaning', 'service_card', 'business_card'] as const;
  return told(items.filter((item) => document.handover[item]).map((item) => t(`fact.handover.${item}`)));
}

function times(document: OrderDocument): string {
  const { arrived, started, finished } = document.times;
  const at = (key: 'arrived' | 'started' | 'finished', value: string | null): string =>
    value === null ? '' : t(`fact.order.${key}`, { time: time(value, document.zone) });
  return listed([at('arrived', arrived), at('started', started), at('finished', finished)].filter((said) => said !== ''));
}

function fees(document: OrderDocument): string {
  const { payment } = document;
  if (document.fees.total_fen === 0) return t('fact.order.noCharge');
  const papers = payment.doc_type === 'none' ? '' : t(`fact.doc.${payment.doc_type}`);
  return dot([money(document.fees.total_fen), t(`fact.pay.${payment.method}`), papers, payment.note]);
}

export function orderRows(document: OrderDocument): OrderRow[] {
  const { customer, fault } = document;
  const rows: [string, string, string[]][] = [
    ['customer', t('fact.order.customer'), [dot([customer.name, customer.contact]), customer.address]],
    ['machine', t('fact.order.machine'), [machine(document)]],
    ['symptom', t('fact.order.symptom'), [dot([fault.symptom, fault.alarm_code, fault.found_condition])]],
    ['cause', t('fact.order.cause'), [told(fault.causes.map(said))]],
    ['measures', t('fact.order.measures'), [told(fault.measures.map(said))]],
    ['parts', t('fact.order.parts'), parts(document)],
    ['readings', t('fact.order.readings'), document.readings.filter((row) => row.before !== null || row.after !== null).map(reading)],
    ['test', t('fact.order.test'), test(document)],
    ['handover', t('fact.order.handover'), [handover(document)]],
    ['advice', t('fact.order.advice'), [fault.hidden_defects, fault.suggestions]],
    ['times', t('fact.order.times'), [times(document)]],
    ['fees', t('fact.order.fees'), [fees(document)]],
  ];
  return rows
    .map(([id, name, lines]) => ({ id, name, lines: lines.filter((line) => line !== '') }))
    .filter((row) => row.lines.length > 0);
}
