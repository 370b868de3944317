/**
 * The seam between screens and whatever answers them. The caller names its commands in a type; the transport
 * only carries. Refuses to retry, cache or interpret.
 */

/** `{ [command]: { args, reply } }`; generated from the list of commands on the other side. */
export type CommandMap<M> = { [Name in keyof M]: { args: unknown; reply: unknown } };
export type CommandName<M> = keyof M & string;
export type Args<M extends CommandMap<M>, N extends CommandName<M>> = M[N]['args'];
export type Reply<M extends CommandMap<M>, N extends CommandName<M>> = M[N]['reply'];

export type Stop = () => void;

/** What a transport must do; three exist: shell, bridge, office. */
export interface Transport {
  call(name: string, args: unknown): Promise<unknown>;
  upload(kind: string, bytes: Blob | ArrayBuffer | Uint8Array, args: unknown): Promise<unknown>;
  download(name: string, args: unknown): Promise<ArrayBuffer>;
  onChanged(listener: (change: unknown) => void): Stop;
  /** Whether changes arrive live; called at once with the present state. */
  onLive(listener: (live: boolean) => void): Stop;
}

export interface Backend<M extends CommandMap<M>> {
  call<N extends CommandName<M>>(name: N, args: Args<M, N>): Promise<Reply<M, N>>;
  upload<R = unknown>(kind: string, bytes: Blob | ArrayBuffer | Uint8Array, args?: unknown): Promise<R>;
  download(name: string, args?: unknown): Promise<ArrayBuffer>;
  onChanged<C = unknown>(listener: (change: C) => void): Stop;
  onLive(listener: (live: boolean) => void): Stop;
}

export async function bytesOf(bytes: Blob | ArrayBuffer | Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes instanceof Blob) return new Uint8Array(await bytes.arrayBuffer());
  return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : new Uint8Array(bytes);
}

export function headerArgs(args: unknown): string {
  return encodeURIComponent(JSON.stringify(args ?? {}));
}
