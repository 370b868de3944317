/** English of `zh/problems.ts`, complete by type. */
import type { Translation } from '../types.ts';
import type { problems as zh } from '../zh/problems.ts';

export const problems: Translation<typeof zh> = {
  'problem.offline.what': 'The server cannot be reached now',
  'problem.offline.safe': 'Everything stored so far is kept',
  'problem.offline.do': 'Check the network and try again when it is back',
  'problem.unknown.what': 'This step did not work',
  'problem.unknown.safe': 'Everything stored so far is kept, nothing is lost',
  'problem.unknown.do': 'Try once more; if it fails again, tell the company the number',
};
