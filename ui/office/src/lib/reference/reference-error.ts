/** Why a version cannot be published, reason by reason, in words that name the item. */
import { isKey, t } from '@gongdan/shared/words';

interface Reason {
  readonly code: string;
  readonly item?: string;
  readonly missing?: string;
  readonly version?: string;
  readonly band?: string;
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}

export function referenceErrors(details: unknown): string[] {
  const list = Array.isArray(details) ? details : typeof details === 'object' && details !== null && 'errors' in details && Array.isArray(details.errors) ? details.errors : [];
  const said = list.filter(isReason).map((reason) => {
    const key = `office.reference.${reason.code}`;
    const item = reason.item ?? reason.version ?? reason.band ?? '';
    if (!isKey(key)) return reason.code;
    return (t as (key: string, params: Record<string, string>) => string)(key, { item, missing: reason.missing ?? '' });
  });
  return [...new Set(said)];
}
