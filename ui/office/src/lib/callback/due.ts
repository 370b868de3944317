/** What an obligation says about its time: a deadline in both forms, or why there is none yet. */
import type { Obligation } from '@gongdan/shared/generated/Obligation';
import { deadline, t, type Deadline } from '@gongdan/shared/words';

export interface Due {
  readonly by: string;
  readonly rest: string;
  readonly tone: Deadline['tone'];
}

export function dueOf(one: Obligation, zone: string, now: number): Due {
  if (one.due_at === null) return { by: t(`fact.obligation.${one.state}`), rest: '', tone: 'plain' };
  const due = deadline(one.due_at, zone, now);
  const tone = one.state === 'overdue' ? 'wrong' : one.state === 'due' && due.tone === 'plain' ? 'soon' : due.tone === 'wrong' ? 'soon' : due.tone;
  return { by: due.by, rest: due.rest, tone };
}
