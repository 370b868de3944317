/** The one sentence about what was just done. A new one replaces the old one. */
const SECONDS = 8;

interface Notice {
  sentence: string;
  href: string | undefined;
  linkLabel: string;
  testid: string | undefined;
}
const state = $state<Notice>({ sentence: '', href: undefined, linkLabel: '', testid: undefined });
let leaving: ReturnType<typeof setTimeout> | undefined;

export const notice: Readonly<Notice> = state;

export function dismiss(): void {
  clearTimeout(leaving);
  state.sentence = '';
}

export function tell(sentence: string, more: { href?: string; linkLabel?: string; testid?: string } = {}): void {
  clearTimeout(leaving);
  Object.assign(state, { sentence, href: more.href, linkLabel: more.linkLabel ?? '', testid: more.testid });
  leaving = setTimeout(dismiss, SECONDS * 1000);
}
