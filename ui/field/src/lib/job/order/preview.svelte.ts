/** The order as it would be sealed now: read again whenever the job changes, never composed here. */
import type { OrderPreview } from '@gongdan/shared/generated/OrderPreview';
import type { Problem } from '@gongdan/shared/generated/Problem';
import { device } from '../../device.ts';
import { problemOf } from '../../problem.ts';

export class Preview {
  private readonly job: string;
  now = $state.raw<OrderPreview>();
  problem = $state.raw<Problem>();
  private asked = 0;
  private answered = 0;

  constructor(job: string) {
    this.job = job;
  }

  async read(): Promise<void> {
    const serial = (this.asked += 1);
    try {
      const now = await device.call('preview_order', { job: this.job });
      if (!this.newer(serial)) return;
      this.now = now;
      this.problem = undefined;
    } catch (thrown) {
      if (this.newer(serial)) this.problem = problemOf(thrown);
    }
  }

  /** Answers may overtake each other; one that is not the last is shown until the next comes, or a busy job would never be seen. */
  private newer(serial: number): boolean {
    if (serial <= this.answered) return false;
    this.answered = serial;
    return true;
  }
}
