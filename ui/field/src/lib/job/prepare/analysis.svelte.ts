/** The analysis before a visit: picks of causes and parts, kept in one register of the visit; parts follow the causes they serve (A3, C2). */
import type { Analysis } from '@gongdan/shared/generated/Analysis';
import type { AnalysisView } from '@gongdan/shared/generated/AnalysisView';
import type { CausePick } from '@gongdan/shared/generated/CausePick';
import type { PartPick } from '@gongdan/shared/generated/PartPick';
import type { RankedCause } from '@gongdan/shared/generated/RankedCause';
import type { Triage } from '@gongdan/shared/generated/Triage';
import type { Job } from '../job.svelte.ts';

export const USUAL_TRIAGE: Triage = { by_phone: false, repairable: true, on_site: true, workshop: false, loaner: null };
const NOTHING: Analysis = { causes: [], parts: [], triage: null };

export function orderOf(cause: RankedCause): number | null {
  const reason = cause.reasons.find((one) => one.reason === 'knowledge_order');
  return reason !== undefined && 'order' in reason ? reason.order : null;
}

export const pickOf = (cause: RankedCause): CausePick => ({ fault: cause.fault, order: orderOf(cause), zh: cause.words.zh, en: cause.words.en });

export const samePick = (one: CausePick, other: CausePick): boolean => one.fault === other.fault && one.order === other.order && one.zh === other.zh;

export class Prediction {
  private readonly job: Job;
  private readonly proposals: () => AnalysisView | undefined;

  constructor(job: Job, proposals: () => AnalysisView | undefined) {
    this.job = job;
    this.proposals = proposals;
  }

  get now(): Analysis {
    return this.job.visitValue<Analysis>('analysis') ?? NOTHING;
  }

  picked(cause: RankedCause): boolean {
    const pick = pickOf(cause);
    return this.now.causes.some((one) => samePick(one, pick));
  }

  toggle(cause: RankedCause, on: boolean): void {
    const pick = pickOf(cause);
    const causes = this.now.causes.filter((one) => !samePick(one, pick));
    const next = on ? [...causes, pick] : causes;
    this.put({ causes: next, parts: on ? this.withParts(cause) : this.withoutParts(cause, next) });
  }

  add(text: string): void {
    if (text.trim() !== '') this.put({ causes: [...this.now.causes, { fault: null, order: null, zh: text.trim(), en: '' }] });
  }

  drop(pick: CausePick): void {
    this.put({ causes: this.now.causes.filter((one) => !samePick(one, pick)) });
  }

  quantity(code: string, quantity: number | undefined): void {
    const parts = this.now.parts.map((part) => (part.code === code ? { code, quantity: String(quantity ?? 0) } : part));
    this.put({ parts: parts.filter((part) => Number(part.quantity) > 0) });
  }

  judge(triage: Triage): void {
    this.put({ triage });
  }

  /** What the screen showed as usual is said when one goes on. */
  async settle(): Promise<void> {
    await this.job.putVisit('analysis', { ...this.now, triage: this.now.triage ?? USUAL_TRIAGE });
  }

  private withParts(cause: RankedCause): PartPick[] {
    const have = this.now.parts;
    const more = cause.parts.filter((part) => !have.some((one) => one.code === part.code));
    return [...have, ...more.map((part) => ({ code: part.code, quantity: '1' }))];
  }

  /** Parts that only the dropped cause needed go with it. */
  private withoutParts(cause: RankedCause, left: CausePick[]): PartPick[] {
    const kept = (this.proposals()?.causes ?? []).filter((one) => left.some((pick) => samePick(pick, pickOf(one)))).flatMap((one) => one.parts.map((part) => part.code));
    return this.now.parts.filter((part) => kept.includes(part.code) || !cause.parts.some((one) => one.code === part.code));
  }

  private put(change: Partial<Analysis>): void {
    void this.job.putVisit('analysis', { ...this.now, ...change });
  }
}
