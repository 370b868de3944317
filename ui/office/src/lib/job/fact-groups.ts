/**
 * Facts in the order they happened, with long runs of the same small thing (ticks, safety answers, readings, photos) drawn
 * together: forty ticks of one kit are one line that opens. Values in, lines out.
 */
import type { TimelineRow } from '@gongdan/shared/generated/TimelineRow';

const SMALL = ['ticked', 'safety_answered', 'reading_taken', 'photo_taken'];

export interface FactGroup {
  readonly key: string;
  readonly first: TimelineRow;
  readonly rows: readonly TimelineRow[];
}

function listOf(row: TimelineRow): string {
  const { body } = row;
  return typeof body === 'object' && body !== null && 'list' in body ? String(body.list) : '';
}

function together(a: TimelineRow, b: TimelineRow): boolean {
  return SMALL.includes(a.kind) && a.kind === b.kind && a.by.id === b.by.id && a.retracted === b.retracted && listOf(a) === listOf(b) && a.at.slice(0, 10) === b.at.slice(0, 10);
}

export function factGroups(rows: readonly TimelineRow[]): FactGroup[] {
  const groups: { key: string; first: TimelineRow; rows: TimelineRow[] }[] = [];
  for (const row of [...rows].sort((a, b) => a.at.localeCompare(b.at))) {
    const last = groups.at(-1);
    if (last !== undefined && together(last.first, row)) last.rows.push(row);
    else groups.push({ key: row.fact, first: row, rows: [row] });
  }
  return groups;
}
