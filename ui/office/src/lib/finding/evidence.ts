/** The evidence of a finding as named values: nothing left out, nothing judged. */
import { valueText } from '@gongdan/shared/business/index.ts';
import { isKey, money } from '@gongdan/shared/words';
import { word } from '../said.ts';

export interface Evidence {
  readonly name: string;
  readonly label: string;
  readonly text: string;
  readonly mono: boolean;
}

const LOOKS_LIKE_CODE = /^[0-9a-f-]{16,}$/i;

function label(name: string): string {
  const known = [`office.evidence.${name}`, `fact.field.${name}`].find(isKey);
  return known === undefined ? name.replaceAll('_', ' ') : word('', known);
}

export function evidence(details: unknown): Evidence[] {
  if (details === null || details === undefined) return [];
  if (typeof details !== 'object' || Array.isArray(details)) return [{ name: 'value', label: label('value'), text: valueText(details), mono: false }];
  return Object.entries(details)
    .map(([name, value]) => {
      const text = name.endsWith('_fen') && typeof value === 'number' ? money(value) : valueText(value);
      return { name, label: label(name), text, mono: LOOKS_LIKE_CODE.test(text) };
    })
    .filter((fact) => fact.text !== '');
}
