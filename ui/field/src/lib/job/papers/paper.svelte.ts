/**
 * The papers of a visit on the screen: what is proposed, what was typed over it, and how it is shown and sealed. Everything typed is kept
 * on the device; refuses to seal anything but what the device showed.
 */
import type { Signature } from '@gongdan/shared/parts';
import type { DeclineReason } from '@gongdan/shared/generated/DeclineReason';
import type { InvoiceRequest } from '@gongdan/shared/generated/InvoiceRequest';
import type { PaperBody } from '@gongdan/shared/generated/PaperBody';
import type { PaperKind } from '@gongdan/shared/generated/PaperKind';
import type { PaperPreview } from '@gongdan/shared/generated/PaperPreview';
import type { PaperProposals } from '@gongdan/shared/generated/PaperProposals';
import type { Problem } from '@gongdan/shared/generated/Problem';
import type { SigningChoice } from '@gongdan/shared/generated/SigningChoice';
import { app } from '../../app/app.svelte.ts';
import { device } from '../../device.ts';
import { keptOf, type KeptText } from '../../kept.svelte.ts';
import { problemOf } from '../../problem.ts';
import { instant } from './days.ts';
import { SigningEntry } from '../order/signing.svelte.ts';
import type { Job } from '../job.svelte.ts';

export const KINDS = ['receipt', 'handover_slip', 'loaner_slip', 'hazard_notice', 'declined_replacement'] as const satisfies readonly PaperKind[];

/** A kept text that holds one value. */
function kept<T>(text: KeptText): T | undefined {
  return text.said === undefined ? undefined : (JSON.parse(text.said) as T);
}

const KEY = { receipt: 'receipt', handover_slip: 'handover', loaner_slip: 'loaner', hazard_notice: 'hazard', declined_replacement: 'declined' } as const;

export class Papers {
  private readonly job: Job;
  proposals = $state.raw<PaperProposals>();
  preview = $state.raw<PaperPreview>();
  problem = $state.raw<Problem>();

  constructor(job: Job) {
    this.job = job;
  }

  async load(): Promise<void> {
    await this.ask(async () => (this.proposals = await device.call('propose_papers', { job: this.job.id })));
  }

  private text(kind: PaperKind): KeptText {
    return keptOf(this.job.id, `paper/${kind}`);
  }

  /** What was typed, else what is proposed. */
  body(kind: PaperKind): PaperBody | undefined {
    if (this.proposals === undefined) return undefined;
    return kept<PaperBody>(this.text(kind)) ?? ({ kind, body: this.proposals[KEY[kind]] } as PaperBody);
  }

  put(body: PaperBody): void {
    this.text(body.kind).text = JSON.stringify(body);
  }

  photos(kind: PaperKind): string[] {
    const wanted = kind === 'hazard_notice' || kind === 'handover_slip';
    return wanted ? this.job.view.state.photos.map((photo) => photo.file.hash) : [];
  }

  async show(kind: PaperKind): Promise<void> {
    const body = this.body(kind);
    if (body === undefined) return;
    await this.ask(async () => (this.preview = await device.call('preview_paper', { job: this.job.id, body, photos: this.photos(kind) })));
  }

  /** True when it is sealed. */
  async seal(kind: PaperKind, entry: PaperSigning): Promise<boolean> {
    const body = this.body(kind);
    const { preview } = this;
    if (body === undefined || preview === undefined) return false;
    app.tick();
    const signing = kind === 'receipt' ? null : (entry.signing(instant(app.now)) ?? null);
    const done = await this.job.act(() => device.call('seal_paper', { job: this.job.id, body, photos: this.photos(kind), shown: preview.shown, signing }));
    if (done) {
      this.text(kind).drop();
      entry.drop();
    } else if (this.job.problem?.code === 'order_changed') await this.show(kind);
    return done;
  }

  get invoice(): InvoiceRequest | undefined {
    return kept<InvoiceRequest>(keptOf(this.job.id, 'invoice')) ?? this.job.view.state.invoice ?? this.proposals?.invoice;
  }

  putInvoice(request: InvoiceRequest): void {
    keptOf(this.job.id, 'invoice').text = JSON.stringify(request);
  }

  async requestInvoice(): Promise<boolean> {
    const request = this.invoice;
    if (request === undefined) return false;
    const done = await this.job.record({ kind: 'invoice_requested', body: { request } });
    if (done) keptOf(this.job.id, 'invoice').drop();
    return done;
  }

  private async ask(asking: () => Promise<unknown>): Promise<void> {
    try {
      await asking();
      this.problem = undefined;
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
  }
}

interface PaperDraft {
  choice?: SigningChoice;
  name?: string;
  role?: string;
  reason?: DeclineReason;
  words?: string;
  signature?: Signature;
}

/** The same four ways to sign as on the order, kept for one paper. */
export class PaperSigning extends SigningEntry {
  private readonly text: KeptText;

  constructor(job: Job, kind: PaperKind) {
    super(job);
    this.text = keptOf(job.id, `paper-signing/${kind}`);
  }

  override get draft(): PaperDraft {
    return kept<PaperDraft>(this.text) ?? {};
  }

  override get typed(): string[] {
    return this.signed;
  }

  override put(change: PaperDraft): void {
    this.text.text = JSON.stringify({ ...this.draft, ...change });
  }

  override leave(): void {
    // Every stroke is kept as it is drawn.
  }

  override drop(): void {
    this.text.drop();
  }
}
