/**
 * What the customer has said and drawn, before it is sealed: kept on the device stroke by stroke, so that neither a turned tablet nor
 * a killed app loses it (G2). Nothing is chosen for him.
 */
import { inkOf } from '@gongdan/shared/business/index.ts';
import { EMPTY_SIGNATURE, isEmpty, type Signature } from '@gongdan/shared/parts';
import type { DeclineReason } from '@gongdan/shared/generated/DeclineReason';
import type { OrderRating } from '@gongdan/shared/generated/OrderRating';
import type { Rating } from '@gongdan/shared/generated/Rating';
import type { Rated } from '@gongdan/shared/generated/Rated';
import type { Signing } from '@gongdan/shared/generated/Signing';
import type { SigningChoice } from '@gongdan/shared/generated/SigningChoice';
import { device } from '../../device.ts';
import type { Job } from '../job.svelte.ts';

interface SigningDraft {
  choice?: SigningChoice;
  name?: string;
  role?: string;
  reason?: DeclineReason;
  words?: string;
  signature?: Signature;
}

interface RatingDraft {
  quality?: Rating;
  attitude?: Rating;
  opinion?: string;
}

export class SigningEntry {
  protected readonly job: Job;

  constructor(job: Job) {
    this.job = job;
  }

  get draft(): SigningDraft {
    return this.job.visitValue<SigningDraft>('signing_draft') ?? {};
  }

  get rating(): RatingDraft {
    return this.job.visitValue<RatingDraft>('rating_draft') ?? {};
  }

  get choice(): SigningChoice | undefined {
    return this.draft.choice;
  }

  get name(): string {
    return this.draft.name ?? this.job.known('contact_name');
  }

  get signature(): Signature {
    return this.draft.signature ?? EMPTY_SIGNATURE;
  }

  /** What is written in letters and will be printed. */
  get typed(): string[] {
    return [...this.signed, this.confirmed?.opinion ?? this.rating.opinion ?? ''];
  }

  protected get signed(): string[] {
    const { choice, role = '', words = '' } = this.draft;
    return choice === 'signed' ? [this.name, role] : [words];
  }

  put(change: SigningDraft, typing = false): void {
    void this.job.putVisit('signing_draft', { ...this.draft, ...change }, typing);
  }

  rate(change: RatingDraft, typing = false): void {
    void this.job.putVisit('rating_draft', { ...this.rating, ...change }, typing);
  }

  leave(field: 'signing_draft' | 'rating_draft'): void {
    void this.job.registers.leave(this.job.visitRef, field);
  }

  /** Sealed: the order has it, the drafts are gone. */
  drop(): void {
    void this.job.putVisit('signing_draft', null);
    void this.job.putVisit('rating_draft', null);
  }

  /** What still keeps it from being sealed, as a word of the catalogue. */
  get missing(): 'choice' | 'signature' | 'name' | 'reason' | undefined {
    const { choice, reason } = this.draft;
    if (choice === undefined) return 'choice';
    if (choice === 'declined' && reason === undefined) return 'reason';
    if (choice !== 'signed') return undefined;
    if (isEmpty(this.signature)) return 'signature';
    return this.name.trim() === '' ? 'name' : undefined;
  }

  signing(at: string): Signing | undefined {
    const { choice, reason, role = '', words = '' } = this.draft;
    switch (choice) {
      case 'signed':
        return { choice, name: this.name.trim(), role, is_contact: this.name.trim() === this.job.known('contact_name'), ink: inkOf(this.signature), at };
      case 'declined':
        return reason === undefined ? undefined : { choice, reason, words, at };
      case 'absent':
      case 'later':
        return { choice, words, at };
      case undefined:
        return undefined;
    }
  }

  get given(): OrderRating {
    const { quality = 'not_rated', attitude = 'not_rated', opinion = '' } = this.confirmed ?? this.rating;
    return { quality, attitude, opinion };
  }

  /** What the customer confirmed of the revision that is written now: nobody on this side of the table changes it. */
  get confirmed(): Rated | undefined {
    const { rated, revising } = this.job.view.state;
    return rated?.revision === (revising?.revision ?? 1) ? rated : undefined;
  }

  get ratedBoth(): boolean {
    return this.rating.quality !== undefined && this.rating.attitude !== undefined;
  }

  async confirm(): Promise<void> {
    await this.job.registers.flush();
    await this.job.act(() => device.call('confirm_rating', { job: this.job.id, rating: this.given }));
  }

  /** The tablet goes back over the table: what the customer said is his word now. */
  async handBack(): Promise<void> {
    const said = this.rating.quality !== undefined || this.rating.attitude !== undefined || (this.rating.opinion ?? '') !== '';
    if (said && this.confirmed === undefined) await this.confirm();
  }

  async reopen(): Promise<void> {
    await this.job.act(() => device.call('reopen_rating', { job: this.job.id }));
  }
}
