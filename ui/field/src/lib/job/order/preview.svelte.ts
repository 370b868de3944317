/** The order as it would be sealed now: read again whenever the job changes, never composed here. */
import type { OrderPreview } from '@gongdan/shared/generated/OrderPreview';
import type { Problem } from '@gongdan/shared/generated/Problem';
import { device } from '../../device.ts';
import { problemOf } from '../../problem.ts';

export class Preview {
  private readonly job: string;
  now = $state.raw<OrderPreview>();
  problem = $state.raw<Problem>();
  private serial = 0;

  constructor(job: string) {
    this.job = job;
  }

  async read(): Promise<void> {
    const serial = (this.serial += 1);
    try {
      const now = await device.call('preview_order', { job: this.job });
      if (serial !== this.serial) return;
      this.now = now;
      this.problem = undefined;
    } catch (thrown) {
      if (serial === this.serial) this.problem = problemOf(thrown);
    }
  }
}
