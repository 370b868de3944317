import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockWhenIdle } from './idle.ts';

const MINUTE = 60_000;

describe('l3 the screen locks when nobody is there', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('locks after the minutes without a touch, and once', () => {
    const lock = vi.fn();
    const stop = lockWhenIdle(() => 5, lock);
    vi.advanceTimersByTime(4 * MINUTE);
    document.dispatchEvent(new Event('pointerdown'));
    vi.advanceTimersByTime(4 * MINUTE);
    expect(lock, 'a touch begins anew').not.toHaveBeenCalled();
    vi.advanceTimersByTime(MINUTE + 5000);
    expect(lock).toHaveBeenCalledTimes(1);
    stop();
  });

  it('locks a tablet that slept, also when a touch woke it', () => {
    const lock = vi.fn();
    const stop = lockWhenIdle(() => 5, lock);
    vi.setSystemTime(Date.now() + 60 * MINUTE);
    document.dispatchEvent(new Event('pointerdown'));
    document.dispatchEvent(new Event('visibilitychange'));
    expect(lock).toHaveBeenCalledTimes(1);
    stop();
  });

  it('never locks at 0, and hears a new setting at once', () => {
    const lock = vi.fn();
    let minutes = 0;
    const stop = lockWhenIdle(() => minutes, lock);
    vi.advanceTimersByTime(60 * MINUTE);
    expect(lock).not.toHaveBeenCalled();
    minutes = 1;
    vi.advanceTimersByTime(5000);
    expect(lock).toHaveBeenCalledTimes(1);
    stop();
    vi.advanceTimersByTime(60 * MINUTE);
    expect(lock).toHaveBeenCalledTimes(1);
  });
});
