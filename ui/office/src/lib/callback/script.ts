/** What the caller reads aloud, by the rule that owes the call. */
import type { CallbackRow } from '@gongdan/shared/generated/CallbackRow';
import type { OfficeMe } from '@gongdan/shared/generated/OfficeMe';
import { said } from '@gongdan/shared/business/index.ts';
import { isKey, t, type Key } from '@gongdan/shared/words';

/** Rules with sentences of their own; others get the general ones. */
const RULES = ['BR-01', 'BR-02', 'BR-03', 'BR-06', 'BR-11'] as const;

export function script(row: CallbackRow, me: OfficeMe | undefined): string[] {
  const rule = RULES.find((one) => row.obligation.rule.startsWith(one)) ?? 'BR-11';
  const company = me?.company ? said(me.company) : t('common.product');
  const hello = t('office.script.hello', { company, name: me?.name ?? '', technician: row.technician?.name ?? '' });
  const late = row.obligation.state === 'overdue' ? [t('office.script.late')] : [];
  const keys = ([1, 2] as const).map((n) => `office.script.${rule}.${n}`).filter(isKey);
  return [hello, ...late, ...keys.map((key) => t(key as Extract<Key, 'office.script.BR-01.1'>)), t('office.script.opinion')];
}
