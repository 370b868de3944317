/**
 * What needs a person today, as a ledger: one group per kind of duty, each with its number, the address of its list and its
 * most urgent lines. Values in, lines out; refuses to ask the server or to read the clock.
 */
import type { CallbackRow } from '@gongdan/shared/generated/CallbackRow';
import type { ConflictRow } from '@gongdan/shared/generated/ConflictRow';
import type { FindingList } from '@gongdan/shared/generated/FindingList';
import type { JobList } from '@gongdan/shared/generated/JobList';
import type { OrderList } from '@gongdan/shared/generated/OrderList';
import type { OrderRow } from '@gongdan/shared/generated/OrderRow';
import type { RefusedRow } from '@gongdan/shared/generated/RefusedRow';
import { fieldName, findingWords, said } from '@gongdan/shared/business/index.ts';
import type { Tone } from '@gongdan/shared/parts';
import { deadline, duration, listed, minutesBetween, moment, money, problemWords, t } from '@gongdan/shared/words';
import { to } from '../address.ts';
import { things } from '../conflict/things.ts';
import { dotted, withUnit, word } from '../said.ts';

export type Duty = 'overdue' | 'due' | 'unassigned' | 'review' | 'missing' | 'questioned' | 'conflict' | 'refused' | 'finding';
export type Desk = 'dispatcher' | 'service_manager';

export interface Line {
  readonly key: string;
  readonly href: string;
  readonly who: string;
  readonly what: string;
  readonly number?: string | undefined;
  readonly when: string;
  readonly tone: Tone;
  readonly person: string;
}

export interface Group {
  readonly duty: Duty;
  readonly desk: Desk;
  readonly count: number;
  readonly href: string;
  readonly tone: Tone;
  readonly lines: readonly Line[];
}

/** What the ledger is made of; a part that this person may not see is missing. */
export interface Sources {
  readonly callbacks?: readonly CallbackRow[] | undefined;
  readonly unassigned?: JobList | undefined;
  readonly review?: OrderList | undefined;
  readonly missing?: OrderList | undefined;
  readonly questioned?: OrderList | undefined;
  readonly conflicts?: readonly ConflictRow[] | undefined;
  readonly refused?: readonly RefusedRow[] | undefined;
  readonly findings?: FindingList | undefined;
}

const SHOWN = 4;
const WAITED_LONG_MINUTES = 30;

export function ledger(from: Sources, zone: string, now: number): Group[] {
  const groups = [
    callbacks(from, 'overdue', zone, now),
    callbacks(from, 'due', zone, now),
    unassigned(from, now),
    review(from, zone, now),
    missing(from, zone, now),
    questioned(from, zone, now),
    conflicts(from, zone, now),
    refused(from, zone, now),
    findings(from, zone, now),
  ];
  return groups.filter((group) => group.count > 0);
}

function callbacks(from: Sources, duty: 'overdue' | 'due', zone: string, now: number): Group {
  const rows = (from.callbacks ?? []).filter((row) => row.obligation.state === duty);
  const lines = rows.slice(0, SHOWN).map((row): Line => {
    const due = row.obligation.due_at === null ? undefined : deadline(row.obligation.due_at, zone, now);
    return {
      key: row.obligation.id,
      href: to('/callbacks', { callback: row.obligation.id }),
      who: row.title.customer,
      what: dotted(row.title.machine, row.rule_words === null ? word('fact.rule.', row.obligation.rule) : said(row.rule_words)),
      when: due?.text ?? t('fact.obligation.due'),
      tone: duty === 'overdue' ? 'wrong' : 'soon',
      person: row.obligation.owner === null ? t('office.home.company') : (row.technician?.name ?? ''),
    };
  });
  return { duty, desk: 'dispatcher', count: rows.length, href: to('/callbacks', { filter: duty }), tone: duty === 'overdue' ? 'wrong' : 'soon', lines };
}

function unassigned(from: Sources, now: number): Group {
  const lines = (from.unassigned?.rows ?? []).slice(0, SHOWN).map((row): Line => {
    const waited = row.reported_at === null ? 0 : Math.max(0, minutesBetween(row.reported_at, now));
    return {
      key: row.title.job,
      href: to('/jobs', { filter: 'unassigned', job: row.title.job }),
      who: row.title.customer,
      what: dotted(word('fact.urgency.', row.urgency), row.title.machine, row.title.symptom, withUnit(row.distance_km, 'km')),
      when: t('office.home.waited', { span: duration(waited) }),
      tone: row.urgency === 'down' || waited > WAITED_LONG_MINUTES ? 'soon' : 'plain',
      person: '',
    };
  });
  return { duty: 'unassigned', desk: 'dispatcher', count: from.unassigned?.total ?? 0, href: to('/jobs', { filter: 'unassigned' }), tone: 'plain', lines };
}

