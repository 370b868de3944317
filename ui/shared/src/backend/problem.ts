/** The one shape of every refusal and failure that reaches a screen. Words for a code live in the catalogue. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
  readonly incident: string;
}

export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'ProblemError';
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }
}

function isProblem(value: unknown): value is Partial<Problem> & { code: string } {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}

/** Whatever was thrown or answered, as a problem. What is not one becomes `internal`: its text is for logs only. */
export function toProblem(value: unknown): Problem {
  if (value instanceof ProblemError) return value.problem;
  if (isProblem(value)) {
    return {
      code: value.code,
      message: value.message ?? value.code,
      details: value.details ?? null,
      incident: value.incident ?? '',
    };
  }
  return { code: 'internal', message: String(value), details: null, incident: '' };
}

export function offline(cause: unknown): ProblemError {
  return new ProblemError({ code: 'offline', message: String(cause), details: null, incident: '' });
}
