/** Who is signed in and what he may do. Three states: asking, nobody, somebody. */
import type { OfficeMe } from '@gongdan/shared/generated/OfficeMe';
import type { Permission } from '@gongdan/shared/generated/Permission';
import { toProblem, type Problem } from '@gongdan/shared/backend';
import { ask, whenSignedOut } from '../backend.ts';
import { setClock } from '../clock.svelte.ts';
import { startLive, stopLive } from '../live.svelte.ts';

interface State {
  known: boolean;
  me: OfficeMe | undefined;
  /** The server could not even be asked. */
  problem: Problem | undefined;
  /** He was signed in and is not any more. */
  lapsed: boolean;
}
const state = $state<State>({ known: false, me: undefined, problem: undefined, lapsed: false });

export const session = {
  get known(): boolean {
    return state.known;
  },
  get me(): OfficeMe | undefined {
    return state.me;
  },
  get problem(): Problem | undefined {
    return state.problem;
  },
  get lapsed(): boolean {
    return state.lapsed;
  },
};

export function may(permission: Permission): boolean {
  return state.me?.permissions.includes(permission) ?? false;
}

function enter(me: OfficeMe): void {
  setClock(me.now, me.zone);
  Object.assign(state, { known: true, me, problem: undefined, lapsed: false });
  // Who reads nothing of the office hears nothing of it either.
  if (me.permissions.includes('read_office')) startLive();
}

function leave(lapsed: boolean): void {
  stopLive();
  Object.assign(state, { known: true, me: undefined, problem: undefined, lapsed });
}

whenSignedOut(() => {
  if (state.me !== undefined) leave(true);
});

export async function resume(): Promise<void> {
  state.problem = undefined;
  try {
    enter(await ask('me', {}));
  } catch (refusal) {
    const problem = toProblem(refusal);
    if (problem.code === 'not_signed_in') leave(false);
    else state.problem = problem;
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  enter(await ask('sign_in', { login, password }));
}

export async function signOut(): Promise<void> {
  await ask('sign_out', {}).catch(() => undefined);
  leave(false);
}
