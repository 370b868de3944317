/** The trail speaks in names: an id or a code on the screen tells nobody anything. */
import { expect, it } from 'vitest';
import { auditAbout } from './audit-about.ts';

const row = (action: string, about: string, thing: { kind: string; title: string; field: string } | null = null): Parameters<typeof auditAbout>[0] => ({ at: '', by: null, address: '', action, about, thing });

it('says customer and field instead of the id of a record', () => {
  expect(auditAbout(row('corrected', 'customer 0190 phone', { kind: 'customer', title: '样例星河纺织', field: 'phone' }))).toBe('客户档案 · 样例星河纺织 · 联系电话');
  expect(auditAbout(row('proof_taken', '0190', { kind: 'order', title: 'GD-A1-1', field: '' }))).toBe('GD-A1-1');
});

it('says roles and kinds in words, but never a login that looks like one', () => {
  expect(auditAbout(row('role_changed', 'sales sales → dispatcher'))).toBe('sales 销售 → 客服派工');
  expect(auditAbout(row('published', 'fee_schedule 2024-A'))).toBe('收费标准 2024-A');
  expect(auditAbout(row('bundle_made', '2026-11 technical'))).toBe('2026-11 技术部副本');
  expect(auditAbout(row('template_published', 'receipt.typ ab12cd34'))).toBe('收据 ab12cd34');
  expect(auditAbout(row('findings_taken', '5 not_signed'))).toBe('5 客户没有签字');
});

it('leaves alone what it does not know', () => {
  expect(auditAbout(row('of_a_newer_version', 'a b c'))).toBe('a b c');
});
