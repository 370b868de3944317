/** Who goes: one leads, others may go with him. Values only. */
import type { JobRow } from '@gongdan/shared/generated/JobRow';
import type { Technician } from '@gongdan/shared/generated/Technician';
import { minutesBetween } from '@gongdan/shared/words';

export interface Crew {
  readonly leader: string | undefined;
  readonly others: readonly string[];
}

export const NOBODY: Crew = { leader: undefined, others: [] };

export function led(crew: Crew, leader: string): Crew {
  return { leader, others: crew.others.filter((one) => one !== leader) };
}

export function joined(crew: Crew, person: string, goes: boolean): Crew {
  const others = crew.others.filter((one) => one !== person);
  return { ...crew, others: goes ? [...others, person] : others };
}

export function everyone(crew: Crew): string[] {
  return crew.leader === undefined ? [] : [crew.leader, ...crew.others];
}

/** Only people who can be sent: they carry a device or at least are technicians. */
export function sendable(technicians: readonly Technician[]): Technician[] {
  return technicians.filter((one) => one.role === 'technician').sort((a, b) => a.visits.length - b.visits.length || a.person.name.localeCompare(b.person.name, 'zh'));
}

const CLOSE_MINUTES = 90;

/** A4: a planned visit of his within an hour and a half of the time, other than this job. */
export function clash(technician: Technician, at: string | undefined, job: string): JobRow | undefined {
  if (at === undefined) return undefined;
  return technician.visits.find((visit) => visit.title.job !== job && visit.planned_at !== null && Math.abs(minutesBetween(visit.planned_at, at)) < CLOSE_MINUTES);
}
