/** The step rail of a job: ten steps from the device, with results, reasons and the pages inside a step. */
import type { RailStep } from '@gongdan/shared/parts';
import { deadline, t, time } from '@gongdan/shared/words';
import type { JobView } from '@gongdan/shared/generated/JobView';
import type { Step } from '@gongdan/shared/generated/Step';
import { pageStep, type CustomerPage, type Page } from './pages.ts';

function result(view: JobView, step: Step, at: string | null, zone: string, now: number): string | undefined {
  const { state } = view;
  const clock = at === null ? '' : time(at, zone);
  const joined = (word: string): string => `${word} ${clock}`.trim();
  const last = state.attempts.at(-1);
  const owed = view.obligations.find((one) => one.due_at !== null && one.state !== 'done' && one.state !== 'waived');
  if (step === 'contact' && last !== undefined) return joined(t(`fact.outcome.${last.outcome}`));
  if (step === 'prepare' && at !== null) return joined(t('field.rail.checked'));
  if (step === 'charge' && state.consent !== null) return joined(t('field.rail.agreed'));
  if (step === 'order' && state.seals.length > 0) return joined(t(`fact.signing.${state.seals.at(-1)?.choice ?? 'signed'}`));
  if (step === 'follow_up' && owed?.due_at) return deadline(owed.due_at, zone, now).by;
  return clock === '' ? undefined : clock;
}

const sub = (id: string, label: string, done: boolean, here: boolean): Omit<RailStep, 'substeps'> => ({ id, label, state: done ? 'done' : here ? 'current' : 'coming' });

function substeps(view: JobView, step: Step, page: Page | CustomerPage): RailStep['substeps'] {
  const { state } = view;
  if (step === 'prepare') {
    return [
      sub('analysis', t('field.rail.analysis'), page !== 'analysis' && (state.analysis?.causes.length ?? 0) > 0, page === 'analysis'),
      sub('kit', t('field.rail.kit'), page !== 'kit' && view.kit.missing.length === 0, page === 'kit'),
    ];
  }
  if (step !== 'arrive') return undefined;
  return [
    sub('arrive', t('field.rail.door'), page !== 'arrive' && state.checked_in_at !== null, page === 'arrive'),
    sub('safety', t('field.rail.safety'), page !== 'safety' && state.safety_signed_at !== null, page === 'safety'),
  ];
}

/** The diagnosis ends when the customer sees the price. Whoever is at the charge with nothing else missing has it behind him. */
function moved({ steps, current, missing }: JobView, page: Page | CustomerPage): JobView['steps'] {
  const behind = current === 'diagnose' && pageStep(page) === 'charge' && missing.every((one) => one === 'fees_shown');
  if (!behind) return steps;
  return steps.map((one) => (one.step === 'diagnose' ? { ...one, mark: 'done' } : one.step === 'charge' ? { ...one, mark: 'current' } : one));
}

export function railSteps(view: JobView, page: Page | CustomerPage, zone: string, now: number): RailStep[] {
  return moved(view, page).map(({ step, mark, at }) => {
    const blocked = step === 'depart' && mark !== 'done' && page === 'kit' && view.kit.missing.length > 0;
    return {
      id: step,
      label: t(`fact.step.${step}`),
      state: blocked ? 'blocked' : mark,
      result: mark === 'done' || step === 'follow_up' ? result(view, step, at, zone, now) : undefined,
      because: blocked ? t('field.rail.kitMissing', { n: view.kit.missing.length }) : undefined,
      substeps: substeps(view, step, page),
    };
  });
}
