/**
 * Commands over HTTP: the office console (cookie, csrf) and the device's commands on loopback for browser tests.
 * The two differ only in paths and headers, given as a shape.
 */
import { headerArgs, type Transport } from './door.ts';
import { offline, ProblemError, toProblem } from './problem.ts';

export interface HttpShape {
  readonly callUrl: (name: string) => string;
  readonly uploadUrl: (kind: string) => string;
  readonly downloadUrl: string;
  readonly eventsUrl: string;
  readonly headers: () => Record<string, string>;
  /** Small calls outlive the page that made them: what was tapped in the instant of a reload still arrives. */
  readonly outlives: boolean;
}

/** Browsers let 64 KiB in all outlive a page; more is refused outright. */
const OUTLIVES_CHARS = 1024;

export function bridgeShape(base = ''): HttpShape {
  return {
    callUrl: (name) => `${base}/call/${name}`,
    uploadUrl: (kind) => `${base}/upload/${kind}`,
    downloadUrl: `${base}/download`,
    eventsUrl: `${base}/events`,
    headers: () => ({}),
    outlives: true,
  };
}

export function officeShape(base = ''): HttpShape {
  const root = `${base}/api/office`;
  return {
    callUrl: (name) => `${root}/${name}`,
    uploadUrl: (kind) => `${root}/upload/${kind}`,
    downloadUrl: `${root}/download`,
    eventsUrl: `${root}/events`,
    headers: () => ({ 'x-csrf': cookie('gd_csrf') }),
    outlives: false,
  };
}

export function cookie(name: string): string {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`));
  return found === undefined ? '' : decodeURIComponent(found.slice(name.length + 1));
}

async function send(url: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: 'include', ...init });
  } catch (cause) {
    throw offline(cause);
  }
  if (answer.ok) return answer;
  throw new ProblemError(await refusal(answer));
}

async function refusal(answer: Response): Promise<ReturnType<typeof toProblem>> {
  const text = await answer.text().catch(() => '');
  try {
    return toProblem(JSON.parse(text));
  } catch {
    return toProblem(`HTTP ${answer.status}`);
  }
}

async function json(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return text === '' ? null : JSON.parse(text);
}

export function httpTransport(shape: HttpShape): Transport {
  return {
    async call(name, args) {
      const headers = { 'content-type': 'application/json', ...shape.headers() };
      const body = JSON.stringify(args ?? {});
      return json(await send(shape.callUrl(name), { method: 'POST', headers, body, keepalive: shape.outlives && body.length <= OUTLIVES_CHARS }));
    },
    async upload(kind, bytes, args) {
      const headers = { 'content-type': 'application/octet-stream', 'x-args': headerArgs(args), ...shape.headers() };
      return json(await send(shape.uploadUrl(kind), { method: 'POST', headers, body: bytes as BodyInit }));
    },
    async download(name, args) {
      const query = `name=${encodeURIComponent(name)}&args=${headerArgs(args)}`;
      return (await send(`${shape.downloadUrl}?${query}`, { headers: shape.headers() })).arrayBuffer();
    },
    ...liveChanges(shape.eventsUrl),
  };
}

/** One event stream a page, opened by the first listener; the browser reconnects by itself. */
function liveChanges(url: string): Pick<Transport, 'onChanged' | 'onLive'> {
  const changed = new Set<(change: unknown) => void>();
  const lively = new Set<(live: boolean) => void>();
  let source: EventSource | undefined;
  let live = false;

  const tell = (now: boolean): void => {
    live = now;
    for (const listener of lively) listener(now);
  };
  const hear = (event: MessageEvent<string>): void => {
    const change: unknown = JSON.parse(event.data);
    for (const listener of changed) listener(change);
  };
  const open = (): void => {
    if (source !== undefined) return;
    source = new EventSource(url, { withCredentials: true });
    source.addEventListener('open', () => tell(true));
    source.addEventListener('error', () => tell(false));
    source.addEventListener('message', hear);
    source.addEventListener('changed', hear);
  };
  const close = (): void => {
    if (changed.size + lively.size > 0) return;
    source?.close();
    source = undefined;
    live = false;
  };
  return {
    onChanged(listener) {
      changed.add(listener);
      open();
      return () => {
        changed.delete(listener);
        close();
      };
    },
    onLive(listener) {
      lively.add(listener);
      open();
      listener(live);
      return () => {
        lively.delete(listener);
        close();
      };
    },
  };
}
