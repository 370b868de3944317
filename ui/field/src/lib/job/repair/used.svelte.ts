/** Parts used, in the visit's register. Until somebody says otherwise they are the ones the analysis took along (E11). */
import type { Analysis } from '@gongdan/shared/generated/Analysis';
import type { OldPart } from '@gongdan/shared/generated/OldPart';
import type { UsedPart } from '@gongdan/shared/generated/UsedPart';
import type { Job } from '../job.svelte.ts';

export class Used {
  private readonly job: Job;

  constructor(job: Job) {
    this.job = job;
  }

  get stated(): boolean {
    return Array.isArray(this.job.visitValue<UsedPart[]>('parts_used'));
  }

  get parts(): UsedPart[] {
    const stated = this.job.visitValue<UsedPart[]>('parts_used');
    if (Array.isArray(stated)) return stated;
    const planned = this.job.visitValue<Analysis>('analysis')?.parts ?? [];
    return planned.map(({ code, quantity }) => ({ code, quantity, old_part: 'returned', covered: null }));
  }

  quantity(code: string, quantity: number | undefined): void {
    this.put(this.parts.map((part) => (part.code === code ? { ...part, quantity: String(quantity ?? 0) } : part)).filter((part) => Number(part.quantity) > 0));
  }

  fate(code: string, old_part: OldPart): void {
    this.put(this.parts.map((part) => (part.code === code ? { ...part, old_part } : part)));
  }

  add(code: string): void {
    if (!this.parts.some((part) => part.code === code)) this.put([...this.parts, { code, quantity: '1', old_part: 'returned', covered: null }]);
  }

  /** Going on says that what the screen shows is so. */
  settle(): Promise<void> {
    return this.stated ? Promise.resolve() : this.job.putVisit('parts_used', this.parts);
  }

  private put(parts: UsedPart[]): void {
    void this.job.putVisit('parts_used', parts);
  }
}
