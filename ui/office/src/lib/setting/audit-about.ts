/** What a line of the audit trail is about as a person reads it: names for ids, words for codes. What it does not know stays as written. */
import type { AuditRow } from '@gongdan/shared/generated/AuditRow';
import { fieldName } from '@gongdan/shared/business/index.ts';
import { dotted, word } from '../said.ts';

/** Where a line carries codes: which words of it, and what they are called. */
const CODES: { readonly [action: string]: { readonly prefix: string; readonly from: number; readonly to: number } } = {
  published: { prefix: 'office.published.', from: 0, to: 1 },
  account_created: { prefix: 'fact.role.', from: 1, to: 2 },
  role_changed: { prefix: 'fact.role.', from: 1, to: 4 },
  bundle_made: { prefix: 'office.bundles.', from: 1, to: 2 },
  bundle_taken: { prefix: 'office.bundles.', from: 1, to: 2 },
  findings_taken: { prefix: 'fact.finding.', from: 1, to: 2 },
  ...Object.fromEntries(['taken', 'tried', 'refused', 'published', 'reset'].map((step) => [`template_${step}`, { prefix: 'papers.template.name.', from: 0, to: 1 }])),
};

export function auditAbout({ action, about, thing }: AuditRow): string {
  if (thing !== null) return dotted(thing.kind === 'order' ? '' : word('fact.entity.', thing.kind), thing.title, thing.field === '' ? '' : fieldName(thing.field));
  const codes = CODES[action];
  if (codes === undefined) return about;
  return about.split(' ').map((one, at) => (at >= codes.from && at < codes.to ? word(codes.prefix, one) : one)).join(' ');
}
