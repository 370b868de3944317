/** How a device stands, in one chip: in touch, silent, back after a restore, revoked, erased, copied. */
import Check from '@lucide/svelte/icons/check';
import CloudOff from '@lucide/svelte/icons/cloud-off';
import Lock from '@lucide/svelte/icons/lock';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import type { DeviceRow } from '@gongdan/shared/generated/DeviceRow';
import type { Icon, Tone } from '@gongdan/shared/parts';
import { minutesBetween, t } from '@gongdan/shared/words';

const SILENT_MINUTES = 24 * 60;

export function deviceLook(device: DeviceRow, now: number): { icon: Icon; tone: Tone; label: string } {
  if (device.state === 'quarantined') return { icon: TriangleAlert, tone: 'wrong', label: t('office.devices.state.quarantined') };
  if (device.state === 'unconfirmed') return { icon: TriangleAlert, tone: 'soon', label: t('office.devices.state.unconfirmed') };
  if (device.state === 'revoked' || device.state === 'collected' || device.state === 'erased') return { icon: Lock, tone: 'plain', label: t(`office.devices.state.${device.state}`) };
  const silent = device.last_seen_at === null || minutesBetween(device.last_seen_at, now) > SILENT_MINUTES;
  return silent ? { icon: CloudOff, tone: 'soon', label: t('office.devices.state.silent') } : { icon: Check, tone: 'done', label: t('office.devices.state.active') };
}
