/** Types that several parts share. No business words. */
import type { Component } from 'svelte';

export type Tone = 'plain' | 'done' | 'soon' | 'wrong';

/** A Lucide icon: `import Phone from '@lucide/svelte/icons/phone'`. */
export type Icon = Component<{ size?: number | string; strokeWidth?: number | string }>;

export interface Choice<V extends string = string> {
  readonly value: V;
  readonly label: string;
  readonly note?: string | undefined;
  readonly aside?: string | undefined;
  readonly icon?: Icon | undefined;
  readonly disabled?: boolean | undefined;
  /** Where a test finds it. */
  readonly testid?: string | undefined;
}

export interface Action {
  readonly label: string;
  readonly onclick: () => void;
  readonly icon?: Icon | undefined;
  readonly key?: string | undefined;
  readonly kind?: 'plain' | 'quiet' | 'danger' | undefined;
}

export interface Span {
  readonly low: number;
  readonly high: number;
}
