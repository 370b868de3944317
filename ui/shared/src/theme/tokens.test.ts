/** The tokens keep what the look promises: one night, text at 7:1, controls at 3:1. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync('ui/shared/src/theme/tokens.css', 'utf8');

function block(start: string): Record<string, string> {
  const from = css.indexOf('{', css.indexOf(start));
  const body = css.slice(from + 1, css.indexOf('}', from));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((hit) => [hit[1] ?? '', hit[2] ?? '']));
}

const day = block(':root {');
const night = block(":root[data-theme='night']");
const auto = block(":root[data-theme='auto']");

function light(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(theme: Record<string, string>, one: string, other: string): number {
  const [dark = 0, bright = 0] = [light(theme[one] ?? ''), light(theme[other] ?? '')].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

describe('the tokens', () => {
  it('have one night, chosen or followed', () => expect(auto).toEqual(night));

  it.each([['day', day], ['night', { ...day, ...night }]] as const)('%s reads at 7:1', (_, theme) => {
    const pairs = [
      ...['ink', 'ink-soft'].flatMap((text) => ['paper', 'sheet', 'sunk', 'next-wash'].map((ground) => [text, ground])),
      ...['done', 'soon', 'wrong'].flatMap((text) => ['paper', 'sheet', `${text}-wash`].map((ground) => [text, ground])),
      ['on-next', 'next'],
      ['on-alarm', 'alarm'],
    ] as const;
    const weak = pairs.filter(([text = '', ground = '']) => contrast(theme, text, ground) < 7);
    expect(weak).toEqual([]);
  });

  it.each([['day', day], ['night', { ...day, ...night }]] as const)('%s shows control borders at 3:1', (_, theme) => {
    expect(contrast(theme, 'line-strong', 'paper')).toBeGreaterThanOrEqual(3);
    expect(contrast(theme, 'line-strong', 'sheet')).toBeGreaterThanOrEqual(3);
  });
});
