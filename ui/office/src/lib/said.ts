/** Codes and small texts as a person reads them. An unknown code is shown as it is: newer data must not vanish. */
import { isKey, t } from '@gongdan/shared/words';

/** The catalogue's sentence for a code that arrives as plain text, e.g. `word('fact.kind.', 'departed')`. */
export function word(prefix: string, code: string): string {
  const key = prefix + code;
  return isKey(key) ? (t as (key: string) => string)(key) : code;
}

/** 甲 · 乙 · 丙, without what is empty. */
export function dotted(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
}

/** `9f3c 71ae … b204`: enough of a hash to compare by eye. */
export function shortHash(hash: string): string {
  const groups = hash.match(/.{1,4}/g) ?? [];
  return groups.length <= 4 ? groups.join(' ') : `${groups.slice(0, 3).join(' ')} … ${groups.at(-1) ?? ''}`;
}

/** `37 kW`; empty stays empty. */
export function withUnit(value: string, unit: string): string {
  return value === '' ? '' : `${value}\u2009${unit}`;
}

/** An address for a phone; digits and plus only. */
export function telephone(phone: string): string {
  return `tel:${phone.replace(/[^\d+]/g, '')}`;
}
