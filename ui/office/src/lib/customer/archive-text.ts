/** A value of the archive as a person reads it: codes as their words, invoice data one line a part. */
import { valueText } from '@gongdan/shared/business/index.ts';
import { word } from '../said.ts';

const INVOICE = ['doc_type', 'title', 'tax_no', 'addr_phone', 'bank_account', 'email'] as const;

export function archiveText(field: string, value: unknown): string {
  if (field !== 'invoice' || typeof value !== 'object' || value === null) return valueText(value);
  const parts = value as Readonly<Record<string, unknown>>;
  return INVOICE.map((part) => (part === 'doc_type' ? word('fact.doc.', valueText(parts[part])) : valueText(parts[part])))
    .filter((text) => text !== '')
    .join('\n');
}
