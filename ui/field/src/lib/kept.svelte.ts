/**
 * Half-written texts (a reason, an answer, a form): what is on the screen is in the device's encrypted database, until it is recorded or
 * dropped. Refuses to be data, and refuses the page's own storage: nothing that was typed lies anywhere in the clear.
 */
import type { Problem } from '@gongdan/shared/generated/Problem';
import { device } from './device.ts';
import { problemOf } from './problem.ts';

export class Drafts {
  /** Read from the device; before that no screen is drawn, so that nothing typed meets an older text that comes late. */
  ready = $state(false);
  problem = $state.raw<Problem>();
  private texts = $state<{ [key: string]: string | undefined }>({});
  /** Typed and not on its way yet. */
  private dirty: { [key: string]: true } = {};
  private readonly under: { [key: string]: Promise<void> | undefined } = {};

  /** Once while the gate is open, however often the app says that it is: what was typed since is newer than any later reading. */
  async load(): Promise<void> {
    if (this.ready) return;
    try {
      const { drafts } = await device.call('drafts', {});
      if (this.ready) return;
      this.texts = { ...drafts };
      this.problem = undefined;
      this.ready = true;
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
  }

  /** The gate has closed: nothing stays in the page. */
  forget(): void {
    this.ready = false;
    this.texts = {};
    this.dirty = {};
  }

  text(key: string): string | undefined {
    return this.texts[key];
  }

  /** The first keystroke goes at once; those that come while it is on its way go together as soon as it is there. */
  put(key: string, text: string | undefined): void {
    this.texts[key] = text;
    this.dirty[key] = true;
    this.under[key] ??= this.carry(key);
  }

  /** Nothing waits for an answer any more: the page may be gone before it comes. */
  async flush(): Promise<void> {
    const waiting = Object.keys(this.dirty);
    await Promise.all([...waiting.map((key) => this.send(key)), ...Object.values(this.under)]);
  }

  private async carry(key: string): Promise<void> {
    while (this.dirty[key] && (await this.send(key)));
    delete this.under[key];
  }

  /** What could not be kept stays dirty and on the screen; the next keystroke or leaving the field tries again. */
  private async send(key: string): Promise<boolean> {
    delete this.dirty[key];
    try {
      await device.call('keep_draft', { key, text: this.texts[key] ?? '' });
      this.problem = undefined;
      return true;
    } catch (thrown) {
      this.dirty[key] = true;
      this.problem = problemOf(thrown);
      return false;
    }
  }
}

export const drafts = new Drafts();

/** Leaving a field, a page or the app leaves nothing behind. */
export function flushWhenLeft(): () => void {
  const flush = (): void => void drafts.flush();
  const left = ['focusout', 'visibilitychange'] as const;
  const gone = ['pagehide', 'hashchange'] as const;
  for (const name of left) document.addEventListener(name, flush);
  for (const name of gone) window.addEventListener(name, flush);
  return () => {
    for (const name of left) document.removeEventListener(name, flush);
    for (const name of gone) window.removeEventListener(name, flush);
  };
}

export class KeptText {
  private readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  /** What was typed; `undefined` where nothing was, so that a proposal can stand there. */
  get said(): string | undefined {
    return drafts.text(this.key);
  }

  get text(): string {
    return this.said ?? '';
  }

  set text(text: string) {
    drafts.put(this.key, text);
  }

  drop(): void {
    if (this.said !== undefined) drafts.put(this.key, undefined);
  }
}

/** Of one job: goes with it when the job leaves this device. */
export const keptOf = (job: string, name: string): KeptText => new KeptText(`job/${job}/${name}`);