function orderLine(row: OrderRow, filter: string, when: string, tone: Tone): Line {
  const total = row.total_fen === null ? '' : money(row.total_fen);
  return {
    key: row.order,
    href: to('/orders', { filter, order: row.order }),
    who: row.title.customer,
    number: row.number === '' ? undefined : row.number,
    what: dotted(row.title.machine, row.number === '' ? row.title.symptom : '', row.choice === null ? '' : t(`fact.signing.done.${row.choice}`), total),
    when,
    tone,
    person: row.technician?.name ?? '',
  };
}

function review(from: Sources, zone: string, now: number): Group {
  const lines = (from.review?.rows ?? []).slice(0, SHOWN).map((row) =>
    orderLine(row, 'to_review', row.received_at === null ? '' : t('office.home.arrivedAt', { time: moment(row.received_at, zone, now) }), 'plain'),
  );
  return { duty: 'review', desk: 'service_manager', count: from.review?.total ?? 0, href: to('/orders', { filter: 'to_review' }), tone: 'plain', lines };
}

function missing(from: Sources, zone: string, now: number): Group {
  const lines = (from.missing?.rows ?? []).slice(0, SHOWN).map((row) => {
    const due = row.owed_at === null ? undefined : deadline(row.owed_at, zone, now);
    return orderLine(row, 'not_returned', due === undefined ? '' : due.tone === 'wrong' ? due.text : due.by, due?.tone ?? 'plain');
  });
  return { duty: 'missing', desk: 'service_manager', count: from.missing?.total ?? 0, href: to('/orders', { filter: 'not_returned' }), tone: 'plain', lines };
}

function questioned(from: Sources, zone: string, now: number): Group {
  const lines = (from.questioned?.rows ?? []).slice(0, SHOWN).map((row) =>
    orderLine(row, 'questioned', row.received_at === null ? '' : t('office.home.arrivedAt', { time: moment(row.received_at, zone, now) }), 'plain'),
  );
  return { duty: 'questioned', desk: 'service_manager', count: from.questioned?.total ?? 0, href: to('/orders', { filter: 'questioned' }), tone: 'plain', lines };
}

function conflicts(from: Sources, zone: string, now: number): Group {
  const lines = things(from.conflicts ?? []).slice(0, SHOWN).map((thing): Line => ({
    key: thing.key,
    href: to('/conflicts', { entity: thing.key }),
    who: thing.title,
    what: dotted(listed(thing.rows.map((row) => fieldName(row.field))), t('office.home.bothChanged')),
    when: thing.at === '' ? '' : moment(thing.at, zone, now),
    tone: 'plain',
    person: listed(thing.people),
  }));
  return { duty: 'conflict', desk: 'dispatcher', count: from.conflicts?.length ?? 0, href: '/conflicts', tone: 'plain', lines };
}

function refused(from: Sources, zone: string, now: number): Group {
  const rows = from.refused ?? [];
  const lines = rows.slice(0, SHOWN).map((row): Line => ({
    key: `${row.device}-${row.device_seq}`,
    href: to('/conflicts', { filter: 'refused' }),
    who: row.device_name,
    what: problemWords(row.code).what,
    when: moment(row.received_at, zone, now),
    tone: 'plain',
    person: row.person.name,
  }));
  return { duty: 'refused', desk: 'dispatcher', count: rows.length, href: to('/conflicts', { filter: 'refused' }), tone: 'plain', lines };
}

function findings(from: Sources, zone: string, now: number): Group {
  const lines = (from.findings?.rows ?? []).slice(0, SHOWN).map((row): Line => ({
    key: row.finding.id,
    href: to('/findings', { finding: row.finding.id }),
    who: row.title?.customer ?? '',
    what: dotted(findingWords(row.finding), row.title?.machine),
    when: moment(row.finding.found_at, zone, now),
    tone: 'plain',
    person: row.by?.name ?? '',
  }));
  return { duty: 'finding', desk: 'service_manager', count: from.findings?.total ?? 0, href: '/findings', tone: 'plain', lines };
}
