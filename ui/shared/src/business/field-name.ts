/** The name of a register's field in words, and its value as a line of text. */
import { isKey, t, told } from '../words/index.ts';

export function fieldName(field: string): string {
  const key = `fact.field.${field}`;
  return isKey(key) ? sentence(key) : field;
}

function sentence(key: Parameters<typeof t>[0]): string {
  return (t as (key: string) => string)(key);
}

/** A value as a person reads it; structured ones as their texts. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  if (Array.isArray(value)) return told(value.map(valueText));
  return Object.values(value).map(valueText).filter((text) => text !== '').join(' · ');
}
