/**
 * One job on the screen: what the device says about it, and the actions on it. A tap is on its way to the device at once and shows at
 * once; it is taken back if the device refuses. Of answers that overtake each other the one that contains more is shown.
 */
import { getContext, setContext } from 'svelte';
import type { EntityRef } from '@gongdan/shared/generated/EntityRef';
import type { FactBody } from '@gongdan/shared/generated/FactBody';
import type { FieldView } from '@gongdan/shared/generated/FieldView';
import type { JobView } from '@gongdan/shared/generated/JobView';
import type { Seal } from '@gongdan/shared/generated/Seal';
import type { PhotoKind } from '@gongdan/shared/generated/PhotoKind';
import type { Problem } from '@gongdan/shared/generated/Problem';
import type { TickList } from '@gongdan/shared/generated/TickList';
import { device } from '../device.ts';
import { problemOf } from '../problem.ts';
import { Registers } from './registers.svelte.ts';
import { Turns } from './turns.ts';

export class Job {
  readonly id: string;
  /** Set once the device has answered; screens of a job are drawn only then. */
  private shown = $state.raw<JobView>();
  /** Why an action was refused: stays until one succeeds, whatever is read meanwhile. */
  problem = $state.raw<Problem>();
  /** Why the job cannot be read now. */
  unread = $state.raw<Problem>();
  private readonly turns = new Turns();
  /** Calls are numbered as they start: of two answers with the same content the one that was asked for later is shown. */
  private calls = 0;
  private shownCall = 0;
  /** How many calls had begun when the last one was refused: an older one that succeeds later does not wipe the refusal away. */
  private refusedAt = 0;
  /** Taps on their way, by what they change. */
  private tapped = $state<{ [key: string]: { value: unknown; serial: number } }>({});
  private serial = 0;
  readonly registers = new Registers(() => this.reload());

  constructor(id: string) {
    this.id = id;
  }

  get ready(): boolean {
    return this.shown !== undefined;
  }

  get view(): JobView {
    if (this.shown === undefined) throw new Error('the job is drawn before it is read');
    return this.shown;
  }

  get about(): { job: string; visit: string } {
    return { job: this.id, visit: this.view.visit };
  }

  // --- reading

  reload(): Promise<void> {
    return this.show(() => device.call('open_job', { job: this.id }));
  }

  private async show(asking: () => Promise<JobView>): Promise<void> {
    const call = (this.calls += 1);
    const view = await asking();
    const newer = this.shown === undefined || view.seq > this.shown.seq || (view.seq === this.shown.seq && call > this.shownCall);
    if (!newer) return;
    this.shown = view;
    this.shownCall = call;
  }

  async load(): Promise<void> {
    try {
      await this.reload();
      this.unread = undefined;
    } catch (thrown) {
      this.unread = problemOf(thrown);
    }
  }

  field(name: string): string {
    const value = this.registers.value(this.jobRef, name, this.view.fields[name]);
    return typeof value === 'string' ? value : '';
  }

  /** A field that is said or not. */
  flag(name: string): boolean {
    return this.registers.value(this.jobRef, name, this.view.fields[name]) === true;
  }

  /** A field of the job, else what the archive knows. */
  known(name: string): string {
    const own = this.field(name);
    if (own !== '') return own;
    const archive = this.view.machine?.fields[name]?.value ?? this.view.customer?.fields[name === 'customer_name' ? 'name' : name]?.value;
    return typeof archive === 'string' ? archive : '';
  }

  /** A register of the visit, as shown. */
  visitValue<T>(name: string): T | undefined {
    return (this.registers.value(this.visitRef, name, this.view.visit_fields[name]) ?? undefined) as T | undefined;
  }

  visitText(name: string): string {
    return this.visitValue<string>(name) ?? '';
  }

  get jobRef(): EntityRef {
    return { kind: 'job', id: this.id };
  }

  get visitRef(): EntityRef {
    return { kind: 'visit', id: this.view.visit };
  }

  /** Sealed, and not open for its next revision. */
  get sealed(): boolean {
    return this.view.state.seals.length > 0 && this.view.state.revising === null;
  }

  /** The sealed revision that counts as the order; its history is on the page of revisions. */
  get seal(): Seal | undefined {
    return this.view.state.seals.find((one) => one.hash === this.view.delivery?.hash) ?? this.view.state.seals.at(-1);
  }

  ticked(list: TickList, item: string): boolean {
    return this.tap(`tick/${list}/${item}`, this.view.state.ticks[list]?.[item] !== undefined);
  }

  /** What a tap has said, else what the device says. */
  tap<T>(key: string, device: T): T {
    const tap = this.tapped[key];
    return tap === undefined ? device : (tap.value as T);
  }

  // --- writing

  put(name: string, value: unknown, typing = false): void {
    void this.registers.put(this.jobRef, name, value, this.view.fields[name], typing);
  }

  putVisit(name: string, value: unknown, typing = false): Promise<void> {
    return this.registers.put(this.visitRef, name, value, this.view.visit_fields[name], typing);
  }

  putEntity(entity: EntityRef, name: string, value: unknown, seen: FieldView | undefined, typing = false): void {
    void this.registers.put(entity, name, value, seen, typing);
  }

  record(fact: FactBody, tapKey?: string, tapValue?: unknown): Promise<boolean> {
    return this.act(async () => device.call('record', { about: this.about, fact }), tapKey, tapValue);
  }

  recordAll(facts: FactBody[], tapKey?: string, tapValue?: unknown): Promise<boolean> {
    return this.act(async () => device.call('record_all', { about: this.about, facts }), tapKey, tapValue);
  }

  retract(facts: string[], tapKey?: string, tapValue?: unknown): Promise<boolean> {
    return this.act(async () => device.call('retract', { about: this.about, facts, reason: '' }), tapKey, tapValue);
  }

  tick(list: TickList, item: string, on: boolean, template_version = ''): Promise<boolean> {
    const key = `tick/${list}/${item}`;
    if (on) return this.record({ kind: 'ticked', body: { list, item, template_version } }, key, true);
    return this.act(async () => {
      const fact = this.view.state.ticks[list]?.[item]?.fact;
      return fact === undefined ? this.view : device.call('retract', { about: this.about, facts: [fact], reason: '' });
    }, key, false);
  }

  photo(kind: PhotoKind, files: File[]): Promise<boolean> {
    return this.act(async () => {
      let view = this.view;
      for (const file of files) view = await device.upload<JobView>('photo', file, { about: this.about, photo: kind, caption: '' });
      return view;
    });
  }

  /** Any action whose answer is the job. True when the device took it. */
  act(action: () => Promise<JobView>, tapKey?: string, tapValue?: unknown): Promise<boolean> {
    const serial = (this.serial += 1);
    if (tapKey !== undefined) this.tapped[tapKey] = { value: tapValue, serial };
    const taking = async (): Promise<boolean> => {
      let done = true;
      const begun = this.calls;
      try {
        await this.show(action);
        if (begun >= this.refusedAt) this.problem = undefined;
      } catch (thrown) {
        this.refusedAt = this.calls;
        this.problem = problemOf(thrown);
        done = false;
      }
      if (tapKey !== undefined && this.tapped[tapKey]?.serial === serial) delete this.tapped[tapKey];
      return done;
    };
    return this.turns.take(taking, tapKey);
  }
}

const KEY = Symbol('job');

export function provideJob(id: string): Job {
  return setContext(KEY, new Job(id));
}

export function theJob(): Job {
  return getContext<Job>(KEY);
}
