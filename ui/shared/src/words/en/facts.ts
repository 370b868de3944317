/** English of `zh/facts.ts`, complete by type. */
import type { Translation } from '../types.ts';
import type { facts as zh } from '../zh/facts.ts';

export const facts: Translation<typeof zh> = {
  'fact.step.accept': 'Accept',
};
