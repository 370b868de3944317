/** Turns whatever was thrown into the problem a screen can show. */
import { ProblemError } from '@gongdan/shared/backend';
import type { Problem } from '@gongdan/shared/generated/Problem';

export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem as Problem;
  return { code: 'internal', message: String(thrown), details: null, incident: '' };
}

/** A text of a problem's details, where it has one. */
export function detail(problem: Problem, name: string): unknown {
  const { details } = problem;
  return typeof details === 'object' && details !== null ? (details as { [key: string]: unknown })[name] : undefined;
}
