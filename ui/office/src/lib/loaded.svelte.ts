/**
 * What a screen asked for: the value, or why there is none. Asks again when what the question reads changes and when the
 * server has news; the old value stays on the screen meanwhile, and an answer that was overtaken is dropped. A question that
 * fails keeps the old value only where it was the same question: rows of one list never stand under the name of another.
 */
import { toProblem, type Problem } from '@gongdan/shared/backend';
import { untrack } from 'svelte';
import { live } from './live.svelte.ts';

export class Loaded<T> {
  value = $state.raw<T>();
  problem = $state.raw<Problem>();
  busy = $state(false);
  readonly #ask: () => Promise<T> | undefined;
  #turn = 0;
  #version = -1;
  #sameQuestion = true;

  /** Inside a component only: it lives as long as the component. */
  constructor(ask: () => Promise<T> | undefined) {
    this.#ask = ask;
    $effect(() => {
      this.#sameQuestion &&= live.version !== this.#version;
      this.#version = live.version;
      const asked = ask();
      untrack(() => void this.#wait(asked));
    });
  }

  reload(): Promise<void> {
    return this.#wait(untrack(this.#ask));
  }

  async #wait(asked: Promise<T> | undefined): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    if (asked === undefined) {
      this.value = undefined;
      this.problem = undefined;
      this.busy = false;
      return;
    }
    this.busy = true;
    try {
      const value = await asked;
      if (turn !== this.#turn) return;
      this.value = value;
      this.problem = undefined;
      this.#sameQuestion = true;
    } catch (refusal) {
      if (turn !== this.#turn) return;
      this.problem = toProblem(refusal);
      if (!this.#sameQuestion) this.value = undefined;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
