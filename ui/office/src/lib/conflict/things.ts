/** Conflicts belong together by the thing they are about: a person settles a customer or a machine, not a field. */
import type { ConflictRow } from '@gongdan/shared/generated/ConflictRow';

export interface Thing {
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly rows: readonly ConflictRow[];
  /** When its newest value was written. */
  readonly at: string;
  readonly people: readonly string[];
}

export function things(rows: readonly ConflictRow[]): Thing[] {
  const found = new Map<string, ConflictRow[]>();
  for (const row of rows) {
    const key = `${row.entity.kind}:${row.entity.id}`;
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return [...found].map(([key, fields]) => {
    const heads = fields.flatMap((row) => row.heads);
    return {
      key,
      title: fields[0]?.entity_title ?? '',
      kind: fields[0]?.entity.kind ?? '',
      rows: fields,
      at: heads.map((head) => head.at).sort().at(-1) ?? '',
      people: [...new Set(heads.map((head) => head.by.name))],
    };
  });
}
