/** A refusal with the names of what it is about: which items, which range. The catalogue's sentence otherwise. */
import { said } from '@gongdan/shared/business/index.ts';
import { listed, problemWords, t } from '@gongdan/shared/words';
import type { JobView } from '@gongdan/shared/generated/JobView';
import type { Problem } from '@gongdan/shared/generated/Problem';
import { detail } from '../problem.ts';
import { missingName } from './missing.ts';

export function problemSaid(problem: Problem, view: JobView): { what: string; todo: string } {
  const words = problemWords(problem.code);
  const missing = detail(problem, 'missing');
  if (!Array.isArray(missing) || missing.length === 0) return { what: words.what, todo: words.todo };
  const names = missing.map((one: unknown) => name(one, view));
  return { what: t('field.job.missingNamed', { what: words.what, names: listed(names) }), todo: words.todo };
}

function name(one: unknown, view: JobView): string {
  const code = typeof one === 'string' ? one : typeof one === 'object' && one !== null && 'code' in one ? String(one.code) : '';
  const line = view.kit.lines.find((item) => item.code === code);
  return line === undefined ? missingName(code) : said(line.words);
}
