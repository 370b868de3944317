/** The English catalogue. A missing or surplus key does not type-check. */
import { accounts } from './en/accounts.ts';
import { calls } from './en/calls.ts';
import { checks } from './en/checks.ts';
import { common } from './en/common.ts';
import { company } from './en/company.ts';
import { facts } from './en/facts.ts';
import { fees } from './en/fees.ts';
import { field } from './en/field.ts';
import { format } from './en/format.ts';
import { office } from './en/office.ts';
import { orders } from './en/orders.ts';
import { papers } from './en/papers.ts';
import { parts } from './en/parts.ts';
import { post } from './en/post.ts';
import { problems } from './en/problems.ts';
import { seal } from './en/seal.ts';
import { visit } from './en/visit.ts';
import type { Translation } from './types.ts';
import type { zh } from './zh.ts';

export const en: Translation<typeof zh> = {
  ...common,
  ...format,
  ...parts,
  ...problems,
  ...facts,
  ...field,
  ...visit,
  ...papers,
  ...office,
  ...calls,
  ...orders,
  ...checks,
  ...fees,
  ...accounts,
  ...post,
  ...company,
  ...seal,
};
