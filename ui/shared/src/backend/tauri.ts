/** The shell: one command `call`, a raw lane for photos and documents, one event. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { bytesOf, headerArgs, type Transport } from './door.ts';
import { ProblemError, toProblem } from './problem.ts';

async function asked<R>(answer: Promise<R>): Promise<R> {
  try {
    return await answer;
  } catch (refusal) {
    throw new ProblemError(toProblem(refusal));
  }
}

export function tauriTransport(): Transport {
  return {
    call: (name, args) => asked(invoke('call', { name, args: args ?? {} })),
    async upload(kind, bytes, args) {
      const body = await bytesOf(bytes);
      return asked(invoke('upload', body, { headers: { 'x-kind': kind, 'x-args': headerArgs(args) } }));
    },
    download: (name, args) => asked(invoke<ArrayBuffer>('download', { name, args: args ?? {} })),
    onChanged(listener) {
      const stopping = listen('changed', (event) => listener(event.payload));
      return () => void stopping.then((stop) => stop());
    },
    onLive(listener) {
      listener(true);
      return () => undefined;
    },
  };
}
