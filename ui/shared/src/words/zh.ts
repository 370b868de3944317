/** The Chinese catalogue: the source of keys. Each module owns one prefix; a test refuses a key in two modules. */
import { common } from './zh/common.ts';
import { facts } from './zh/facts.ts';
import { field } from './zh/field.ts';
import { format } from './zh/format.ts';
import { office } from './zh/office.ts';
import { papers } from './zh/papers.ts';
import { parts } from './zh/parts.ts';
import { problems } from './zh/problems.ts';
import { seal } from './zh/seal.ts';

export const modules = { common, format, parts, problems, facts, field, papers, office, seal };
export const zh = { ...common, ...format, ...parts, ...problems, ...facts, ...field, ...papers, ...office, ...seal } as const;
