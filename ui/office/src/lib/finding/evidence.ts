/** The evidence of a finding as named values: nothing left out, nothing judged; codes as their published names. */
import { valueText } from '@gongdan/shared/business/index.ts';
import { isKey, listed, money } from '@gongdan/shared/words';
import { nameOf } from '../reference/names.svelte.ts';
import { word } from '../said.ts';

export interface Evidence {
  readonly name: string;
  readonly label: string;
  readonly text: string;
  readonly mono: boolean;
}

const LOOKS_LIKE_ID = /^[0-9a-f-]{16,}$/i;

function label(name: string): string {
  const known = [`office.evidence.${name}`, `fact.field.${name}`].find(isKey);
  return known === undefined ? name.replaceAll('_', ' ') : word('', known);
}

function text(name: string, value: unknown): string {
  if (name.endsWith('_fen') && typeof value === 'number') return money(value);
  if (typeof value === 'string') return name === 'reason' || name === 'value' ? value : nameOf(value);
  if (Array.isArray(value)) return listed(value.map((one: unknown) => (typeof one === 'string' ? nameOf(one) : valueText(one))));
  return valueText(value);
}

export function evidence(details: unknown): Evidence[] {
  if (details === null || details === undefined) return [];
  if (typeof details !== 'object' || Array.isArray(details)) return [{ name: 'value', label: label('value'), text: text('value', details), mono: false }];
  return Object.entries(details)
    .map(([name, value]) => {
      const said = text(name, value);
      return { name, label: label(name), text: said, mono: LOOKS_LIKE_ID.test(said) };
    })
    .filter((fact) => fact.text !== '');
}
