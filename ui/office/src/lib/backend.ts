/** The console's one door to the server. A refusal "not signed in" also tells whoever shows the sign-in. */
import { makeBackend, ProblemError, toProblem, type Args, type CommandName, type Problem, type Reply } from '@gongdan/shared/backend';
import type { OfficeCommands } from '@gongdan/shared/generated/office-commands';

export const backend = makeBackend<OfficeCommands>({ door: 'office' });

let signedOut: () => void = () => undefined;

export function whenSignedOut(tell: () => void): void {
  signedOut = tell;
}

export async function ask<N extends CommandName<OfficeCommands>>(name: N, args: Args<OfficeCommands, N>): Promise<Reply<OfficeCommands, N>> {
  try {
    return await backend.call(name, args);
  } catch (refusal) {
    if (refusal instanceof ProblemError && refusal.code === 'not_signed_in') signedOut();
    throw refusal;
  }
}

/** Does it and hands back the refusal, so that a button can show it in its place. */
export async function attempt<T>(doing: Promise<T>): Promise<{ done: T; problem?: undefined } | { done?: undefined; problem: Problem }> {
  try {
    return { done: await doing };
  } catch (refusal) {
    return { problem: toProblem(refusal) };
  }
}
