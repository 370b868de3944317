/** The seam: what goes over the wire, and that every failure arrives as a problem. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeBackend, ProblemError } from './index.ts';

interface Commands {
  list_jobs: { args: { day: string }; reply: { id: string }[] };
}

const answer = (status: number, body: string): void => {
  vi.stubGlobal('fetch', vi.fn(async () => new Response(body, { status })));
};
const asked = (): [string, RequestInit] => vi.mocked(fetch).mock.calls[0] as [string, RequestInit];
const refused = async (call: Promise<unknown>): Promise<ProblemError> => {
  const thrown: unknown = await call.then(() => undefined, (error: unknown) => error);
  if (thrown instanceof ProblemError) return thrown;
  throw new Error(`expected a ProblemError, got ${String(thrown)}`);
};

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(window, '__TAURI_INTERNALS__');
});

describe('the bridge', () => {
  it('posts a command by name and returns its reply', async () => {
    answer(200, '[{"id":"a"}]');
    const reply = await makeBackend<Commands>({ door: 'field', base: 'http://127.0.0.1:9' }).call('list_jobs', { day: '2026-11-23' });
    expect(reply).toEqual([{ id: 'a' }]);
    expect(asked()[0]).toBe('http://127.0.0.1:9/call/list_jobs');
    expect(asked()[1].body).toBe('{"day":"2026-11-23"}');
  });

  it('L2 lets a small call outlive its page, and never a large one, which a browser would refuse', async () => {
    answer(200, '[]');
    const bridge = makeBackend<Commands>({ door: 'field' });
    await bridge.call('list_jobs', { day: '2026-11-23' });
    await bridge.call('list_jobs', { day: 'x'.repeat(70_000) });
    expect(vi.mocked(fetch).mock.calls.map(([, init]) => init?.keepalive)).toEqual([true, false]);
  });

  it('sends raw bytes beside their arguments', async () => {
    answer(200, '{"id":"p"}');
    await makeBackend<Commands>({ door: 'field' }).upload('photo', new Uint8Array([1, 2]), { caption: '铭牌' });
    const headers = asked()[1].headers as Record<string, string>;
    expect(asked()[0]).toBe('/upload/photo');
    expect(JSON.parse(decodeURIComponent(headers['x-args'] ?? ''))).toEqual({ caption: '铭牌' });
  });

  it('fetches raw bytes', async () => {
    answer(200, 'PDF');
    const bytes = await makeBackend<Commands>({ door: 'field' }).download('work_order_pdf', { id: 'x' });
    expect(new TextDecoder().decode(bytes)).toBe('PDF');
    expect(asked()[0]).toBe('/download?name=work_order_pdf&args=%7B%22id%22%3A%22x%22%7D');
  });
});

describe('the office', () => {
  it('carries the csrf token of its cookie', async () => {
    document.cookie = 'gd_csrf=t0ken';
    answer(200, '[]');
    await makeBackend<Commands>({ door: 'office' }).call('list_jobs', { day: '2026-11-23' });
    expect(asked()[0]).toBe('/api/office/list_jobs');
    expect(asked()[1].headers).toMatchObject({ 'x-csrf': 't0ken' });
    expect(asked()[1].credentials).toBe('include');
  });
});

describe('a refusal', () => {
  it('arrives as the problem that was sent', async () => {
    answer(409, '{"code":"kit_incomplete","message":"m","details":{"missing":2},"incident":"i"}');
    const { problem } = await refused(makeBackend<Commands>({ door: 'office' }).call('list_jobs', { day: '' }));
    expect(problem).toEqual({ code: 'kit_incomplete', message: 'm', details: { missing: 2 }, incident: 'i' });
  });
  it('that is no problem becomes internal, without its text as code', async () => {
    answer(502, '<html>bad gateway</html>');
    expect((await refused(makeBackend<Commands>({ door: 'office' }).call('list_jobs', { day: '' }))).code).toBe('internal');
  });
  it('for want of a network is offline', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('Failed to fetch'))));
    expect((await refused(makeBackend<Commands>({ door: 'office' }).call('list_jobs', { day: '' }))).code).toBe('offline');
  });
  it('of the shell is the same shape', async () => {
    const invoke = vi.fn(() => Promise.reject({ code: 'job_not_found', message: 'm', details: null, incident: 'i' }));
    Object.assign(window, { __TAURI_INTERNALS__: { invoke } });
    expect((await refused(makeBackend<Commands>({ door: 'field' }).call('list_jobs', { day: 'd' }))).code).toBe('job_not_found');
    expect(invoke).toHaveBeenCalledWith('call', { name: 'list_jobs', args: { day: 'd' } }, undefined);
  });
});
