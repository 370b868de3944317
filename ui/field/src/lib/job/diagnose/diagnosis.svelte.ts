/** The diagnosis as one register of the visit: causes in order of weight, their kind, and whether the analysis was right (E2). */
import type { AnalysisRight } from '@gongdan/shared/generated/AnalysisRight';
import type { CausePick } from '@gongdan/shared/generated/CausePick';
import type { CauseType } from '@gongdan/shared/generated/CauseType';
import type { Diagnosis } from '@gongdan/shared/generated/Diagnosis';
import type { Job } from '../job.svelte.ts';
import { samePick } from '../prepare/analysis.svelte.ts';

const NOTHING: Diagnosis = { causes: [], cause_type: null, analysis_right: null };

export class Diagnosing {
  private readonly job: Job;

  constructor(job: Job) {
    this.job = job;
  }

  get now(): Diagnosis {
    return this.job.visitValue<Diagnosis>('diagnosis') ?? NOTHING;
  }

  has(pick: CausePick): boolean {
    return this.now.causes.some((one) => samePick(one, pick));
  }

  toggle(pick: CausePick, on: boolean): void {
    const others = this.now.causes.filter((one) => !samePick(one, pick));
    this.put({ causes: on ? [...others, pick] : others });
  }

  /** The first is the main cause. */
  lead(pick: CausePick): void {
    this.put({ causes: [pick, ...this.now.causes.filter((one) => !samePick(one, pick))] });
  }

  right(analysis_right: AnalysisRight): void {
    this.put({ analysis_right });
  }

  kind(cause_type: CauseType): void {
    this.put({ cause_type });
  }

  private put(change: Partial<Diagnosis>): void {
    void this.job.putVisit('diagnosis', { ...this.now, ...change });
  }
}
