/** The kits of the day as one list (C3): what every job needs is shown once and ticked for all of them. */
import type { JobView } from '@gongdan/shared/generated/JobView';
import type { KitLine } from '@gongdan/shared/generated/KitLine';
import { device } from '../../device.ts';
import { problemOf } from '../../problem.ts';
import type { Job } from '../job.svelte.ts';

/** A line as it is shown: in which jobs, and whether it is ticked in all of them. */
export interface PackLine {
  readonly line: KitLine;
  readonly jobs: readonly string[];
}

export class KitDay {
  private readonly job: Job;
  merged = $state(false);
  /** The other jobs of the day that have not left yet. */
  others = $state.raw<JobView[]>([]);

  constructor(job: Job) {
    this.job = job;
  }

  async find(): Promise<void> {
    try {
      const { stops } = await device.call('agenda', {});
      const ids = stops.filter((stop) => stop.job !== this.job.id && ['accepted', 'contacted', 'ready'].includes(stop.stage)).map((stop) => stop.job);
      this.others = await Promise.all(ids.map((job) => device.call('open_job', { job })));
    } catch (thrown) {
      this.job.problem = problemOf(thrown);
    }
  }

  get views(): JobView[] {
    return this.merged ? [this.job.view, ...this.others] : [this.job.view];
  }

  get lines(): PackLine[] {
    const found: { [code: string]: { line: KitLine; jobs: string[] } } = {};
    for (const view of this.views) {
      for (const line of view.kit.lines) {
        const known = found[line.code];
        if (known === undefined) found[line.code] = { line, jobs: [view.job] };
        else {
          known.jobs.push(view.job);
          if (line.mandatory && !known.line.mandatory) known.line = { ...line, qty: known.line.qty };
          if (line.origin === 'part') known.line = { ...known.line, qty: known.line.qty + line.qty };
          else known.line = { ...known.line, qty: Math.max(known.line.qty, line.qty) };
        }
      }
    }
    return Object.values(found);
  }

  ticked(pack: PackLine): boolean {
    return pack.jobs.every((id) => this.tickedIn(id, pack.line.code));
  }

  private tickedIn(id: string, code: string): boolean {
    if (id === this.job.id) return this.job.ticked('kit', code);
    return this.others.find((view) => view.job === id)?.state.ticks.kit?.[code] !== undefined;
  }

  missing(pack: PackLine): boolean {
    return pack.line.mandatory && !this.ticked(pack) && !this.released(pack.line.code);
  }

  released(code: string): boolean {
    return this.job.view.state.kit_released[code] !== undefined;
  }

  async tick(packs: readonly PackLine[], on: boolean): Promise<void> {
    await Promise.all([this.tickMine(packs, on), ...this.others.map((view) => this.tickOther(view, packs, on))]);
  }

  private async tickMine(packs: readonly PackLine[], on: boolean): Promise<void> {
    const mine = packs.filter((pack) => pack.jobs.includes(this.job.id));
    const version = this.job.view.kit.version;
    if (mine.length === 0) return;
    if (mine.length === 1 && mine[0]) await this.job.tick('kit', mine[0].line.code, on, version);
    else if (on) await this.job.recordAll(mine.map((pack) => ({ kind: 'ticked', body: { list: 'kit', item: pack.line.code, template_version: version } })));
    else await this.job.retract(mine.flatMap((pack) => this.factOf(this.job.view, pack.line.code)));
  }

  private factOf(view: JobView, code: string): string[] {
    const fact = view.state.ticks.kit?.[code]?.fact;
    return fact === undefined ? [] : [fact];
  }

  private async tickOther(view: JobView, packs: readonly PackLine[], on: boolean): Promise<void> {
    const codes = packs.filter((pack) => pack.jobs.includes(view.job)).map((pack) => pack.line.code);
    if (codes.length === 0) return;
    const about = { job: view.job, visit: view.visit };
    try {
      const facts = codes.map((item) => ({ kind: 'ticked' as const, body: { list: 'kit' as const, item, template_version: view.kit.version } }));
      const next = on
        ? await device.call('record_all', { about, facts })
        : await device.call('retract', { about, facts: codes.flatMap((code) => this.factOf(view, code)), reason: '' });
      this.others = this.others.map((one) => (one.job === next.job && next.seq >= one.seq ? next : one));
    } catch (thrown) {
      this.job.problem = problemOf(thrown);
    }
  }
}
