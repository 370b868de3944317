// Every place outside a visit, in both languages, by day and by night, upright and lying, and on a small laptop.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { bridge } from './bridge.mjs';
import { field, jobOf, until } from './finger.mjs';

let browser;
let firm;
let tablet;
let finger;
let job;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
  await finger.enrol(firm, 'zhang');
  job = await jobOf(tablet, 'SAMPLE-1001');
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

for (const place of ['today', 'schedule', 'search', 'customers', 'customers/CUSTOMER', 'knowledge', 'knowledge/F13', 'fees', 'fees/show', 'todo', 'register', 'me', 'me/work-id', 'job/JOB/work-id', 'job/JOB/fees']) {
  test(`J3 L5 ${place} stands on every window, in both languages, by day and by night`, async () => {
    const { customer } = await tablet.call('open_job', { job });
    await finger.open(`#/${place.replace('CUSTOMER', customer.id).replace('JOB', job)}`);
    await finger.page.locator('main').first().waitFor();
    await finger.look(place);
  });
}

test('E10 help stands on every window above whatever page it was called from, and Esc puts it away', async () => {
  await finger.open(`#/job/${job}/accept`);
  await finger.tap('escalate');
  await finger.says(/已求助，公司会马上知道/);
  await finger.look('help');
  await finger.page.keyboard.press('Escape');
  await finger.page.getByText('已求助，公司会马上知道').waitFor({ state: 'detached' });
});

test('the laptop needs no mouse: / finds from anywhere, arrows choose, Enter opens, Tab reaches the next step with its ring', async () => {
  const { keyboard } = finger.page;
  await finger.dress({ width: 1366, height: 768 });
  await finger.open(`#/job/${job}/accept`);
  await finger.at('next').waitFor();
  await keyboard.press('/');
  await finger.there('/search');
  await keyboard.type('5550102');
  await finger.all('hit-').first().waitFor();
  await keyboard.press('Tab');
  while ((await finger.page.evaluate(() => document.activeElement?.getAttribute('role'))) !== 'listbox') await keyboard.press('Tab');
  await keyboard.press('Home');
  await keyboard.press('Enter');
  await until(() => finger.page.evaluate(() => location.hash), (hash) => hash.startsWith('#/customers/'), 'Enter should open the customer');

  await finger.open(`#/job/${job}/accept`);
  await finger.at('next').waitFor();
  const focused = () => finger.page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  for (let presses = 0; (await focused()) !== 'next'; presses += 1) {
    assert.ok(presses < 40, 'Tab should reach the blue button');
    await keyboard.press('Tab');
  }
  const ring = await finger.at('next').evaluate((button) => getComputedStyle(button).outlineWidth);
  assert.equal(ring, '3px', 'the focus ring is seen');
  await keyboard.press('Enter');
  await finger.there('/contact');
  await finger.dress();
});
