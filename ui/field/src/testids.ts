/** The names under which tests find what a finger touches. Names are kept; a test of the whole visit drives the real app by them. */
import type { ContactOutcome } from '@gongdan/shared/generated/ContactOutcome';
import type { Confidence } from '@gongdan/shared/generated/Confidence';
import type { DeclineReason } from '@gongdan/shared/generated/DeclineReason';
import type { PhotoKind } from '@gongdan/shared/generated/PhotoKind';
import type { Rating } from '@gongdan/shared/generated/Rating';
import type { SafetyChoice } from '@gongdan/shared/generated/SafetyChoice';
import type { SigningChoice } from '@gongdan/shared/generated/SigningChoice';
import type { TestRun } from '@gongdan/shared/generated/TestRun';
import type { TickList } from '@gongdan/shared/generated/TickList';

/**
 * Given by the shared parts themselves: `next` (the one blue button), `next-other` (the quiet one beside it), `step-<step or page>`,
 * `steps` (unfolds them in portrait), `sync-sentence`, `nav-<place>`, `signature-pad`, `signature-clear`, `leave` (hold the corner),
 * `undo`. `reading-<key>` gets `-before` and `-after`; steppers get `-less` and `-more`.
 */
export const testid = {
  gateServer: 'gate-server',
  gateCode: 'gate-code',
  gatePin: 'gate-pin',
  gateName: 'gate-name',
  gateEnter: 'gate-enter',
  discard: 'discard',
  stop: (job: string) => `stop-${job}`,
  owed: (obligation: string) => `owed-${obligation}`,
  register: 'register',
  search: 'search',
  outcome: (outcome: ContactOutcome) => `outcome-${outcome}`,
  tick: (list: TickList, item: string) => `tick-${list}-${item}`,
  copy: (field: string) => `copy-${field}`,
  field: (field: string) => `field-${field}`,
  editField: (field: string) => `edit-${field}`,
  cause: (index: number) => `cause-${index}`,
  ownCause: 'own-cause',
  part: (code: string) => `part-${code}`,
  triage: (question: string, answer: string) => `triage-${question}-${answer}`,
  compartment: (group: string) => `compartment-${group}`,
  releaseReason: 'release-reason',
  release: 'release',
  late: 'late-notice',
  showWorkId: 'show-work-id',
  notAdmitted: (reason: string) => `not-admitted-${reason}`,
  safety: (code: string, answer: SafetyChoice) => `safety-${code}-${answer}`,
  reading: (key: string) => `reading-${key}`,
  readingChoice: (key: string, phase: 'before' | 'after', option: number) => `reading-${key}-${phase}-${option}`,
  confirmReading: 'confirm-reading',
  photo: (kind: PhotoKind) => `photo-${kind}`,
  analysisRight: (answer: string) => `analysis-${answer}`,
  causeType: (type: string) => `cause-type-${type}`,
  consentYes: 'consent-yes',
  consentNo: 'consent-no',
  consentName: 'consent-name',
  refuse: (reason: string) => `refuse-${reason}`,
  showFees: 'show-fees',
  measure: (index: number) => `measure-${index}`,
  ownMeasure: 'own-measure',
  test: (result: TestRun) => `test-${result}`,
  testReason: (index: number) => `test-reason-${index}`,
  confidence: (confidence: Confidence) => `confidence-${confidence}`,
  oldPart: (code: string) => `old-part-${code}`,
  payMethod: 'pay-method',
  docType: 'doc-type',
  rating: (what: 'quality' | 'attitude', rating: Rating) => `rating-${what}-${rating}`,
  opinion: 'opinion',
  sign: (choice: SigningChoice) => `sign-choice-${choice}`,
  signName: 'sign-name',
  signOther: 'sign-other',
  decline: (reason: DeclineReason) => `decline-${reason}`,
  pdf: 'pdf',
  callback: (result: string) => `callback-${result}`,
  answer: 'answer',
  escalate: 'escalate',
  call: 'call',
  conflict: (index: number) => `conflict-${index}`,
  need: (id: string) => `need-${id}`,
  hit: (id: string) => `hit-${id}`,
  language: (language: string) => `language-${language}`,
  theme: (theme: string) => `theme-${theme}`,
  lock: 'lock',
} as const;
