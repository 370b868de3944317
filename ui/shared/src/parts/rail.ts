/** What a rail of steps and a chain of facts are made of, and the one-line summary of a rail. */
import type { Icon } from './types.ts';

export type StepState = 'done' | 'current' | 'blocked' | 'coming';

export interface RailStep {
  readonly id: string;
  readonly label: string;
  readonly state: StepState;
  /** Result and time of a done step, in few words. */
  readonly result?: string | undefined;
  /** Why a blocked step is blocked. */
  readonly because?: string | undefined;
  readonly substeps?: readonly Omit<RailStep, 'substeps'>[] | undefined;
}

export interface RailSummary {
  readonly total: number;
  /** 1-based place of the step one stands at. */
  readonly index: number;
  readonly here: RailStep | undefined;
  /** The last finished step before it: what the collapsed rail still says. */
  readonly last: RailStep | undefined;
}

/** Where one stands: the opened step, else the current one, else the first not done, else the last. */
export function railSummary(steps: readonly RailStep[], openId?: string): RailSummary {
  const opened = steps.findIndex((step) => step.id === openId);
  const current = steps.findIndex((step) => step.state === 'current');
  const waiting = steps.findIndex((step) => step.state !== 'done');
  const at = [opened, current, waiting].find((index) => index >= 0) ?? steps.length - 1;
  const last = steps.slice(0, Math.max(0, at)).findLast((step) => step.state === 'done');
  return { total: steps.length, index: at + 1, here: steps[at], last };
}

export interface TimelineItem {
  readonly id: string;
  readonly title: string;
  readonly note?: string | undefined;
  readonly at?: string | undefined;
  readonly state: 'done' | 'now' | 'soon' | 'wrong' | 'coming';
  readonly icon?: Icon | undefined;
  readonly mono?: boolean | undefined;
}
