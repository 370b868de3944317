/** The ledger shows duties, most urgent first, and each number opens the list that it counts. */
import type { CallbackRow } from '@gongdan/shared/generated/CallbackRow';
import type { ConflictRow } from '@gongdan/shared/generated/ConflictRow';
import type { JobList } from '@gongdan/shared/generated/JobList';
import type { JobRow } from '@gongdan/shared/generated/JobRow';
import { describe, expect, it } from 'vitest';
import { ledger } from './ledger.ts';

const ZONE = 'Asia/Shanghai';
const NOW = Date.parse('2026-11-23T06:20:00Z');
const title = { job: 'j1', customer: '样例云杉', machine: 'UP5-22-8', serial_no: 'S', symptom: '急停' };

function callback(id: string, state: 'overdue' | 'due' | 'open', due_at: string): CallbackRow {
  return {
    obligation: { id, rule: 'BR-01', job: 'j1', visit: null, trigger: 'f', owner: null, since: null, opens_at: null, source_due: null, due_at, overdue_at: null, state, unreached: 0 },
    title, contact_name: '', phone: '', technician: null, about: '', rule_words: null,
  };
}
const call = (job: string, urgency: string, reported_at: string): JobRow => ({ title: { ...title, job }, urgency, reported_at, distance_km: '28' }) as JobRow;
const head = (name: string, at: string) => ({ write: `${name}${at}`, value: '1', by: { id: name, name }, at, received_at: null, device_name: null, shown: false });

describe('the ledger', () => {
  it('leaves out what nobody has to do', () => {
    expect(ledger({}, ZONE, NOW)).toEqual([]);
    expect(ledger({ callbacks: [callback('o', 'open', '2026-11-23T09:00:00Z')] }, ZONE, NOW)).toEqual([]);
  });

  it('has overdue before due, each with its deadline in both forms', () => {
    const groups = ledger({ callbacks: [callback('b', 'due', '2026-11-23T06:50:00Z'), callback('a', 'overdue', '2026-11-23T06:05:00Z')] }, ZONE, NOW);
    expect(groups.map((group) => [group.duty, group.count, group.href])).toEqual([
      ['overdue', 1, '/callbacks?filter=overdue'],
      ['due', 1, '/callbacks?filter=due'],
    ]);
    expect(groups[0]?.lines[0]).toMatchObject({ when: '14:05 前 · 已超 15 分', tone: 'wrong', person: '公司', href: '/callbacks?callback=a' });
    expect(groups[1]?.lines[0]).toMatchObject({ when: '14:50 前 · 还有 30 分', tone: 'soon' });
  });

  it('shows four lines, counts all, and marks what stands still or waits long', () => {
    const rows = ['a', 'b', 'c', 'd', 'e'].map((job, index) => call(job, index === 0 ? 'down' : 'normal', index === 1 ? '2026-11-23T05:00:00Z' : '2026-11-23T06:15:00Z'));
    const [group] = ledger({ unassigned: { rows, total: 5, unassigned: 5, underway: 0, all: 5 } as JobList }, ZONE, NOW);
    expect([group?.count, group?.lines.length, group?.href]).toEqual([5, 4, '/jobs?filter=unassigned']);
    expect(group?.lines.map((line) => line.tone)).toEqual(['soon', 'soon', 'plain', 'plain']);
    expect(group?.lines[1]?.when).toBe('等了 1 小时 20 分');
  });

  it('draws the fields of one customer together and names everybody who wrote', () => {
    const entity = { kind: 'customer', id: 'c' };
    const row = (field: string): ConflictRow => ({ entity, entity_title: '样例青禾', field, base: null, heads: [head('方砚', '2026-11-23T05:12:00Z'), head('林知夏', '2026-11-23T05:40:00Z')], about: null });
    const [group] = ledger({ conflicts: [row('phone'), row('note')] }, ZONE, NOW);
    expect(group).toMatchObject({ duty: 'conflict', count: 2 });
    expect(group?.lines).toMatchObject([{ who: '样例青禾', what: '联系电话、备注 · 现场与办公室同时改过', when: '13:40', person: '方砚、林知夏', href: '/conflicts?entity=customer%3Ac' }]);
  });
});
