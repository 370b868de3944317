// The page is thrown away in the middle of a visit and read again: the same place, the same values, also those of a field that was never left (L2).
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

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
  await finger.enrol(firm, 'zhang');
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

test('L2 a reload in the middle of a visit goes on at the same page with the same values', async () => {
  const job = await jobOf(tablet, 'SAMPLE-1001');
  await finger.tap(`stop-${job}`);
  await finger.there('/accept');
  await next(finger, '/contact');
  await fill.contact(finger);
  await next(finger, '/analysis');
  await fill.analysis(finger);
  await next(finger, '/kit');
  const [ticked] = await fill.kit(finger);
  await finger.reads('next', /出发/);
  const view = () => tablet.call('open_job', { job });

  await finger.page.reload();
  await finger.there('/kit');
  await finger.reads('next', /出发/);
  await until(() => finger.at(ticked).locator('input').isChecked(), (on) => on, 'the tick should be there');

  await next(finger, '/depart');
  await next(finger, '/arrive');
  await fill.door(finger);
  await next(finger, '/safety');
  await finger.tap('safety-SR-01-yes');
  await finger.type('field-conditions', '东门进，值班室领钥匙');
  await until(view, ({ state }) => state.safety['SR-01']?.answer === 'yes', 'the answer should reach the device');
  await finger.page.reload();
  await finger.there('/safety');
  await until(() => finger.at('safety-SR-01-yes').locator('input').isChecked(), (on) => on, 'the answer should be there');
  assert.equal(await finger.at('safety-SR-02-yes').locator('input').isChecked(), false);
  assert.equal(await finger.at('field-conditions').inputValue(), '东门进，值班室领钥匙');

  await fill.safety(finger);
  await next(finger, '/diagnose');
  await fill.diagnosis(finger);
  await finger.type('reading-ambient_c-before', '31');
  await fill.photo(finger, 'before');
  await finger.reads('next', /费/);
  await until(view, ({ state }) => ['ambient_c', 'sump_mpa'].every((key) => state.readings.some((one) => one.key === key)), 'the readings should reach the device');
  await finger.type('field-found_condition', '机房进风口积尘');
  // The field is never left: what is typed is saved by itself.
  await until(view, ({ visit_fields: fields }) => fields.found_condition?.value === '机房进风口积尘', 'the words should be saved while the field is still open');
  await finger.page.reload();
  await finger.there('/diagnose');
  await finger.reads('next', /费/);
  assert.equal(await finger.at('cause-0').locator('input').isChecked(), true);
  for (const [key, value] of [['ambient_c', '31'], ['discharge_temp_c', '92'], ['sump_mpa', '0.72']]) assert.equal(await finger.at(`reading-${key}-before`).inputValue(), value, key);
  await until(() => finger.at('field-found_condition').inputValue(), (words) => words === '机房进风口积尘', 'the words should be there');
});
