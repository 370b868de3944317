/** The pages of a job and which step of the rail each belongs to. */
import type { Step } from '@gongdan/shared/generated/Step';

export const PAGES = ['accept', 'contact', 'analysis', 'kit', 'depart', 'arrive', 'safety', 'diagnose', 'charge', 'repair', 'order', 'papers', 'done', 'revisions'] as const;
export type Page = (typeof PAGES)[number];

/** Full screen for the customer; never listed on the rail. */
export const CUSTOMER_PAGES = ['work-id', 'estimate', 'sign', 'attest', 'fees', 'paper-sign'] as const;
export type CustomerPage = (typeof CUSTOMER_PAGES)[number];

const stepOf: Readonly<Record<Page | CustomerPage, Step>> = {
  accept: 'accept',
  contact: 'contact',
  analysis: 'prepare',
  kit: 'prepare',
  depart: 'depart',
  arrive: 'arrive',
  safety: 'arrive',
  'work-id': 'arrive',
  diagnose: 'diagnose',
  charge: 'charge',
  estimate: 'charge',
  fees: 'charge',
  repair: 'repair',
  order: 'order',
  sign: 'order',
  attest: 'order',
  papers: 'order',
  'paper-sign': 'order',
  done: 'follow_up',
  revisions: 'follow_up',
};

export const pageStep = (page: Page | CustomerPage): Step => stepOf[page];

/** Where a step begins. */
export function stepPage(step: Step): Page {
  if (step === 'prepare') return 'analysis';
  return step === 'follow_up' ? 'done' : step;
}

export function pageOf(text: string | undefined): Page | CustomerPage | undefined {
  return [...PAGES, ...CUSTOMER_PAGES].find((page) => page === text);
}
