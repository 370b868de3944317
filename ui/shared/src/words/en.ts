/** The English catalogue. A missing or surplus key does not type-check. */
import { common } from './en/common.ts';
import { facts } from './en/facts.ts';
import { field } from './en/field.ts';
import { format } from './en/format.ts';
import { office } from './en/office.ts';
import { papers } from './en/papers.ts';
import { parts } from './en/parts.ts';
import { problems } from './en/problems.ts';
import { seal } from './en/seal.ts';
import type { Translation } from './types.ts';
import type { zh } from './zh.ts';

export const en: Translation<typeof zh> = {
  ...common,
  ...format,
  ...parts,
  ...problems,
  ...facts,
  ...field,
  ...papers,
  ...office,
  ...seal,
};
