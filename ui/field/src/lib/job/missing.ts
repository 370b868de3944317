/** The name of what a step still needs, from the device's key. */
import { isKey, t } from '@gongdan/shared/words';

const PREFIXES = ['field.missing.', 'fact.handover.', 'fact.door.', 'fact.field.'] as const;

export function missingName(key: string): string {
  for (const prefix of PREFIXES) {
    const full = `${prefix}${key}`;
    if (isKey(full)) return (t as (key: string) => string)(full);
  }
  return key;
}
