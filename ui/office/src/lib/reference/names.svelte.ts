/**
 * Names of the codes that records carry (readings, kit items, safety items), from the published data. Asked for once, when the
 * first record with a code is shown; until then, and for a code that nobody published, the code itself stands there.
 */
import type { FormFields } from '@gongdan/shared/generated/FormFields';
import type { KitTemplate } from '@gongdan/shared/generated/KitTemplate';
import type { ReferenceKind } from '@gongdan/shared/generated/ReferenceKind';
import type { SafetyTemplate } from '@gongdan/shared/generated/SafetyTemplate';
import type { Words } from '@gongdan/shared/generated/Words';
import { said } from '@gongdan/shared/business/index.ts';
import { isKey } from '@gongdan/shared/words';
import { untrack } from 'svelte';
import { ask } from '../backend.ts';
import { word } from '../said.ts';

let names = $state.raw<ReadonlyMap<string, Words>>(new Map());
let asked = false;

async function bodies(kind: ReferenceKind): Promise<unknown[]> {
  const rows = await ask('reference_list', { kind });
  return rows.map((row) => row.body);
}

async function load(): Promise<void> {
  const [forms, kits, safety] = await Promise.all([bodies('form_fields'), bodies('kit_template'), bodies('safety_template')]);
  const found: [string, Words][] = [
    ...(forms as FormFields[]).flatMap((one) => one.fields.map((field): [string, Words] => [field.key, field.words])),
    ...(kits as KitTemplate[]).flatMap((one) => one.items.map((item): [string, Words] => [item.code, item.words])),
    ...(safety as SafetyTemplate[]).flatMap((one) => one.items.map((item): [string, Words] => [item.code, item.words])),
  ];
  names = new Map(found);
}

const CATALOGUE = ['fact.door.', 'fact.handover.', 'fact.rating.', 'fact.signing.done.', 'fact.field.'] as const;

/** The name of a code in the language of the screen. */
export function nameOf(code: string): string {
  if (!asked) {
    asked = true;
    untrack(() => void load().catch(() => (asked = false)));
  }
  const published = names.get(code);
  if (published !== undefined) return said(published);
  const prefix = CATALOGUE.find((one) => isKey(one + code));
  return prefix === undefined ? code : word(prefix, code);
}
