/** What the seal of an order says in one chip, and its checks one by one (G6). */
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import type { OfficeOrder } from '@gongdan/shared/generated/OfficeOrder';
import { dateTime, listed, t } from '@gongdan/shared/words';
import { shortHash } from '../said.ts';
import type { Look } from './order-state.ts';

export interface SealCheck {
  readonly id: 'hash' | 'device' | 'chain' | 'server' | 'files';
  readonly ok: boolean;
  readonly value: string;
  readonly mono?: boolean;
}

export function sealChecks(order: OfficeOrder, zone: string): SealCheck[] {
  const { seal, files } = order;
  if (seal === null) return [];
  const missing = files.filter((file) => !file.here);
  const lost = missing.filter((file) => file.declared_lost !== null);
  const here = files.length - missing.length;
  return [
    { id: 'hash', ok: seal.content_ok, value: shortHash(seal.hash), mono: true },
    { id: 'device', ok: seal.content_ok, value: t('office.seal.deviceNo', { device: seal.device_name, n: seal.seal_no }) },
    { id: 'chain', ok: seal.chain_ok, value: seal.follows === null ? t(seal.seal_no === 1 ? 'office.seal.first' : 'office.seal.noFormer') : t('office.seal.follows', { number: seal.follows }) },
    { id: 'server', ok: seal.countersignature_ok, value: dateTime(seal.countersigned_at, zone) },
    { id: 'files', ok: missing.length === lost.length, value: [t('office.seal.files', { here, total: files.length }), listed(lost.map((file) => t('office.seal.lost', { reason: file.declared_lost ?? '' })))].filter((part) => part !== '').join(' · ') },
  ];
}

export function sealLook(order: OfficeOrder): Look | undefined {
  const { seal } = order;
  if (seal === null) return undefined;
  if (!seal.content_ok || !seal.countersignature_ok) return { label: t('office.seal.invalid'), icon: ShieldAlert, tone: 'wrong' };
  if (!seal.chain_ok) return { label: t('office.seal.chainBroken'), icon: ShieldAlert, tone: 'wrong' };
  return { label: t('office.seal.valid'), icon: ShieldCheck, tone: 'done' };
}
