/** Who waits for whom on the way to the device. */
import { describe, expect, it, vi } from 'vitest';
import { Turns } from './turns.ts';

function stage(): { log: string[]; act: (name: string) => () => Promise<void>; finish: (name: string) => void } {
  const log: string[] = [];
  const ends: { [name: string]: () => void } = {};
  const act = (name: string) => (): Promise<void> => {
    log.push(name);
    return new Promise((resolve) => (ends[name] = resolve));
  };
  return { log, act, finish: (name) => ends[name]?.() };
}

describe('taps', () => {
  it('on different things are all on their way at once', async () => {
    const { log, act } = stage();
    const turns = new Turns();
    for (const name of ['rag', 'wrench', 'gloves']) void turns.take(act(name), name);
    await Promise.resolve();
    expect(log).toEqual(['rag', 'wrench', 'gloves']);
  });

  it('on one thing follow each other', async () => {
    const { log, act, finish } = stage();
    const turns = new Turns();
    void turns.take(act('on'), 'rag');
    void turns.take(act('off'), 'rag');
    await Promise.resolve();
    expect(log).toEqual(['on']);
    finish('on');
    await vi.waitFor(() => expect(log).toEqual(['on', 'off']));
  });

  it('are all there before the job goes on, and what follows waits for it', async () => {
    const { log, act, finish } = stage();
    const turns = new Turns();
    void turns.take(act('rag'), 'rag');
    void turns.take(act('wrench'), 'wrench');
    void turns.take(act('depart'));
    void turns.take(act('gloves'), 'gloves');
    finish('none');
    await vi.waitFor(() => expect(log).toEqual(['rag', 'wrench']));
    finish('rag');
    finish('wrench');
    await vi.waitFor(() => expect(log.at(-1)).toBe('depart'));
    finish('depart');
    await vi.waitFor(() => expect(log.at(-1)).toBe('gloves'));
  });

  it('that were refused hold up nobody', async () => {
    const { log, act } = stage();
    const turns = new Turns();
    await expect(turns.take(() => Promise.reject(new Error('no')), 'rag')).rejects.toThrow('no');
    void turns.take(act('again'), 'rag');
    void turns.take(act('depart'));
    await vi.waitFor(() => expect(log).toEqual(['again']));
  });
});
