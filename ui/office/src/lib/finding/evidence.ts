/** The evidence of a finding as named values: nothing left out that is not drawn, nothing judged; codes as their published names. */
import { valueText } from '@gongdan/shared/business/index.ts';
import { dateTime, isKey, listed, measure, money, number } from '@gongdan/shared/words';
import { clock } from '../clock.svelte.ts';
import { nameOf } from '../reference/names.svelte.ts';
import { word } from '../said.ts';

export interface Evidence {
  readonly name: string;
  readonly label: string;
  readonly text: string;
  readonly mono: boolean;
}

const LOOKS_LIKE_ID = /^[0-9a-f-]{16,}$/i;
/** What the pictures beside them say. */
const DRAWN = new Set(['hash', 'other_hash', 'photo', 'other_photo', 'other_fact']);
/** Codes whose words depend on what they are about. */
const CODES: Readonly<Record<string, string>> = { which: 'office.evidence.which.', choice: 'fact.signing.done.', quality: 'fact.rating.', attitude: 'fact.rating.', confirmed_quality: 'fact.rating.', confirmed_attitude: 'fact.rating.' };

function label(name: string): string {
  const known = [`office.evidence.${name}`, `fact.field.${name}`].find(isKey);
  return known === undefined ? name.replaceAll('_', ' ') : word('', known);
}

function quantity(name: string, value: number): string {
  if (name.endsWith('_fen')) return money(value);
  if (name.endsWith('_pm')) return measure(value / 10, '%', 1);
  if (name.endsWith('_ms')) return measure(value / 1000, 's', 2);
  if (name.endsWith('_m') || name === 'metres') return measure(value, 'm', 0);
  return number(value);
}

function text(name: string, value: unknown): string {
  if (typeof value === 'number') return quantity(name, value);
  if (typeof value === 'string' && (name.endsWith('_at') || name.startsWith('wall_'))) return dateTime(value, clock.zone);
  const code = CODES[name];
  if (typeof value === 'string' && code !== undefined) return word(code, value);
  if (typeof value === 'boolean') return word('office.evidence.', value ? 'yes' : 'no');
  if (typeof value === 'string') return name === 'reason' || name === 'value' ? value : nameOf(value);
  if (Array.isArray(value)) return listed(value.map((one: unknown) => (typeof one === 'string' ? nameOf(one) : valueText(one))));
  return valueText(value);
}

export function evidence(details: unknown, drawn = false): Evidence[] {
  if (details === null || details === undefined) return [];
  if (typeof details !== 'object' || Array.isArray(details)) return [{ name: 'value', label: label('value'), text: text('value', details), mono: false }];
  return Object.entries(details)
    .filter(([name]) => !(drawn && DRAWN.has(name)))
    .map(([name, value]) => {
      const said = text(name, value);
      return { name, label: label(name), text: said, mono: LOOKS_LIKE_ID.test(said) };
    })
    .filter((fact) => fact.text !== '');
}
