/** What the server writes into a spreadsheet of findings is what the page says. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { en } from './en.ts';
import { zh } from './zh.ts';

it('h4 the spreadsheet names findings and decisions as the page does', () => {
  const table = JSON.parse(readFileSync('documents/templates/findings.json', 'utf8')) as Record<string, { zh: string; en: string }>;
  const keys = (Object.keys(zh) as (keyof typeof zh)[]).filter((key) => /^(fact\.finding|office\.decision)\.\w+$/.test(key));
  expect(keys.length).toBeGreaterThan(30);
  const differing = keys.filter((key) => {
    const kept = table[key.replace(/^(fact|office)\./, '')];
    return kept?.zh !== zh[key] || kept.en !== en[key];
  });
  expect(differing).toEqual([]);
});
