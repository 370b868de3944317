/** Which field of a form a refusal names; nothing where it is about something else. */
import type { Problem } from '@gongdan/shared/backend';

export function wrongField(problem: Problem | undefined): string {
  if (problem?.code !== 'field_invalid' || typeof problem.details !== 'object' || problem.details === null) return '';
  return 'field' in problem.details ? String(problem.details.field) : '';
}
