/**
 * One reading while it is entered: what was typed stays in its cell. A plausible value is on the device after a short pause;
 * an unusual one is asked back, an impossible one refused with the range, both once the cell is left (E2).
 */
import type { AskWhy } from '@gongdan/shared/generated/AskWhy';
import type { ReadingPhase } from '@gongdan/shared/generated/ReadingPhase';
import type { ReadingSpec } from '@gongdan/shared/generated/ReadingSpec';
import type { ValueRange } from '@gongdan/shared/generated/ValueRange';
import { device } from '../../device.ts';
import { keptOf, type KeptText } from '../../kept.svelte.ts';
import { detail, problemOf } from '../../problem.ts';
import type { Job } from '../job.svelte.ts';

const WAIT_MS = 180;

export type Objection = { readonly kind: 'ask' | 'refuse' | 'form'; readonly range: ValueRange; readonly why: AskWhy | undefined };

export class ReadingEntry {
  private readonly job: Job;
  private readonly spec: () => ReadingSpec;
  private readonly phase: ReadingPhase;
  /** What is in the cell and not yet what the device has; `null` is an emptied cell. */
  draft = $state<string | null>();
  objection = $state.raw<Objection>();
  left = $state(true);
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** A value that the device asked back or refused: it stays in its cell, also after the app was killed. */
  private readonly kept: KeptText;

  constructor(job: Job, spec: () => ReadingSpec, phase: ReadingPhase) {
    this.job = job;
    this.spec = spec;
    this.phase = phase;
    this.kept = keptOf(job.id, `reading/${spec().key}/${phase}`);
    if (this.kept.said === undefined || job.sealed) return;
    this.draft = this.kept.said;
    void this.send(false);
  }

  get stored(): string | undefined {
    return this.job.view.state.readings.find((one) => one.key === this.spec().key && one.phase === this.phase)?.value;
  }

  get text(): string | undefined {
    return this.draft === undefined ? this.stored : (this.draft ?? undefined);
  }

  get value(): number | undefined {
    return this.text === undefined ? undefined : Number(this.text);
  }

  /** What stands against the value, told when the cell was left. */
  get told(): Objection | undefined {
    return this.left ? this.objection : undefined;
  }

  type(value: number | undefined): void {
    this.draft = value === undefined ? null : String(value);
    this.left = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(false), WAIT_MS);
  }

  leave(): void {
    this.left = true;
    if (this.timer !== undefined) void this.send(false);
  }

  choose(text: string): void {
    this.draft = text;
    void this.send(false);
  }

  confirm(): void {
    void this.send(true);
  }

  private async send(confirmed: boolean): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const draft = this.draft;
    if (draft === undefined) return;
    const value = draft ?? '';
    if (value === (this.stored ?? '')) return this.accept(draft);
    const call = { about: this.job.about, key: this.spec().key, phase: this.phase, value, confirmed };
    let refused: unknown;
    const done = await this.job.act(async () => {
      try {
        return await device.call('take_reading', call);
      } catch (thrown) {
        refused = thrown;
        return this.job.view;
      }
    }, `reading/${call.key}/${call.phase}`, value);
    if (done && refused === undefined) this.accept(draft);
    else if (refused !== undefined) this.refuse(refused);
  }

  private accept(draft: string | null | undefined): void {
    this.objection = undefined;
    if (this.draft !== draft) return;
    this.draft = undefined;
    this.kept.drop();
  }

  private refuse(thrown: unknown): void {
    const problem = problemOf(thrown);
    const kind = problem.code === 'reading_unusual' ? 'ask' : problem.code === 'reading_impossible' ? 'refuse' : problem.code === 'field_invalid' ? 'form' : undefined;
    if (kind === undefined) {
      this.job.problem = problem;
      return;
    }
    const range = (detail(problem, 'range') ?? { min: null, max: null }) as ValueRange;
    this.kept.text = this.draft ?? '';
    this.objection = { kind, range, why: detail(problem, 'why') as AskWhy | undefined };
  }
}
