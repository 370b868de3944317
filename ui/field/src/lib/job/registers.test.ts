/** Autosave: what is typed reaches the device, names what it has seen, and never jumps while somebody types. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '@gongdan/shared/backend';
import { device } from '../device.ts';
import { Registers } from './registers.svelte.ts';

vi.mock('../device.ts', () => ({ device: { call: vi.fn() } }));

const visit = { kind: 'visit', id: 'v' };
const shown = (value: string, heads: string[]): { value: string; heads: string[]; conflict: boolean } => ({ value, heads, conflict: false });
const call = vi.mocked(device.call);
let writes = 0;

beforeEach(() => {
  vi.useFakeTimers();
  writes = 0;
  call.mockReset();
  call.mockImplementation((async () => {
    writes += 1;
    return { write: `w${writes}`, heads: [`w${writes}`], conflict: false };
  }) as never);
});
afterEach(() => vi.useRealTimers());

const sent = (): unknown[] => call.mock.calls.map(([, args]) => args);

describe('autosave of a field', () => {
  it('is on the device within a quarter of a second of the last keystroke', async () => {
    const registers = new Registers(async () => undefined);
    void registers.put(visit, 'alarm_code', 'E', shown('', ['h0']), true);
    void registers.put(visit, 'alarm_code', 'E1', shown('', ['h0']), true);
    await vi.advanceTimersByTimeAsync(240);
    expect(sent()).toEqual([{ entity: visit, field: 'alarm_code', value: 'E1', seen: ['h0'] }]);
  });

  it('names what was seen when the edit began and its own writes, not what came meanwhile', async () => {
    const registers = new Registers(async () => undefined);
    void registers.put(visit, 'suggestions', 'a', shown('', ['h0']), true);
    await vi.advanceTimersByTimeAsync(240);
    void registers.put(visit, 'suggestions', 'ab', shown('theirs', ['h0', 'theirs']), true);
    await vi.advanceTimersByTimeAsync(240);
    expect(sent().at(-1)).toMatchObject({ value: 'ab', seen: ['h0', 'w1'] });
  });

  it('keeps what is typed on the screen while it is being edited, and shows the device again when left', async () => {
    const registers = new Registers(async () => undefined);
    void registers.put(visit, 'suggestions', 'mine', shown('', []), true);
    await vi.advanceTimersByTimeAsync(240);
    expect(registers.value(visit, 'suggestions', shown('theirs', ['x']))).toBe('mine');
    await registers.leave(visit, 'suggestions');
    expect(registers.value(visit, 'suggestions', shown('mine', ['w1']))).toBe('mine');
    expect(registers.value(visit, 'suggestions', shown('later', ['y']))).toBe('later');
  });

  it('saves at once when the field is left, without waiting for the pause', async () => {
    const registers = new Registers(async () => undefined);
    void registers.put(visit, 'alarm_code', 'E1', shown('', []), true);
    await registers.leave(visit, 'alarm_code');
    expect(sent()).toHaveLength(1);
  });

  it('keeps the text and says why when the device refuses', async () => {
    call.mockRejectedValue(new ProblemError({ code: 'disk_full', message: '', details: null, incident: '' }) as never);
    const registers = new Registers(async () => undefined);
    await registers.put(visit, 'alarm_code', 'E1', shown('old', []));
    expect(registers.problem?.code).toBe('disk_full');
    expect(registers.value(visit, 'alarm_code', shown('old', []))).toBe('E1');
  });
});
