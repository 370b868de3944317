/**
 * A call as it is being registered (A6): everything on the form is state, kept in this browser tab on every keystroke, so that
 * a reload or a lapsed sign-in loses nothing. Refuses to know the screen.
 */
import type { CreateJob } from '@gongdan/shared/generated/CreateJob';
import type { CustomerHit } from '@gongdan/shared/generated/CustomerHit';
import type { MachineHit } from '@gongdan/shared/generated/MachineHit';
import { everyone, NOBODY, type Crew } from '../job/crew.ts';
import { uuidv7 } from '../uuid.ts';

const KEPT = 'gongdan.intake';

export type CustomerDraft = { kind: 'none' } | { kind: 'known'; hit: CustomerHit } | { kind: 'new' };
export type MachineDraft = { kind: 'none' } | { kind: 'known'; hit: MachineHit } | { kind: 'new' } | { kind: 'unknown' };

export interface Draft {
  job: string;
  startedAt: number;
  search: string;
  customer: CustomerDraft;
  machine: MachineDraft;
  newCustomer: Record<string, string>;
  newMachine: Record<string, string>;
  contact: string;
  phone: string;
  symptom: string;
  wishes: string;
  service: string;
  category: string;
  urgency: string;
  requestedAt: string | undefined;
  plannedAt: string | undefined;
  crew: Crew;
}

/** What a call cannot be registered without, in the order of the form. */
export type Missing = 'customer' | 'customerName' | 'machine' | 'phone' | 'symptom' | 'urgency';

export const NEW_CUSTOMER = ['name', 'address'] as const;
export const NEW_MACHINE = ['brand', 'model', 'serial_no'] as const;

export function blank(now: number): Draft {
  return {
    job: uuidv7(now),
    startedAt: now,
    search: '',
    customer: { kind: 'none' },
    machine: { kind: 'none' },
    newCustomer: {},
    newMachine: {},
    contact: '',
    phone: '',
    symptom: '',
    wishes: '',
    service: 'repair',
    category: '',
    urgency: '',
    requestedAt: undefined,
    plannedAt: undefined,
    crew: NOBODY,
  };
}

const filled = (text: string | undefined): boolean => text !== undefined && text.trim() !== '';

export function missing(draft: Draft): Missing[] {
  const gaps: [Missing, boolean][] = [
    ['customer', draft.customer.kind === 'none'],
    ['customerName', draft.customer.kind === 'new' && !filled(draft.newCustomer['name'])],
    ['machine', draft.customer.kind !== 'none' && draft.machine.kind === 'none'],
    ['phone', draft.customer.kind === 'new' && !filled(draft.phone)],
    ['symptom', !filled(draft.symptom)],
    ['urgency', draft.urgency === ''],
  ];
  return gaps.filter(([, gap]) => gap).map(([name]) => name);
}

function texts(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text.trim()] as const).filter(([, text]) => text !== ''));
}

/** The command; `undefined` while something is missing. Without a crew the call waits in the pool. */
export function command(draft: Draft, assigned: boolean): CreateJob | undefined {
  const { customer, machine, crew } = draft;
  if (missing(draft).length > 0 || customer.kind === 'none' || machine.kind === 'none') return undefined;
  const contact = { contact_name: draft.contact.trim(), phone: draft.phone.trim() };
  return {
    job: draft.job,
    customer: customer.kind === 'known' ? { kind: 'known', customer: customer.hit.customer } : { kind: 'new', fields: texts({ ...draft.newCustomer, ...contact }) },
    machine: machine.kind === 'known' ? { kind: 'known', machine: machine.hit.machine } : machine.kind === 'new' ? { kind: 'new', fields: texts(draft.newMachine) } : { kind: 'unknown' },
    ...contact,
    symptom: draft.symptom.trim(),
    wishes: draft.wishes.trim(),
    service_kind: draft.service,
    urgency: draft.urgency,
    category: draft.category,
    requested_at: draft.requestedAt ?? null,
    assign: assigned && crew.leader !== undefined ? { technicians: everyone(crew), leader: crew.leader, planned_at: draft.plannedAt ?? null } : null,
  };
}

/** One line of the results under the search: a machine, or a customer whose machine is not known yet. */
export interface Found {
  readonly key: string;
  readonly hit: CustomerHit;
  readonly machine: MachineHit | undefined;
  /** The line before is of the same customer. */
  readonly same: boolean;
}

/** Machines that match come first within their customer. "Machine not known" is offered once the customer is the only one. */
export function found(hits: readonly CustomerHit[]): Found[] {
  return hits.flatMap((hit) => {
    const machines = [...hit.machines].sort((a, b) => Number(b.matched) - Number(a.matched));
    const lines: (MachineHit | undefined)[] = hits.length === 1 || machines.length === 0 ? [...machines, undefined] : machines;
    return lines.map((machine, index) => ({ key: `${hit.customer}/${machine?.machine ?? ''}`, hit, machine, same: index > 0 }));
  });
}

export function restored(now: number): Draft {
  const kept = window.sessionStorage.getItem(KEPT);
  if (kept === null) return blank(now);
  try {
    return { ...blank(now), ...(JSON.parse(kept) as Partial<Draft>) };
  } catch {
    return blank(now);
  }
}

export function keep(draft: Draft): void {
  window.sessionStorage.setItem(KEPT, JSON.stringify(draft));
}

export function forget(): void {
  window.sessionStorage.removeItem(KEPT);
}
