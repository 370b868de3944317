/** What is typed is handed to the device at once, in order, and nothing is kept in the page's own storage. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '@gongdan/shared/backend';
import { device } from './device.ts';
import { Drafts, drafts, flushWhenLeft, keptOf } from './kept.svelte.ts';

vi.mock('./device.ts', () => ({ device: { call: vi.fn() } }));

const call = vi.mocked(device.call);
const sent = (): string[] => call.mock.calls.map(([, args]) => (args as { text: string }).text);
let answers: (() => void)[] = [];
const answer = async (): Promise<void> => {
  answers.shift()?.();
  await vi.waitFor(() => undefined);
};

beforeEach(() => {
  answers = [];
  call.mockReset();
  call.mockImplementation((() => new Promise((resolve) => answers.push(() => resolve({})))) as never);
});
afterEach(() => drafts.forget());

describe('a half-written text', () => {
  it('L2 goes to the device with its first keystroke, and what is typed meanwhile as one text after it', async () => {
    const kept = new Drafts();
    for (const text of ['客', '客户', '客户说']) kept.put('register', text);
    expect(sent()).toEqual(['客']);
    await answer();
    await vi.waitFor(() => expect(sent()).toEqual(['客', '客户说']));
    await answer();
    kept.put('register', '客户说漏油');
    await vi.waitFor(() => expect(sent().at(-1)).toBe('客户说漏油'));
    expect(JSON.stringify(localStorage)).not.toContain('客户');
  });

  it('L2 does not wait for an answer when the page is left', async () => {
    const stop = flushWhenLeft();
    const reason = keptOf('j', 'release');
    reason.text = '柜';
    reason.text = '柜台没有货';
    window.dispatchEvent(new Event('pagehide'));
    expect(sent()).toEqual(['柜', '柜台没有货']);
    stop();
  });

  it('is there again when the device has it, and gone when it is dropped', async () => {
    call.mockImplementationOnce((async () => ({ drafts: { 'job/j/answer': '已更换' } })) as never);
    await drafts.load();
    const kept = keptOf('j', 'answer');
    expect([kept.said, keptOf('j', 'note').said]).toEqual(['已更换', undefined]);
    kept.drop();
    expect(kept.said).toBeUndefined();
    expect(sent().at(-1)).toBe('');
  });

  it('L2 is not overtaken by an older reading: what was typed since is newer', async () => {
    const kept = new Drafts();
    call.mockImplementationOnce((async () => ({ drafts: {} })) as never);
    await kept.load();
    kept.put('job/j/paper', '储气罐');
    call.mockImplementationOnce((async () => ({ drafts: {} })) as never);
    await kept.load();
    expect(kept.text('job/j/paper')).toBe('储气罐');
  });

  it('that could not be kept stays, says so and is tried again', async () => {
    const kept = new Drafts();
    call.mockImplementationOnce((() => Promise.reject(new ProblemError({ code: 'disk_full', message: '', details: null, incident: '' }))) as never);
    kept.put('register', '客户');
    await vi.waitFor(() => expect(kept.problem?.code).toBe('disk_full'));
    expect(kept.text('register')).toBe('客户');
    const again = kept.flush();
    await answer();
    await again;
    expect(sent()).toEqual(['客户', '客户']);
    expect(kept.problem).toBeUndefined();
  });
});
