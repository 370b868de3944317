// Finding anything on the tablet: one character, pinyin initials, a piece of a phone number (A2, J5).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { bridge } from './bridge.mjs';
import { field, until } from './finger.mjs';

let browser;
let firm;
let tablet;
let finger;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
  await finger.enrol(firm, 'zhang');
  // From here on there is no server: what is found is on the tablet.
  await firm.stopServer();
  await finger.open('#/search');
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

const hits = () => finger.all('hit-').allInnerTexts();

for (const [by, query, expected, every] of [
  ['one character', '阀', /最小压力阀故障/, /阀/],
  ['pinyin initials', 'wkf', /温控阀芯维修包/, /温控阀/],
  ['a fragment of a phone number', '5550102', /样例云杉精密机械有限公司/, /5550102|SAMPLE/],
]) {
  test(`A2 J5 search by ${by}, without a network`, async () => {
    await finger.type('search', query);
    const found = await until(hits, (rows) => rows.length > 0 && rows.some((row) => expected.test(row)) && rows.every((row) => every.test(row)), `${query} should find ${expected}`);
    assert.ok(found.length > 0);
  });
}

test('J5 what does not exist is said to be not found', async () => {
  await finger.type('search', '查无此物');
  await finger.says(/没有找到/);
  assert.equal(await finger.all('hit-').count(), 0);
});

test('A2 a customer that was found opens with its phone number', async () => {
  await finger.type('search', '5550102');
  await finger.all('hit-').filter({ hasText: '样例云杉精密机械有限公司' }).first().click();
  await finger.reads('next', /打开客户档案/);
  await finger.tap('next');
  await finger.says(/客户档案/);
  const known = () => finger.page.locator('main input').evaluateAll((inputs) => inputs.map(({ value }) => value));
  await until(known, (values) => values.includes('0000-5550102'), 'the phone number should be in the archive');
});
