/** The Chinese catalogue: the source of keys, by topic. A test refuses a key in two modules. */
import { accounts } from './zh/accounts.ts';
import { calls } from './zh/calls.ts';
import { checks } from './zh/checks.ts';
import { common } from './zh/common.ts';
import { company } from './zh/company.ts';
import { facts } from './zh/facts.ts';
import { fees } from './zh/fees.ts';
import { field } from './zh/field.ts';
import { format } from './zh/format.ts';
import { office } from './zh/office.ts';
import { orders } from './zh/orders.ts';
import { papers } from './zh/papers.ts';
import { parts } from './zh/parts.ts';
import { post } from './zh/post.ts';
import { problems } from './zh/problems.ts';
import { seal } from './zh/seal.ts';
import { visit } from './zh/visit.ts';

export const modules = { common, format, parts, problems, facts, field, visit, papers, office, calls, orders, checks, fees, accounts, post, company, seal };
export const zh = { ...common, ...format, ...parts, ...problems, ...facts, ...field, ...visit, ...papers, ...office, ...calls, ...orders, ...checks, ...fees, ...accounts, ...post, ...company, ...seal } as const;
