/** The one list of the call: which fields are shown, and which the standard wants confirmed one by one (A1, B1). */
export interface CheckItem {
  readonly field: string;
  /** Item of the contact list, where it must be confirmed. */
  readonly tick?: 'visit_time' | 'address' | 'model' | 'purchase_date' | 'symptom';
  readonly mono?: boolean;
}

export const CHECK_ITEMS: readonly CheckItem[] = [
  { field: 'customer_name' },
  { field: 'address', tick: 'address' },
  { field: 'contact_name' },
  { field: 'phone' },
  { field: 'brand' },
  { field: 'model', tick: 'model' },
  { field: 'serial_no', mono: true },
  { field: 'purchase_date', tick: 'purchase_date', mono: true },
  { field: 'manufacture_date', mono: true },
  { field: 'symptom', tick: 'symptom' },
  { field: 'wishes' },
];

export const CONFIRMED = ['visit_time', 'address', 'model', 'purchase_date', 'symptom'] as const;
