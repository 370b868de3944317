/** What a fact says beyond its kind, for a person: outcomes, names, reasons. Ids and hashes stay out. */
import type { TimelineRow } from '@gongdan/shared/generated/TimelineRow';
import { valueText } from '@gongdan/shared/business/index.ts';
import { dateTime, isKey, money, t } from '@gongdan/shared/words';
import { clock } from '../clock.svelte.ts';
import { nameOf } from '../reference/names.svelte.ts';
import { dotted, word } from '../said.ts';

type Body = Readonly<Record<string, unknown>>;

/** Fields of a body that are codes, and the prefix of their words. */
const CODES: Readonly<Record<string, string>> = {
  outcome: 'fact.outcome.',
  choice: 'fact.signing.done.',
  quality: 'fact.rating.',
  confidence: 'fact.confidence.',
  result: 'fact.test.',
  photo: 'fact.photo.',
  how: 'fact.consentHow.',
};
const TEXTS = ['order_no', 'archive_no', 'number', 'whom', 'guidance', 'what', 'reason', 'note', 'text', 'question', 'answer', 'caption', 'conditions', 'with_whom', 'by_name'] as const;
const TIMES = ['new_time', 'planned_at'] as const;

export function factText(row: Pick<TimelineRow, 'kind' | 'body'>): string {
  if (typeof row.body !== 'object' || row.body === null) return '';
  const body = row.body as Body;
  const said: string[] = [];
  if (row.kind === 'reading_taken') said.push(`${nameOf(valueText(body['key']))} ${word('parts.reading.', valueText(body['phase']))} ${valueText(body['value'])} ${valueText(body['unit'])}`.trim());
  for (const [field, prefix] of Object.entries(CODES)) {
    const code = body[field];
    if (typeof code === 'string' && isKey(prefix + code)) said.push(word(prefix, code));
  }
  for (const field of TIMES) {
    const at = body[field];
    if (typeof at === 'string') said.push(dateTime(at, clock.zone));
  }
  if (typeof body['minutes'] === 'number' && body['minutes'] > 0) said.push(t('fact.order.minutes', { n: body['minutes'] }));
  if (typeof body['total_fen'] === 'number') said.push(money(body['total_fen']));
  if (row.kind !== 'ticked' && row.kind !== 'safety_answered') for (const field of TEXTS) said.push(valueText(body[field]));
  if (typeof body['reached'] === 'boolean') said.push(t(body['reached'] ? 'office.callbacks.reached' : 'office.callbacks.unreached'));
  return dotted(...said);
}
