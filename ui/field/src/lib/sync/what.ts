/** What a change was, in words, from the keys the device gives: `write:customer.phone`, `fact:contact_attempt`, `seal`. */
import { fieldName } from '@gongdan/shared/business/index.ts';
import { isKey, listed, t } from '@gongdan/shared/words';

function one(key: string): string {
  const [kind = '', rest = ''] = key.split(':');
  if (kind === 'write') return fieldName(rest.split('.')[1] ?? rest);
  const name = `fact.kind.${kind === 'fact' ? rest : kind}`;
  return isKey(name) ? (t as (key: string) => string)(name) : t('field.todo.record');
}

export function whatWords(keys: readonly string[]): string {
  const names = [...new Set(keys.map(one))];
  return names.length > 3 ? t('field.todo.andMore', { names: listed(names.slice(0, 3)), n: names.length }) : listed(names);
}

export function entityName(kind: string): string {
  const name = `fact.entity.${kind}`;
  return isKey(name) ? (t as (key: string) => string)(name) : kind;
}
