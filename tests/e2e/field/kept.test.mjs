// The app is killed while somebody types: what was on the screen is there again, in no place but the device's own database; and a page
// that is open when the language is switched says everything in the new one (L2, L5).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { bridge } from './bridge.mjs';
import { field, jobOf, until } from './finger.mjs';
import { fill, next } from './walk.mjs';

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

const value = (id) => until(() => finger.at(id).inputValue(), (words) => words !== '', `${id} should have its words again`);

/** The device dies with whatever was on its way; started again, it is opened with the PIN. */
async function killed() {
  await tablet.restart();
  await finger.page.reload();
  await finger.unlock();
}

test('L2 a call that is half written down survives the death of the app, and is thrown away only by hand', async () => {
  await finger.open('#/register');
  await finger.type('field-customer_name', '示例新客户有限公司');
  await finger.type('field-symptom', '一启动就跳闸');
  await finger.at('field-wishes').pressSequentially('尽快，今天', { delay: 5 });
  await until(() => tablet.call('drafts'), ({ drafts }) => drafts.register?.includes('尽快，今天'), 'the form should be on the device');
  await killed();
  await finger.there('/register');
  assert.equal(await value('field-customer_name'), '示例新客户有限公司');
  assert.equal(await value('field-symptom'), '一启动就跳闸');
  assert.equal(await value('field-wishes'), '尽快，今天');
  const own = await finger.page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.doesNotMatch(own, /示例新客户|跳闸/, 'the page keeps nothing that was typed');
  await finger.tap('discard');
  await until(() => finger.at('field-symptom').inputValue(), (words) => words === '', 'the form should be empty');
  await until(() => tablet.call('drafts'), ({ drafts }) => drafts.register === undefined, 'the device should have thrown it away');
});

test('L2 a page reloaded in the instant of the last keystroke has it', async () => {
  await finger.open('#/register');
  await finger.at('field-symptom').pressSequentially('排气温度高，十分钟就停机');
  await finger.page.reload();
  await finger.there('/register');
  assert.equal(await value('field-symptom'), '排气温度高，十分钟就停机');
  await finger.tap('discard');
});

test('L2 what is said to the customer, and whom it was agreed with, is kept until it is recorded', async () => {
  await finger.open('#/today');
  await finger.tap(`stop-${job}`);
  await finger.there('/accept');
  await next(finger, '/contact');
  await finger.tap('outcome-advised');
  await finger.type('field-guidance', '先关风扇罩上的积尘门，再启动');
  await until(() => tablet.call('drafts'), ({ drafts }) => drafts[`job/${job}/guidance`]?.endsWith('再启动'), 'the guidance should be on the device');
  await killed();
  await finger.there('/contact');
  assert.equal(await value('field-guidance'), '先关风扇罩上的积尘门，再启动');
});

test('L5 an open page speaks the new language as a whole when it is switched', async () => {
  await finger.reads('outcome-confirmed', /确认/);
  await finger.dress({ language: 'en' });
  for (const outcome of ['confirmed', 'rescheduled', 'refused', 'unreachable']) assert.doesNotMatch(await finger.at(`outcome-${outcome}`).innerText(), /\p{Script=Han}/u);
  await finger.dress();
});

test('L2 ticks made faster than any hand, and a reload at once after them: all are there', async () => {
  await fill.contact(finger);
  await next(finger, '/analysis');
  await fill.analysis(finger);
  await next(finger, '/kit');
  const ids = await finger.all('tick-kit-').evaluateAll((found) => {
    for (const one of found) one.click();
    return found.map((one) => one.dataset.testid.replace('tick-kit-', ''));
  });
  assert.ok(ids.length > 10, `a kit has many lines: ${ids.length}`);
  await finger.page.reload();
  const view = () => tablet.call('open_job', { job });
  const ticked = ({ state }) => ids.every((code) => state.ticks.kit?.[code] !== undefined);
  await until(view, ticked, 'every tick should have reached the device');
});
