/** A6: a call says what it lacks, and becomes exactly the command that was on the form. */
import type { CustomerHit } from '@gongdan/shared/generated/CustomerHit';
import { beforeEach, describe, expect, it } from 'vitest';
import { blank, command, forget, found, keep, missing, restored, type Draft } from './intake.svelte.ts';

const NOW = Date.parse('2026-11-23T06:08:00Z');
const machine = (id: string, matched: boolean) => ({ machine: id, brand: '汉钟', model: 'AA6-37A', serial_no: id, power_kw: '37', matched, open_jobs: [] });
const hit: CustomerHit = { customer: 'c1', name: '样例长风水泥', address: '', contact_name: '机修', phone: '1', distance_km: '143', machines: [machine('m1', false), machine('m2', true)] };
const full = (): Draft => ({ ...blank(NOW), customer: { kind: 'known', hit }, machine: { kind: 'known', hit: machine('m2', true) }, symptom: ' 油分压差高 ', urgency: 'reduced' });

describe('what is missing', () => {
  it('is told in the order of the form', () => {
    expect(missing(blank(NOW))).toEqual(['customer', 'symptom', 'urgency']);
  });
  it('of a new customer is a name and a number to call back', () => {
    expect(missing({ ...full(), customer: { kind: 'new' }, machine: { kind: 'unknown' } })).toEqual(['customerName', 'phone']);
  });
  it('is nothing when the machine is known or said to be unknown', () => {
    expect(missing(full())).toEqual([]);
    expect(missing({ ...full(), machine: { kind: 'unknown' } })).toEqual([]);
  });
});

describe('the command', () => {
  it('is not made while something is missing', () => {
    expect(command({ ...full(), symptom: '  ' }, false)).toBeUndefined();
  });
  it('names the form’s own id, so that sending twice registers one call', () => {
    const draft = full();
    expect(command(draft, false)?.job).toBe(draft.job);
    expect(draft.job).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  });
  it('sends the leader first and the others with him, or nobody', () => {
    const draft: Draft = { ...full(), crew: { leader: 'p1', others: ['p2'] }, plannedAt: '2026-11-23T08:25:00Z' };
    expect(command(draft, true)?.assign).toEqual({ technicians: ['p1', 'p2'], leader: 'p1', planned_at: '2026-11-23T08:25:00Z' });
    expect(command(draft, false)?.assign).toBeNull();
  });
  it('carries only the fields of a new customer that were filled', () => {
    const draft: Draft = { ...full(), customer: { kind: 'new' }, machine: { kind: 'new' }, newCustomer: { name: ' 新厂 ', address: '' }, newMachine: { model: 'GA22' }, phone: '2' };
    expect(command(draft, false)).toMatchObject({ customer: { kind: 'new', fields: { name: '新厂', phone: '2' } }, machine: { kind: 'new', fields: { model: 'GA22' } }, symptom: '油分压差高' });
    expect(command(draft, false)?.customer).not.toHaveProperty('fields.address');
  });
});

it('lists the machine that matched first, and offers "not known" where only one customer is left', () => {
  expect(found([hit]).map((line) => [line.machine?.machine, line.same])).toEqual([['m2', false], ['m1', true], [undefined, true]]);
  expect(found([hit, { ...hit, customer: 'c2', machines: [] }]).map((line) => line.key)).toEqual(['c1/m2', 'c1/m1', 'c2/']);
});

describe('a call that is not finished', () => {
  beforeEach(forget);
  it('is there again after a reload', () => {
    keep({ ...full(), wishes: '夜班前' });
    expect(restored(NOW + 1)).toMatchObject({ wishes: '夜班前', startedAt: NOW });
  });
  it('that cannot be read is a new one', () => {
    window.sessionStorage.setItem('gongdan.intake', '{');
    expect(restored(NOW)).toMatchObject({ symptom: '', startedAt: NOW });
  });
});
