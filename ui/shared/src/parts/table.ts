/** Columns of a table, sorting, ticking. Sorting is stable and says nothing about what the values mean. */
export interface Column<T> {
  readonly id: string;
  readonly label: string;
  /** What is sorted by and, without `text`, shown. */
  readonly value: (row: T) => string | number | undefined;
  readonly text?: ((row: T) => string) | undefined;
  readonly align?: 'start' | 'end' | undefined;
  readonly width?: string | undefined;
  readonly sortable?: boolean | undefined;
  readonly mono?: boolean | undefined;
  readonly strong?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly total?: ((rows: readonly T[]) => string) | undefined;
}

export interface Sort {
  readonly by: string;
  readonly descending: boolean;
}

export function shownText<T>(column: Column<T>, row: T): string {
  return column.text?.(row) ?? String(column.value(row) ?? '');
}

/** Rows in the asked order; empty values last in both directions. */
export function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], sort: Sort | undefined, locale: string): readonly T[] {
  const column = columns.find((one) => one.id === sort?.by);
  if (sort === undefined || column === undefined) return rows;
  const collator = new Intl.Collator(locale, { numeric: true });
  const sign = sort.descending ? -1 : 1;
  return rows.toSorted((left, right) => {
    const a = column.value(left);
    const b = column.value(right);
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * collator.compare(String(a), String(b));
  });
}

/** First press ascending, second descending, third back to the order of the rows. */
export function nextSort(sort: Sort | undefined, by: string): Sort | undefined {
  if (sort?.by !== by) return { by, descending: false };
  return sort.descending ? undefined : { by, descending: true };
}

export function toggled(ticked: readonly string[], key: string): string[] {
  return ticked.includes(key) ? ticked.filter((one) => one !== key) : [...ticked, key];
}
