/**
 * A fee schedule as rows of prices, and a new version made of an old one. Values in, values out; whether a version may be
 * published is the server's rule, not decided here.
 */
import type { FeeItem } from '@gongdan/shared/generated/FeeItem';
import type { FeeSchedule } from '@gongdan/shared/generated/FeeSchedule';
import type { Words } from '@gongdan/shared/generated/Words';

export type Part = 'travel' | 'labour' | 'items';

export interface PriceRow {
  readonly part: Part;
  readonly code: string;
  readonly words: Words;
  readonly note: Words | undefined;
  readonly unit: Words | undefined;
  readonly ratePct: number | undefined;
  /** Absent where the price is not an amount (quoted, a percentage, by labour). */
  readonly fen: number | undefined;
  readonly price: FeeItem['price'] | undefined;
}

function fenOf(price: FeeItem['price']): number | undefined {
  if (price.kind === 'fixed') return price.fen;
  return price.kind === 'at_cost' ? price.cap_fen : undefined;
}

export function rowsOf(schedule: FeeSchedule): PriceRow[] {
  const rate = (code: string): number | undefined => schedule.tax_codes.find((one) => one.code === code)?.rate_pct;
  return [
    ...schedule.travel.map((one): PriceRow => ({ part: 'travel', code: one.code, words: one.words, note: one.note, unit: undefined, ratePct: rate(one.tax_code), fen: one.fee_fen, price: undefined })),
    ...schedule.labour.map((one): PriceRow => ({ part: 'labour', code: one.code, words: one.words, note: undefined, unit: undefined, ratePct: rate(one.tax_code), fen: one.fen_per_hour, price: undefined })),
    ...schedule.items.map((one): PriceRow => ({ part: 'items', code: one.code, words: one.words, note: one.note, unit: one.unit, ratePct: rate(one.tax_code), fen: fenOf(one.price), price: one.price })),
  ];
}

function priced(price: FeeItem['price'], fen: number): FeeItem['price'] {
  if (price.kind === 'fixed') return { kind: 'fixed', fen };
  return price.kind === 'at_cost' ? { kind: 'at_cost', cap_fen: fen } : price;
}

/** The same schedule with one price changed; a code without an amount stays as it is. */
export function withPrice(schedule: FeeSchedule, code: string, fen: number): FeeSchedule {
  return {
    ...schedule,
    travel: schedule.travel.map((one) => (one.code === code ? { ...one, fee_fen: fen } : one)),
    labour: schedule.labour.map((one) => (one.code === code ? { ...one, fen_per_hour: fen } : one)),
    items: schedule.items.map((one) => (one.code === code ? { ...one, price: priced(one.price, fen) } : one)),
  };
}

/** A new version begins as a copy of an old one and needs a name and a first day of its own. */
export function draftOf(schedule: FeeSchedule): FeeSchedule {
  return { ...schedule, version: '', valid_from: '', valid_until: null };
}

export type ImportProblem =
  | { readonly kind: 'not_json' }
  | { readonly kind: 'not_schedule' }
  | { readonly kind: 'no_rows' }
  | { readonly kind: 'unknown_code'; readonly line: number; readonly code: string }
  | { readonly kind: 'not_amount'; readonly line: number; readonly text: string };

export interface Imported {
  readonly schedule: FeeSchedule | undefined;
  readonly problems: readonly ImportProblem[];
}

/** Yuan as written in a table, also negative ones: that a price may not be negative is said by the rule that publishes. */
export function fenFrom(text: string): number | undefined {
  const plain = text.replace(/[\s,，¥￥"]/g, '').replace(/^−/, '-');
  const parts = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(plain);
  if (parts === null) return undefined;
  const fen = Number(parts[2]) * 100 + Number((parts[3] ?? '').padEnd(2, '0'));
  return parts[1] === '-' ? -fen : fen;
}

function cells(line: string): string[] {
  const found = line.match(/("(?:[^"]|"")*"|[^,;\t]*)(?:[,;\t]|$)/g) ?? [];
  return found.map((cell) => cell.replace(/[,;\t]$/, '').replace(/^"(.*)"$/s, '$1').replaceAll('""', '"').trim());
}

/** A table of `code, price` (yuan) over a base version; the first line may be a heading. */
export function fromCsv(text: string, base: FeeSchedule): Imported {
  const known = new Set(rowsOf(base).filter((row) => row.fen !== undefined).map((row) => row.code));
  const problems: ImportProblem[] = [];
  let schedule = base;
  let changed = 0;
  text.replace(/^\uFEFF/, '').split(/\r?\n/).forEach((raw, index) => {
    if (raw.trim() === '') return;
    const [code = '', ...rest] = cells(raw);
    const price = rest.findLast((cell) => cell !== '') ?? '';
    const fen = fenFrom(price);
    if (index === 0 && !known.has(code) && fen === undefined) return;
    if (!known.has(code)) problems.push({ kind: 'unknown_code', line: index + 1, code });
    else if (fen === undefined) problems.push({ kind: 'not_amount', line: index + 1, text: price });
    else {
      schedule = withPrice(schedule, code, fen);
      changed += 1;
    }
  });
  if (changed === 0 && problems.length === 0) problems.push({ kind: 'no_rows' });
  return { schedule: problems.length === 0 ? schedule : undefined, problems };
}

function isSchedule(value: unknown): value is FeeSchedule {
  if (typeof value !== 'object' || value === null) return false;
  const lists = ['travel', 'labour', 'items', 'tax_codes'];
  return lists.every((name) => Array.isArray((value as Record<string, unknown>)[name]));
}

/** A whole version, bare or as published data is kept: `{"kind": "fee_schedule", "body": {…}}`. */
export function fromJson(text: string): Imported {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { schedule: undefined, problems: [{ kind: 'not_json' }] };
  }
  const body = typeof value === 'object' && value !== null && 'body' in value ? value.body : value;
  return isSchedule(body) ? { schedule: body, problems: [] } : { schedule: undefined, problems: [{ kind: 'not_schedule' }] };
}

export interface Change {
  readonly row: PriceRow;
  readonly before: number | undefined;
  readonly kind: 'same' | 'changed' | 'added' | 'removed';
}

/** Every row of both versions with what became of it, in the order of the new one; removed rows last in their part. */
export function compared(base: FeeSchedule | undefined, next: FeeSchedule): Change[] {
  const old = new Map((base === undefined ? [] : rowsOf(base)).map((row) => [row.code, row]));
  const rows = rowsOf(next);
  const kept = rows.map((row): Change => {
    const before = old.get(row.code);
    if (base !== undefined && before === undefined) return { row, before: undefined, kind: 'added' };
    return { row, before: before?.fen, kind: base === undefined || before?.fen === row.fen ? 'same' : 'changed' };
  });
  const codes = new Set(rows.map((row) => row.code));
  const removed = [...old.values()].filter((row) => !codes.has(row.code)).map((row): Change => ({ row, before: row.fen, kind: 'removed' }));
  return (['travel', 'labour', 'items'] as const).flatMap((part) => [...kept, ...removed].filter((one) => one.row.part === part));
}
