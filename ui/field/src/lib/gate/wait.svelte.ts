/** How long the next try has to wait: the device says it once, the screen counts it down. */
import type { Problem } from '@gongdan/shared/generated/Problem';
import { detail } from '../problem.ts';

const SECOND_MS = 1000;

export class Wait {
  seconds = $state(0);
  private timer: ReturnType<typeof setInterval> | undefined;

  /** Takes the wait out of a refusal; answers the refusal. */
  hear(problem: Problem): Problem {
    const seconds = detail(problem, 'seconds');
    if (problem.code === 'too_many_tries' && typeof seconds === 'number') this.begin(seconds);
    return problem;
  }

  private begin(seconds: number): void {
    clearInterval(this.timer);
    const until = Date.now() + seconds * SECOND_MS;
    this.seconds = seconds;
    this.timer = setInterval(() => {
      this.seconds = Math.max(0, Math.ceil((until - Date.now()) / SECOND_MS));
      if (this.seconds === 0) clearInterval(this.timer);
    }, SECOND_MS / 4);
  }
}
