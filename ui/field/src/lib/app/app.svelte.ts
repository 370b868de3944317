/** Who is signed in, which company, how it looks, what time it is. One value for the whole app, refreshed when the device says so. */
import { setTheme } from '@gongdan/shared/theme';
import { setLanguage } from '@gongdan/shared/words';
import type { AppStatus } from '@gongdan/shared/generated/AppStatus';
import type { Preference } from '@gongdan/shared/generated/Preference';
import type { Problem } from '@gongdan/shared/generated/Problem';
import { device } from '../device.ts';
import { problemOf } from '../problem.ts';

const TICK_MS = 15_000;

class App {
  status = $state.raw<AppStatus>();
  problem = $state.raw<Problem>();
  /** The device's corrected clock, milliseconds. */
  now = $state(Date.now());
  /** Counts what the device reported; a screen that reads it is read again. */
  version = $state(0);
  private offset = 0;

  get zone(): string {
    return this.status?.zone ?? 'Asia/Shanghai';
  }

  get open(): boolean {
    return this.status?.gate === 'open';
  }

  take(status: AppStatus): void {
    this.status = status;
    this.problem = undefined;
    this.offset = Date.parse(status.now) - Date.now();
    this.tick();
    setLanguage(status.language);
    setTheme(status.theme);
  }

  tick(): void {
    this.now = Date.now() + this.offset;
  }

  async refresh(): Promise<void> {
    try {
      this.take(await device.call('status', {}));
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
  }

  async prefer(preference: Preference): Promise<void> {
    this.take(await device.call('set_preference', preference));
  }

  /** Hides the screen. What is half-written is on the device already. */
  async lock(): Promise<void> {
    try {
      this.take(await device.call('lock', {}));
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
  }

  /** Listens to the device; several reports in one moment are one refresh. */
  start(): () => void {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const clock = setInterval(() => this.tick(), TICK_MS);
    const stop = device.onChanged(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        void this.refresh();
        this.version += 1;
      }, 40);
    });
    void this.refresh();
    return () => {
      clearInterval(clock);
      clearTimeout(waiting);
      stop();
    };
  }
}

export const app = new App();
