/**
 * Autosave of fields: what is typed is on the device within a quarter of a second, and what was typed stays on the screen
 * whatever arrives meanwhile. Each edit names the values it has seen: those on the screen when it began, and its own.
 */
import type { EntityRef } from '@gongdan/shared/generated/EntityRef';
import type { FieldView } from '@gongdan/shared/generated/FieldView';
import type { Problem } from '@gongdan/shared/generated/Problem';
import { device } from '../device.ts';
import { problemOf } from '../problem.ts';

/** Well under the quarter of a second that is promised. */
const WAIT_MS = 160;

interface Edit {
  entity: EntityRef;
  field: string;
  value: unknown;
  seen: string[];
  /** Counts changes, to know whether one came while another was on its way. */
  serial: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** The last write on its way; the next one names it as seen and waits for it. */
  writing: Promise<void>;
  /** Written, and what the device made of it is on the screen. */
  done: Promise<void>;
  open: boolean;
}

const keyOf = (entity: EntityRef, field: string): string => `${entity.kind}/${entity.id}/${field}`;

export class Registers {
  /** What the screen shows instead of the device's value while an edit is going on. */
  private overlay = $state<{ [key: string]: { value: unknown } }>({});
  problem = $state.raw<Problem>();
  private edits: { [key: string]: Edit } = {};
  private readonly saved: () => Promise<void>;

  constructor(saved: () => Promise<void>) {
    this.saved = saved;
  }

  value(entity: EntityRef, field: string, shown: FieldView | undefined): unknown {
    const over = this.overlay[keyOf(entity, field)];
    return over === undefined ? shown?.value : over.value;
  }

  /** A change. `typing`: more will follow, it is saved after a short pause and stays open until it is left. */
  put(entity: EntityRef, field: string, value: unknown, shown: FieldView | undefined, typing = false): Promise<void> {
    const key = keyOf(entity, field);
    const edit = this.edits[key] ?? this.begin(key, entity, field, shown);
    edit.value = value;
    edit.serial += 1;
    edit.open = typing;
    this.overlay[key] = { value };
    clearTimeout(edit.timer);
    edit.timer = undefined;
    if (!typing) return this.write(key, edit);
    edit.timer = setTimeout(() => void this.write(key, edit), WAIT_MS);
    return Promise.resolve();
  }

  /** The field was left: nothing stays unsaved. */
  leave(entity: EntityRef, field: string): Promise<void> {
    const key = keyOf(entity, field);
    const edit = this.edits[key];
    if (edit === undefined) return Promise.resolve();
    edit.open = false;
    const pending = edit.timer !== undefined;
    clearTimeout(edit.timer);
    edit.timer = undefined;
    return pending ? this.write(key, edit) : edit.done.then(() => this.settle(key, edit));
  }

  /** Everything that still waits is written; before an action that depends on it. */
  async flush(): Promise<void> {
    await Promise.all(Object.values(this.edits).map((edit) => this.leave(edit.entity, edit.field)));
  }

  private begin(key: string, entity: EntityRef, field: string, shown: FieldView | undefined): Edit {
    const edit: Edit = { entity, field, value: undefined, seen: [...(shown?.heads ?? [])], serial: 0, timer: undefined, writing: Promise.resolve(), done: Promise.resolve(), open: false };
    this.edits[key] = edit;
    return edit;
  }

  private write(key: string, edit: Edit): Promise<void> {
    edit.timer = undefined;
    let serial = edit.serial;
    edit.writing = edit.writing.then(async () => {
      const { entity, field } = edit;
      serial = edit.serial;
      try {
        const written = await device.call('write_field', { entity, field, value: edit.value, seen: [...edit.seen] });
        if (!edit.seen.includes(written.write)) edit.seen.push(written.write);
        this.problem = undefined;
      } catch (thrown) {
        this.problem = problemOf(thrown);
      }
    });
    edit.done = edit.writing.then(async () => {
      if (this.problem === undefined) await this.saved().catch((thrown: unknown) => (this.problem = problemOf(thrown)));
      if (edit.serial === serial) this.settle(key, edit);
    });
    return edit.done;
  }

  /** The device has it and nobody is at it any more: its value is shown again. */
  private settle(key: string, edit: Edit): void {
    if (edit.open || edit.timer !== undefined || this.edits[key] !== edit) return;
    delete this.edits[key];
    if (this.problem === undefined) delete this.overlay[key];
  }
}
