/**
 * A text on its way to becoming a fact (what was advised, an answer, a reason): it survives a killed app until it is recorded.
 * Refuses to be data: what is recorded is on the device, and then the draft is gone.
 */
const PREFIX = 'gongdan.draft.';

export class KeptText {
  private readonly key: string;
  private now = $state('');

  constructor(key: string) {
    this.key = PREFIX + key;
    this.now = localStorage.getItem(this.key) ?? '';
  }

  get text(): string {
    return this.now;
  }

  set text(text: string) {
    this.now = text;
    if (text === '') localStorage.removeItem(this.key);
    else localStorage.setItem(this.key, text);
  }

  drop(): void {
    this.text = '';
  }
}
