// The gate, before anything is on the tablet: what is refused is said plainly and what was typed stays; English is English throughout.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { bridge, PIN } from './bridge.mjs';
import { field } from './finger.mjs';

const CHINESE = /\p{Script=Han}/u;
let browser;
let firm;
let tablet;
let finger;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

/** The text of a screen without what is a name or a datum. */
async function wordsWithout(...data) {
  const text = await finger.text();
  return [...data, '中文', '工'].reduce((rest, one) => rest.replaceAll(one, ''), text);
}

test('J3 the gate speaks English at a tap, with no Chinese left on it', async () => {
  await finger.open();
  await finger.says(/登记这台平板/);
  await finger.page.getByText('English', { exact: true }).click();
  await finger.says(/PIN/);
  await finger.page.waitForFunction(() => document.documentElement.lang.startsWith('en'));
  assert.doesNotMatch(await wordsWithout(), CHINESE);
  await finger.page.getByText('中文', { exact: true }).click();
  await finger.says(/登记这台平板/);
});

test('J3 L5 the gate stands on every window, in both languages, by day and by night', async () => {
  await finger.look('gate');
});

test('L3 a wrong enrolment code and a short PIN are said plainly, and what was typed stays', async () => {
  await finger.type('gate-server', firm.url);
  await finger.type('gate-code', 'ZZZZ-ZZZZ');
  await finger.type('gate-pin', PIN);
  await finger.tap('gate-enter');
  await finger.says(/这个登记码不认识、用过了或者过期了[\s\S]*向公司要一个新的登记码/);
  assert.equal(await finger.at('gate-code').inputValue(), 'ZZZZ-ZZZZ');

  await finger.type('gate-code', firm.code('zhang'));
  await finger.type('gate-pin', '12');
  await finger.tap('gate-enter');
  await finger.says(/PIN 至少 4 位[\s\S]*再加几位/);
  assert.equal(await finger.at('gate-code').inputValue(), firm.code('zhang'), 'the code is not used up by a short PIN');

  await finger.type('gate-pin', PIN);
  await finger.tap('gate-enter');
  await finger.delivered();
  await finger.all('stop-').first().waitFor();
});

test('J3 the me screen speaks English at a tap; only names and data are Chinese', async () => {
  await finger.open('#/me');
  await finger.tap('language-en');
  await finger.page.waitForFunction(() => document.documentElement.lang.startsWith('en'));
  const { person, device_name: name } = await tablet.call('status');
  assert.doesNotMatch(await wordsWithout(person.name, name), CHINESE);
  await finger.tap('language-zh');
  await finger.page.waitForFunction(() => document.documentElement.lang.startsWith('zh'));
});

test('K1 a locked tablet shows nothing but the gate, refuses a wrong PIN and opens with the right one', async () => {
  await finger.tap('lock');
  await finger.at('gate-pin').waitFor();
  assert.equal(await finger.all('nav-').count(), 0);
  await finger.look('locked');
  await finger.type('gate-pin', '135790');
  await finger.tap('gate-enter');
  await finger.says(/PIN 不对/);
  await finger.type('gate-pin', PIN);
  await finger.tap('gate-enter');
  await finger.at('language-zh').waitFor();
});

test('L3 L5 a forgotten PIN stands on every window, with the text that the company may ask for', async () => {
  await finger.open('#/me');
  await finger.tap('lock');
  const forgotten = async () => {
    await finger.page.locator('[data-testid=gate-forgotten], [data-testid=recover-code]').first().waitFor();
    if ((await finger.at('gate-forgotten').count()) > 0) {
      await finger.tap('gate-forgotten');
      await finger.page.locator('summary').click();
    }
    await finger.at('recovery-request').waitFor();
  };
  await finger.look('a forgotten PIN', forgotten);
});

test('L2 L5 damaged data are said with what is safe, and rebuilt by one button', async () => {
  await tablet.restart((data) => {
    const file = `${data}/gongdan.db`;
    writeFileSync(file, readFileSync(file).fill(0, 0, 4096));
  });
  await finger.page.reload();
  await finger.at('gate-pin').waitFor();
  await finger.type('gate-pin', PIN);
  await finger.tap('gate-enter');
  await finger.at('rebuild').waitFor();
  await finger.look('damaged data');
  await finger.tap('rebuild');
  await finger.at('rebuilt-read').waitFor();
  await finger.look('rebuilt data');
});
