/** A record of a visit is read by people: runs of small things are one line, nothing is lost. */
import type { TimelineRow } from '@gongdan/shared/generated/TimelineRow';
import { describe, expect, it } from 'vitest';
import { factGroups } from './fact-groups.ts';

let count = 0;
function fact(kind: string, minute: number, more: Partial<TimelineRow> = {}): TimelineRow {
  count += 1;
  const at = `2026-11-23T06:${String(minute).padStart(2, '0')}:00Z`;
  return { fact: `f${count}`, kind, at, received_at: at, by: { id: 'p1', name: '张晓峰' }, body: {}, retracted: false, ...more };
}

describe('facts of a visit', () => {
  it('come in the order they happened, whatever the order they arrived in', () => {
    expect(factGroups([fact('departed', 9), fact('job_accepted', 1)]).map((one) => one.first.kind)).toEqual(['job_accepted', 'departed']);
  });
  it('of one list are one line, and another list is another', () => {
    const kit = { body: { list: 'kit' } };
    const groups = factGroups([fact('ticked', 1, { body: { list: 'contact' } }), fact('ticked', 2, kit), fact('ticked', 3, kit), fact('departed', 4)]);
    expect(groups.map((one) => [one.first.kind, one.rows.length])).toEqual([['ticked', 1], ['ticked', 2], ['departed', 1]]);
  });
  it('that weigh something are never drawn together, nor one taken back with one that stands', () => {
    const groups = factGroups([fact('contact_attempt', 1), fact('contact_attempt', 2), fact('photo_taken', 3), fact('photo_taken', 4, { retracted: true })]);
    expect(groups).toHaveLength(4);
  });
  it('are all there', () => {
    const rows = Array.from({ length: 40 }, (_, index) => fact('ticked', index));
    expect(factGroups(rows).flatMap((one) => one.rows)).toHaveLength(40);
  });
});
