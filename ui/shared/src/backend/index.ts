/** The only way out of a screen: one typed `call`, a raw lane, change events. Three transports, one shape. */
import type { Backend, CommandMap, Transport } from './door.ts';
import { bridgeShape, httpTransport, officeShape } from './http.ts';
import { tauriTransport } from './tauri.ts';

export type { Args, Backend, CommandMap, CommandName, Reply, Stop, Transport } from './door.ts';
export { ProblemError, toProblem, type Problem } from './problem.ts';

export interface BackendChoice {
  /** `field`: the shell when it is there, else the loopback bridge. `office`: the server that served the page. */
  readonly door: 'field' | 'office';
  /** Where the HTTP transports go; the page's own origin unless told. */
  readonly base?: string;
}

function inShell(): boolean {
  return '__TAURI_INTERNALS__' in window;
}

function choose({ door, base }: BackendChoice): Transport {
  if (door === 'office') return httpTransport(officeShape(base));
  return inShell() ? tauriTransport() : httpTransport(bridgeShape(base));
}

export function makeBackend<M extends CommandMap<M>>(choice: BackendChoice): Backend<M> {
  return backendOver<M>(choose(choice));
}

/** The typed face of a transport; tests bring their own. */
export function backendOver<M extends CommandMap<M>>(transport: Transport): Backend<M> {
  return transport as Backend<M>;
}
