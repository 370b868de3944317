// A browser with the console in it, and what is looked at on every screen.
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

export const openBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--disable-background-networking', '--disable-component-update', '--no-first-run'] });

/** A page of its own: nothing of another test is in it. `pages.at(id)` finds what a person acts on. */
export async function openPage(browser, { width = 1440, height = 900, language = 'zh', theme = 'day' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', timezoneId: 'America/New_York', acceptDownloads: true });
  await context.addInitScript(
    ([words, look]) => {
      if (localStorage.getItem('gongdan.language') === null) localStorage.setItem('gongdan.language', words);
      if (localStorage.getItem('gongdan.theme') === null) localStorage.setItem('gongdan.theme', look);
    },
    [language, theme],
  );
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  // What the strict policy stopped is missing on the screen.
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text());
  });
  return {
    page,
    errors,
    at: (id) => page.getByTestId(id).first(),
    focused: () => page.evaluate(() => document.activeElement?.closest('[data-testid]')?.getAttribute('data-testid') ?? ''),
    close: () => context.close(),
  };
}

export async function signIn(console, company, login) {
  await console.page.goto(company.url);
  await console.at('login').fill(login);
  await console.at('password').fill(company.password(login));
  await console.at('sign-in').click();
  await console.at('rail-settings').waitFor();
}

export async function signedIn(browser, company, login, options) {
  const console = await openPage(browser, options);
  await signIn(console, company, login);
  return console;
}

/** No accessibility violation, nothing wider or higher than the window, no sentence without words. */
export async function look(console, name) {
  const { page } = console;
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(' | ')}`);
  assert.deepEqual(told, [], `axe on ${name}`);
  const beyond = await page.evaluate(() => ({ wider: document.documentElement.scrollWidth - window.innerWidth, higher: document.documentElement.scrollHeight - window.innerHeight }));
  assert.deepEqual(beyond, { wider: 0, higher: 0 }, `${name} is larger than the window`);
  const text = await page.locator('body').innerText();
  assert.doesNotMatch(text, /\b(?:office|fact|parts|common|problem|seal)\.[a-z]+\.?[A-Za-z_]*\b/, `${name} shows a key instead of words`);
  assert.deepEqual(console.errors, [], `${name} threw`);
}
