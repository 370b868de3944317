/** G6: what the seal of an order says is never better than its worst check. */
import type { OfficeOrder } from '@gongdan/shared/generated/OfficeOrder';
import type { SealView } from '@gongdan/shared/generated/SealView';
import { describe, expect, it } from 'vitest';
import { signatureOf } from '@gongdan/shared/business/index.ts';
import { sealChecks, sealLook } from './seal.ts';

const seal: SealView = { hash: '9f3c71ae04d2b204', seal_no: 2, device: 'd', device_name: '平板 02', content_ok: true, chain_ok: true, follows: 'GD-A1-2611-0001', sealed_at: '', countersigned_at: '2026-11-23T08:38:12Z', countersignature_ok: true };
const file = (here: boolean, declared_lost: string | null) => ({ file: { hash: 'h', size: 1, mime: 'image/jpeg' }, here, declared_lost, url: '' });
const order = (change: Partial<SealView>, files = [file(true, null)]): OfficeOrder => ({ seal: { ...seal, ...change }, files }) as unknown as OfficeOrder;
const ok = (of: OfficeOrder): Record<string, boolean> => Object.fromEntries(sealChecks(of, 'Asia/Shanghai').map((check) => [check.id, check.ok]));

describe('a seal', () => {
  it('holds when every check holds', () => {
    expect(sealLook(order({}))?.tone).toBe('done');
    expect(Object.values(ok(order({}))).every(Boolean)).toBe(true);
  });
  it.each([{ content_ok: false }, { countersignature_ok: false }, { chain_ok: false }])('with %o is wrong', (change) => {
    expect(sealLook(order(change))?.tone).toBe('wrong');
    expect(Object.values(ok(order(change)))).toContain(false);
  });
  it('is not whole while a file is on its way, and is when the loss was declared with its reason', () => {
    expect(ok(order({}, [file(false, null)]))['files']).toBe(false);
    const lost = order({}, [file(true, null), file(false, '存储卡坏了')]);
    expect(ok(lost)['files']).toBe(true);
    expect(sealChecks(lost, 'Asia/Shanghai').find((check) => check.id === 'files')?.value).toBe('1 / 2 已到 · 已丢失：存储卡坏了');
  });
  it('of a paper that has not come says nothing', () => {
    expect(sealLook({ seal: null } as OfficeOrder)).toBeUndefined();
  });
});

it('draws the strokes in the shape of the pad they were written on', () => {
  const drawn = signatureOf({ height: 500, strokes: [[{ x: 500, y: 250, t: 3, p: 400 }]] });
  expect(drawn).toEqual({ aspect: 2, strokes: [[{ x: 0.5, y: 0.5, t: 3, p: 0.4 }]] });
});
